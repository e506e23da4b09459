//! The verbs, each a function of one transaction. Whoever calls is alone in it.

use super::agent_key;
use super::rows::{self, Session, json};
use crate::clock::{Millis, left, rfc3339};
use crate::limits::{LIVE_SESSIONS_PER_AGENT, OPEN_REFUSED_EVERY_MS};
use crate::secret;
use crate::store::wakes::Key;
use crate::store::{
    EVENTS_KEPT_MS, KEPT_AFTER_MS, MAX_LIFE_MS, MORE_TIME_MS, OpenedRecord, Owner, Placement, Recipient,
    StoreError, StoredEvent, VerdictRecord,
};
use countersign_protocol::stage::{Stage, Step as Move};
use countersign_protocol::wire::{AgentEvent, Answer, CreateSession, EventKind, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId};
use rusqlite::{Connection, OptionalExtension as _, ToSql, params};

/// Tries to find a free session number before giving up; with a thousand live sessions one try in a thousand fails.
const NUMBER_TRIES: usize = 50;

/// One verb's place in a transaction.
pub(super) struct Step<'a> {
    connection: &'a Connection,
    now: Millis,
    changed: Vec<Key>,
}

impl<'a> Step<'a> {
    pub(super) fn new(connection: &'a Connection, now: Millis) -> Self {
        Self { connection, now, changed: Vec::new() }
    }

    /// What those who wait have to hear of.
    pub(super) fn changed(self) -> Vec<Key> {
        self.changed
    }

