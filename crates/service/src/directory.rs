//! Organizations and their agents, in the same SQLite file as the sessions. Written by the binary's subcommands, read by the
//! running service: a change takes effect at the next request.
//!
//! Tokens and enrolment codes are kept as SHA-256 alone; what is handed out once is not stored anywhere.

use crate::clock::{Clock, Millis};
use crate::secret::{self, NoEntropy};
use crate::store::sqlite::connect;
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{AgentProfile, OrgProfile, Role};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How long an enrolment link can be used.
const ENROLLMENT_MS: Millis = 15 * 60_000;

/// First path segments that are ours and cannot be an organization's handle.
const RESERVED: [&str; 8] =
    ["api", "assets", "healthz", "readyz", "metrics", "admin", "static", "well-known"];

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS orgs (
        handle TEXT NOT NULL PRIMARY KEY,
        name TEXT NOT NULL,
        country TEXT NOT NULL,
        description TEXT NOT NULL DEFAULT '',
        website TEXT NOT NULL DEFAULT '',
        channels TEXT NOT NULL DEFAULT '[]',
        practice INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS agents (
        id TEXT NOT NULL PRIMARY KEY,
        org TEXT NOT NULL REFERENCES orgs (handle),
        name TEXT NOT NULL,
        role TEXT NOT NULL,
        token BLOB UNIQUE,
        revoked INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE IF NOT EXISTS enrollments (
        code BLOB NOT NULL PRIMARY KEY,
        agent TEXT NOT NULL REFERENCES agents (id),
        expires_at INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE IF NOT EXISTS facts (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;
";

/// Why the directory did not do what was asked. The message is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// The handle cannot be one.
    #[error("a handle has 2 to 40 lower-case letters, digits and inner hyphens, and is not one of ours ({})", RESERVED.join(", "))]
    Handle,
    /// The name cannot be one.
    #[error("a name has 1 to 120 characters and no control characters")]
    Name,
    /// There is one already.
    #[error("{0} exists already")]
    Exists(String),
    /// There is none.
    #[error("{0} does not exist")]
    Unknown(String),
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// The database does not answer.
    #[error("the directory cannot be read or written: {0}")]
    Database(#[from] rusqlite::Error),
}

/// An agent as a request has shown to be.
#[derive(Debug, Clone)]
pub struct Agent {
    /// Who.
    pub profile: AgentProfile,
    /// The organization's handle.
    pub org: String,
    /// What the agent may do.
    pub role: Role,
}

/// A row of `agent list`.
#[derive(Debug, Clone)]
pub struct ListedAgent {
    /// The agent.
    pub agent: Agent,
    /// Whether a token was handed out.
    pub enrolled: bool,
    /// Whether it was revoked.
    pub revoked: bool,
}

/// Organizations and agents.
pub struct Directory {
    connection: Mutex<Connection>,
    clock: Arc<dyn Clock>,
}

impl Directory {
    /// Opens the directory in `folder`, which exists.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, DirectoryError> {
        let connection = connect(folder)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection), clock })
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an organization.
    pub fn add_org(&self, org: &OrgProfile) -> Result<(), DirectoryError> {
        check_handle(&org.handle)?;
        check_name(&org.name)?;
        let added = self.connection().execute(
            "INSERT INTO orgs (handle, name, country, description, website, channels, practice)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![
                org.handle,
                org.name,
                org.country.as_str(),
                org.description,
                org.website,
                serde_json::to_string(&org.channels).unwrap_or_default(),
                org.practice
            ],
        );
        match added {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                Err(DirectoryError::Exists(org.handle.clone()))
            }
            other => Ok(other.map(drop)?),
        }
    }

    /// Replaces an organization's profile.
    pub fn edit_org(&self, org: &OrgProfile) -> Result<(), DirectoryError> {
        check_name(&org.name)?;
        let edited = self.connection().execute(
            "UPDATE orgs SET name = ?2, country = ?3, description = ?4, website = ?5, channels = ?6 WHERE handle = ?1",
            params![
                org.handle,
                org.name,
                org.country.as_str(),
                org.description,
                org.website,
                serde_json::to_string(&org.channels).unwrap_or_default()
            ],
        )?;
        if edited == 1 { Ok(()) } else { Err(DirectoryError::Unknown(org.handle.clone())) }
    }

    /// An organization's public profile.
    pub fn org(&self, handle: &str) -> Result<Option<OrgProfile>, DirectoryError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!("{ORG} WHERE handle = ?1"))?;
        Ok(statement.query_row([handle], read_org).optional()?.flatten())
    }

    /// Every organization.
    pub fn orgs(&self) -> Result<Vec<OrgProfile>, DirectoryError> {
        let connection = self.connection();
        let mut statement = connection.prepare(&format!("{ORG} ORDER BY handle"))?;
        let rows = statement.query_map([], read_org)?.collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().flatten().collect())
    }

    /// Adds an agent, without a token yet; the agent's id.
    pub fn add_agent(&self, org: &str, name: &str, role: Role) -> Result<String, DirectoryError> {
        check_name(name)?;
        if self.org(org)?.is_none() {
            return Err(DirectoryError::Unknown(org.to_owned()));
        }
        let id = format!("agent-{:08}", secret::below(100_000_000)?);
        self.connection().execute(
            "INSERT INTO agents (id, org, name, role) VALUES (?1, ?2, ?3, ?4)",
            params![id, org, name, role_name(role)],
        )?;
        Ok(id)
    }

    /// Hands out a new token to an agent; an older one is void.
    pub fn issue_token(&self, agent: &str) -> Result<String, DirectoryError> {
        let token = secret::draw()?;
        let issued = self.connection().execute(
            "UPDATE agents SET token = ?2 WHERE id = ?1 AND revoked = 0",
            params![agent, secret::hash(&token)],
        )?;
        if issued == 1 { Ok(token) } else { Err(DirectoryError::Unknown(agent.to_owned())) }
    }

    /// Hands out a one-time enrolment code.
    pub fn issue_code(&self, agent: &str) -> Result<String, DirectoryError> {
        let code = secret::draw()?;
        self.connection().execute(
            "INSERT INTO enrollments VALUES (?1, ?2, ?3)",
            params![secret::hash(&code), agent, self.clock.now() + ENROLLMENT_MS],
        )?;
        Ok(code)
    }

    /// Exchanges a code for a token, once.
    pub fn redeem(&self, code: &str) -> Result<Option<String>, DirectoryError> {
        let now = self.clock.now();
        let agent: Option<String> = {
            let connection = self.connection();
            connection.execute("DELETE FROM enrollments WHERE expires_at <= ?1", [now])?;
            connection
                .prepare_cached("DELETE FROM enrollments WHERE code = ?1 RETURNING agent")?
                .query_row([secret::hash(code)], |row| row.get(0))
                .optional()?
        };
        match agent.map(|agent| self.issue_token(&agent)) {
            Some(Ok(token)) => Ok(Some(token)),
            // Revoked meanwhile.
            Some(Err(DirectoryError::Unknown(_))) | None => Ok(None),
            Some(Err(error)) => Err(error),
        }
    }

    /// The agent a token belongs to.
    pub fn agent_of(&self, token: &str) -> Result<Option<Agent>, DirectoryError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached(&format!("{AGENT} WHERE token = ?1 AND revoked = 0"))?;
        Ok(statement.query_row([secret::hash(token)], read_agent).optional()?.map(|listed| listed.agent))
    }

    /// An organization's agents.
    pub fn agents(&self, org: &str) -> Result<Vec<ListedAgent>, DirectoryError> {
        let connection = self.connection();
        let mut statement = connection.prepare(&format!("{AGENT} WHERE org = ?1 ORDER BY name, id"))?;
        Ok(statement.query_map([org], read_agent)?.collect::<Result<_, _>>()?)
    }

    /// Makes an agent's token void, for good.
    pub fn revoke(&self, agent: &str) -> Result<(), DirectoryError> {
        let connection = self.connection();
        connection.execute("DELETE FROM enrollments WHERE agent = ?1", [agent])?;
        let revoked = connection
            .execute("UPDATE agents SET revoked = 1, token = NULL WHERE id = ?1 AND revoked = 0", [agent])?;
        if revoked == 1 { Ok(()) } else { Err(DirectoryError::Unknown(agent.to_owned())) }
    }

    /// Remembers the public origin, for the enrolment links that subcommands print.
    pub fn remember_origin(&self, origin: &str) -> Result<(), DirectoryError> {
        self.connection().execute("INSERT OR REPLACE INTO facts VALUES ('origin', ?1)", [origin])?;
        Ok(())
    }

    /// The public origin the service last ran with.
    pub fn origin(&self) -> Result<Option<String>, DirectoryError> {
        let connection = self.connection();
        let found =
            connection.query_row("SELECT value FROM facts WHERE name = 'origin'", [], |row| row.get(0));
        Ok(found.optional()?)
    }
}

