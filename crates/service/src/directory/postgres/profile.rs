//! What makes a profile worth trusting, and the policy: each verb a function of one connection.

use super::{clean, one as one_row};
use crate::clock::Millis;
use crate::directory::policy::{read_policy, write_policy};
use crate::directory::{DirectoryError, Domain, Logo, MAX_DOMAINS, Method, PolicyEdit, Proof};
use crate::postgres::Lease;
use countersign_protocol::wire::Policy;
use tokio_postgres::{Error, Row};

const DOMAIN: &str = "SELECT name, challenge, method, verified_at, lost_at FROM domains";

pub(super) async fn policy(lease: &mut Lease, handle: &str) -> Result<Policy, DirectoryError> {
    let Ok(handle) = clean(handle) else { return Ok(Policy::default()) };
    let row = lease.query_opt("SELECT policy FROM orgs WHERE handle = $1", &[&handle]).await?;
    let stored: Option<String> = row.map(|row| row.try_get(0)).transpose()?.flatten();
    read_policy(stored.as_deref())
}

/// Whoever else edits the same policy waits.
pub(super) async fn edit_policy(
    lease: &mut Lease,
    handle: &str,
    edit: PolicyEdit,
) -> Result<Policy, DirectoryError> {
    lease.begin().await?;
    let edited = edit_policy_alone(lease, handle, edit).await;
    end(lease, edited).await
}

async fn edit_policy_alone(
    lease: &mut Lease,
    handle: &str,
    edit: PolicyEdit,
) -> Result<Policy, DirectoryError> {
    lock(lease, handle).await?;
    let policy = edit.apply(policy(lease, handle).await?)?;
    let sql = "UPDATE orgs SET policy = $2 WHERE handle = $1";
    one_row(lease.execute(sql, &[&handle, &write_policy(&policy)?]).await?, handle)?;
    Ok(policy)
}

pub(super) async fn set_logo(
    lease: &mut Lease,
    handle: &str,
    logo: Option<Logo>,
) -> Result<(), DirectoryError> {
    let handle = clean(handle)?;
    let Some(Logo { digest, png }) = logo else {
        let known = lease.query_opt("SELECT handle FROM orgs WHERE handle = $1", &[&handle]).await?;
        lease.execute("DELETE FROM logos WHERE org = $1", &[&handle]).await?;
        return one_row(known.is_some().into(), handle);
    };
    let sql = "INSERT INTO logos (org, digest, png) SELECT handle, $2, $3 FROM orgs WHERE handle = $1
         ON CONFLICT (org) DO UPDATE SET digest = excluded.digest, png = excluded.png";
    one_row(lease.execute(sql, &[&handle, &digest, &png]).await?, handle)
}

pub(super) async fn logo(lease: &mut Lease, digest: &str) -> Result<Option<Vec<u8>>, DirectoryError> {
    let Ok(digest) = clean(digest) else { return Ok(None) };
    let row = lease.query_opt("SELECT png FROM logos WHERE digest = $1 LIMIT 1", &[&digest]).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}

pub(super) async fn domains(lease: &mut Lease, org: &str) -> Result<Vec<Domain>, DirectoryError> {
    let Ok(org) = clean(org) else { return Ok(Vec::new()) };
    let rows = lease.query(&format!("{DOMAIN} WHERE org = $1 ORDER BY name"), &[&org]).await?;
    Ok(rows.iter().map(read_domain).collect::<Result<_, _>>()?)
}

async fn domain(lease: &mut Lease, org: &str, name: &str) -> Result<Option<Domain>, DirectoryError> {
    let row = lease.query_opt(&format!("{DOMAIN} WHERE org = $1 AND name = $2"), &[&org, &name]).await?;
    Ok(row.as_ref().map(read_domain).transpose()?)
}

/// One that is there is answered as it is.
pub(super) async fn add_domain(
    lease: &mut Lease,
    org: &str,
    name: &str,
    challenge: String,
) -> Result<Domain, DirectoryError> {
    lease.begin().await?;
    let added = add_domain_alone(lease, org, name, challenge).await;
    end(lease, added).await
}

async fn add_domain_alone(
    lease: &mut Lease,
    org: &str,
    name: &str,
    challenge: String,
) -> Result<Domain, DirectoryError> {
    lock(lease, org).await?;
    if let Some(known) = domain(lease, org, name).await? {
        return Ok(known);
    }
    let count = lease.query_opt("SELECT count(*) FROM domains WHERE org = $1", &[&org]).await?;
    let count: i64 = count.map(|row| row.try_get(0)).transpose()?.unwrap_or_default();
    if count >= i64::from(MAX_DOMAINS) {
        return Err(DirectoryError::TooManyDomains);
    }
    let sql = "INSERT INTO domains (org, name, challenge) VALUES ($1, $2, $3)";
    lease.execute(sql, &[&org, &name, &challenge]).await?;
    Ok(Domain { name: name.to_owned(), challenge, proof: None, lost_at: None })
}

pub(super) async fn record_check(
    lease: &mut Lease,
    org: &str,
    name: &str,
    challenge: &str,
    found: Option<Method>,
    now: Millis,
) -> Result<Domain, DirectoryError> {
    let (org, name, challenge) = (clean(org)?, clean(name)?, clean(challenge)?);
    let recorded = if let Some(method) = found {
        let sql = "UPDATE domains SET method = $4, verified_at = $5, lost_at = NULL
             WHERE org = $1 AND name = $2 AND challenge = $3";
        lease.execute(sql, &[&org, &name, &challenge, &method.as_str(), &now]).await?
    } else {
        let sql =
            "UPDATE domains SET lost_at = CASE WHEN method IS NULL THEN NULL ELSE coalesce(lost_at, $4) END
             WHERE org = $1 AND name = $2 AND challenge = $3";
        lease.execute(sql, &[&org, &name, &challenge, &now]).await?
    };
    one_row(recorded, name)?;
    domain(lease, org, name).await?.ok_or_else(|| DirectoryError::Unknown(name.to_owned()))
}

pub(super) async fn remove_domain(lease: &mut Lease, org: &str, name: &str) -> Result<(), DirectoryError> {
    let sql = "DELETE FROM domains WHERE org = $1 AND name = $2";
    one_row(lease.execute(sql, &[&clean(org)?, &name]).await?, name)
}

/// Holds the organization's row until the transaction ends.
async fn lock(lease: &mut Lease, org: &str) -> Result<(), DirectoryError> {
    let locked = "SELECT handle FROM orgs WHERE handle = $1 FOR UPDATE";
    let unknown = || DirectoryError::Unknown(org.to_owned());
    lease.query_opt(locked, &[&clean(org)?]).await?.map(drop).ok_or_else(unknown)
}

/// Ends the transaction: what was done stands, what was refused leaves nothing.
async fn end<T>(lease: &mut Lease, done: Result<T, DirectoryError>) -> Result<T, DirectoryError> {
    match done {
        Ok(_) => lease.commit().await?,
        Err(DirectoryError::Unavailable(_)) => {}
        Err(_) => lease.undo().await?,
    }
    done
}

/// A method that is no method any more proves nothing.
fn read_domain(row: &Row) -> Result<Domain, Error> {
    let (method, at): (Option<&str>, Option<Millis>) = (row.try_get(2)?, row.try_get(3)?);
    let proof = method.and_then(Method::named).zip(at).map(|(method, at)| Proof { method, at });
    Ok(Domain { name: row.try_get(0)?, challenge: row.try_get(1)?, proof, lost_at: row.try_get(4)? })
}
