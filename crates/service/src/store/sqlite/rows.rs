//! A session's row, read and parsed once.

use crate::clock::Millis;
use crate::store::StoreError;
use countersign_protocol::stage::Stage;
use countersign_protocol::wire::{Answer, CreateSession, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId};
use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A session as it stands.
pub(super) struct Session {
    pub(super) org: String,
    pub(super) agent: String,
    pub(super) number: String,
    pub(super) request: CreateSession,
    pub(super) created_at: Millis,
    pub(super) expires_at: Millis,
    pub(super) stage: Stage,
    pub(super) token: Option<[u8; 32]>,
    pub(super) answer: Option<Answer>,
    pub(super) verdict: Option<Verdict>,
    pub(super) nonce: Option<Nonce>,
    pub(super) outcome: Option<Outcome>,
    pub(super) open_refused_at: Millis,
}

/// The session with this id, if its record is still there.
pub(super) fn load(connection: &Connection, id: &SessionId) -> Result<Option<Session>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT org, agent, number, request, created_at, expires_at, stage, token, answer, verdict, nonce, outcome,
                open_refused_at
         FROM sessions WHERE id = ?1",
    )?;
    statement.query_row([id.as_bytes()], |row| Ok(read(row))).optional()?.transpose()
}

fn read(row: &Row<'_>) -> Result<Session, StoreError> {
    let stage: String = row.get(6)?;
    Ok(Session {
        org: row.get(0)?,
        agent: row.get(1)?,
        number: row.get(2)?,
        request: parse(&row.get::<_, String>(3)?)?,
        created_at: row.get(4)?,
        expires_at: row.get(5)?,
        stage: Stage::ALL.into_iter().find(|known| known.as_str() == stage).ok_or(StoreError::Unavailable)?,
        token: row.get(7)?,
        answer: parse_some(row.get::<_, Option<String>>(8)?.as_deref())?,
        verdict: parse_some(row.get::<_, Option<String>>(9)?.as_deref())?,
        nonce: parse_some(row.get::<_, Option<String>>(10)?.as_deref())?,
        outcome: parse_some(row.get::<_, Option<String>>(11)?.as_deref())?,
        open_refused_at: row.get(12)?,
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
