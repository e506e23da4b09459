//! `agent add|invite|list|revoke`. A token or an enrolment link is printed once, here, and cannot be printed again; for one that
//! was lost there is another.

use super::{CliError, Lines, exists};
use crate::directory::{Directory, ENROLLMENT_MS, ListedAgent, role_name};
use crate::origin::Origin;
use clap::{Subcommand, ValueEnum};
use countersign_protocol::wire::{AgentProfile, Role};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use serde_json::json;

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
    /// Print another enrolment link, valid 15 minutes, for an agent whose link was lost or ran out, or who has a new computer.
    /// Older links are void; the agent's token is, once the new link is used.
    Invite {
        /// The agent's id, from `agent list`.
        id: String,
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
        directory: &dyn Directory,
        public_origin: Option<String>,
        out: &mut Lines<'_>,
    ) -> Result<(), CliError> {
        match self {
            Self::Add { org, name, role, token: true } => {
                let id = directory.add_agent(&org, &name, role.into()).await?;
                let token = directory.issue_token(&id).await?;
                out.done(&json!({ "id": id, "token": token }), &token)?;
            }
            Self::Add { org, name, role, token: false } => {
                let origin = origin(directory, public_origin).await?;
                let id = directory.add_agent(&org, &name, role.into()).await?;
                invite(directory, &origin, &id, out).await?;
            }
            Self::Invite { id } => {
                let origin = origin(directory, public_origin).await?;
                invite(directory, &origin, &id, out).await?;
            }
            Self::List { org } => {
                exists(directory, &org).await?;
                for listed in directory.agents(&org).await? {
                    let entry = Entry::of(&listed);
                    let Entry { id, state, role, name } = &entry;
                    out.entry(&entry, &format!("{id}\t{state}\t{role}\t{name}"))?;
                }
            }
            Self::Revoke { id } => {
                directory.revoke(&id).await?;
                out.done(&json!({ "id": id, "state": "revoked" }), "")?;
            }
        }
        Ok(())
    }
}

/// Prints a link with a new code.
async fn invite(
    directory: &dyn Directory,
    origin: &Origin,
    id: &str,
    out: &mut Lines<'_>,
) -> Result<(), CliError> {
    let service = utf8_percent_encode(origin.as_str(), ESCAPED);
    let code = directory.issue_code(id).await?;
    let link = format!("countersign://enroll?service={service}&code={code}");
    out.done(&json!({ "id": id, "link": link, "valid_secs": ENROLLMENT_MS / 1000 }), &link)?;
    Ok(())
}

/// The origin as configured, or as the service last ran with.
async fn origin(directory: &dyn Directory, configured: Option<String>) -> Result<Origin, CliError> {
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
