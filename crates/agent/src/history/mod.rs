//! Every session ever created on this machine, and the record of spent shares: SQLite, metadata only.
//!
//! No field value, passcode, scalar or link is ever in here. Writes are durable when they return (`synchronous=FULL`):
//! [`History::spend`] must be on disk before an answer is looked at (`docs/protocol.md` §5, one guess).
//!
//! A file that is not a database any more is kept under another name and a new one begun; the user is told.
//!
//! - this file: writing
//! - [`reader`]: pages, search, numbers and exports, on connections of their own
//! - [`chain`]: the keyed chain over finished sessions
//! - `schema`: tables and migrations

pub mod chain;
mod export;
pub mod reader;
mod rows;
mod schema;
mod summary;

pub use export::ExportError;
pub use reader::Reader;

use crate::view::Outcome;
use countersign_protocol::{Began, SessionId};
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, params};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The file in the program's data folder.
const FILE: &str = "history.db";
/// A spent record is useless once the session can no longer exist anywhere: 900 s, and a day to spare.
const SPENT_KEPT_MS: i64 = 24 * 3600 * 1000;

/// The open history.
pub struct History {
    connection: Connection,
    path: PathBuf,
    sealer: chain::Sealer,
}

/// What opening found.
pub struct Opened {
    /// The history, ready to write.
    pub history: History,
    /// Where a damaged file was put aside, if there was one.
    pub damaged: Option<PathBuf>,
}

/// The history cannot be read or written. The world is down (a full disk, a lost folder); nothing was recorded.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The folder or file cannot be used.
    #[error(
        "The history cannot be written, so no session can be started. Check the disk's free space and permissions."
    )]
    Unavailable(#[source] rusqlite::Error),
    /// The share was spent before: this answer must not be looked at.
    #[error("This session has had its one answer.")]
    AlreadySpent,
}

impl From<rusqlite::Error> for HistoryError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the history cannot be used");
        Self::Unavailable(error)
    }
}

/// A session as it enters history.
#[derive(Debug, Clone)]
pub struct NewRow<'a> {
    /// Which session.
    pub id: &'a SessionId,
    /// The service it runs at: its origin, or `practice`.
    pub service: &'a str,
    /// Milliseconds since 1970.
    pub created_at: i64,
    /// May be empty.
    pub subject: &'a str,
    /// The template's name.
    pub template: Option<&'a str>,
    /// Names only.
    pub fields: Vec<&'a str>,
    /// Who began the conversation.
    pub began: Began,
    /// Seconds it was created for.
    pub ttl_secs: u32,
}

/// Something a session came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Milestone {
    /// The link was opened.
    Opened,
    /// The recipient saw the passcode.
    Viewed,
    /// The agent saw it too.
    Revealed,
    /// It is over.
    Ended(Outcome),
}

