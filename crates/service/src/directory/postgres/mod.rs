//! The directory in PostgreSQL: one for all nodes. Each verb is one statement, or one transaction.
//!
//! Nothing is kept in the node's memory, a token's owner neither: what was revoked anywhere is void everywhere at once. While
//! PostgreSQL is away, whoever needs it is told so.

mod profile;
mod rows;
mod templates;

use super::domain::domain_name;
use super::{
    Agent, Directory, DirectoryError, Domain, ENROLLMENT_MS, ListedAgent, Logo, Method, OrgEdit, PolicyEdit,
    check_edit, check_name, check_new, role_name,
};
use crate::clock::Clock;
use crate::postgres::{Failure, Lease, Postgres};
use crate::secret;
use async_trait::async_trait;
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{OrgProfile, Policy, Role, SharedTemplate};
use rows::{AGENT, ORG, read_agent, read_org};
use std::sync::Arc;

/// Organizations and agents.
pub struct PostgresDirectory {
    postgres: Postgres,
    clock: Arc<dyn Clock>,
}

impl PostgresDirectory {
    /// The directory in `postgres`.
    pub fn new(postgres: Postgres, clock: Arc<dyn Clock>) -> Self {
        Self { postgres, clock }
    }

    async fn lease(&self) -> Result<Lease, DirectoryError> {
        Ok(self.postgres.lease().await?)
    }
}

impl From<Failure> for DirectoryError {
    fn from(failure: Failure) -> Self {
        Self::Unavailable(failure.into())
    }
}

impl From<tokio_postgres::Error> for DirectoryError {
    fn from(error: tokio_postgres::Error) -> Self {
        Failure::from(error).into()
    }
}

#[async_trait]
impl Directory for PostgresDirectory {
    async fn add_org(&self, org: OrgProfile) -> Result<(), DirectoryError> {
        check_new(&org)?;
        let added = self
            .lease()
            .await?
            .execute(
                "INSERT INTO orgs (handle, name, country, description, website, channels, practice)
                 VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
                &[
                    &org.handle,
                    &org.name,
                    &org.country.as_str(),
                    &org.description,
                    &org.website,
                    &rows::list(&org.channels),
                    &org.practice,
                ],
            )
            .await?;
        if added == 1 { Ok(()) } else { Err(DirectoryError::Exists(org.handle)) }
    }

    async fn edit_org(&self, handle: &str, edit: OrgEdit) -> Result<(), DirectoryError> {
        check_edit(&edit)?;
        let edited = self
            .lease()
            .await?
            .execute(
                "UPDATE orgs SET name = coalesce($2, name), country = coalesce($3, country),
                     description = coalesce($4, description), website = coalesce($5, website),
                     channels = coalesce($6, channels)
                 WHERE handle = $1",
                &[
                    &clean(handle)?,
                    &edit.name,
                    &edit.country.as_ref().map(Region::as_str),
                    &edit.description,
                    &edit.website,
                    &edit.channels.as_deref().map(rows::list),
                ],
            )
            .await?;
        one(edited, handle)
    }

    async fn org(&self, handle: &str) -> Result<Option<OrgProfile>, DirectoryError> {
        let Ok(handle) = clean(handle) else { return Ok(None) };
        let row = self.lease().await?.query_opt(&format!("{ORG} WHERE handle = $1"), &[&handle]).await?;
        Ok(row.as_ref().map(read_org).transpose()?.flatten())
    }

    async fn orgs(&self) -> Result<Vec<OrgProfile>, DirectoryError> {
        let rows = self.lease().await?.query(&format!("{ORG} ORDER BY handle"), &[]).await?;
        let orgs = rows.iter().map(read_org).collect::<Result<Vec<_>, _>>()?;
        Ok(orgs.into_iter().flatten().collect())
    }

    async fn policy(&self, handle: &str) -> Result<Policy, DirectoryError> {
        profile::policy(&mut self.lease().await?, handle).await
    }

    async fn edit_policy(&self, handle: &str, edit: PolicyEdit) -> Result<Policy, DirectoryError> {
        profile::edit_policy(&mut self.lease().await?, handle, edit).await
    }

    async fn set_logo(&self, handle: &str, logo: Option<Logo>) -> Result<(), DirectoryError> {
        profile::set_logo(&mut self.lease().await?, handle, logo).await
    }

