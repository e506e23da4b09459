//! What only looks.

use super::rows;
use crate::clock::Millis;
use crate::store::{EVENTS_KEPT_MS, Recipient, StoreError, StoredEvent, VerdictRecord};
use countersign_protocol::SessionId;
use countersign_protocol::stage::Stage;
use rusqlite::{Connection, OptionalExtension as _, params};

/// Most events handed out at once.
const EVENTS_AT_ONCE: u32 = 256;
/// Sessions that have run out and whose agents were not told.
pub(super) const RUN_OUT: &str = "FROM sessions WHERE over = 0 AND expires_at <= ?1";

pub(super) fn verdict_for(
    connection: &Connection,
    now: Millis,
    who: &Recipient,
) -> Result<VerdictRecord, StoreError> {
    let session = rows::of_recipient(connection, now, who)?;
    if session.answer.is_none() {
        return Err(StoreError::WrongState);
    }
    // A mismatch that no recipient has declared is a second answer's doing.
    let undone =
        session.stage == Stage::Refused || (session.stage == Stage::Mismatched && session.outcome.is_none());
    Ok(match session.verdict.and_then(|verdict| verdict.tag) {
        _ if undone => VerdictRecord::Refused,
        Some(tag) => VerdictRecord::Accepted(tag, session.expires_at),
        None => VerdictRecord::Pending,
    })
}

pub(super) fn numbered(
    connection: &Connection,
    now: Millis,
    org: &str,
    number: &str,
) -> Result<SessionId, StoreError> {
    let found: Option<[u8; 16]> = connection
        .prepare_cached(
            "SELECT id FROM sessions
             WHERE org = ?1 AND number = ?2 AND over = 0 AND stage = 'waiting' AND expires_at > ?3",
        )?
        .query_row(params![org, number, now], |row| row.get(0))
        .optional()?;
    found.map(SessionId::from_bytes).ok_or(StoreError::NoSuchSession)
}

pub(super) fn events_since(
    connection: &Connection,
    now: Millis,
    agent: &str,
    seq: u64,
) -> Result<Vec<StoredEvent>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT seq, name, data FROM events WHERE agent = ?1 AND seq > ?2 AND at > ?3 ORDER BY seq LIMIT ?4",
    )?;
    // SQLite counts to 2⁶³; nothing comes after that.
    let after = i64::try_from(seq).unwrap_or(i64::MAX);
    let events = statement.query_map(params![agent, after, now - EVENTS_KEPT_MS, EVENTS_AT_ONCE], |row| {
        Ok(StoredEvent { seq: row.get::<_, i64>(0)?.unsigned_abs(), name: row.get(1)?, data: row.get(2)? })
    })?;
    Ok(events.collect::<Result<_, _>>()?)
}

pub(super) fn newest_event(connection: &Connection, agent: &str) -> Result<u64, StoreError> {
    let newest: Option<i64> = connection
        .prepare_cached("SELECT last FROM streams WHERE agent = ?1")?
        .query_row([agent], |row| row.get(0))
        .optional()?;
    Ok(newest.unwrap_or_default().unsigned_abs())
}

/// How many sessions are live.
pub(super) fn live(connection: &Connection, now: Millis) -> Result<u64, StoreError> {
    let count: i64 = connection
        .prepare_cached("SELECT count(*) FROM sessions WHERE over = 0 AND expires_at > ?1")?
        .query_row([now], |row| row.get(0))?;
    Ok(count.unsigned_abs())
}

/// Whether a session has run out whose agent was not told.
pub(super) fn has_run_out(connection: &Connection, now: Millis) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached(&format!("SELECT 1 {RUN_OUT}"))?.exists([now])?)
}
