//! `org add|edit|list`.

use super::{CliError, Lines};
use crate::directory::{Directory, OrgEdit};
use clap::{Args, Subcommand};
use countersign_protocol::wire::OrgProfile;

#[derive(Debug, Subcommand)]
pub(super) enum Org {
    /// Add an organization.
    Add(Add),
    /// Change what is given of an organization's profile.
    Edit(Edit),
    /// List organizations.
    List,
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
            practice: false,
        })
    }
}
