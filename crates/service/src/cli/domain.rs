//! `domain add|verify|list|remove`: which domains are an organization's, and looking whether they are.

use super::{CliError, Lines, exists};
use crate::clock::rfc3339;
use crate::directory::domain::domain_name;
use crate::directory::{Directory, DirectoryError, Domain as Listed, Method};
use crate::verification::{Finding, Verifier, VerifierOptions, file, record};
use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::PathBuf;

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum MethodArg {
    Dns,
    WellKnown,
}

#[derive(Debug, Subcommand)]
pub(super) enum Domain {
    /// Add a domain; prints what to publish to show that it is the organization's.
    Add(Named),
    /// Look whether it is published, and record it. Recipients are shown what was found, how and when.
    Verify(Verify),
    /// List an organization's domains.
    List {
        /// The organization's handle.
        #[arg(long)]
        org: String,
    },
    /// Remove a domain.
    Remove(Named),
}

#[derive(Debug, Args)]
pub(super) struct Named {
    /// The organization's handle.
    #[arg(long)]
    org: String,
    /// The domain, e.g. acme.example.
    name: String,
}

#[derive(Debug, Args)]
pub(super) struct Verify {
    /// The organization's handle; every organization's if absent, which goes with --all.
    #[arg(long, required_unless_present = "all")]
    org: Option<String>,
    /// The domain; each of the organization's if absent.
    name: Option<String>,
    /// Every domain there is: for a timer.
    #[arg(long, conflicts_with_all = ["org", "name"])]
    all: bool,
    /// Where to look; in both places if absent.
    #[arg(long, value_enum)]
    method: Option<MethodArg>,
    /// The name server to ask; the system's if absent.
    #[arg(long)]
    dns_server: Option<SocketAddr>,
    /// Who may vouch for web servers (PEM); whom the system trusts if absent.
    #[arg(long)]
    ca_file: Option<PathBuf>,
    /// Ask web servers at private addresses too.
    #[arg(long)]
    allow_private: bool,
    /// Where web servers listen.
    #[arg(long, default_value_t = 443, hide = true)]
    https_port: u16,
}

/// A line of `domain list`, and what the other commands have done.
#[derive(Serialize)]
struct Entry<'a> {
    org: &'a str,
    name: &'a str,
    state: &'static str,
    method: Option<&'static str>,
    found_at: Option<String>,
    lost_at: Option<String>,
    record_name: String,
    file_url: String,
    publish: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    missing: Vec<String>,
}

impl<'a> Entry<'a> {
    fn of(org: &'a str, domain: &'a Listed, missing: &[String]) -> Self {
        let (record_name, publish) = record(domain);
        Self {
            org,
            name: &domain.name,
            state: state(domain),
            method: domain.proof.map(|proof| proof.method.as_str()),
            found_at: domain.proof.map(|proof| rfc3339(proof.at)),
            lost_at: domain.lost_at.map(rfc3339),
            record_name,
            file_url: file(domain).0,
            publish,
            missing: missing.to_vec(),
        }
    }

    fn line(&self) -> String {
        let (method, at) = (self.method.unwrap_or("-"), self.found_at.as_deref().unwrap_or("-"));
        format!("{}\t{}\t{}\t{method}\t{at}", self.org, self.name, self.state)
    }
}

fn state(domain: &Listed) -> &'static str {
    match (domain.proof, domain.lost_at) {
        (None, _) => "pending",
        (Some(_), None) => "verified",
        (Some(_), Some(_)) => "lost",
    }
}

impl Domain {
    pub(super) async fn run(self, directory: &dyn Directory, out: &mut Lines<'_>) -> Result<(), CliError> {
        match self {
            Self::Add(Named { org, name }) => {
                let domain = directory.add_domain(&org, &name).await?;
                let entry = Entry::of(&org, &domain, &[]);
                let line = format!(
                    "Publish one of these, then run `domain verify --org {org} {name}`:\n  a TXT record at {}\n  a file at {}\nEither holds\n  {}",
                    entry.record_name,
                    entry.file_url,
                    entry.publish,
                    name = domain.name,
                );
                Ok(out.done(&entry, &line)?)
            }
            Self::Verify(verify) => verify.run(directory, out).await,
            Self::List { org } => {
                exists(directory, &org).await?;
                for domain in directory.domains(&org).await? {
                    let entry = Entry::of(&org, &domain, &[]);
                    out.entry(&entry, &entry.line())?;
                }
                Ok(())
            }
            Self::Remove(Named { org, name }) => {
                directory.remove_domain(&org, &name).await?;
                Ok(out.done(&serde_json::json!({ "org": org, "removed": name }), "")?)
            }
        }
    }
}

