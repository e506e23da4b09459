//! The embedded database: one SQLite file in the data folder, for sessions and directory both.
//!
//! Everything that writes goes through one thread ([`writer`]), which groups what waits into one transaction, so that many
//! callers share one `fsync` (WAL, `synchronous=FULL`). Reading happens where it is asked for, on connections of its own: a
//! WAL reader waits for nobody, and what is read are look-ups by key. The subcommands open the same file beside a running
//! service; SQLite's locks keep them apart.

mod folder;
mod readers;
mod writer;

pub(crate) use writer::Fate;

use readers::Readers;
use rusqlite::{Connection, TransactionBehavior};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use writer::{Stopped, Writer};

/// How long a connection waits for another process's write.
const BUSY: Duration = Duration::from_secs(5);
/// Statements a connection keeps compiled; more than there are.
const STATEMENTS: usize = 64;

/// Each brings the database from its place in the list to the next version.
const MIGRATIONS: [&str; 3] =
    [include_str!("schema-1.sql"), include_str!("schema-2.sql"), include_str!("schema-3.sql")];

/// Why the database cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// The data folder cannot be used.
    #[error("the data folder cannot be used: {0}")]
    Folder(#[from] io::Error),
    /// SQLite refuses.
    #[error("the database cannot be opened: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A later version of this program made it.
    #[error("the database was made by a later version of this program (schema {0}); use that version")]
    Later(u32),
}

/// The open database. Clones are the same one.
#[derive(Clone)]
pub struct Database(Arc<Inner>);

struct Inner {
    writer: Writer,
    readers: Readers,
}

impl Database {
    /// The version of the tables that this program works with.
    #[expect(clippy::cast_possible_truncation, reason = "there are a few")]
    pub const VERSION: u32 = MIGRATIONS.len() as u32;

    /// Opens, and where needed creates or migrates, the database in `folder`.
    pub fn open(folder: &Path) -> Result<Self, DatabaseError> {
        let file = folder::prepare(folder)?;
        let mut connection = connect(&file)?;
        migrate(&mut connection)?;
        let readers = Readers::open(|| connect(&file))?;
        Ok(Self(Arc::new(Inner { writer: Writer::spawn(connection)?, readers })))
    }

    /// Runs `job` alone in the writer's transaction. Once that is on disk `committed` is called with the result, even if
    /// whoever asked has gone, and the result is returned.
    pub(crate) async fn write<T, F, C>(&self, job: F, committed: C) -> Result<T, Stopped>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> (T, Fate) + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        self.0.writer.run(job, committed).await
    }

    /// Runs `job` on a reading connection, here and now. What it sees includes everything whose writing was acknowledged.
    pub(crate) fn read<T>(&self, job: impl FnOnce(&Connection) -> T) -> T {
        self.0.readers.run(job)
    }
}

/// A connection with the pragmas that each of ours has.
fn connect(file: &Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

fn migrate(connection: &mut Connection) -> Result<(), DatabaseError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let missing = MIGRATIONS.get(version as usize..).ok_or(DatabaseError::Later(version))?;
    for (next, migration) in (version + 1..).zip(missing) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", next)?;
    }
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_versions_database_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        drop(Database::open(folder.path()).unwrap());
        drop(Database::open(folder.path()).unwrap());
        let connection = connect(&folder.path().join(folder::FILE)).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(Database::open(folder.path()), Err(DatabaseError::Later(99))));
    }
}
