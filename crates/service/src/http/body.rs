//! Reading a request's body: JSON of at most 16 KiB, strictly, before anything else is done.

use super::problem::Failure;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse as _;
use countersign_protocol::wire::Empty;
use serde::de::DeserializeOwned;
use std::time::Duration;
use tokio::time::timeout;

/// How long a body of 16 KiB may take, on a poor network too.
const PATIENCE: Duration = Duration::from_secs(15);

/// A body read as `T`.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            return Err(Failure::UnsupportedMediaType);
        }
        parse(&read(request, state).await?).map(Self)
    }
}

/// The body of a call that has nothing to say: none at all, or `{}`.
pub(super) struct NoBody;

impl<S: Send + Sync> FromRequest<S> for NoBody {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let is_json = is_json(request.headers());
        let bytes = read(request, state).await?;
        if bytes.is_empty() {
            return Ok(Self);
        }
        if !is_json {
            return Err(Failure::UnsupportedMediaType);
        }
        parse(&bytes).map(|Empty {}| Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let media_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = media_type.and_then(|text| text.split(';').next());
    essence.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Failure> {
    let late = |_| Failure::Malformed("the body did not arrive in time".to_owned());
    timeout(PATIENCE, Bytes::from_request(request, state)).await.map_err(late)?.map_err(|rejection| {
        if rejection.into_response().status() == StatusCode::PAYLOAD_TOO_LARGE {
            Failure::TooLarge
        } else {
            Failure::Malformed("the body could not be read".to_owned())
        }
    })
}

/// Says where the message is wrong, never with what: serde's words could quote what was sent.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    // Serde would also take an array of a message's members in their order; there is one form, and it is an object.
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        return Err(Failure::Malformed("not the documented message: not an object".to_owned()));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let what = if error.is_data() { "not the documented message" } else { "not JSON" };
        Failure::Malformed(format!("{what}: line {}, column {}", error.line(), error.column()))
    })
}
