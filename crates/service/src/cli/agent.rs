//! `agent add|list|revoke`. A token or an enrolment link is printed once, here, and cannot be printed again.

use super::{CliError, Lines};
use crate::directory::{Directory, ListedAgent, role_name};
use crate::origin::Origin;
use clap::{Subcommand, ValueEnum};
use countersign_protocol::wire::{AgentProfile, Role};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

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
        out: &mut Lines<'_>,
    ) -> Result<(), CliError> {
        match self {
            Self::Add { org, name, role, token: true } => {
                let id = directory.add_agent(&org, &name, role.into()).await?;
                out.text(&directory.issue_token(&id).await?)?;
            }
            Self::Add { org, name, role, token: false } => {
                let origin = origin(directory, public_origin).await?;
                let id = directory.add_agent(&org, &name, role.into()).await?;
                let service = utf8_percent_encode(origin.as_str(), ESCAPED);
                let code = directory.issue_code(&id).await?;
                out.text(&format!("countersign://enroll?service={service}&code={code}"))?;
            }
            Self::List { org } => {
                for listed in directory.agents(&org).await? {
                    let entry = Entry::of(&listed);
                    let Entry { id, state, role, name } = &entry;
                    out.entry(&entry, &format!("{id}\t{state}\t{role}\t{name}"))?;
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

/// A line of `agent list`.
#[derive(Serialize)]
struct Entry<'a> {
    id: &'a str,
    state: &'static str,
    role: &'static str,
    name: &'a str,
}

impl<'a> Entry<'a> {
    fn of(listed: &'a ListedAgent) -> Self {
        let state = match (listed.revoked, listed.enrolled) {
            (true, _) => "revoked",
            (false, true) => "enrolled",
            (false, false) => "invited",
        };
        let AgentProfile { id, name } = &listed.agent.profile;
        Self { id, state, role: role_name(listed.agent.role), name }
    }
}

impl From<RoleArg> for Role {
    fn from(role: RoleArg) -> Self {
        match role {
            RoleArg::Agent => Self::Agent,
            RoleArg::Supervisor => Self::Supervisor,
        }
    }
}
