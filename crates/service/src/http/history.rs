//! `GET /api/v1/audit`: a supervisor reads the organization's history, page by page.

#![allow(unused_qualifications, reason = "the document's macro writes them")]

use super::caller::Supervisor;
use super::problem::Failure;
use super::{App, digits};
use crate::audit::AuditQuery;
use crate::clock::Millis;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use countersign_protocol::wire::AuditPage;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use utoipa::IntoParams;

/// Most entries of a page over HTTP.
const MOST: u32 = 200;

/// Which page.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Sessions created at this time or later.
    #[param(format = DateTime)]
    since: Option<String>,
    /// Sessions created before this time.
    #[param(format = DateTime)]
    until: Option<String>,
    /// `next` of the page before.
    #[serde(default, deserialize_with = "number")]
    after: u64,
    /// Most entries; there are 200 at most.
    #[serde(default, deserialize_with = "some_number")]
    #[param(value_type = Option<u64>, maximum = 4_294_967_295_u64)]
    limit: Option<u32>,
}

/// What remains of the organization's sessions, oldest first. For supervisors.
#[utoipa::path(get,
    path = "/audit",
    tag = "agent",
    security(("agent" = [])),
    params(Asked),
    responses((status = 200, description = "A page of it", body = AuditPage)),
    extensions(("x-problems" = json!(["malformed", "forbidden"]))))]
pub(super) async fn page(
    State(app): State<App>,
    Supervisor(agent): Supervisor,
    asked: Result<Query<Asked>, QueryRejection>,
) -> Result<axum::Json<AuditPage>, Failure> {
    let malformed = || Failure::Malformed("since and until are RFC 3339, after and limit numbers".to_owned());
    let Query(Asked { since, until, after, limit }) = asked.map_err(|_| malformed())?;
    // `int64`, as the document says: there are no places beyond.
    i64::try_from(after).map_err(|_| malformed())?;
    let time = |text: Option<String>| text.map(|text| time(&text).ok_or_else(malformed)).transpose();
    let (since, until) = (time(since)?, time(until)?);
    let limit = limit.unwrap_or(MOST).clamp(1, MOST);
    // One more than is shown says whether there is more.
    let query = AuditQuery { org: Some(agent.org), since, until, after, limit: limit + 1 };
    let mut entries = app.audit.page(query).await?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|last| last.seq);
    Ok(axum::Json(AuditPage { entries, next }))
}

/// Digits and nothing else: what is read elsewhere as a number may have a sign.
fn number<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    let text = String::deserialize(from)?;
    digits(&text).ok_or_else(|| D::Error::custom("not a number"))
}

fn some_number<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    number(from)?.try_into().map(Some).map_err(D::Error::custom)
}

fn time(text: &str) -> Option<Millis> {
    let time = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    Millis::try_from(time.unix_timestamp_nanos() / 1_000_000).ok()
}