    async fn logo(&self, digest: &str) -> Result<Option<Vec<u8>>, DirectoryError> {
        profile::logo(&mut self.lease().await?, digest).await
    }

    async fn add_domain(&self, org: &str, name: &str) -> Result<Domain, DirectoryError> {
        let (name, challenge) = (domain_name(name)?, secret::draw()?);
        profile::add_domain(&mut self.lease().await?, org, &name, challenge).await
    }

    async fn domains(&self, org: &str) -> Result<Vec<Domain>, DirectoryError> {
        profile::domains(&mut self.lease().await?, org).await
    }

    async fn record_check(
        &self,
        org: &str,
        name: &str,
        challenge: &str,
        found: Option<Method>,
    ) -> Result<Domain, DirectoryError> {
        let now = self.clock.now();
        profile::record_check(&mut self.lease().await?, org, name, challenge, found, now).await
    }

    async fn remove_domain(&self, org: &str, name: &str) -> Result<(), DirectoryError> {
        profile::remove_domain(&mut self.lease().await?, org, &domain_name(name)?).await
    }

    async fn add_agent(&self, org: &str, name: &str, role: Role) -> Result<String, DirectoryError> {
        check_name(name)?;
        let id = secret::draw_id()?;
        let added = self
            .lease()
            .await?
            .execute(
                "INSERT INTO agents (id, org, name, role) SELECT $1, handle, $3, $4 FROM orgs WHERE handle = $2",
                &[&id, &clean(org)?, &name, &role_name(role)],
            )
            .await?;
        one(added, org).map(|()| id)
    }

    async fn issue_token(&self, agent: &str) -> Result<String, DirectoryError> {
        let mut lease = self.lease().await?;
        lease.begin().await?;
        let token = issue_token(&mut lease, clean(agent)?).await?;
        settle(&mut lease, token).await?.ok_or_else(|| DirectoryError::Unknown(agent.to_owned()))
    }

    async fn issue_code(&self, agent: &str) -> Result<String, DirectoryError> {
        let (code, now) = (secret::draw()?, self.clock.now());
        let hash = secret::hash(&code);
        let mut lease = self.lease().await?;
        lease.begin().await?;
        // Whoever else invites the same agent waits here, so that one code is left in the end.
        let known = "SELECT id FROM agents WHERE id = $1 AND NOT revoked FOR UPDATE";
        let known = lease.query_opt(known, &[&clean(agent)?]).await?;
        if known.is_some() {
            let old = "DELETE FROM enrollments WHERE agent = $1 OR expires_at <= $2";
            lease.execute(old, &[&agent, &now]).await?;
            let issued = "INSERT INTO enrollments (code, agent, expires_at) VALUES ($1, $2, $3)";
            lease.execute(issued, &[&&hash[..], &agent, &(now + ENROLLMENT_MS)]).await?;
        }
        let code = settle(&mut lease, known.map(|_| code)).await?;
        code.ok_or_else(|| DirectoryError::Unknown(agent.to_owned()))
    }

    async fn redeem(&self, code: &str) -> Result<Option<String>, DirectoryError> {
        let hash = secret::hash(code);
        let mut lease = self.lease().await?;
        lease.begin().await?;
        // The agent first, as whoever revokes or invites it does: in another order each would wait for the other.
        let whose =
            "SELECT id FROM agents WHERE id = (SELECT agent FROM enrollments WHERE code = $1) FOR UPDATE";
        lease.query_opt(whose, &[&&hash[..]]).await?;
        let spend = "DELETE FROM enrollments WHERE code = $1 AND expires_at > $2 RETURNING agent";
        let spent = lease.query_opt(spend, &[&&hash[..], &self.clock.now()]).await?;
        let token = match spent {
            Some(row) => issue_token(&mut lease, row.try_get(0)?).await?,
            None => None,
        };
        settle(&mut lease, token).await
    }

    async fn agent_of(&self, token: &str) -> Result<Option<Agent>, DirectoryError> {
        let hash = secret::hash(token);
        let sql = format!("{AGENT} WHERE token = $1 AND NOT revoked");
        let row = self.lease().await?.query_opt(&sql, &[&&hash[..]]).await?;
        Ok(row.as_ref().map(read_agent).transpose()?.map(|listed| listed.agent))
    }

