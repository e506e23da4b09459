//! The verbs, each a function of one transaction. Whoever calls is alone in it.

use super::queries::RUN_OUT;
use super::rows::{self, Session, json};
use crate::clock::{Millis, left, rfc3339};
use crate::secret;
use crate::store::{
    EVENTS_KEPT_MS, KEPT_AFTER_MS, Key, OPEN_REFUSED_EVERY_MS, OpenedRecord, Owner, Placement, Recipient,
    StoreError, extended,
};
use countersign_protocol::stage::{Stage, Step};
use countersign_protocol::wire::{AgentEvent, Answer, CreateSession, EventKind, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId};
use rusqlite::{Connection, ToSql, params};

/// Tries to find a free session number before giving up; with a thousand live sessions one try in a thousand fails.
const NUMBER_TRIES: usize = 50;

/// One verb's turn in a transaction.
pub(super) struct Verbs<'a> {
    connection: &'a Connection,
    now: Millis,
    changed: Vec<Key>,
}

/// What became of an open.
pub(super) enum Opening {
    /// It is the recipient's.
    Opened(Box<OpenedRecord>),
    /// Another page has it; the agent is yet to be told.
    Refused,
}

impl<'a> Verbs<'a> {
    pub(super) fn new(connection: &'a Connection, now: Millis) -> Self {
        Self { connection, now, changed: Vec::new() }
    }

    /// What those who wait have to hear of.
    pub(super) fn changed(self) -> Vec<Key> {
        self.changed
    }

