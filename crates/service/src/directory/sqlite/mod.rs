//! The directory in the embedded database.

mod profile;
mod templates;

use super::domain::domain_name;
use super::logo::logo_path;
use super::policy::read_policy;
use super::{
    Agent, Directory, DirectoryError, Domain, ENROLLMENT_MS, ListedAgent, Logo, Method, OrgEdit, PolicyEdit,
    check_edit, check_name, check_new, role_name,
};
use crate::clock::Clock;
use crate::secret;
use crate::sqlite::{Database, Fate};
use async_trait::async_trait;
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{AgentProfile, OrgProfile, Policy, Role, SharedTemplate};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Row, params};
use std::sync::Arc;

const ORG: &str = "SELECT handle, name, country, description, website, channels, practice, policy,
    (SELECT digest FROM logos WHERE org = handle) FROM orgs";
const AGENT: &str = "SELECT id, org, name, role, token IS NOT NULL, revoked FROM agents";

/// Organizations and agents.
pub struct SqliteDirectory {
    database: Database,
    clock: Arc<dyn Clock>,
}

impl SqliteDirectory {
    /// The directory in `database`.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, clock }
    }

    async fn write<T, F>(&self, job: F) -> Result<T, DirectoryError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, DirectoryError> + Send + 'static,
    {
        let job = |connection: &Connection| {
            let result = job(connection);
            let fate = if result.is_ok() { Fate::Keep } else { Fate::Undo };
            (result, fate)
        };
        let written = self.database.write(job, |_| ()).await;
        written.map_err(|stopped| DirectoryError::Unavailable(stopped.into()))?
    }
}

impl From<rusqlite::Error> for DirectoryError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(error.into())
    }
}

