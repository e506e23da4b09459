//! `agent add|list|revoke`. A token or an enrolment link is printed once, here, and cannot be printed again.

use super::CliError;
use crate::directory::{Directory, ListedAgent, role_name};
use crate::origin::Origin;
use clap::{Subcommand, ValueEnum};
use countersign_protocol::wire::Role;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::Write;

/// What is escaped in a query's value: all but RFC 3986's unreserved characters.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum RoleArg {
    Agent,
    Supervisor,
}

#[derive(Debug, Subcommand)]
pub(super) enum Agent {
    /// Add an agent; prints a one-time enrolment link, valid 15 minutes.
    Add {
        /// The organization's handle.
        #[arg(long)]
        org: String,
        /// The agent's name, as recipients read it.
        #[arg(long)]
        name: String,
        /// What the agent may do.
        #[arg(long, value_enum, default_value = "agent")]
        role: RoleArg,
        /// Print a bearer token instead of a link.
        #[arg(long)]
        token: bool,
    },
    /// List an organization's agents.
    List {
        /// The organization's handle.
        #[arg(long)]
        org: String,
    },
    /// Make an agent's token void.
    Revoke {
        /// The agent's id, from `agent list`.
        id: String,
    },
}

impl Agent {
    pub(super) async fn run(
        self,
        directory: &impl Directory,
        public_origin: Option<String>,
        out: &mut (dyn Write + Send),
    ) -> Result<(), CliError> {
        match self {
            Self::Add { org, name, role, token: true } => {
                let id = directory.add_agent(&org, &name, role.into()).await?;
                writeln!(out, "{}", directory.issue_token(&id).await?)?;
            }
            Self::Add { org, name, role, token: false } => {
                let origin = origin(directory, public_origin).await?;
                let id = directory.add_agent(&org, &name, role.into()).await?;
                let service = utf8_percent_encode(origin.as_str(), ESCAPED);
                let code = directory.issue_code(&id).await?;
                writeln!(out, "countersign://enroll?service={service}&code={code}")?;
            }
            Self::List { org } => {
                for listed in directory.agents(&org).await? {
                    writeln!(out, "{}", line(&listed))?;
                }
            }
            Self::Revoke { id } => directory.revoke(&id).await?,
        }
        Ok(())
    }
}

/// The origin as configured, or as the service last ran with.
async fn origin(directory: &impl Directory, configured: Option<String>) -> Result<Origin, CliError> {
    let known = match configured {
        Some(origin) => origin,
        None => directory.origin().await?.ok_or(CliError::NoOrigin)?,
    };
    Ok(Origin::parse(&known)?)
}

fn line(listed: &ListedAgent) -> String {
    let state = match (listed.revoked, listed.enrolled) {
        (true, _) => "revoked",
        (false, true) => "enrolled",
        (false, false) => "invited",
    };
    let agent = &listed.agent;
    format!("{}\t{state}\t{}\t{}", agent.profile.id, role_name(agent.role), agent.profile.name)
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Agent => Self::Agent,
            RoleArg::Supervisor => Self::Supervisor,
        }
    }
}
