//! The recipient's calls. There is no account: the page draws a token, and the first to open a link is its recipient.
//! Whatever is wrong with a session is one answer, byte for byte.

use super::body::{Json, NoBody};
use super::caller::{Number, Segment};
use super::openapi::Handle;
use super::problem::Failure;
use super::{App, digits};
use crate::clock::{left, rfc3339};
use crate::directory::is_handle;
use crate::limits::{MAX_WAIT_SECS, Source};
use crate::store::{Key, Recipient, StoreError, VerdictRecord};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use countersign_protocol::wire::{
    Answer, Empty, Extended, OpenedSession, OrgProfile, Outcome, VerdictState, ViewedRequest,
};
use countersign_protocol::{SessionId, cpace};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// Digits of a session number.
const NUMBER_DIGITS: usize = 6;

/// What anybody may know of an organization.
#[utoipa::path(get,
    path = "/orgs/{handle}",
    tag = "recipient",
    params(("handle" = Handle, Path, description = "The organization's handle")),
    responses((status = 200, description = "Its public profile", body = OrgProfile)),
    extensions(("x-problems" = json!(["unknown_organization"]))))]
pub(super) async fn profile(
    State(app): State<App>,
    Segment(handle): Segment,
) -> Result<axum::Json<OrgProfile>, Failure> {
    let handle = handle.ok_or(Failure::UnknownOrganization)?;
    app.directory.org(&handle).await?.map(axum::Json).ok_or(Failure::UnknownOrganization)
}

/// What a session number leads to.
#[derive(Serialize, ToSchema)]
pub(super) struct Numbered {
    #[schema(value_type = SessionId)]
    session_id: String,
}

/// The live, unopened session with this number. Changes nothing.
#[utoipa::path(post,
    path = "/orgs/{handle}/numbers/{number}",
    tag = "recipient",
    params(("handle" = Handle, Path, description = "The organization's handle"), ("number" = String, Path, description = "Six digits", pattern = "^[0-9]{6}$")),
    request_body = Option<Empty>,
    responses((status = 200, description = "The session", body = Numbered)),
    extensions(("x-problems" = json!(["invalid_session", "too_many"]))))]
pub(super) async fn number(
    State(app): State<App>,
    from: Source,
    Number { org, number }: Number,
    NoBody: NoBody,
) -> Result<axum::Json<Numbered>, Failure> {
    app.limiter.number(from)?;
    // Only what may be one is counted: a path is long, and whoever makes names up would fill the table with them.
    let possible =
        is_handle(&org) && number.len() == NUMBER_DIGITS && number.bytes().all(|b| b.is_ascii_digit());
    if !possible {
        return Err(Failure::InvalidSession);
    }
    app.limiter.number_of(&org)?;
    if !app.directory.policy(&org).await?.numbers {
        return Err(Failure::InvalidSession);
    }
    let found = app.store.numbered(org, number).await.map_err(Failure::for_recipient)?;
    Ok(axum::Json(Numbered { session_id: found.to_string() }))
}

/// Opens the link: the first token only; the same token again gets the same answer.
#[utoipa::path(post,
    path = "/orgs/{handle}/sessions/{id}/open",
    tag = "recipient",
    security(("recipient" = [])),
    params(("handle" = Handle, Path, description = "The organization's handle"), ("id" = SessionId, Path, description = "The session")),
    request_body = Option<Empty>,
    responses((status = 200, description = "What the recipient is shown", body = OpenedSession)),
    extensions(("x-problems" = json!(["invalid_session", "too_many"]))))]
pub(super) async fn open(
    State(app): State<App>,
    from: Source,
    who: Recipient,
    NoBody: NoBody,
) -> Result<axum::Json<OpenedSession>, Failure> {
    app.limiter.open(from)?;
    let opened = app.store.open(who).await.map_err(Failure::for_recipient)?;
    // It was checked when it was created.
    let offer = opened.request.offer().map_err(|_| Failure::Unavailable)?;
    let ttl_ms = left(opened.expires_at, app.clock.now());
    Ok(axum::Json(OpenedSession { offer, share: opened.request.share, ttl_ms }))
}

/// The recipient's one answer.
#[utoipa::path(post,
    path = "/orgs/{handle}/sessions/{id}/answer",
    tag = "recipient",
    security(("recipient" = [])),
    params(("handle" = Handle, Path, description = "The organization's handle"), ("id" = SessionId, Path, description = "The session"), ("prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds for the verdict, 25 at most")),
    request_body = Answer,
    responses((status = 202, description = "Taken; ask for the verdict", body = Empty), (status = 200, description = "Taken, and the verdict by the end of the wait", body = VerdictState)),
    extensions(("x-problems" = json!(["invalid_session"]))))]
pub(super) async fn answer(
    State(app): State<App>,
    from: Source,
    who: Recipient,
    headers: HeaderMap,
    Json(answer): Json<Answer>,
) -> Result<Response, Failure> {
    cpace::check_share(&answer.share)
        .map_err(|_| Failure::Malformed("share is not a group element".to_owned()))?;
    app.store.answer(who.clone(), answer).await.map_err(Failure::for_recipient)?;
    let Some(wait) = preferred_wait(&headers) else {
        return Ok((StatusCode::ACCEPTED, axum::Json(Empty {})).into_response());
    };
    // The answer is in. Who has too many waits open is not told to come back with it, but what there is of a verdict.
    let (wait, _counted) = app.limiter.wait(from).map_or((Duration::ZERO, None), |going| (wait, Some(going)));
    Ok(axum::Json(wait_for_verdict(&app, who, wait).await?).into_response())
}

