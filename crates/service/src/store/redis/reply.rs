//! What the scripts answer, read once.

use super::link::Lost;
use crate::clock::{Millis, left, rfc3339};
use crate::store::{StoreError, StoredEvent};
use countersign_protocol::wire::{AgentEvent, EventKind};
use redis::Value;
use serde::de::DeserializeOwned;

/// A text in an answer.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::BulkString(bytes) => String::from_utf8(bytes.clone()).ok(),
        Value::SimpleString(text) => Some(text.clone()),
        Value::Int(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An answer of texts, the first of which says what it is.
pub(super) struct Reply(Vec<String>);

impl Reply {
    /// The answer, or the refusal that it is.
    pub(super) fn read(value: Result<Value, Lost>) -> Result<Self, StoreError> {
        let Ok(Value::Array(parts)) = value else { return Err(StoreError::Unavailable) };
        let parts: Vec<_> = parts.iter().filter_map(text).collect();
        match parts.first().map(String::as_str) {
            Some("gone") => Err(StoreError::NoSuchSession),
            Some("wrong") => Err(StoreError::WrongState),
            Some("many") => Err(StoreError::TooManyLive),
            Some(_) => Ok(Self(parts)),
            None => Err(StoreError::Unavailable),
        }
    }

    pub(super) fn is(&self, what: &str) -> bool {
        self.0.first().is_some_and(|first| first == what)
    }

    /// The part at a place after the first.
    pub(super) fn part(&self, place: usize) -> Option<&str> {
        self.0.get(place).map(String::as_str)
    }

    pub(super) fn time(&self, place: usize) -> Result<Millis, StoreError> {
        self.part(place).and_then(|text| text.parse().ok()).ok_or_else(broken)
    }
}

/// A stored message.
pub(super) fn parse<T: DeserializeOwned>(text: Option<&str>) -> Result<T, StoreError> {
    // The error would quote what it failed on.
    text.and_then(|text| serde_json::from_str(text).ok()).ok_or_else(broken)
}

/// What is stored is not what was.
pub(super) fn broken() -> StoreError {
    tracing::error!("a stored session cannot be read");
    StoreError::Unavailable
}

/// An event as streams send it.
pub(super) fn event(value: &Value) -> Result<StoredEvent, StoreError> {
    let Value::Array(parts) = value else { return Err(broken()) };
    let parts: Vec<_> = parts.iter().filter_map(text).collect();
    let [place, name, id, at, content] = parts.as_slice() else { return Err(broken()) };
    let seq = place.split_once('-').and_then(|(seq, _)| seq.parse().ok()).ok_or_else(broken)?;
    let at: Millis = at.parse().map_err(|_| broken())?;
    let what = match name.as_str() {
        "opened" => EventKind::Opened,
        "open_refused" => EventKind::OpenRefused,
        "answered" => EventKind::Answered(parse(Some(content))?),
        "viewed" => EventKind::Viewed { nonce: parse(Some(content))? },
        "extended" => {
            let ends: Millis = content.parse().map_err(|_| broken())?;
            EventKind::Extended { expires_at: rfc3339(ends), ttl_ms: left(ends, at) }
        }
        "outcome" => EventKind::Outcome(parse(Some(content))?),
        "expired" => EventKind::Expired,
        _ => return Err(broken()),
    };
    let session_id = id.parse().map_err(|_| broken())?;
    let mut data =
        serde_json::to_value(AgentEvent { session_id, at: rfc3339(at), what }).map_err(|_| broken())?;
    if let Some(members) = data.as_object_mut() {
        // The stream has it in a line of its own.
        members.remove("event");
    }
    Ok(StoredEvent { seq, name: name.clone(), data: data.to_string() })
}
