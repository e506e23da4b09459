//! Where directory and audit are kept: in the embedded database or in PostgreSQL, chosen once, at start. Sessions have a choice of
//! their own ([`crate::store`]).

use crate::audit::{Audit, PostgresAudit, SqliteAudit};
use crate::clock::Clock;
use crate::directory::{Directory, PostgresDirectory, SqliteDirectory};
use crate::postgres::{Postgres, PostgresError, PostgresUrl};
use crate::sqlite::{Database, DatabaseError};
use std::path::PathBuf;
use std::sync::Arc;

/// The place.
#[derive(Debug, Clone)]
pub struct Place {
    /// The folder with the embedded database.
    pub data: PathBuf,
    /// PostgreSQL; the embedded database if absent.
    pub postgres: Option<PostgresUrl>,
}

/// What is kept there.
pub struct Kept {
    /// Organizations and agents.
    pub directory: Arc<dyn Directory>,
    /// What remains of sessions.
    pub audit: Arc<dyn Audit>,
    /// Where the tables are, and their version.
    pub schema: (&'static str, u32),
}

/// Why nothing can be kept there.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// The embedded database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// PostgreSQL cannot be used.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
}

impl Place {
    /// Opens what is kept there; the tables are brought to this version's.
    pub async fn open(&self, clock: Arc<dyn Clock>) -> Result<Kept, KeepError> {
        match &self.postgres {
            Some(url) => Ok(Kept::in_postgres(Postgres::open(url).await?, clock)),
            None => Ok(Kept::embedded(Database::open(&self.data)?, clock)),
        }
    }
}

impl Kept {
    /// In the embedded database.
    pub fn embedded(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self {
            directory: Arc::new(SqliteDirectory::new(database.clone(), clock)),
            audit: Arc::new(SqliteAudit::new(database)),
            schema: ("embedded database", Database::VERSION),
        }
    }

    /// In PostgreSQL.
    pub fn in_postgres(postgres: Postgres, clock: Arc<dyn Clock>) -> Self {
        Self {
            directory: Arc::new(PostgresDirectory::new(postgres.clone(), clock)),
            audit: Arc::new(PostgresAudit::new(postgres)),
            schema: ("PostgreSQL", Postgres::VERSION),
        }
    }
}