impl History {
    /// Opens the history in `folder`, which exists.
    pub fn open(folder: &Path, now_ms: i64) -> Result<Opened, HistoryError> {
        let path = folder.join(FILE);
        match Self::open_file(&path, now_ms) {
            Ok(history) => Ok(Opened { history, damaged: None }),
            Err(error) if is_damage(&error) => {
                let aside = folder.join(format!("history.damaged-{now_ms}.db"));
                put_aside(&path, &aside);
                tracing::warn!("the history file is damaged; it is kept beside the new one");
                Ok(Opened { history: Self::open_file(&path, now_ms)?, damaged: Some(aside) })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn open_file(path: &Path, now_ms: i64) -> Result<Self, rusqlite::Error> {
        let mut connection = Connection::open(path)?;
        restrict(path);
        connection.busy_timeout(Duration::from_secs(2))?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        schema::migrate(&mut connection)?;
        // Touches both tables, so that damage shows now and not in mid-session.
        connection.query_row("SELECT count(*) FROM sessions WHERE outcome IS NULL", [], |_| Ok(()))?;
        connection.execute("DELETE FROM spent WHERE at < ?1", [now_ms - SPENT_KEPT_MS])?;
        Ok(Self { connection, path: path.to_owned(), sealer: chain::Sealer::default() })
    }

    /// A way to read beside the writing, for another thread.
    pub fn reader(&self) -> Result<Reader, HistoryError> {
        Reader::open(&self.path)
    }

    /// Sessions that end from now on are sealed with this key, and those that ended since the program started.
    pub fn seal_with(&mut self, key: chain::ChainKey) -> Result<(), HistoryError> {
        let transaction = self.connection.transaction()?;
        let sealed = self.sealer.begin(&transaction, key);
        transaction.commit()?;
        Ok(sealed?)
    }

    /// Whether there is a key to seal with.
    pub fn has_key(&self) -> bool {
        self.sealer.has_key()
    }

    /// Whether any record is sealed: then a key that cannot be found is lost, and another would not do.
    pub fn is_sealed(&self) -> Result<bool, HistoryError> {
        Ok(self.connection.query_row("SELECT EXISTS (SELECT 1 FROM chain)", [], |row| row.get(0))?)
    }

    /// Forgets sessions created before `cutoff`: the oldest, as far as they have ended.
    pub fn forget_before(&mut self, cutoff: i64) -> Result<u64, HistoryError> {
        let transaction = self.connection.transaction()?;
        let sealed = self.sealer.forget_before(&transaction, cutoff)?;
        let unsealed = transaction.execute(
            "DELETE FROM sessions WHERE created_at < ?1 AND outcome IS NOT NULL
             AND row NOT IN (SELECT row FROM chain)",
            [cutoff],
        )?;
        transaction.commit()?;
        Ok(sealed + unsealed as u64)
    }

    /// Enters a session.
    pub fn insert(&mut self, new: &NewRow<'_>) -> Result<(), HistoryError> {
        let fields = serde_json::to_string(&new.fields).unwrap_or_default();
        // Times never go back, even when the clock does: readers take the order of rows for the order of time.
        let mut insert = self.connection.prepare_cached(
            "INSERT INTO sessions (session_id, service, created_at, subject, template, fields, began, ttl_secs)
             VALUES (?1, ?2, max(?3, coalesce((SELECT created_at FROM sessions ORDER BY row DESC LIMIT 1), ?3)),
                     ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            new.id.to_string(),
            new.service,
            new.created_at,
            new.subject,
            new.template,
            fields,
            new.began.as_str(),
            new.ttl_secs
        ])?;
        Ok(())
    }

    /// Records that a session's share is spent; durable when it returns. A second time is an error.
    pub fn spend(&mut self, id: &SessionId, at: i64) -> Result<(), HistoryError> {
        let inserted = self
            .connection
            .execute("INSERT OR IGNORE INTO spent VALUES (?1, ?2)", params![id.to_string(), at])?;
        if inserted == 1 { Ok(()) } else { Err(HistoryError::AlreadySpent) }
    }

    /// Records what a session came to. What was recorded first stays, but for an end without the recipient's last word: that one is
    /// overruled when the word comes after all.
    pub fn mark(&mut self, id: &SessionId, milestone: Milestone, at: i64) -> Result<(), HistoryError> {
        let id = id.to_string();
        match milestone {
            Milestone::Opened => self.stamp("opened_at", &id, at),
            Milestone::Viewed => self.stamp("viewed_at", &id, at),
            Milestone::Revealed => self.stamp("revealed_at", &id, at),
            Milestone::Ended(outcome) => {
                let transaction = self.connection.transaction()?;
                let row: Option<i64> = transaction
                    .prepare_cached(
                        "UPDATE sessions SET ended_at = ?2, outcome = ?3
                         WHERE session_id = ?1 AND outcome IS NULL RETURNING row",
                    )?
                    .query_row(params![id, at, rows::outcome_name(outcome)], |row| row.get(0))
                    .optional()?;
                if let Some(row) = row {
                    self.sealer.seal(&transaction, row)?;
                } else if let Some(row) = overruled(&transaction, &id, outcome)? {
                    let set = "UPDATE sessions SET outcome = ?2 WHERE row = ?1";
                    let name = rows::outcome_name(outcome);
                    self.sealer.amend(&transaction, row, || {
                        transaction.execute(set, params![row, name]).map(drop)
                    })?;
                }
                transaction.commit()?;
                Ok(())
            }
        }
    }

    fn stamp(&mut self, column: &'static str, id: &str, at: i64) -> Result<(), HistoryError> {
        let sql = format!(
            "UPDATE sessions SET {column} = ?2 WHERE session_id = ?1 AND {column} IS NULL AND outcome IS NULL"
        );
        self.connection.prepare_cached(&sql)?.execute(params![id, at])?;
        Ok(())
    }

    /// Marks what was running when the program stopped as interrupted; returns which sessions, and at which service, so
    /// that they can be called off there.
    pub fn interrupt_running(&mut self, at: i64) -> Result<Vec<(SessionId, String)>, HistoryError> {
        let transaction = self.connection.transaction()?;
        let running = {
            let mut statement = transaction.prepare(
                "SELECT session_id, service, row FROM sessions WHERE outcome IS NULL ORDER BY row",
            )?;
            let rows = statement.query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, i64>(2)?))
            })?;
            rows.collect::<Result<Vec<_>, _>>()?
        };
        transaction.execute(
            "UPDATE sessions SET ended_at = ?1, outcome = ?2 WHERE outcome IS NULL",
            params![at, rows::outcome_name(Outcome::Interrupted)],
        )?;
        for (_, _, row) in &running {
            self.sealer.seal(&transaction, *row)?;
        }
        transaction.commit()?;
        Ok(running.into_iter().filter_map(|(id, service, _)| Some((id.parse().ok()?, service))).collect())
    }

    /// Whether a session's share is on record as spent.
    pub fn is_spent(&self, id: &SessionId) -> Result<bool, HistoryError> {
        let found = self
            .connection
            .query_row("SELECT 1 FROM spent WHERE session_id = ?1", [id.to_string()], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }
}

/// The row of a session that has ended without a word of the recipient's, if `outcome` is that word.
fn overruled(connection: &Connection, id: &str, outcome: Outcome) -> Result<Option<i64>, rusqlite::Error> {
    let cancelled = match outcome {
        Outcome::Mismatched | Outcome::Unexpected => rows::outcome_name(Outcome::Cancelled),
        // An agent who called off has compared nothing.
        Outcome::Matched => rows::outcome_name(Outcome::Expired),
        _ => return Ok(None),
    };
    connection
        .prepare_cached("SELECT row FROM sessions WHERE session_id = ?1 AND outcome IN (?2, ?3)")?
        .query_row(params![id, rows::outcome_name(Outcome::Expired), cancelled], |row| row.get(0))
        .optional()
}

fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Moves a damaged file and what belongs to it aside. A failure shows at the next open.
fn put_aside(path: &Path, aside: &Path) {
    for suffix in ["", "-wal", "-shm"] {
        let with = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(suffix);
            PathBuf::from(name)
        };
        if let Err(error) = std::fs::rename(with(path), with(aside))
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "a damaged history file could not be put aside");
        }
    }
}

/// History is nobody else's business on this machine.
fn restrict(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if let Err(error) = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
            tracing::warn!(%error, "the history file's permissions could not be set");
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests;
