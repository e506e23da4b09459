//! The tables, in versions. Each migration is in the binary and is applied once, in one transaction, under a lock that nodes
//! which start together take in turn. A database that a later version has made is left alone.

use super::lease::{Failure, Lease};

/// Each brings the database from its place in the list to the next version.
const MIGRATIONS: [&str; 1] = [include_str!("schema-1.sql")];
/// The newest.
#[expect(clippy::cast_possible_truncation, reason = "there are a few")]
pub(super) const VERSION: u32 = MIGRATIONS.len() as u32;
/// The advisory lock's name: "cs" and "schema" in ASCII.
const LOCK: i64 = 0x6373_5f73_6368_656d;

/// A migration takes as long as it takes, and so does another node's.
const PATIENCE: &str = "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
    SET LOCAL idle_in_transaction_session_timeout = 0";

/// Why the tables cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MigrationError {
    /// A later version of this program made them.
    #[error("the database was made by a later version of this program (schema {0}); use that version")]
    Later(u32),
    /// The role may not change tables.
    #[error(
        "the tables are at version {0} and this role may not change them ({1}); run `countersign-service migrate` as their \
         owner"
    )]
    Refused(u32, #[source] Failure),
    /// The database does not answer.
    #[error(transparent)]
    Failure(#[from] Failure),
}

/// Brings the tables to this version's. Where they are, nothing is locked and nothing written.
pub(super) async fn migrate(lease: &mut Lease) -> Result<(), MigrationError> {
    if missing(version(lease).await?)?.is_empty() {
        return Ok(());
    }
    lease.begin().await?;
    lease.patiently(PATIENCE).await?;
    lease.patiently(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    // Another node may have been faster.
    let version = version(lease).await?;
    for (next, migration) in (version + 1..).zip(missing(version)?) {
        let refused = |error| MigrationError::Refused(version, error);
        lease.patiently(migration).await.map_err(refused)?;
        let record = "INSERT INTO countersign_schema (version) VALUES ($1)";
        lease.execute(record, &[&i64::from(next)]).await.map_err(refused)?;
        tracing::debug!(version = next, "PostgreSQL's tables were brought up to date");
    }
    Ok(lease.commit().await?)
}

/// The version the tables are at; 0 before there are any.
async fn version(lease: &mut Lease) -> Result<u32, Failure> {
    // Read from the catalogue, as of now. A look-up by name would be answered from the session's cache, which does not hear
    // of what another has just created.
    let known = "SELECT 1 FROM pg_catalog.pg_tables
         WHERE tablename = 'countersign_schema' AND schemaname = ANY (current_schemas(FALSE))";
    if lease.query_opt(known, &[]).await?.is_none() {
        return Ok(0);
    }
    let newest = "SELECT coalesce(max(version), 0)::bigint FROM countersign_schema";
    let row = lease.query_opt(newest, &[]).await?;
    let newest: i64 = row.map(|row| row.try_get(0)).transpose()?.unwrap_or_default();
    Ok(u32::try_from(newest).unwrap_or(u32::MAX))
}

fn missing(version: u32) -> Result<&'static [&'static str], MigrationError> {
    MIGRATIONS.get(version as usize..).ok_or(MigrationError::Later(version))
}
