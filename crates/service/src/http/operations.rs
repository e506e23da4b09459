//! What operators and every caller need: health, the log of requests, and what is said where nothing is.

use super::App;
use super::problem::Failure;
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;

/// The process is up.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// The stores answer.
pub(super) async fn readyz(State(app): State<App>) -> Result<&'static str, Failure> {
    app.store.ready().await.map_err(Failure::for_agent)?;
    app.directory.origin()?;
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
/// would be a capability in a log.
pub(super) async fn log(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method: Method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", |path| path.as_str()).to_owned();
    let response = next.run(request).await;
    tracing::info!(%method, route, status = response.status().as_u16(), ms = began.elapsed().as_millis(), "request");
    response
}