    pub(super) fn create(&mut self, owner: &Owner, request: &CreateSession) -> Result<Placement, StoreError> {
        if let Some(known) = rows::load(self.connection, &request.session_id)? {
            let same =
                known.agent == owner.agent && known.expires_at > self.now && known.request()? == *request;
            let Session { number, created_at, expires_at, .. } = known;
            return if same {
                Ok(Placement { number, created_at, expires_at })
            } else {
                Err(StoreError::Conflict)
            };
        }
        let live: u32 = self
            .connection
            .prepare_cached(
                "SELECT count(*) FROM sessions WHERE agent = ?1 AND over = 0 AND expires_at > ?2",
            )?
            .query_row(params![owner.agent, self.now], |row| row.get(0))?;
        if live >= owner.most_live {
            return Err(StoreError::TooManyLive);
        }
        let number = self.free_number(&owner.org)?;
        let expires_at = self.now + Millis::from(request.ttl_secs) * 1000;
        let audit = self.begin_audit(owner, request)?;
        self.connection
            .prepare_cached(
                "INSERT INTO sessions (id, org, agent, number, request, created_at, expires_at, stage, audit)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                request.session_id.as_bytes(),
                owner.org,
                owner.agent,
                number,
                json(request)?,
                self.now,
                expires_at,
                Stage::Waiting.as_str(),
                audit
            ])?;
        Ok(Placement { number, created_at: self.now, expires_at })
    }

    fn free_number(&self, org: &str) -> Result<String, StoreError> {
        for _ in 0..NUMBER_TRIES {
            let number = secret::below(1_000_000).map_err(|_| StoreError::Unavailable)?;
            let number = format!("{number:06}");
            let taken = self
                .connection
                .prepare_cached("SELECT 1 FROM sessions WHERE org = ?1 AND number = ?2 AND over = 0")?
                .exists(params![org, number])?;
            if !taken {
                return Ok(number);
            }
        }
        Err(StoreError::Unavailable)
    }

    fn begin_audit(&self, owner: &Owner, request: &CreateSession) -> Result<i64, StoreError> {
        let kinds: Vec<_> = request.fields.iter().map(|field| field.kind.as_str()).collect();
        self.connection
            .prepare_cached(
                "INSERT INTO audit (session, org, agent, template, kinds, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                request.session_id.as_bytes(),
                owner.org,
                owner.agent,
                request.template_id,
                kinds.join(" "),
                self.now
            ])?;
        Ok(self.connection.last_insert_rowid())
    }

    pub(super) fn open(&mut self, who: &Recipient) -> Result<Opening, StoreError> {
        let session = rows::live_at(self.connection, self.now, &who.org, &who.id)?;
        match session.token {
            None => {
                self.advance_with(&session, Step::Open, "token", &who.token)?;
                self.audit(&session, "opened_at")?;
                self.tell(&session, EventKind::Opened)?;
            }
            Some(token) if token == who.token => {}
            Some(_) => return Ok(Opening::Refused),
        }
        let record = OpenedRecord { request: session.request()?, expires_at: session.expires_at };
        Ok(Opening::Opened(Box::new(record)))
    }

    /// Somebody tried a used link. Told once a second at most, so that trying it does not fill the agent's stream.
    pub(super) fn tell_open_refused(&mut self, org: &str, id: &SessionId) -> Result<(), StoreError> {
        let session = rows::live_at(self.connection, self.now, org, id)?;
        if self.now - session.open_refused_at >= OPEN_REFUSED_EVERY_MS {
            self.set(&session, "open_refused_at", &self.now)?;
            self.tell(&session, EventKind::OpenRefused)?;
        }
        Ok(())
    }

    pub(super) fn answer(&mut self, who: &Recipient, answer: &Answer) -> Result<(), StoreError> {
        let session = rows::of_recipient(self.connection, self.now, who)?;
        match &session.answer {
            Some(known) if known == answer => Ok(()),
            Some(_) => self.end_over_second_answer(&session).and(Err(StoreError::Conflict)),
            None => {
                self.advance_with(&session, Step::Answer, "answer", &json(answer)?)?;
                self.audit(&session, "answered_at")?;
                self.tell(&session, EventKind::Answered(answer.clone()))
            }
        }
    }

    /// Whoever holds the token guesses again, or is two. Over, for both, by the step that is open: see [`crate::store`].
    fn end_over_second_answer(&mut self, session: &Session) -> Result<(), StoreError> {
        if session.stage.after(Step::Refuse).is_some() {
            self.advance(session, Step::Refuse)?;
            self.audit_end(session, "refused")?;
        } else if session.stage.after(Step::Mismatch).is_some() {
            self.advance(session, Step::Mismatch)?;
            self.audit_end(session, "mismatched")?;
            self.tell(session, EventKind::Outcome(Outcome { matched: false, unexpected: false }))?;
        }
        self.changed.push(Key::Session(session.id));
        Ok(())
    }

    pub(super) fn viewed(&mut self, who: &Recipient, nonce: &Nonce) -> Result<(), StoreError> {
        let session = rows::of_recipient(self.connection, self.now, who)?;
        match &session.nonce {
            Some(known) if known == nonce => Ok(()),
            Some(_) => Err(StoreError::Conflict),
            None => {
                self.advance_with(&session, Step::View, "nonce", &json(nonce)?)?;
                self.audit(&session, "viewed_at")?;
                self.tell(&session, EventKind::Viewed { nonce: nonce.clone() })
            }
        }
    }

    pub(super) fn outcome(&mut self, who: &Recipient, outcome: Outcome) -> Result<(), StoreError> {
        let session = rows::of_recipient(self.connection, self.now, who)?;
        match session.outcome {
            Some(known) if known == outcome => Ok(()),
            Some(_) => Err(StoreError::Conflict),
            None => {
                let (step, word) = match outcome {
                    Outcome { matched: true, .. } => (Step::Match, "matched"),
                    Outcome { unexpected: true, .. } => (Step::Mismatch, "unexpected"),
                    Outcome { .. } => (Step::Mismatch, "mismatched"),
                };
                self.advance_with(&session, step, "outcome", &json(&outcome)?)?;
                self.audit_end(&session, word)?;
                self.tell(&session, EventKind::Outcome(outcome))
            }
        }
    }

    pub(super) fn verdict(
        &mut self,
        agent: &str,
        id: &SessionId,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let session = rows::of_agent(self.connection, self.now, agent, id)?;
        match &session.verdict {
            Some(known) if known == verdict => return Ok(()),
            Some(_) => return Err(StoreError::Conflict),
            None => {}
        }
        let step = if verdict.accepted { Step::Accept } else { Step::Refuse };
        self.advance_with(&session, step, "verdict", &json(verdict)?)?;
        self.audit(&session, "verdict_at")?;
        if step == Step::Refuse {
            self.audit_end(&session, "refused")?;
        }
        self.changed.push(Key::Session(*id));
        Ok(())
    }

    pub(super) fn revealed(&mut self, agent: &str, id: &SessionId) -> Result<(), StoreError> {
        let session = rows::of_agent(self.connection, self.now, agent, id)?;
        session.stage.after(Step::Reveal).ok_or(StoreError::WrongState)?;
        self.audit(&session, "revealed_at")
    }

    pub(super) fn extend_by_recipient(&mut self, who: &Recipient) -> Result<Millis, StoreError> {
        let session = rows::of_recipient(self.connection, self.now, who)?;
        self.extend(&session)
    }

    pub(super) fn extend_by_agent(&mut self, agent: &str, id: &SessionId) -> Result<Millis, StoreError> {
        let session = rows::of_agent(self.connection, self.now, agent, id)?;
        self.extend(&session)
    }

    fn extend(&mut self, session: &Session) -> Result<Millis, StoreError> {
        session.stage.after(Step::Extend).ok_or(StoreError::WrongState)?;
        let ttl_ms = Millis::from(session.request()?.ttl_secs) * 1000;
        let expires_at = extended(session.created_at, ttl_ms, self.now).max(session.expires_at);
        if expires_at > session.expires_at {
            self.set(session, "expires_at", &expires_at)?;
            let told =
                EventKind::Extended { expires_at: rfc3339(expires_at), ttl_ms: left(expires_at, self.now) };
            self.tell(session, told)?;
            self.changed.push(Key::Session(session.id));
        }
        Ok(expires_at)
    }

    pub(super) fn cancel(&mut self, agent: &str, id: &SessionId) -> Result<(), StoreError> {
        let session = rows::of_agent(self.connection, self.now, agent, id)?;
        if session.stage == Stage::Cancelled {
            return Ok(());
        }
        self.advance(&session, Step::Cancel)?;
        self.audit_end(&session, "cancelled")?;
        self.changed.push(Key::Session(*id));
        Ok(())
    }

    pub(super) fn expire(&mut self) -> Result<(), StoreError> {
        let ids: Vec<[u8; 16]> = {
            let mut statement = self.connection.prepare_cached(&format!("SELECT id {RUN_OUT}"))?;
            statement.query_map([self.now], |row| row.get(0))?.collect::<Result<_, _>>()?
        };
        for id in ids {
            let id = SessionId::from_bytes(id);
            let Some(session) = rows::load(self.connection, &id)? else { continue };
            self.set(&session, "over", &true)?;
            self.audit_end(&session, "expired")?;
            self.tell(&session, EventKind::Expired)?;
            self.changed.push(Key::Session(id));
        }
        Ok(())
    }

    /// Notes the time, as a write like any other.
    pub(super) fn note_ready(&mut self) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("INSERT OR REPLACE INTO facts VALUES ('ready_at', CAST(?1 AS TEXT))")?
            .execute([self.now])?;
        Ok(())
    }

    pub(super) fn forget(&mut self) -> Result<(), StoreError> {
        // After a start this may come before the first `expire`: what ran out while nobody ran has its end to be told yet.
        self.expire()?;
        self.connection
            .prepare_cached("DELETE FROM sessions WHERE expires_at <= ?1")?
            .execute([self.now - KEPT_AFTER_MS])?;
        // Events lie in the order of their times: from the oldest to the first that is still kept.
        self.connection
            .prepare_cached(
                "DELETE FROM events WHERE row < coalesce(
                     (SELECT row FROM events WHERE at > ?1 ORDER BY row LIMIT 1), 9223372036854775807)",
            )?
            .execute([self.now - EVENTS_KEPT_MS])?;
        Ok(())
    }

    /// Takes a step, or refuses.
    fn advance(&self, session: &Session, step: Step) -> Result<(), StoreError> {
        let stage = session.stage.after(step).ok_or(StoreError::WrongState)?;
        self.connection
            .prepare_cached("UPDATE sessions SET stage = ?2, over = ?3 WHERE row = ?1")?
            .execute(params![session.row, stage.as_str(), stage.is_over()])?;
        Ok(())
    }

    /// Takes a step and keeps what came with it, or refuses.
    fn advance_with(
        &self,
        session: &Session,
        step: Step,
        column: &'static str,
        value: &dyn ToSql,
    ) -> Result<(), StoreError> {
        self.advance(session, step)?;
        self.set(session, column, value)
    }

    fn set(&self, session: &Session, column: &'static str, value: &dyn ToSql) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(&format!("UPDATE sessions SET {column} = ?2 WHERE row = ?1"))?
            .execute(params![session.row, value])?;
        Ok(())
    }

    /// Notes the time of a step, the first time.
    fn audit(&self, session: &Session, column: &'static str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(&format!("UPDATE audit SET {column} = coalesce({column}, ?2) WHERE row = ?1"))?
            .execute(params![session.audit, self.now])?;
        Ok(())
    }

    fn audit_end(&self, session: &Session, word: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached("UPDATE audit SET ended_at = ?2, outcome = ?3 WHERE row = ?1")?
            .execute(params![session.audit, self.now, word])?;
        Ok(())
    }

    /// Puts an event into the agent's stream.
    fn tell(&mut self, session: &Session, what: EventKind) -> Result<(), StoreError> {
        let name = what.name();
        let event = AgentEvent { session_id: session.id, at: rfc3339(self.now), what };
        let mut data = serde_json::to_value(&event).map_err(|_| StoreError::Unavailable)?;
        if let Some(members) = data.as_object_mut() {
            // The stream has it in a line of its own.
            members.remove("event");
        }
        let seq: i64 = self
            .connection
            .prepare_cached(
                "INSERT INTO streams VALUES (?1, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
            )?
            .query_row([&session.agent], |row| row.get(0))?;
        self.connection
            .prepare_cached("INSERT INTO events (agent, seq, at, name, data) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute(params![session.agent, seq, self.now, name, data.to_string()])?;
        self.changed.push(Key::Agent(session.agent.clone()));
        Ok(())
    }
}