impl Verify {
    async fn run(self, directory: &dyn Directory, out: &mut Lines<'_>) -> Result<(), CliError> {
        let verifier = Verifier::new(&VerifierOptions {
            dns_server: self.dns_server,
            ca_file: self.ca_file.clone(),
            private: self.allow_private,
            https_port: self.https_port,
        })?;
        let mut unproved = 0;
        for (org, domain) in self.domains(directory).await? {
            let listed = domain.clone();
            let (domain, missing) = match self.check(&verifier, directory, &org, domain).await {
                // Removed, or added anew, by somebody else: of no concern to the domains that come after it.
                Err(CliError::Directory(DirectoryError::Unknown(_))) if self.name.is_none() => {
                    let changed = ["it was removed or added anew meanwhile".to_owned()];
                    let entry = Entry { state: "changed", ..Entry::of(&org, &listed, &changed) };
                    out.entry(&entry, &format!("{}\n  {}", entry.line(), changed.concat()))?;
                    continue;
                }
                checked => checked?,
            };
            let entry = Entry::of(&org, &domain, &missing);
            let line = [&[entry.line()][..], &missing].concat().join("\n  ");
            out.entry(&entry, &line)?;
            unproved += usize::from(domain.verified().is_none());
        }
        if unproved == 0 { Ok(()) } else { Err(CliError::Unproved(unproved)) }
    }

    /// Which domains are meant.
    async fn domains(&self, directory: &dyn Directory) -> Result<Vec<(String, Listed)>, CliError> {
        let orgs = match &self.org {
            Some(org) => {
                exists(directory, org).await?;
                vec![org.clone()]
            }
            None => directory.orgs().await?.into_iter().map(|org| org.handle).collect(),
        };
        let name = self.name.as_deref().map(domain_name).transpose()?;
        let mut meant = Vec::new();
        for org in orgs {
            let domains = directory.domains(&org).await?.into_iter();
            let domains = domains.filter(|domain| name.as_ref().is_none_or(|name| domain.name == *name));
            meant.extend(domains.map(|domain| (org.clone(), domain)));
        }
        match name {
            Some(name) if meant.is_empty() => Err(DirectoryError::Unknown(name).into()),
            _ => Ok(meant),
        }
    }

    /// Looks in each place until it is found; the domain as it is recorded then, and what was missing where. What could not be
    /// looked at changes nothing: a proof is gone when the place it was in answers that it is.
    async fn check(
        &self,
        verifier: &Verifier,
        directory: &dyn Directory,
        org: &str,
        domain: Listed,
    ) -> Result<(Listed, Vec<String>), CliError> {
        let methods =
            Method::ALL.into_iter().filter(|method| self.method.is_none_or(|one| *method == one.into()));
        let (mut missing, mut gone) = (Vec::new(), false);
        for method in methods {
            match verifier.look(&domain, method).await {
                Finding::Found => {
                    let proved =
                        directory.record_check(org, &domain.name, &domain.challenge, Some(method)).await?;
                    return Ok((proved, Vec::new()));
                }
                Finding::Absent(reason) => {
                    gone |= domain.proof.is_some_and(|proof| proof.method == method);
                    missing.push(reason);
                }
                Finding::Unknown(reason) => missing.push(reason),
            }
        }
        if gone {
            let lost = directory.record_check(org, &domain.name, &domain.challenge, None).await?;
            return Ok((lost, missing));
        }
        Ok((domain, missing))
    }
}

impl From<MethodArg> for Method {
    fn from(method: MethodArg) -> Self {
        match method {
            MethodArg::Dns => Self::Dns,
            MethodArg::WellKnown => Self::WellKnown,
        }
    }
}
