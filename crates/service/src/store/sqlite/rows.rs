//! A session's row, read and parsed once.

use crate::clock::Millis;
use crate::store::{Recipient, StoreError};
use countersign_protocol::stage::Stage;
use countersign_protocol::wire::{Answer, CreateSession, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A session as it stands.
pub(super) struct Session {
    /// Where its row is.
    pub(super) row: i64,
    pub(super) id: SessionId,
    pub(super) org: String,
    pub(super) agent: String,
    pub(super) number: String,
    /// Read by few verbs, and so parsed by them: [`Session::request`].
    request: String,
    pub(super) created_at: Millis,
    pub(super) expires_at: Millis,
    pub(super) stage: Stage,
    pub(super) token: Option<[u8; 32]>,
    pub(super) answer: Option<Answer>,
    pub(super) verdict: Option<Verdict>,
    pub(super) nonce: Option<Nonce>,
    pub(super) outcome: Option<Outcome>,
    pub(super) open_refused_at: Millis,
    /// The row of its audit record.
    pub(super) audit: i64,
}

impl Session {
    /// The request that made it.
    pub(super) fn request(&self) -> Result<CreateSession, StoreError> {
        parse(&self.request)
    }
}

/// The session with this id, if its record is still there.
pub(super) fn load(connection: &Connection, id: &SessionId) -> Result<Option<Session>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT row, org, agent, number, request, created_at, expires_at, stage, token, answer, verdict, nonce,
                outcome, open_refused_at, audit
         FROM sessions WHERE id = ?1",
    )?;
    statement.query_row([id.as_bytes()], |row| Ok(read(*id, row))).optional()?.transpose()
}

/// The session, if it has not run out and belongs to this organization. A cancelled one is gone for recipients.
pub(super) fn live_at(
    connection: &Connection,
    now: Millis,
    org: &str,
    id: &SessionId,
) -> Result<Session, StoreError> {
    load(connection, id)?
        .filter(|session| session.org == org && session.expires_at > now && session.stage != Stage::Cancelled)
        .ok_or(StoreError::NoSuchSession)
}

/// The session of the page that opened it.
pub(super) fn of_recipient(
    connection: &Connection,
    now: Millis,
    who: &Recipient,
) -> Result<Session, StoreError> {
    let session = live_at(connection, now, &who.org, &who.id)?;
    if session.token == Some(who.token) { Ok(session) } else { Err(StoreError::NoSuchSession) }
}

/// The session of the agent that created it.
pub(super) fn of_agent(
    connection: &Connection,
    now: Millis,
    agent: &str,
    id: &SessionId,
) -> Result<Session, StoreError> {
    load(connection, id)?
        .filter(|session| session.agent == agent && session.expires_at > now)
        .ok_or(StoreError::NoSuchSession)
}

fn read(id: SessionId, row: &Row<'_>) -> Result<Session, StoreError> {
    let stage: String = row.get(7)?;
    Ok(Session {
        id,
        row: row.get(0)?,
        org: row.get(1)?,
        agent: row.get(2)?,
        number: row.get(3)?,
        request: row.get(4)?,
        created_at: row.get(5)?,
        expires_at: row.get(6)?,
        stage: Stage::ALL.into_iter().find(|known| known.as_str() == stage).ok_or(StoreError::Unavailable)?,
        token: row.get(8)?,
        answer: parse_some(row.get_ref(9)?.as_str_or_null().map_err(rusqlite::Error::from)?)?,
        verdict: parse_some(row.get_ref(10)?.as_str_or_null().map_err(rusqlite::Error::from)?)?,
        nonce: parse_some(row.get_ref(11)?.as_str_or_null().map_err(rusqlite::Error::from)?)?,
        outcome: parse_some(row.get_ref(12)?.as_str_or_null().map_err(rusqlite::Error::from)?)?,
        open_refused_at: row.get(13)?,
        audit: row.get(14)?,
    })
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|_| {
        // The error would quote what it failed on.
        tracing::error!("a stored session cannot be read");
        StoreError::Unavailable
    })
}

fn parse_some<T: DeserializeOwned>(text: Option<&str>) -> Result<Option<T>, StoreError> {
    text.map(parse).transpose()
}

/// A message as it is stored.
pub(super) fn json(message: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(message).map_err(|_| StoreError::Unavailable)
}
