//! Live sessions behind one trait. Each verb is atomic: it checks and changes in one step, so that a link is opened once and
//! an answer taken once however many ask at the same instant. Nothing outside reads first and writes then.
//!
//! Which verb leads from which stage to which is [`countersign_protocol::stage::Stage::after`]'s to say. A repeat of a verb
//! with the same content is answered from what is recorded; with other content it is a conflict. A second, different answer
//! ends the session for both (`docs/protocol.md` §5): the agent is told by `outcome {matched: false}`.
//!
//! What is stored holds nothing that could be tested for a value offline, and goes 60 s after its session's end.

pub mod sqlite;
mod wakes;

pub use wakes::{Key, Wake, Wakes};

use crate::clock::Millis;
use async_trait::async_trait;
use countersign_protocol::wire::{Answer, CreateSession, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId, Tag};

/// How long a session's record outlives it, so that late callers get the one uniform answer from the same look-up.
pub const KEPT_AFTER_MS: Millis = 60_000;
/// How long events can be resumed.
pub const EVENTS_KEPT_MS: Millis = 20 * 60_000;
/// Longest life of a session, from its creation.
pub const MAX_LIFE_MS: Millis = 900_000;
/// What *more time* gives, at least, from now on.
pub const MORE_TIME_MS: Millis = 120_000;

/// Why a verb did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Unknown, expired, over, another's: to the outside one thing.
    #[error("no such session")]
    NoSuchSession,
    /// The session is at another stage.
    #[error("the session is at another step")]
    WrongState,
    /// Done before, with other content.
    #[error("done before with another content")]
    Conflict,
    /// The agent has as many live sessions as allowed.
    #[error("too many live sessions")]
    TooManyLive,
    /// The store does not answer: disk full, database gone. Nothing was changed.
    #[error("the store does not answer")]
    Unavailable,
}

/// Who creates a session.
#[derive(Debug, Clone)]
pub struct Owner {
    /// The organization's handle.
    pub org: String,
    /// The agent's id.
    pub agent: String,
}

/// A session as created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Six digits.
    pub number: String,
    /// When it was created.
    pub created_at: Millis,
    /// When it ends.
    pub expires_at: Millis,
}

/// How a recipient names a session: by organization, id and the hash of its token.
#[derive(Debug, Clone)]
pub struct Recipient {
    /// The organization's handle, as in the path.
    pub org: String,
    /// The session.
    pub id: SessionId,
    /// SHA-256 of the recipient's token.
    pub token: [u8; 32],
}

/// What an open answers.
#[derive(Debug, Clone)]
pub struct OpenedRecord {
    /// The request that made the session: offer and share are in it.
    pub request: CreateSession,
    /// When it ends.
    pub expires_at: Millis,
}

/// What the recipient may know of the verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VerdictRecord {
    /// None yet.
    Pending,
    /// Accepted, with the agent's tag.
    Accepted(Tag, Millis),
    /// Refused.
    Refused,
}

/// An event as stored: ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Grows with time; the SSE id.
    pub seq: i64,
    /// The SSE event name.
    pub name: String,
    /// The SSE data, JSON.
    pub data: String,
}

/// Live sessions.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Places a session. The same id, owner and request again: the same placement.
    async fn create(&self, owner: Owner, request: CreateSession) -> Result<Placement, StoreError>;
    /// The first token opens; the same token again gets the same; any other nothing, and the agent is told.
    async fn open(&self, recipient: Recipient) -> Result<OpenedRecord, StoreError>;
    /// Takes the one answer.
    async fn answer(&self, recipient: Recipient, answer: Answer) -> Result<(), StoreError>;
    /// What the recipient may know of the verdict.
    async fn verdict_for(&self, recipient: Recipient) -> Result<VerdictRecord, StoreError>;
    /// The recipient has seen the passcode.
    async fn viewed(&self, recipient: Recipient, nonce: Nonce) -> Result<(), StoreError>;
    /// The recipient's last word.
    async fn outcome(&self, recipient: Recipient, outcome: Outcome) -> Result<(), StoreError>;
    /// More time, asked for by the recipient; when the session ends now.
    async fn extend_by_recipient(&self, recipient: Recipient) -> Result<Millis, StoreError>;
    /// The agent's verdict.
    async fn verdict(&self, agent: String, id: SessionId, verdict: Verdict) -> Result<(), StoreError>;
    /// The agent has revealed the passcode.
    async fn revealed(&self, agent: String, id: SessionId) -> Result<(), StoreError>;
    /// More time, asked for by the agent; when the session ends now.
    async fn extend(&self, agent: String, id: SessionId) -> Result<Millis, StoreError>;
    /// The agent calls it off.
    async fn cancel(&self, agent: String, id: SessionId) -> Result<(), StoreError>;
    /// The live, unopened session with this number.
    async fn numbered(&self, org: String, number: String) -> Result<SessionId, StoreError>;
    /// An agent's events after `seq`, oldest first.
    async fn events_after(&self, agent: String, seq: i64) -> Result<Vec<StoredEvent>, StoreError>;
    /// The newest event's seq.
    async fn newest_event(&self) -> Result<i64, StoreError>;
    /// Tells agents of sessions that have run out, and drops what has been kept long enough.
    async fn sweep(&self) -> Result<(), StoreError>;
    /// Whether the store answers.
    async fn ready(&self) -> Result<(), StoreError>;
    /// Where to wait for changes.
    fn wakes(&self) -> &Wakes;
}