    pub(super) fn create(&mut self, owner: &Owner, request: &CreateSession) -> Result<Placement, StoreError> {
        if let Some(known) = rows::load(self.connection, &request.session_id)? {
            let same = known.agent == owner.agent && known.request == *request;
            let Session { number, created_at, expires_at, .. } = known;
            return if same {
                Ok(Placement { number, created_at, expires_at })
            } else {
                Err(StoreError::Conflict)
            };
        }
        let live: u32 = self.connection.query_row(
            "SELECT count(*) FROM sessions WHERE agent = ?1 AND expires_at > ?2
             AND stage NOT IN ('refused', 'matched', 'mismatched', 'cancelled')",
            params![owner.agent, self.now],
            |row| row.get(0),
        )?;
        if live >= LIVE_SESSIONS_PER_AGENT {
            return Err(StoreError::TooManyLive);
        }
        let number = self.free_number(&owner.org)?;
        let expires_at = self.now + Millis::from(request.ttl_secs) * 1000;
        self.connection.execute(
            "INSERT INTO sessions (id, org, agent, number, request, created_at, expires_at, stage)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            params![
                request.session_id.as_bytes(),
                owner.org,
                owner.agent,
                number,
                json(request)?,
                self.now,
                expires_at,
                Stage::Waiting.as_str()
            ],
        )?;
        let kinds: Vec<_> = request.fields.iter().map(|field| field.kind.as_str()).collect();
        self.connection.execute(
            "INSERT INTO audit (session, org, agent, template, kinds, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                request.session_id.as_bytes(),
                owner.org,
                owner.agent,
                request.template_id,
                kinds.join(" "),
                self.now
            ],
        )?;
        Ok(Placement { number, created_at: self.now, expires_at })
    }

    fn free_number(&self, org: &str) -> Result<String, StoreError> {
        for _ in 0..NUMBER_TRIES {
            let number = secret::below(1_000_000).map_err(|_| StoreError::Unavailable)?;
            let number = format!("{number:06}");
            let taken = self
                .connection
                .prepare_cached("SELECT 1 FROM sessions WHERE org = ?1 AND number = ?2 AND expires_at > ?3")?
                .exists(params![org, number, self.now])?;
            if !taken {
                return Ok(number);
            }
        }
        Err(StoreError::Unavailable)
    }

    pub(super) fn open(&mut self, who: &Recipient) -> Result<OpenedRecord, StoreError> {
        let session = self.live_at(&who.org, &who.id)?;
        match session.token {
            None => {
                self.go(&who.id, &session, Move::Open)?;
                self.set(&who.id, "token", &who.token)?;
                self.audit(&who.id, "opened_at")?;
                self.tell(&session.agent, &who.id, EventKind::Opened)?;
            }
            Some(token) if token == who.token => {}
            Some(_) => {
                if self.now - session.open_refused_at >= OPEN_REFUSED_EVERY_MS {
                    self.set(&who.id, "open_refused_at", &self.now)?;
                    self.tell(&session.agent, &who.id, EventKind::OpenRefused)?;
                }
                return Err(StoreError::NoSuchSession);
            }
        }
        Ok(OpenedRecord { request: session.request, expires_at: session.expires_at })
    }

    pub(super) fn answer(&mut self, who: &Recipient, answer: &Answer) -> Result<(), StoreError> {
        let session = self.recipients(who)?;
        match &session.answer {
            Some(known) if known == answer => Ok(()),
            Some(_) => {
                // Two answers: whoever holds the token is trying again, or is two. Over, for both.
                if !session.stage.is_over() {
                    let outcome = Outcome { matched: false, unexpected: false };
                    self.end(&who.id, &session, Stage::Refused, "refused")?;
                    self.tell(&session.agent, &who.id, EventKind::Outcome(outcome))?;
                    self.changed.push(Key::Session(who.id));
                }
                Err(StoreError::Conflict)
            }
            None => {
                self.go(&who.id, &session, Move::Answer)?;
                self.set(&who.id, "answer", &json(answer)?)?;
                self.audit(&who.id, "answered_at")?;
                self.tell(&session.agent, &who.id, EventKind::Answered(answer.clone()))
            }
        }
    }

    pub(super) fn verdict_for(&mut self, who: &Recipient) -> Result<VerdictRecord, StoreError> {
        let session = self.recipients(who)?;
        if session.answer.is_none() {
            return Err(StoreError::WrongState);
        }
        Ok(match (session.stage, session.verdict.and_then(|verdict| verdict.tag)) {
            (Stage::Refused, _) => VerdictRecord::Refused,
            (_, Some(tag)) => VerdictRecord::Accepted(tag, session.expires_at),
            (_, None) => VerdictRecord::Pending,
        })
    }

    pub(super) fn viewed(&mut self, who: &Recipient, nonce: &Nonce) -> Result<(), StoreError> {
        let session = self.recipients(who)?;
        match &session.nonce {
            Some(known) if known == nonce => Ok(()),
            Some(_) => Err(StoreError::Conflict),
            None => {
                self.go(&who.id, &session, Move::View)?;
                self.set(&who.id, "nonce", &json(nonce)?)?;
                self.audit(&who.id, "viewed_at")?;
                self.tell(&session.agent, &who.id, EventKind::Viewed { nonce: nonce.clone() })
            }
        }
    }

    pub(super) fn outcome(&mut self, who: &Recipient, outcome: Outcome) -> Result<(), StoreError> {
        let session = self.recipients(who)?;
        match session.outcome {
            Some(known) if known == outcome => Ok(()),
            Some(_) => Err(StoreError::Conflict),
            None => {
                let step = if outcome.matched { Move::Match } else { Move::Mismatch };
                let stage = session.stage.after(step).ok_or(StoreError::WrongState)?;
                let word = match outcome {
                    Outcome { matched: true, .. } => "matched",
                    Outcome { unexpected: true, .. } => "unexpected",
                    Outcome { .. } => "mismatched",
                };
                self.end(&who.id, &session, stage, word)?;
                self.set(&who.id, "outcome", &json(&outcome)?)?;
                self.tell(&session.agent, &who.id, EventKind::Outcome(outcome))
            }
        }
    }

    pub(super) fn extend_by_recipient(&mut self, who: &Recipient) -> Result<Millis, StoreError> {
        let session = self.recipients(who)?;
        self.extend(&who.id, &session)
    }

    pub(super) fn verdict(
        &mut self,
        agent: &str,
        id: &SessionId,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let session = self.agents(agent, id)?;
        match &session.verdict {
            Some(known) if known == verdict => return Ok(()),
            Some(_) => return Err(StoreError::Conflict),
            None => {}
        }
        let step = if verdict.accepted { Move::Accept } else { Move::Refuse };
        let stage = session.stage.after(step).ok_or(StoreError::WrongState)?;
        self.audit(id, "verdict_at")?;
        if stage.is_over() {
            self.end(id, &session, stage, "refused")?;
        } else {
            self.set(id, "stage", &stage.as_str())?;
        }
        self.set(id, "verdict", &json(verdict)?)?;
        self.changed.push(Key::Session(*id));
        Ok(())
    }

    pub(super) fn revealed(&mut self, agent: &str, id: &SessionId) -> Result<(), StoreError> {
        let session = self.agents(agent, id)?;
        session.stage.after(Move::Reveal).ok_or(StoreError::WrongState)?;
        self.audit(id, "revealed_at")
    }

    pub(super) fn extend_by_agent(&mut self, agent: &str, id: &SessionId) -> Result<Millis, StoreError> {
        let session = self.agents(agent, id)?;
        self.extend(id, &session)
    }

    /// Asked twice it gives no more than asked once: the end only ever moves to two minutes from now.
    fn extend(&mut self, id: &SessionId, session: &Session) -> Result<Millis, StoreError> {
        session.stage.after(Move::Extend).ok_or(StoreError::WrongState)?;
        let most = session.created_at + MAX_LIFE_MS;
        let expires_at = session.expires_at.max(self.now + MORE_TIME_MS).min(most);
        if expires_at > session.expires_at {
            self.set(id, "expires_at", &expires_at)?;
            let told =
                EventKind::Extended { expires_at: rfc3339(expires_at), ttl_ms: left(expires_at, self.now) };
            self.tell(&session.agent, id, told)?;
            self.changed.push(Key::Session(*id));
        }
        Ok(expires_at)
    }

    pub(super) fn cancel(&mut self, agent: &str, id: &SessionId) -> Result<(), StoreError> {
        let session = self.agents(agent, id)?;
        if session.stage == Stage::Cancelled {
            return Ok(());
        }
        let stage = session.stage.after(Move::Cancel).ok_or(StoreError::WrongState)?;
        self.end(id, &session, stage, "cancelled")?;
        self.changed.push(Key::Session(*id));
        Ok(())
    }

    pub(super) fn numbered(&mut self, org: &str, number: &str) -> Result<SessionId, StoreError> {
        let found: Option<[u8; 16]> = self
            .connection
            .prepare_cached(
                "SELECT id FROM sessions WHERE org = ?1 AND number = ?2 AND stage = 'waiting' AND expires_at > ?3",
            )?
            .query_row(params![org, number, self.now], |row| row.get(0))
            .optional()?;
        found.map(SessionId::from_bytes).ok_or(StoreError::NoSuchSession)
    }

    pub(super) fn events_after(&mut self, agent: &str, seq: i64) -> Result<Vec<StoredEvent>, StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, name, data FROM events WHERE agent = ?1 AND seq > ?2 AND at > ?3 ORDER BY seq",
        )?;
        let events = statement.query_map(params![agent, seq, self.now - EVENTS_KEPT_MS], |row| {
            Ok(StoredEvent { seq: row.get(0)?, name: row.get(1)?, data: row.get(2)? })
        })?;
        Ok(events.collect::<Result<_, _>>()?)
    }

    pub(super) fn newest_event(&mut self) -> Result<i64, StoreError> {
        Ok(self.connection.query_row("SELECT coalesce(max(seq), 0) FROM events", [], |row| row.get(0))?)
    }

    pub(super) fn sweep(&mut self) -> Result<(), StoreError> {
        let expired: Vec<([u8; 16], String)> = {
            let mut statement = self.connection.prepare_cached(
                "SELECT id, agent FROM sessions WHERE expires_at <= ?1 AND told_expired = 0
                 AND stage NOT IN ('refused', 'matched', 'mismatched', 'cancelled')",
            )?;
            let rows = statement.query_map([self.now], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect::<Result<_, _>>()?
        };
        for (id, agent) in expired {
            let id = SessionId::from_bytes(id);
            self.set(&id, "told_expired", &1)?;
            self.audit_end(&id, "expired")?;
            self.tell(&agent, &id, EventKind::Expired)?;
            self.changed.push(Key::Session(id));
        }
        self.connection.execute("DELETE FROM sessions WHERE expires_at <= ?1", [self.now - KEPT_AFTER_MS])?;
        self.connection.execute("DELETE FROM events WHERE at <= ?1", [self.now - EVENTS_KEPT_MS])?;
        Ok(())
    }

    /// The session, if it has not run out and belongs to this organization. A cancelled one is gone for recipients.
    fn live_at(&self, org: &str, id: &SessionId) -> Result<Session, StoreError> {
        rows::load(self.connection, id)?
            .filter(|s| s.org == org && s.expires_at > self.now && s.stage != Stage::Cancelled)
            .ok_or(StoreError::NoSuchSession)
    }

    /// The session of the page that opened it.
    fn recipients(&self, who: &Recipient) -> Result<Session, StoreError> {
        let session = self.live_at(&who.org, &who.id)?;
        if session.token == Some(who.token) { Ok(session) } else { Err(StoreError::NoSuchSession) }
    }

    /// The session of the agent that created it.
    fn agents(&self, agent: &str, id: &SessionId) -> Result<Session, StoreError> {
        rows::load(self.connection, id)?
            .filter(|s| s.agent == agent && s.expires_at > self.now)
            .ok_or(StoreError::NoSuchSession)
    }

    /// Moves to the stage `step` leads to, or refuses.
    fn go(&self, id: &SessionId, session: &Session, step: Move) -> Result<(), StoreError> {
        let stage = session.stage.after(step).ok_or(StoreError::WrongState)?;
        self.set(id, "stage", &stage.as_str())
    }

    fn end(&self, id: &SessionId, session: &Session, stage: Stage, word: &str) -> Result<(), StoreError> {
        debug_assert!(!session.stage.is_over());
        self.set(id, "stage", &stage.as_str())?;
        self.audit_end(id, word)
    }

    fn set(&self, id: &SessionId, column: &'static str, value: &dyn ToSql) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(&format!("UPDATE sessions SET {column} = ?2 WHERE id = ?1"))?
            .execute(params![id.as_bytes(), value])?;
        Ok(())
    }

    fn audit(&self, id: &SessionId, column: &'static str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(&format!(
                "UPDATE audit SET {column} = ?2 WHERE session = ?1 AND {column} IS NULL"
            ))?
            .execute(params![id.as_bytes(), self.now])?;
        Ok(())
    }

    fn audit_end(&self, id: &SessionId, word: &str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(
                "UPDATE audit SET ended_at = ?2, outcome = ?3 WHERE session = ?1 AND outcome IS NULL",
            )?
            .execute(params![id.as_bytes(), self.now, word])?;
        Ok(())
    }

    /// Puts an event into the agent's stream.
    fn tell(&mut self, agent: &str, id: &SessionId, what: EventKind) -> Result<(), StoreError> {
        let name = what.name();
        let event = AgentEvent { session_id: *id, at: rfc3339(self.now), what };
        let mut data = serde_json::to_value(&event).map_err(|_| StoreError::Unavailable)?;
        if let Some(members) = data.as_object_mut() {
            // The stream has it in a line of its own.
            members.remove("event");
        }
        self.connection
            .prepare_cached("INSERT INTO events (agent, at, name, data) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![agent, self.now, name, data.to_string()])?;
        self.changed.push(agent_key(agent));
        Ok(())
    }
}
