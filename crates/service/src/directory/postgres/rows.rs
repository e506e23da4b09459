//! Rows as the directory's types.

use crate::clock::{Millis, rfc3339};
use crate::directory::logo::logo_path;
use crate::directory::policy::read_policy;
use crate::directory::{Agent, DirectoryError, ListedAgent, Method, role_name};
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{AgentProfile, OrgProfile, Role, VerifiedDomain};
use tokio_postgres::{Error, Row};

pub(super) const ORG: &str = "SELECT handle, name, country, description, website, channels, practice, policy,
    (SELECT digest FROM logos WHERE org = handle),
    (SELECT coalesce(json_agg(json_build_array(d.name, d.method, d.verified_at) ORDER BY d.name), '[]')::text
        FROM domains d WHERE d.org = handle AND d.method IS NOT NULL AND d.lost_at IS NULL) FROM orgs";
pub(super) const AGENT: &str = "SELECT id, org, name, role, token IS NOT NULL, revoked FROM agents";

/// Channels as one text.
pub(super) fn list(channels: &[String]) -> String {
    serde_json::Value::from(channels).to_string()
}

/// A row whose country is no region any more is no organization.
pub(super) fn read_org(row: &Row) -> Result<Option<OrgProfile>, DirectoryError> {
    let Ok(country) = row.try_get::<_, &str>(2)?.parse::<Region>() else { return Ok(None) };
    let proved: Vec<(String, String, Millis)> = serde_json::from_str(row.try_get(9)?).unwrap_or_default();
    let domains = proved.into_iter().filter(|(_, method, _)| Method::named(method).is_some());
    Ok(Some(OrgProfile {
        handle: row.try_get(0)?,
        name: row.try_get(1)?,
        country,
        description: row.try_get(3)?,
        website: row.try_get(4)?,
        logo_url: row.try_get::<_, Option<&str>>(8)?.map(logo_path),
        domains: domains
            .map(|(name, method, at)| VerifiedDomain { name, method, verified_at: rfc3339(at) })
            .collect(),
        channels: serde_json::from_str(row.try_get(5)?).unwrap_or_default(),
        numbers: read_policy(row.try_get(7)?)?.numbers,
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
