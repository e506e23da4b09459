//! What operators and every caller need: health, the log of requests, and what is said where nothing is.

use super::App;
use super::problem::{Counted, Failure};
use crate::meters::Meters;
use crate::secret;
use crate::store::SessionStore;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;
use tracing::Instrument as _;

/// The process is up.
#[utoipa::path(get,
    path = "/healthz",
    tag = "operations",
    responses((status = 200, description = "It is", body = String)))]
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// How long an answer is everybody's who asks.
const READY_FOR: Duration = Duration::from_secs(1);

/// When the stores were asked, and what came of it.
type Asked = (Instant, Result<(), Failure>);

/// Whether the stores answered when they were last asked. Whoever asks the service may be anybody, and asking the stores writes.
#[derive(Default)]
pub(crate) struct Readiness(Arc<Mutex<Option<Asked>>>);

impl Readiness {
    /// The last answer, or one that all who wait here share. It is asked for to its end even if whoever was first has gone: it
    /// would be asked for again by each who comes and goes.
    async fn of(&self, app: &App) -> Result<(), Failure> {
        let mut last = self.0.clone().lock_owned().await;
        if let Some((at, answer)) = &*last
            && at.elapsed() < READY_FOR
        {
            return answer.clone();
        }
        let app = app.clone();
        let asked = tokio::spawn(async move {
            let answer = ask(&app).await;
            *last = Some((Instant::now(), answer.clone()));
            answer
        });
        asked.await.unwrap_or(Err(Failure::Unavailable))
    }
}

async fn ask(app: &App) -> Result<(), Failure> {
    app.store.ready().await.map_err(Failure::for_agent)?;
    app.directory.origin().await?;
    Ok(())
}

/// The stores answer, and the service is not about to stop.
#[utoipa::path(get,
    path = "/readyz",
    tag = "operations",
    responses((status = 200, description = "It is ready", body = String)),
    extensions(("x-problems" = json!(["unavailable", "stopping"]))))]
pub(super) async fn readyz(State(app): State<App>) -> Result<&'static str, Failure> {
    if *app.draining.borrow() {
        return Err(Failure::Stopping);
    }
    app.readiness.of(&app).await.map(|()| "ready\n")
}

/// `GET /metrics`, on a listener of its own.
pub(super) async fn metrics(
    State((meters, store)): State<(Arc<Meters>, Arc<dyn SessionStore>)>,
) -> impl IntoResponse {
    let live = store.live().await;
    if live.is_err() {
        meters.store_failed();
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], meters.text(live.ok()))
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
pub(super) async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let id = secret::draw_id().unwrap_or_default();
    let method: Method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("-", |path| path.as_str()).to_owned();
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), began.elapsed());
    app.meters.answered(&route, method.as_str(), status, took);
    match response.extensions().get() {
        Some(Counted::StoreFailed) => app.meters.store_failed(),
        Some(Counted::RateLimited) => app.meters.rate_limited(),
        None => {}
    }
    let ms = took.as_millis();
    span.in_scope(|| tracing::info!(%method, route, status, ms, "answered"));
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert("x-request-id", id);
    }
    response
}
