//! What remains of sessions: who, when, which kinds of field, how it ended. Never a value, a passcode or a subject. Read in
//! pages by key, so that the millionth row costs what the first did; dropped once it is older than the operator wants to keep.

mod csv;
mod sqlite;

pub use csv::{HEADER, line};
pub use sqlite::SqliteAudit;

use crate::clock::Millis;
use async_trait::async_trait;
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

/// The history.
#[async_trait]
pub trait Audit: Send + Sync + 'static {
    /// A page of entries, oldest first.
    async fn page(&self, query: AuditQuery) -> Result<Vec<AuditEntry>, AuditError>;
    /// Drops sessions created before this time; perhaps not all at once.
    async fn forget(&self, before: Millis) -> Result<(), AuditError>;
}
