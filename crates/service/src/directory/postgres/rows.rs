//! Rows as the directory's types.

use crate::directory::{Agent, ListedAgent, role_name};
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{AgentProfile, OrgProfile, Role};
use tokio_postgres::{Error, Row};

pub(super) const ORG: &str =
    "SELECT handle, name, country, description, website, channels, practice FROM orgs";
pub(super) const AGENT: &str = "SELECT id, org, name, role, token IS NOT NULL, revoked FROM agents";

/// Channels as one text.
pub(super) fn list(channels: &[String]) -> String {
    serde_json::Value::from(channels).to_string()
}

/// A row whose country is no region any more is no organization.
pub(super) fn read_org(row: &Row) -> Result<Option<OrgProfile>, Error> {
    let Ok(country) = row.try_get::<_, &str>(2)?.parse::<Region>() else { return Ok(None) };
    Ok(Some(OrgProfile {
        handle: row.try_get(0)?,
        name: row.try_get(1)?,
        country,
        description: row.try_get(3)?,
        website: row.try_get(4)?,
        logo_url: None,
        domains: Vec::new(),
        channels: serde_json::from_str(row.try_get(5)?).unwrap_or_default(),
        practice: row.try_get(6)?,
    }))
}

pub(super) fn read_agent(row: &Row) -> Result<ListedAgent, Error> {
    let role: &str = row.try_get(3)?;
    Ok(ListedAgent {
        agent: Agent {
            profile: AgentProfile { id: row.try_get(0)?, name: row.try_get(2)? },
            org: row.try_get(1)?,
            role: if role == role_name(Role::Supervisor) { Role::Supervisor } else { Role::Agent },
        },
        enrolled: row.try_get(4)?,
        revoked: row.try_get(5)?,
    })
}
