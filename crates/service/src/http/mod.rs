//! The HTTP API (`docs/api.md`) and the recipient's page. One family of calls a file; [`problem`] is the one place where an
//! error becomes a status.
//!
//! No GET or HEAD changes anything: link previews and scanners spend nothing.

mod agent;
mod body;
mod caller;
mod events;
mod headers;
mod history;
mod openapi;
mod operations;
mod page;
mod problem;
mod recipient;
mod templates;

pub(crate) use operations::Readiness;

use crate::audit::Audit;
use crate::clock::Clock;
use crate::directory::Directory;
use crate::limits::{Limiter, MAX_BODY_BYTES};
use crate::meters::Meters;
use crate::origin::Origin;
use crate::page::Page;
use crate::proxies::Proxies;
use crate::store::SessionStore;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, get};
use axum::{Extension, Router};
use std::sync::Arc;
use tokio::sync::watch;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// What every call works with.
#[derive(Clone)]
pub(crate) struct App(Arc<Parts>);

pub(crate) struct Parts {
    pub(crate) store: Arc<dyn SessionStore>,
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) audit: Arc<dyn Audit>,
    pub(crate) limiter: Limiter,
    pub(crate) proxies: Proxies,
    pub(crate) meters: Arc<Meters>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) readiness: Readiness,
    pub(crate) page: Page,
    /// The public origin: part of every link and of `CI`.
    pub(crate) origin: Origin,
    /// Turns true when the service is about to stop.
    pub(crate) draining: watch::Receiver<bool>,
    /// Turns true when the service stops: streams and waits end.
    pub(crate) stopping: watch::Receiver<bool>,
    /// Changes when a token has become void: whoever is served for a while looks at its token again.
    pub(crate) tokens: watch::Receiver<u64>,
}

impl std::ops::Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Every documented call: what is routed here is in the OpenAPI document, by the same line.
fn api() -> OpenApiRouter<App> {
    let agent = OpenApiRouter::new()
        .routes(routes!(agent::me))
        .routes(routes!(agent::create))
        .routes(routes!(agent::cancel))
        .routes(routes!(agent::verdict))
        .routes(routes!(agent::revealed))
        .routes(routes!(agent::extend))
        .routes(routes!(templates::list, templates::add))
        .routes(routes!(templates::read, templates::change, templates::remove))
        .routes(routes!(history::page))
        .routes(routes!(events::stream))
        .routes(routes!(agent::enroll));
    let recipient = OpenApiRouter::new()
        .routes(routes!(recipient::profile))
        .routes(routes!(recipient::number))
        .routes(routes!(recipient::open))
        .routes(routes!(recipient::answer))
        .routes(routes!(recipient::verdict))
        .routes(routes!(recipient::extend))
        .routes(routes!(recipient::viewed))
        .routes(routes!(recipient::outcome));
    OpenApiRouter::with_openapi(openapi::frame())
        .nest("/api/v1", agent.merge(recipient).routes(routes!(openapi::document)))
        .routes(routes!(operations::healthz))
        .routes(routes!(operations::readyz))
}

/// A run of digits as a number, the greatest there is if it is beyond; none if anything else is in it, a sign too.
fn digits(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    // What is digits and cannot be read is too large.
    plain.then(|| text.parse().unwrap_or(u64::MAX))
}

/// The OpenAPI document, as it is served and kept in `docs/openapi.json`.
pub fn openapi() -> String {
    openapi::text(api().into_openapi())
}

/// The whole service as a router.
pub(crate) fn router(parts: Parts) -> Router {
    let app = App(Arc::new(parts));
    let (api, documented) = api().split_for_parts();
    let document = openapi::Document::new(documented);
    api.route("/api", any(operations::not_found))
        .route("/api/{*rest}", any(operations::not_found))
        .route("/assets/{name}", get(page::asset))
        .route("/static/{name}", get(page::logo))
        .route("/{handle}", get(page::profile))
        .route("/{handle}/", get(page::profile))
        .route("/{handle}/{session}", get(page::session))
        .route("/{handle}/{session}/", get(page::session))
        .fallback(page::elsewhere)
        .method_not_allowed_fallback(operations::method_not_allowed)
        .layer(Extension(document))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(app.clone(), headers::set))
        .layer(from_fn_with_state(app.clone(), operations::log))
        .with_state(app)
}

/// What is served to whoever collects metrics, on a listener of its own.
pub(crate) fn metrics(meters: Arc<Meters>, store: Arc<dyn SessionStore>) -> Router {
    Router::new().route("/metrics", get(operations::metrics)).with_state((meters, store))
}
