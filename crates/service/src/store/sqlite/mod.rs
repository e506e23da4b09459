//! Sessions in one SQLite file: the embedded default, nothing to install.
//!
//! One thread owns the writing connection. It takes whatever waits and runs it in one transaction, so that many sessions
//! share one `fsync` (WAL, `synchronous=FULL`), and answers after the commit: what was acknowledged survives a crash. Verbs
//! are functions of the transaction ([`verbs`]); being alone in it is what makes them atomic.

mod rows;
mod verbs;
mod writer;

use super::wakes::Key;
use super::{
    OpenedRecord, Owner, Placement, Recipient, SessionStore, StoreError, StoredEvent, VerdictRecord, Wakes,
};
use crate::clock::{Clock, Millis};
use async_trait::async_trait;
use countersign_protocol::wire::{Answer, CreateSession, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId};
use rusqlite::Connection;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use writer::Writer;

/// The file in the data folder; the directory lives in it too.
pub const FILE: &str = "countersign.db";

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS sessions (
        id BLOB NOT NULL PRIMARY KEY,
        org TEXT NOT NULL,
        agent TEXT NOT NULL,
        number TEXT NOT NULL,
        request TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        stage TEXT NOT NULL,
        token BLOB,
        answer TEXT,
        verdict TEXT,
        nonce TEXT,
        outcome TEXT,
        open_refused_at INTEGER NOT NULL DEFAULT 0,
        told_expired INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS sessions_number ON sessions (org, number);
    CREATE INDEX IF NOT EXISTS sessions_agent ON sessions (agent);
    CREATE INDEX IF NOT EXISTS sessions_expiry ON sessions (expires_at);
    CREATE TABLE IF NOT EXISTS events (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        agent TEXT NOT NULL,
        at INTEGER NOT NULL,
        name TEXT NOT NULL,
        data TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS events_agent ON events (agent, seq);
    CREATE TABLE IF NOT EXISTS audit (
        row INTEGER PRIMARY KEY AUTOINCREMENT,
        session BLOB NOT NULL UNIQUE,
        org TEXT NOT NULL,
        agent TEXT NOT NULL,
        template TEXT,
        kinds TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        opened_at INTEGER,
        answered_at INTEGER,
        verdict_at INTEGER,
        viewed_at INTEGER,
        revealed_at INTEGER,
        ended_at INTEGER,
        outcome TEXT
    ) STRICT;
";

/// Opens the data folder's file with the pragmas every connection of ours has.
pub(crate) fn connect(folder: &Path) -> Result<Connection, rusqlite::Error> {
    let path = folder.join(FILE);
    let connection = Connection::open(&path)?;
    restrict(&path);
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

fn restrict(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if let Err(error) = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)) {
            tracing::warn!(%error, "the database file's permissions could not be set");
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// The store.
pub struct SqliteStore {
    writer: Writer,
    wakes: Wakes,
    clock: Arc<dyn Clock>,
}

impl SqliteStore {
    /// Opens the store in `folder`, which exists.
    pub fn open(folder: &Path, clock: Arc<dyn Clock>) -> Result<Self, rusqlite::Error> {
        let connection = connect(folder)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { writer: Writer::spawn(connection), wakes: Wakes::default(), clock })
    }

    /// Runs a verb in the writer's transaction, then wakes who waits for what it changed.
    async fn run<T, F>(&self, verb: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut verbs::Step<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let clock = self.clock.clone();
        let (result, changed) = self
            .writer
            .run(move |connection| {
                let mut step = verbs::Step::new(connection, clock.now());
                let result = verb(&mut step);
                (result, step.changed())
            })
            .await?;
        for key in &changed {
            self.wakes.wake(key);
        }
        result
    }
}

#[allow(clippy::redundant_closure_for_method_calls)] // the path is not general enough over the lifetime
#[async_trait]
impl SessionStore for SqliteStore {
    async fn create(&self, owner: Owner, request: CreateSession) -> Result<Placement, StoreError> {
        self.run(move |step| step.create(&owner, &request)).await
    }

    async fn open(&self, recipient: Recipient) -> Result<OpenedRecord, StoreError> {
        self.run(move |step| step.open(&recipient)).await
    }

    async fn answer(&self, recipient: Recipient, answer: Answer) -> Result<(), StoreError> {
        self.run(move |step| step.answer(&recipient, &answer)).await
    }

    async fn verdict_for(&self, recipient: Recipient) -> Result<VerdictRecord, StoreError> {
        self.run(move |step| step.verdict_for(&recipient)).await
    }

    async fn viewed(&self, recipient: Recipient, nonce: Nonce) -> Result<(), StoreError> {
        self.run(move |step| step.viewed(&recipient, &nonce)).await
    }

    async fn outcome(&self, recipient: Recipient, outcome: Outcome) -> Result<(), StoreError> {
        self.run(move |step| step.outcome(&recipient, outcome)).await
    }

    async fn extend_by_recipient(&self, recipient: Recipient) -> Result<Millis, StoreError> {
        self.run(move |step| step.extend_by_recipient(&recipient)).await
    }

    async fn verdict(&self, agent: String, id: SessionId, verdict: Verdict) -> Result<(), StoreError> {
        self.run(move |step| step.verdict(&agent, &id, &verdict)).await
    }

    async fn revealed(&self, agent: String, id: SessionId) -> Result<(), StoreError> {
        self.run(move |step| step.revealed(&agent, &id)).await
    }

    async fn extend(&self, agent: String, id: SessionId) -> Result<Millis, StoreError> {
        self.run(move |step| step.extend_by_agent(&agent, &id)).await
    }

    async fn cancel(&self, agent: String, id: SessionId) -> Result<(), StoreError> {
        self.run(move |step| step.cancel(&agent, &id)).await
    }

    async fn numbered(&self, org: String, number: String) -> Result<SessionId, StoreError> {
        self.run(move |step| step.numbered(&org, &number)).await
    }

    async fn events_after(&self, agent: String, seq: i64) -> Result<Vec<StoredEvent>, StoreError> {
        self.run(move |step| step.events_after(&agent, seq)).await
    }

    async fn newest_event(&self) -> Result<i64, StoreError> {
        self.run(|step| step.newest_event()).await
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        self.run(|step| step.sweep()).await
    }

    async fn ready(&self) -> Result<(), StoreError> {
        self.run(|step| step.newest_event().map(drop)).await
    }

    fn wakes(&self) -> &Wakes {
        &self.wakes
    }
}

/// A failure of the database is logged here, once, and is *unavailable* to everybody else.
impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        tracing::error!(%error, "the session store failed");
        Self::Unavailable
    }
}

/// The key of an agent's events.
pub(super) fn agent_key(agent: &str) -> Key {
    Key::Agent(agent.to_owned())
}