/// What the agent says of the answer.
#[utoipa::path(get,
    path = "/orgs/{handle}/sessions/{id}/verdict",
    tag = "recipient",
    security(("recipient" = [])),
    params(("handle" = Handle, Path, description = "The organization's handle"), ("id" = SessionId, Path, description = "The session"), ("prefer" = Option<String>, Header, description = "`wait=N`: wait up to N seconds for the verdict, 25 at most")),
    responses((status = 200, description = "The verdict, or that there is none yet", body = VerdictState)),
    extensions(("x-problems" = json!(["invalid_session", "too_many"]))))]
pub(super) async fn verdict(
    State(app): State<App>,
    from: Source,
    who: Recipient,
    headers: HeaderMap,
) -> Result<axum::Json<VerdictState>, Failure> {
    let wait = preferred_wait(&headers).unwrap_or_default();
    let _counted = if wait.is_zero() { None } else { Some(app.limiter.wait(from)?) };
    Ok(axum::Json(wait_for_verdict(&app, who, wait).await?))
}

/// `Prefer: wait=N` (RFC 7240), at most [`MAX_WAIT_SECS`].
fn preferred_wait(headers: &HeaderMap) -> Option<Duration> {
    let preferences = headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok());
    let mut waits = preferences.flat_map(|value| value.split([',', ';'])).filter_map(|one| {
        let (name, seconds) = one.split_once('=')?;
        name.trim().eq_ignore_ascii_case("wait").then(|| digits(seconds.trim()))?
    });
    waits.next().map(|seconds| Duration::from_secs(seconds.min(MAX_WAIT_SECS)))
}

async fn wait_for_verdict(app: &App, who: Recipient, wait: Duration) -> Result<VerdictState, Failure> {
    let mut wake = app.store.wakes().subscribe(Key::Session(who.id));
    let mut stopping = app.stopping.clone();
    let _counted = (!wait.is_zero()).then(|| app.meters.wait());
    let until = tokio::time::Instant::now() + wait;
    loop {
        let record = app.store.verdict_for(who.clone()).await.map_err(Failure::for_recipient)?;
        match record {
            VerdictRecord::Accepted(tag, expires_at) => {
                return Ok(VerdictState::Accepted { tag, ttl_ms: left(expires_at, app.clock.now()) });
            }
            VerdictRecord::Refused => return Ok(VerdictState::Refused),
            VerdictRecord::Pending => {}
        }
        tokio::select! {
            () = wake.changed() => {}
            () = tokio::time::sleep_until(until) => return Ok(VerdictState::Pending),
            _ = stopping.wait_for(|stop| *stop) => return Ok(VerdictState::Pending),
        }
    }
}

/// Gives the session more time.
#[utoipa::path(post,
    path = "/orgs/{handle}/sessions/{id}/extend",
    tag = "recipient",
    security(("recipient" = [])),
    params(("handle" = Handle, Path, description = "The organization's handle"), ("id" = SessionId, Path, description = "The session")),
    request_body = Option<Empty>,
    responses((status = 200, description = "When it ends now", body = Extended)),
    extensions(("x-problems" = json!(["invalid_session"]))))]
pub(super) async fn extend(
    State(app): State<App>,
    who: Recipient,
    NoBody: NoBody,
) -> Result<axum::Json<Extended>, Failure> {
    let expires_at = app.store.extend_by_recipient(who).await.map_err(Failure::for_recipient)?;
    Ok(axum::Json(Extended { expires_at: rfc3339(expires_at), ttl_ms: left(expires_at, app.clock.now()) }))
}

/// The passcode is on the recipient's screen: unlocks the agent's reveal.
#[utoipa::path(post,
    path = "/orgs/{handle}/sessions/{id}/viewed",
    tag = "recipient",
    security(("recipient" = [])),
    params(("handle" = Handle, Path, description = "The organization's handle"), ("id" = SessionId, Path, description = "The session")),
    request_body = ViewedRequest,
    responses((status = 202, description = "Recorded", body = Empty)),
    extensions(("x-problems" = json!(["invalid_session"]))))]
pub(super) async fn viewed(
    State(app): State<App>,
    who: Recipient,
    Json(ViewedRequest { nonce }): Json<ViewedRequest>,
) -> Result<(StatusCode, axum::Json<Empty>), Failure> {
    done(app.store.viewed(who, nonce).await)
}

/// The recipient's last word.
#[utoipa::path(post,
    path = "/orgs/{handle}/sessions/{id}/outcome",
    tag = "recipient",
    security(("recipient" = [])),
    params(("handle" = Handle, Path, description = "The organization's handle"), ("id" = SessionId, Path, description = "The session")),
    request_body = Outcome,
    responses((status = 202, description = "Recorded", body = Empty)),
    extensions(("x-problems" = json!(["invalid_session"]))))]
pub(super) async fn outcome(
    State(app): State<App>,
    who: Recipient,
    Json(outcome): Json<Outcome>,
) -> Result<(StatusCode, axum::Json<Empty>), Failure> {
    if outcome.matched && outcome.unexpected {
        return Err(Failure::Malformed("what matched was not unexpected".to_owned()));
    }
    done(app.store.outcome(who, outcome).await)
}

fn done(result: Result<(), StoreError>) -> Result<(StatusCode, axum::Json<Empty>), Failure> {
    result.map(|()| (StatusCode::ACCEPTED, axum::Json(Empty {}))).map_err(Failure::for_recipient)
}