#[async_trait]
impl Directory for SqliteDirectory {
    async fn add_org(&self, org: OrgProfile) -> Result<(), DirectoryError> {
        check_new(&org)?;
        self.write(move |connection| {
            let added = connection.execute(
                "INSERT INTO orgs (handle, name, country, description, website, channels, practice)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                params![
                    org.handle,
                    org.name,
                    org.country.as_str(),
                    org.description,
                    org.website,
                    list(&org.channels),
                    org.practice
                ],
            );
            match added {
                Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                    Err(DirectoryError::Exists(org.handle))
                }
                other => Ok(other.map(drop)?),
            }
        })
        .await
    }

    async fn edit_org(&self, handle: &str, edit: OrgEdit) -> Result<(), DirectoryError> {
        check_edit(&edit)?;
        let handle = handle.to_owned();
        self.write(move |connection| {
            let edited = connection.execute(
                "UPDATE orgs SET name = coalesce(?2, name), country = coalesce(?3, country),
                     description = coalesce(?4, description), website = coalesce(?5, website),
                     channels = coalesce(?6, channels)
                 WHERE handle = ?1",
                params![
                    handle,
                    edit.name,
                    edit.country.as_ref().map(Region::as_str),
                    edit.description,
                    edit.website,
                    edit.channels.as_deref().map(list)
                ],
            )?;
            one(edited, handle)
        })
        .await
    }

    async fn org(&self, handle: &str) -> Result<Option<OrgProfile>, DirectoryError> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{ORG} WHERE handle = ?1"))?;
            let org = statement.query_row([handle], |row| read_org(connection, row)).optional()?;
            org.flatten().transpose()
        })
    }

    async fn orgs(&self) -> Result<Vec<OrgProfile>, DirectoryError> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(&format!("{ORG} ORDER BY handle"))?;
            let rows = statement.query_map([], |row| read_org(connection, row))?;
            rows.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect()
        })
    }

    async fn policy(&self, handle: &str) -> Result<Policy, DirectoryError> {
        self.database.read(|connection| profile::policy(connection, handle))
    }

    async fn edit_policy(&self, handle: &str, edit: PolicyEdit) -> Result<Policy, DirectoryError> {
        let handle = handle.to_owned();
        self.write(move |connection| profile::edit_policy(connection, handle, edit)).await
    }

    async fn set_logo(&self, handle: &str, logo: Option<Logo>) -> Result<(), DirectoryError> {
        let handle = handle.to_owned();
        self.write(move |connection| profile::set_logo(connection, handle, logo)).await
    }

    async fn logo(&self, digest: &str) -> Result<Option<Vec<u8>>, DirectoryError> {
        self.database.read(|connection| profile::logo(connection, digest))
    }

    async fn add_domain(&self, org: &str, name: &str) -> Result<Domain, DirectoryError> {
        let (org, name, challenge) = (org.to_owned(), domain_name(name)?, secret::draw()?);
        self.write(move |connection| profile::add_domain(connection, &org, &name, &challenge)).await
    }

    async fn domains(&self, org: &str) -> Result<Vec<Domain>, DirectoryError> {
        self.database.read(|connection| Ok(profile::domains(connection, org)?))
    }

    async fn record_check(
        &self,
        org: &str,
        name: &str,
        challenge: &str,
        found: Option<Method>,
    ) -> Result<Domain, DirectoryError> {
        let (org, name, challenge) = (org.to_owned(), name.to_owned(), challenge.to_owned());
        let now = self.clock.now();
        self.write(move |connection| profile::record_check(connection, &org, &name, &challenge, found, now))
            .await
    }

    async fn remove_domain(&self, org: &str, name: &str) -> Result<(), DirectoryError> {
        let (org, name) = (org.to_owned(), domain_name(name)?);
        self.write(move |connection| profile::remove_domain(connection, &org, name)).await
    }

    async fn add_agent(&self, org: &str, name: &str, role: Role) -> Result<String, DirectoryError> {
        check_name(name)?;
        let id = secret::draw_id()?;
        let (row, org, name) = (id.clone(), org.to_owned(), name.to_owned());
        self.write(move |connection| {
            let added = connection.execute(
                "INSERT INTO agents (id, org, name, role) SELECT ?1, handle, ?3, ?4 FROM orgs WHERE handle = ?2",
                params![row, org, name, role_name(role)],
            )?;
            one(added, org)
        })
        .await?;
        Ok(id)
    }

    async fn issue_token(&self, agent: &str) -> Result<String, DirectoryError> {
        let agent = agent.to_owned();
        self.write(move |connection| issue_token(connection, agent)).await
    }

    async fn issue_code(&self, agent: &str) -> Result<String, DirectoryError> {
        let (agent, code, now) = (agent.to_owned(), secret::draw()?, self.clock.now());
        let hash = secret::hash(&code);
        self.write(move |connection| {
            let old = "DELETE FROM enrollments WHERE expires_at <= ?1 OR agent = ?2";
            connection.execute(old, params![now, agent])?;
            let issued = connection.execute(
                "INSERT INTO enrollments SELECT ?1, id, ?3 FROM agents WHERE id = ?2 AND revoked = 0",
                params![hash, agent, now + ENROLLMENT_MS],
            )?;
            one(issued, agent)
        })
        .await?;
        Ok(code)
    }

    async fn redeem(&self, code: &str) -> Result<Option<String>, DirectoryError> {
        let (hash, now) = (secret::hash(code), self.clock.now());
        self.write(move |connection| {
            let agent: Option<String> = connection
                .prepare_cached(
                    "DELETE FROM enrollments WHERE code = ?1 AND expires_at > ?2 RETURNING agent",
                )?
                .query_row(params![hash, now], |row| row.get(0))
                .optional()?;
            match agent.map(|agent| issue_token(connection, agent)) {
                None | Some(Err(DirectoryError::Unknown(_))) => Ok(None),
                Some(issued) => issued.map(Some),
            }
        })
        .await
    }

    async fn agent_of(&self, token: &str) -> Result<Option<Agent>, DirectoryError> {
        self.database.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("{AGENT} WHERE token = ?1 AND revoked = 0"))?;
            let listed = statement.query_row([secret::hash(token)], read_agent).optional()?;
            Ok(listed.map(|listed| listed.agent))
        })
    }

    async fn agents(&self, org: &str) -> Result<Vec<ListedAgent>, DirectoryError> {
        self.database.read(|connection| {
            let mut statement =
                connection.prepare_cached(&format!("{AGENT} WHERE org = ?1 ORDER BY name, id"))?;
            Ok(statement.query_map([org], read_agent)?.collect::<Result<_, _>>()?)
        })
    }

    async fn revoke(&self, agent: &str) -> Result<(), DirectoryError> {
        let agent = agent.to_owned();
        self.write(move |connection| {
            connection.execute("DELETE FROM enrollments WHERE agent = ?1", [&agent])?;
            let revoked = connection.execute(
                "UPDATE agents SET revoked = 1, token = NULL WHERE id = ?1 AND revoked = 0",
                [&agent],
            )?;
            count_voided(connection)?;
            one(revoked, agent)
        })
        .await
    }

    async fn tokens_voided(&self) -> Result<u64, DirectoryError> {
        self.database.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT CAST(value AS INTEGER) FROM facts WHERE name = 'tokens_voided'")?;
            let count: Option<i64> = statement.query_row([], |row| row.get(0)).optional()?;
            Ok(count.unwrap_or_default().unsigned_abs())
        })
    }

    async fn templates(&self, org: &str) -> Result<Vec<SharedTemplate>, DirectoryError> {
        self.database.read(|connection| templates::all(connection, org))
    }

    async fn template(&self, org: &str, id: &str) -> Result<Option<SharedTemplate>, DirectoryError> {
        self.database.read(|connection| templates::one(connection, org, id))
    }

    async fn add_template(&self, org: &str, template: SharedTemplate) -> Result<(), DirectoryError> {
        let org = org.to_owned();
        self.write(move |connection| templates::add(connection, &org, &template)).await
    }

    async fn change_template(&self, org: &str, template: SharedTemplate) -> Result<(), DirectoryError> {
        let org = org.to_owned();
        self.write(move |connection| templates::change(connection, &org, template)).await
    }

    async fn remove_template(&self, org: &str, id: &str) -> Result<(), DirectoryError> {
        let (org, id) = (org.to_owned(), id.to_owned());
        self.write(move |connection| templates::remove(connection, &org, id)).await
    }

    async fn remember_origin(&self, origin: &str) -> Result<(), DirectoryError> {
        let origin = origin.to_owned();
        self.write(move |connection| {
            connection.execute("INSERT OR REPLACE INTO facts VALUES ('origin', ?1)", [origin])?;
            Ok(())
        })
        .await
    }

    async fn origin(&self) -> Result<Option<String>, DirectoryError> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached("SELECT value FROM facts WHERE name = 'origin'")?;
            Ok(statement.query_row([], |row| row.get(0)).optional()?)
        })
    }
}

