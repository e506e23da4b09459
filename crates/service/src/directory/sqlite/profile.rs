//! What makes a profile worth trusting, and the policy: each a function of one connection.

use super::one as one_row;
use crate::clock::Millis;
use crate::directory::policy::{read_policy, write_policy};
use crate::directory::{DirectoryError, Domain, Logo, MAX_DOMAINS, Method, PolicyEdit, Proof};
use countersign_protocol::wire::Policy;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

const DOMAIN: &str = "SELECT name, challenge, method, verified_at, lost_at FROM domains";

pub(super) fn policy(connection: &Connection, handle: &str) -> Result<Policy, DirectoryError> {
    let mut statement = connection.prepare_cached("SELECT policy FROM orgs WHERE handle = ?1")?;
    let stored: Option<Option<String>> = statement.query_row([handle], |row| row.get(0)).optional()?;
    read_policy(stored.flatten().as_deref())
}

pub(super) fn edit_policy(
    connection: &Connection,
    handle: String,
    edit: PolicyEdit,
) -> Result<Policy, DirectoryError> {
    let policy = edit.apply(policy(connection, &handle)?)?;
    let json = write_policy(&policy)?;
    let changed =
        connection.execute("UPDATE orgs SET policy = ?2 WHERE handle = ?1", params![handle, json])?;
    one_row(changed, handle).map(|()| policy)
}

pub(super) fn set_logo(
    connection: &Connection,
    handle: String,
    logo: Option<Logo>,
) -> Result<(), DirectoryError> {
    let Some(Logo { digest, png }) = logo else {
        let known = connection.prepare_cached("SELECT 1 FROM orgs WHERE handle = ?1")?.exists([&handle])?;
        connection.execute("DELETE FROM logos WHERE org = ?1", [&handle])?;
        return one_row(known.into(), handle);
    };
    let set = connection.execute(
        "INSERT INTO logos (org, digest, png) SELECT handle, ?2, ?3 FROM orgs WHERE handle = ?1
         ON CONFLICT DO UPDATE SET digest = excluded.digest, png = excluded.png",
        params![handle, digest, png],
    )?;
    one_row(set, handle)
}

pub(super) fn logo(connection: &Connection, digest: &str) -> Result<Option<Vec<u8>>, DirectoryError> {
    let mut statement = connection.prepare_cached("SELECT png FROM logos WHERE digest = ?1")?;
    Ok(statement.query_row([digest], |row| row.get(0)).optional()?)
}

pub(super) fn domains(connection: &Connection, org: &str) -> Result<Vec<Domain>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(&format!("{DOMAIN} WHERE org = ?1 ORDER BY name"))?;
    statement.query_map([org], read_domain)?.collect()
}

fn domain(connection: &Connection, org: &str, name: &str) -> Result<Option<Domain>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(&format!("{DOMAIN} WHERE org = ?1 AND name = ?2"))?;
    statement.query_row([org, name], read_domain).optional()
}

/// One that is there is answered as it is.
pub(super) fn add_domain(
    connection: &Connection,
    org: &str,
    name: &str,
    challenge: &str,
) -> Result<Domain, DirectoryError> {
    if let Some(known) = domain(connection, org, name)? {
        return Ok(known);
    }
    let mut statement = connection.prepare_cached("SELECT count(*) FROM domains WHERE org = ?1")?;
    let count: u32 = statement.query_row([org], |row| row.get(0))?;
    if count >= MAX_DOMAINS {
        return Err(DirectoryError::TooManyDomains);
    }
    let added = connection.execute(
        "INSERT INTO domains (org, name, challenge) SELECT handle, ?2, ?3 FROM orgs WHERE handle = ?1",
        params![org, name, challenge],
    )?;
    one_row(added, org.to_owned())?;
    Ok(Domain { name: name.to_owned(), challenge: challenge.to_owned(), proof: None, lost_at: None })
}

pub(super) fn record_check(
    connection: &Connection,
    org: &str,
    name: &str,
    challenge: &str,
    found: Option<Method>,
    now: Millis,
) -> Result<Domain, DirectoryError> {
    let recorded = match found {
        Some(method) => connection.execute(
            "UPDATE domains SET method = ?4, verified_at = ?5, lost_at = NULL
             WHERE org = ?1 AND name = ?2 AND challenge = ?3",
            params![org, name, challenge, method.as_str(), now],
        ),
        None => connection.execute(
            "UPDATE domains SET lost_at = CASE WHEN method IS NULL THEN NULL ELSE coalesce(lost_at, ?4) END
             WHERE org = ?1 AND name = ?2 AND challenge = ?3",
            params![org, name, challenge, now],
        ),
    }?;
    one_row(recorded, name.to_owned())?;
    domain(connection, org, name)?.ok_or_else(|| DirectoryError::Unknown(name.to_owned()))
}

pub(super) fn remove_domain(connection: &Connection, org: &str, name: String) -> Result<(), DirectoryError> {
    let removed =
        connection.execute("DELETE FROM domains WHERE org = ?1 AND name = ?2", params![org, name])?;
    one_row(removed, name)
}

/// A method that is no method any more proves nothing.
fn read_domain(row: &Row<'_>) -> Result<Domain, rusqlite::Error> {
    let (method, at): (Option<String>, Option<Millis>) = (row.get(2)?, row.get(3)?);
    let method = method.as_deref().and_then(Method::named);
    let proof = method.zip(at).map(|(method, at)| Proof { method, at });
    Ok(Domain { name: row.get(0)?, challenge: row.get(1)?, proof, lost_at: row.get(4)? })
}
