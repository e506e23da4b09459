//! Sessions in the embedded database. Verbs are functions of the writer's transaction ([`verbs`]); being alone in it is what
//! makes them atomic. What only looks ([`queries`]) runs on a reading connection.

mod queries;
mod rows;
mod verbs;

use super::{
    Key, OpenedRecord, Owner, Placement, Recipient, SessionStore, StoreError, StoredEvent, VerdictRecord,
    Wakes,
};
use crate::clock::{Clock, Millis};
use crate::sqlite::{Database, Fate};
use async_trait::async_trait;
use countersign_protocol::wire::{Answer, CreateSession, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId};
use std::sync::Arc;
use verbs::{Opening, Verbs};

/// The store. Clones are the same one.
#[derive(Clone)]
pub struct SqliteStore {
    database: Database,
    wakes: Wakes,
    clock: Arc<dyn Clock>,
}

impl SqliteStore {
    /// The sessions in `database`.
    pub fn new(database: Database, clock: Arc<dyn Clock>) -> Self {
        Self { database, wakes: Wakes::default(), clock }
    }

    /// Runs a verb in the writer's transaction; once it is on disk, wakes who waits for what it changed. That happens even if
    /// the caller has gone: a recipient who closes the page has answered all the same.
    async fn write<T, F>(&self, verb: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Verbs<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        let (clock, wakes) = (self.clock.clone(), self.wakes.clone());
        let job = move |connection: &rusqlite::Connection| {
            let mut verbs = Verbs::new(connection, clock.now());
            let result = verb(&mut verbs);
            // Any other refusal is a result like another: what it recorded stands.
            let broken = matches!(result, Err(StoreError::Unavailable));
            let changed = if broken { Vec::new() } else { verbs.changed() };
            ((result, changed), if broken { Fate::Undo } else { Fate::Keep })
        };
        let wake = move |(_, changed): &(_, Vec<Key>)| changed.iter().for_each(|key| wakes.wake(key));
        let written = self.database.write(job, wake).await;
        written.map_err(|_| StoreError::Unavailable)?.0
    }
}

#[async_trait]
impl SessionStore for SqliteStore {
    async fn create(&self, owner: Owner, request: CreateSession) -> Result<Placement, StoreError> {
        self.write(move |verbs| verbs.create(&owner, &request)).await
    }

    async fn open(&self, recipient: Recipient) -> Result<OpenedRecord, StoreError> {
        let (org, id) = (recipient.org.clone(), recipient.id);
        match self.write(move |verbs| verbs.open(&recipient)).await? {
            Opening::Opened(record) => Ok(*record),
            Opening::Refused => {
                // Recorded by a write of its own that nobody waits for: a used link and one that never was are answered
                // after the same work, the disk's included.
                let store = self.clone();
                tokio::spawn(
                    async move { store.write(move |verbs| verbs.tell_open_refused(&org, &id)).await },
                );
                Err(StoreError::NoSuchSession)
            }
        }
    }

    async fn answer(&self, recipient: Recipient, answer: Answer) -> Result<(), StoreError> {
        self.write(move |verbs| verbs.answer(&recipient, &answer)).await
    }

    async fn verdict_for(&self, recipient: Recipient) -> Result<VerdictRecord, StoreError> {
        let now = self.clock.now();
        self.database.read(|connection| queries::verdict_for(connection, now, &recipient))
    }

    async fn viewed(&self, recipient: Recipient, nonce: Nonce) -> Result<(), StoreError> {
        self.write(move |verbs| verbs.viewed(&recipient, &nonce)).await
    }

    async fn outcome(&self, recipient: Recipient, outcome: Outcome) -> Result<(), StoreError> {
        self.write(move |verbs| verbs.outcome(&recipient, outcome)).await
    }

    async fn extend_by_recipient(&self, recipient: Recipient) -> Result<Millis, StoreError> {
        self.write(move |verbs| verbs.extend_by_recipient(&recipient)).await
    }

    async fn verdict(&self, agent: String, id: SessionId, verdict: Verdict) -> Result<(), StoreError> {
        self.write(move |verbs| verbs.verdict(&agent, &id, &verdict)).await
    }

    async fn revealed(&self, agent: String, id: SessionId) -> Result<(), StoreError> {
        self.write(move |verbs| verbs.revealed(&agent, &id)).await
    }

    async fn extend_by_agent(&self, agent: String, id: SessionId) -> Result<Millis, StoreError> {
        self.write(move |verbs| verbs.extend_by_agent(&agent, &id)).await
    }

    async fn cancel(&self, agent: String, id: SessionId) -> Result<(), StoreError> {
        self.write(move |verbs| verbs.cancel(&agent, &id)).await
    }

    async fn numbered(&self, org: String, number: String) -> Result<SessionId, StoreError> {
        let now = self.clock.now();
        self.database.read(|connection| queries::numbered(connection, now, &org, &number))
    }

    async fn events_since(&self, agent: String, seq: u64) -> Result<Vec<StoredEvent>, StoreError> {
        let now = self.clock.now();
        self.database.read(|connection| queries::events_since(connection, now, &agent, seq))
    }

    async fn newest_event(&self, agent: String) -> Result<u64, StoreError> {
        self.database.read(|connection| queries::newest_event(connection, &agent))
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method's name alone has one lifetime only"
    )]
    async fn expire(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        // Nearly always there is none, and looking costs the writer nothing.
        if self.database.read(|connection| queries::has_run_out(connection, now))? {
            self.write(|verbs| verbs.expire()).await?;
        }
        Ok(())
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method's name alone has one lifetime only"
    )]
    async fn forget(&self) -> Result<(), StoreError> {
        self.write(|verbs| verbs.forget()).await
    }

    async fn live(&self) -> Result<u64, StoreError> {
        let now = self.clock.now();
        self.database.read(|connection| queries::live(connection, now))
    }

    #[expect(
        clippy::redundant_closure_for_method_calls,
        reason = "the method's name alone has one lifetime only"
    )]
    async fn ready(&self) -> Result<(), StoreError> {
        // Really written: a disk that is full takes a transaction that changes nothing.
        self.write(|verbs| verbs.note_ready()).await
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