fn issue_token(connection: &Connection, agent: String) -> Result<String, DirectoryError> {
    let token = secret::draw()?;
    count_voided(connection)?;
    let issued = connection.execute(
        "UPDATE agents SET token = ?2 WHERE id = ?1 AND revoked = 0",
        params![agent, secret::hash(&token)],
    )?;
    one(issued, agent).map(|()| token)
}

/// A token may have become void in this transaction.
fn count_voided(connection: &Connection) -> Result<(), DirectoryError> {
    connection.execute(
        "INSERT INTO facts VALUES ('tokens_voided', '1')
         ON CONFLICT DO UPDATE SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)",
        [],
    )?;
    Ok(())
}

/// One row was there and was changed, or what was named does not exist.
fn one(changed: usize, named: String) -> Result<(), DirectoryError> {
    if changed == 1 { Ok(()) } else { Err(DirectoryError::Unknown(named)) }
}

fn list(channels: &[String]) -> String {
    serde_json::Value::from(channels).to_string()
}

/// A row whose country is no region any more is no organization.
fn read_org(
    connection: &Connection,
    row: &Row<'_>,
) -> Result<Option<Result<OrgProfile, DirectoryError>>, rusqlite::Error> {
    let country: String = row.get(2)?;
    let Ok(country) = country.parse::<Region>() else { return Ok(None) };
    let (handle, channels): (String, String) = (row.get(0)?, row.get(5)?);
    let (policy, logo): (Option<String>, Option<String>) = (row.get(7)?, row.get(8)?);
    let policy = match read_policy(policy.as_deref()) {
        Ok(policy) => policy,
        Err(error) => return Ok(Some(Err(error))),
    };
    Ok(Some(Ok(OrgProfile {
        name: row.get(1)?,
        country,
        description: row.get(3)?,
        website: row.get(4)?,
        logo_url: logo.as_deref().map(logo_path),
        domains: profile::domains(connection, &handle)?.iter().filter_map(Domain::verified).collect(),
        channels: serde_json::from_str(&channels).unwrap_or_default(),
        numbers: policy.numbers,
        practice: row.get(6)?,
        handle,
    })))
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
