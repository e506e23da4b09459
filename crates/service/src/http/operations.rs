//! What operators and every caller need: health, the log of requests, and what is said where nothing is.

use super::App;
use super::problem::Failure;
use crate::secret;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument as _;

/// The process is up.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The stores answer.
pub(super) async fn readyz(State(app): State<App>) -> Result<&'static str, Failure> {
    app.store.ready().await.map_err(Failure::for_agent)?;
    app.directory.origin().await?;
    Ok("ready\n")
}

/// There is nothing here.
pub(super) async fn not_found() -> Failure {
    Failure::NotFound
}

/// There is something here, by another method.
pub(super) async fn method_not_allowed() -> Failure {
    Failure::MethodNotAllowed
}

/// One line a request: what was called and how it went. The route's template stands for the path: a session id in a log
/// would be a capability in a log. The request's id is in every line about it and in the response, for whoever asks what
/// happened.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = secret::draw_id().unwrap_or_default();
    let method: Method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", |path| path.as_str()).to_owned();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, ms) = (response.status().as_u16(), began.elapsed().as_millis());
    span.in_scope(|| tracing::info!(%method, route, status, ms, "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}