const ORG: &str = "SELECT handle, name, country, description, website, channels, practice FROM orgs";
const AGENT: &str = "SELECT id, org, name, role, token IS NOT NULL, revoked FROM agents";

/// A row whose country is no region any more is no organization.
fn read_org(row: &Row<'_>) -> Result<Option<OrgProfile>, rusqlite::Error> {
    let country: String = row.get(2)?;
    let Ok(country) = country.parse::<Region>() else { return Ok(None) };
    let channels: String = row.get(5)?;
    Ok(Some(OrgProfile {
        handle: row.get(0)?,
        name: row.get(1)?,
        country,
        description: row.get(3)?,
        website: row.get(4)?,
        logo_url: None,
        domains: Vec::new(),
        channels: serde_json::from_str(&channels).unwrap_or_default(),
        practice: row.get(6)?,
    }))
}

fn read_agent(row: &Row<'_>) -> Result<ListedAgent, rusqlite::Error> {
    let role: String = row.get(3)?;
    Ok(ListedAgent {
        agent: Agent {
            profile: AgentProfile { id: row.get(0)?, name: row.get(2)? },
            org: row.get(1)?,
            role: if role == role_name(Role::Supervisor) { Role::Supervisor } else { Role::Agent },
        },
        enrolled: row.get(4)?,
        revoked: row.get(5)?,
    })
}

