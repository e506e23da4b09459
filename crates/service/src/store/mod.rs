//! Live sessions behind one trait. Each verb is atomic: it checks and changes in one step, so that a link is opened once and
//! an answer taken once however many ask at the same instant. Nothing outside reads first and writes then.
//!
//! Which verb leads from which stage to which is [`countersign_protocol::stage::Stage::after`]'s to say. A repeat of a verb
//! with the same content is answered from what is recorded; with other content it is a conflict and changes nothing. The one
//! exception is a second, different answer, which ends the session for both (`docs/protocol.md` §5): before the verdict it
//! stands as refused, and the agent's verdict finds the session at another step; after an acceptance it stands as mismatched,
//! and the agent is told by the event that says so, `outcome {matched: false}`.
//!
//! What is stored holds nothing that could be tested for a value offline, and goes 60 s after its session's end.

pub mod redis;
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
/// What *more time* gives for each such time that a session has begun.
pub const MORE_TIME_MS: Millis = 120_000;
/// An agent is told of tries of one used link at most once in this time.
pub const OPEN_REFUSED_EVERY_MS: Millis = 1000;

/// When a session that was created for `ttl_ms` ends if *more time* is asked for now: two minutes later than it was made for, for
/// each two minutes of its life that have begun, so that whoever asks always gains at least what is missing to two minutes
/// from now, and who asks again at once (a lost response, the other side) gains no more. Never past [`MAX_LIFE_MS`].
pub fn extended(created_at: Millis, ttl_ms: Millis, now: Millis) -> Millis {
    let begun = now.saturating_sub(created_at) / MORE_TIME_MS + 1;
    created_at + (ttl_ms + begun * MORE_TIME_MS).min(MAX_LIFE_MS)
}

/// Why a verb did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Unknown, expired, cancelled, another's: to the outside one thing.
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
    /// The store does not answer: disk full, database gone. Nothing was changed, or whether it was is not known; the same call
    /// again tells, and an open or an answer of which that is not known ends its session.
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
    /// Sessions the agent may have live.
    pub most_live: u32,
}

/// A session as created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// Six digits, unique among the organization's live sessions.
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Accepted, with the agent's tag; when the session ends.
    Accepted(Tag, Millis),
    /// Refused, or over.
    Refused,
}

/// An event as stored: ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in the agent's stream, from 1, without gaps. The SSE id.
    pub seq: u64,
    /// The SSE event name.
    pub name: String,
    /// The SSE data, JSON.
    pub data: String,
}

/// Live sessions.
#[async_trait]
pub trait SessionStore: Send + Sync + 'static {
    /// Places a session. The same id, owner and request again: the same placement. An id serves once: after its session has
    /// run out it is a conflict, not a new session.
    async fn create(&self, owner: Owner, request: CreateSession) -> Result<Placement, StoreError>;
    /// The first token opens; the same token again gets the same; any other nothing, and the agent is told.
    async fn open(&self, recipient: Recipient) -> Result<OpenedRecord, StoreError>;
    /// Takes the one answer.
    async fn answer(&self, recipient: Recipient, answer: Answer) -> Result<(), StoreError>;
    /// What the recipient may know of the verdict, once there is an answer. Changes nothing.
    async fn verdict_for(&self, recipient: Recipient) -> Result<VerdictRecord, StoreError>;
    /// The recipient has seen the passcode.
    async fn viewed(&self, recipient: Recipient, nonce: Nonce) -> Result<(), StoreError>;
    /// The recipient's last word.
    async fn outcome(&self, recipient: Recipient, outcome: Outcome) -> Result<(), StoreError>;
    /// More time, asked for by the recipient; when the session ends now. Asked twice it gives no more than asked once.
    async fn extend_by_recipient(&self, recipient: Recipient) -> Result<Millis, StoreError>;
    /// The agent's verdict.
    async fn verdict(&self, agent: String, id: SessionId, verdict: Verdict) -> Result<(), StoreError>;
    /// The agent has revealed the passcode.
    async fn revealed(&self, agent: String, id: SessionId) -> Result<(), StoreError>;
    /// As [`Self::extend_by_recipient`], asked for by the agent.
    async fn extend_by_agent(&self, agent: String, id: SessionId) -> Result<Millis, StoreError>;
    /// The agent calls it off.
    async fn cancel(&self, agent: String, id: SessionId) -> Result<(), StoreError>;
    /// The live, unopened session with this number. Changes nothing.
    async fn numbered(&self, org: String, number: String) -> Result<SessionId, StoreError>;
    /// An agent's events after `seq`, oldest first; perhaps not all at once, but none only when there is none.
    async fn events_since(&self, agent: String, seq: u64) -> Result<Vec<StoredEvent>, StoreError>;
    /// The seq of an agent's newest event; 0 before the first.
    async fn newest_event(&self, agent: String) -> Result<u64, StoreError>;
    /// Tells agents of sessions that have run out. To be called often.
    async fn expire(&self) -> Result<(), StoreError>;
    /// Drops what has been kept long enough. To be called now and then.
    async fn forget(&self) -> Result<(), StoreError>;
    /// How many sessions are neither over nor expired.
    async fn live(&self) -> Result<u64, StoreError>;
    /// Whether the store answers and can be written.
    async fn ready(&self) -> Result<(), StoreError>;
    /// Where to wait for changes.
    fn wakes(&self) -> &Wakes;
}