    async fn agents(&self, org: &str) -> Result<Vec<ListedAgent>, DirectoryError> {
        let Ok(org) = clean(org) else { return Ok(Vec::new()) };
        let sql = format!("{AGENT} WHERE org = $1 ORDER BY name, id");
        let rows = self.lease().await?.query(&sql, &[&org]).await?;
        Ok(rows.iter().map(read_agent).collect::<Result<_, _>>()?)
    }

    async fn revoke(&self, agent: &str) -> Result<(), DirectoryError> {
        let mut lease = self.lease().await?;
        lease.begin().await?;
        let revoke = "UPDATE agents SET revoked = TRUE, token = NULL WHERE id = $1 AND NOT revoked";
        let revoked = lease.execute(revoke, &[&clean(agent)?]).await?;
        lease.execute("DELETE FROM enrollments WHERE agent = $1", &[&agent]).await?;
        count_voided(&mut lease).await?;
        lease.commit().await?;
        one(revoked, agent)
    }

    async fn tokens_voided(&self) -> Result<u64, DirectoryError> {
        let sql = "SELECT value::bigint FROM facts WHERE name = 'tokens_voided'";
        let row = self.lease().await?.query_opt(sql, &[]).await?;
        let count: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
        Ok(count.unwrap_or_default().unsigned_abs())
    }

    async fn templates(&self, org: &str) -> Result<Vec<SharedTemplate>, DirectoryError> {
        templates::all(&mut self.lease().await?, org).await
    }

    async fn template(&self, org: &str, id: &str) -> Result<Option<SharedTemplate>, DirectoryError> {
        let Ok(id) = clean(id) else { return Ok(None) };
        templates::one(&mut self.lease().await?, org, id).await
    }

    async fn add_template(&self, org: &str, template: SharedTemplate) -> Result<(), DirectoryError> {
        templates::add(&mut self.lease().await?, org, &template).await
    }

    async fn change_template(&self, org: &str, template: SharedTemplate) -> Result<(), DirectoryError> {
        templates::change(&mut self.lease().await?, org, &template).await
    }

    async fn remove_template(&self, org: &str, id: &str) -> Result<(), DirectoryError> {
        templates::remove(&mut self.lease().await?, org, clean(id)?).await
    }

    async fn remember_origin(&self, origin: &str) -> Result<(), DirectoryError> {
        let sql = "INSERT INTO facts (name, value) VALUES ('origin', $1)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE facts.value <> excluded.value";
        self.lease().await?.execute(sql, &[&origin]).await?;
        Ok(())
    }

    async fn origin(&self) -> Result<Option<String>, DirectoryError> {
        let sql = "SELECT value FROM facts WHERE name = 'origin'";
        let row = self.lease().await?.query_opt(sql, &[]).await?;
        Ok(row.map(|row| row.try_get(0)).transpose()?)
    }
}

/// A new token for an agent who is not revoked; the one before is void.
async fn issue_token(lease: &mut Lease, agent: &str) -> Result<Option<String>, DirectoryError> {
    let token = secret::draw()?;
    let hash = secret::hash(&token);
    let sql = "UPDATE agents SET token = $2 WHERE id = $1 AND NOT revoked";
    let issued = lease.execute(sql, &[&agent, &&hash[..]]).await?;
    count_voided(lease).await?;
    Ok((issued == 1).then_some(token))
}

/// A token may have become void in this transaction. The row is the last that is locked, and for as short as can be.
async fn count_voided(lease: &mut Lease) -> Result<(), DirectoryError> {
    let sql = "INSERT INTO facts (name, value) VALUES ('tokens_voided', '1')
         ON CONFLICT (name) DO UPDATE SET value = (facts.value::bigint + 1)::text";
    lease.execute(sql, &[]).await?;
    Ok(())
}

/// Ends the transaction: what was done stands if it came to something.
async fn settle<T>(lease: &mut Lease, done: Option<T>) -> Result<Option<T>, DirectoryError> {
    match done {
        Some(_) => lease.commit().await?,
        None => lease.undo().await?,
    }
    Ok(done)
}

/// One row was there and was changed, or what was named does not exist.
fn one(changed: u64, named: &str) -> Result<(), DirectoryError> {
    if changed == 1 { Ok(()) } else { Err(DirectoryError::Unknown(named.to_owned())) }
}

/// PostgreSQL keeps no text with a NUL in it: what is named so does not exist.
fn clean(name: &str) -> Result<&str, DirectoryError> {
    if name.contains('\0') { Err(DirectoryError::Unknown(name.replace('\0', "\u{fffd}"))) } else { Ok(name) }
}
