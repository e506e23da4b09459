//! What remains of sessions: who, when, which kinds of field, how it ended. Never a value, a passcode or a subject. Read in
//! pages by key, so that the millionth row costs what the first did; dropped once it is older than the operator wants to keep.

mod csv;
pub(crate) mod outbox;
mod postgres;
mod sqlite;

pub use csv::{HEADER, line};
pub use postgres::PostgresAudit;
pub use sqlite::SqliteAudit;

use crate::clock::Millis;
use async_trait::async_trait;
use countersign_protocol::SessionId;
use countersign_protocol::wire::AuditEntry;
use std::error::Error;

/// Most entries of one page.
pub const MOST_ENTRIES: u32 = 1000;

/// The history does not answer, or has broken.
#[derive(Debug, thiserror::Error)]
#[error("the history cannot be read or written: {0}")]
pub struct AuditError(#[source] pub(crate) Box<dyn Error + Send + Sync>);

/// Which entries.
#[derive(Debug, Clone, Default)]
pub struct AuditQuery {
    /// Of this organization; of all if absent.
    pub org: Option<String>,
    /// Of sessions created at this time or later.
    pub since: Option<Millis>,
    /// Of sessions created before this time.
    pub until: Option<Millis>,
    /// That follow the entry with this `seq`.
    pub after: u64,
    /// So many at most, and never more than [`MOST_ENTRIES`].
    pub limit: u32,
}

/// What remains of a session so far, as a session store hands it over that does not share the history's database. A session is
/// one record however often it is handed over: what two of them say is put together, and a step that is known stays known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRecord {
    /// The session. It is told apart from a later one of the same id by when it was created.
    pub session: SessionId,
    /// The organization's handle.
    pub org: String,
    /// The agent's id.
    pub agent: String,
    /// The template it was made from.
    pub template: Option<String>,
    /// The kinds of field that were asked for, with a space between them.
    pub kinds: String,
    /// When it was created.
    pub created_at: Millis,
    /// When the link was opened, if it was; and so on.
    pub opened_at: Option<Millis>,
    /// The answer came.
    pub answered_at: Option<Millis>,
    /// The agent's program accepted or refused it.
    pub verdict_at: Option<Millis>,
    /// The passcode was on the recipient's screen.
    pub viewed_at: Option<Millis>,
    /// The agent revealed it.
    pub revealed_at: Option<Millis>,
    /// The session was over.
    pub ended_at: Option<Millis>,
    /// How it ended.
    pub outcome: Option<String>,
}

/// The history.
#[async_trait]
pub trait Audit: Send + Sync + 'static {
    /// A page of entries, oldest first.
    async fn page(&self, query: AuditQuery) -> Result<Vec<AuditEntry>, AuditError>;
    /// Takes these records, all of them or, if it fails, none. The same again, or an older state of the same session after a
    /// newer one, changes nothing.
    async fn record(&self, records: Vec<AuditRecord>) -> Result<(), AuditError>;
    /// Drops sessions created before this time; perhaps not all at once.
    async fn forget(&self, before: Millis) -> Result<(), AuditError>;
}