/// A role's name in the database and on the command line.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Agent => "agent",
        Role::Supervisor => "supervisor",
    }
}

fn check_handle(handle: &str) -> Result<(), DirectoryError> {
    let plain = handle.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let inner = !handle.starts_with('-') && !handle.ends_with('-');
    if (2..=40).contains(&handle.len()) && plain && inner && !RESERVED.contains(&handle) {
        Ok(())
    } else {
        Err(DirectoryError::Handle)
    }
}

fn check_name(name: &str) -> Result<(), DirectoryError> {
    let fits = !name.trim().is_empty() && name.chars().count() <= 120 && !name.chars().any(char::is_control);
    if fits { Ok(()) } else { Err(DirectoryError::Name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    fn acme() -> OrgProfile {
        OrgProfile {
            handle: "acme".into(),
            name: "Acme".into(),
            country: "FR".parse().unwrap(),
            description: String::new(),
            website: String::new(),
            logo_url: None,
            domains: Vec::new(),
            channels: vec!["+33 1 23 45 67 89".into()],
            practice: false,
        }
    }

    #[test]
    fn a_code_is_good_for_one_token_and_a_revoked_one_for_none() {
        let folder = tempfile::tempdir().unwrap();
        let directory = Directory::open(folder.path(), Arc::new(SystemClock)).unwrap();
        directory.add_org(&acme()).unwrap();
        assert!(matches!(directory.add_org(&acme()), Err(DirectoryError::Exists(_))));
        let agent = directory.add_agent("acme", "Dana", Role::Agent).unwrap();
        let code = directory.issue_code(&agent).unwrap();
        let token = directory.redeem(&code).unwrap().unwrap();
        assert_eq!(directory.redeem(&code).unwrap(), None);
        assert_eq!(directory.agent_of(&token).unwrap().unwrap().profile.name, "Dana");
        let unused = directory.issue_code(&agent).unwrap();
        directory.revoke(&agent).unwrap();
        assert!(directory.agent_of(&token).unwrap().is_none());
        assert_eq!(directory.redeem(&unused).unwrap(), None);
    }

    #[test]
    fn handles_that_are_paths_of_ours_are_refused() {
        for bad in ["api", "assets", "a", "-a", "a-", "A", "a b", "é1", &"a".repeat(41)] {
            assert!(check_handle(bad).is_err(), "{bad}");
        }
        for good in ["acme", "a1", "a-b", &"a".repeat(40)] {
            assert!(check_handle(good).is_ok(), "{good}");
        }
    }
}
