//! `org add|edit|logo|policy|list`.

use super::{CliError, Lines};
use crate::directory::{Directory, DirectoryError, Logo, OrgEdit, PolicyEdit, PolicyError};
use clap::{Args, Subcommand, ValueEnum};
use countersign_protocol::Compare;
use countersign_protocol::canonical::Kind;
use countersign_protocol::wire::OrgProfile;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(super) enum Org {
    /// Add an organization.
    Add(Add),
    /// Change what is given of an organization's profile.
    Edit(Edit),
    /// Put a picture in the place of an organization's logo, or take it away.
    Logo(LogoArgs),
    /// Change what is given of what an organization allows; prints what is in force.
    Policy(PolicyArgs),
    /// List organizations.
    List,
}

#[derive(Debug, Args)]
pub(super) struct LogoArgs {
    /// Which organization.
    handle: String,
    /// A PNG, JPEG or WebP.
    #[arg(long, required_unless_present = "remove")]
    file: Option<PathBuf>,
    /// Take the logo away.
    #[arg(long, conflicts_with = "file")]
    remove: bool,
}

#[derive(Debug, Args)]
pub(super) struct PolicyArgs {
    /// Which organization.
    handle: String,
    /// Shortest session, in seconds.
    #[arg(long)]
    ttl_min: Option<u32>,
    /// Longest session, in seconds.
    #[arg(long)]
    ttl_max: Option<u32>,
    /// Digits of every passcode.
    #[arg(long)]
    passcode_digits: Option<u32>,
    /// How recipients compare: they are shown the passcode, or type what they are told.
    #[arg(long, value_enum)]
    compare: Option<CompareArg>,
    /// Kinds of field that may be asked for, with commas.
    #[arg(long, value_delimiter = ',')]
    kinds: Option<Vec<String>>,
    /// Whether sessions have numbers.
    #[arg(long, value_enum)]
    numbers: Option<SwitchArg>,
    /// Sessions that all its agents together may create a minute, counted by each node; 0: as many as each of them may.
    #[arg(long)]
    creations_per_minute: Option<u32>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum CompareArg {
    Shown,
    Typed,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SwitchArg {
    On,
    Off,
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// Its place in every link, e.g. acme.
    handle: String,
    /// Its name, as recipients read it.
    #[arg(long)]
    name: String,
    /// Its country (ISO 3166), e.g. FR.
    #[arg(long)]
    country: String,
    /// What it does, in a sentence.
    #[arg(long, default_value = "")]
    description: String,
    /// Its web site.
    #[arg(long, default_value = "")]
    website: String,
    /// A way to reach it independently; may be repeated.
    #[arg(long = "channel")]
    channels: Vec<String>,
}

#[derive(Debug, Args)]
pub(super) struct Edit {
    /// Which organization.
    handle: String,
    /// Its name, as recipients read it.
    #[arg(long)]
    name: Option<String>,
    /// Its country (ISO 3166), e.g. FR.
    #[arg(long)]
    country: Option<String>,
    /// What it does, in a sentence.
    #[arg(long)]
    description: Option<String>,
    /// Its web site.
    #[arg(long)]
    website: Option<String>,
    /// A way to reach it independently; may be repeated. Replaces those there are.
    #[arg(long = "channel")]
    channels: Option<Vec<String>>,
}

impl Org {
    pub(super) async fn run(self, directory: &dyn Directory, out: &mut Lines<'_>) -> Result<(), CliError> {
        match self {
            Self::Add(add) => {
                let profile = add.profile()?;
                directory.add_org(profile.clone()).await?;
                Ok(out.done(&profile, "")?)
            }
            Self::Edit(edit) => {
                let country = edit.country.map(|country| country.parse()).transpose()?;
                let Edit { handle, name, description, website, channels, .. } = edit;
                let edit = OrgEdit { name, country, description, website, channels };
                directory.edit_org(&handle, edit).await?;
                Ok(out.done(&directory.org(&handle).await?, "")?)
            }
            Self::Logo(LogoArgs { handle, file, .. }) => {
                let logo = file.map(std::fs::read).transpose()?;
                let logo = logo.map(|bytes| Logo::read(&bytes)).transpose()?;
                directory.set_logo(&handle, logo).await?;
                Ok(out.done(&directory.org(&handle).await?, "")?)
            }
            Self::Policy(args) => {
                let handle = args.handle.clone();
                let policy = directory.edit_policy(&handle, args.edit()?).await?;
                let kinds: Vec<_> = policy.kinds.iter().map(|kind| kind.as_str()).collect();
                let compare = if policy.compare == Compare::Typed { "typed" } else { "shown" };
                let line = format!(
                    "ttl\t{}-{} s\ndigits\t{}\ncompare\t{compare}\nkinds\t{}\nnumbers\t{}\ncreations a minute\t{}",
                    policy.ttl_min_secs,
                    policy.ttl_max_secs,
                    policy.passcode_digits,
                    kinds.join(","),
                    if policy.numbers { "on" } else { "off" },
                    policy.creations_per_minute.map_or_else(|| "-".to_owned(), |most| most.to_string())
                );
                Ok(out.done(&policy, &line)?)
            }
            Self::List => {
                for org in directory.orgs().await? {
                    let line = format!("{}\t{}\t{}", org.handle, org.country.as_str(), org.name);
                    out.entry(&org, &line)?;
                }
                Ok(())
            }
        }
    }
}

impl PolicyArgs {
    fn edit(self) -> Result<PolicyEdit, CliError> {
        let kind = |name: &String| {
            let known = Kind::ALL.into_iter().find(|kind| kind.as_str() == name);
            known.ok_or_else(|| DirectoryError::from(PolicyError::Kind(name.clone())))
        };
        let kinds = self.kinds.map(|names| names.iter().map(kind).collect::<Result<_, _>>()).transpose()?;
        Ok(PolicyEdit {
            ttl_min_secs: self.ttl_min,
            ttl_max_secs: self.ttl_max,
            passcode_digits: self.passcode_digits,
            compare: self.compare.map(|compare| match compare {
                CompareArg::Shown => Compare::Shown,
                CompareArg::Typed => Compare::Typed,
            }),
            kinds,
            numbers: self.numbers.map(|switch| matches!(switch, SwitchArg::On)),
            creations_per_minute: self.creations_per_minute,
        })
    }
}

impl Add {
    fn profile(self) -> Result<OrgProfile, CliError> {
        Ok(OrgProfile {
            country: self.country.parse()?,
            handle: self.handle,
            name: self.name,
            description: self.description,
            website: self.website,
            logo_url: None,
            domains: Vec::new(),
            channels: self.channels,
            numbers: true,
            practice: false,
        })
    }
}
