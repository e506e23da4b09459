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
mod operations;
mod page;
mod problem;
mod recipient;
mod templates;

use crate::audit::Audit;
use crate::clock::Clock;
use crate::directory::Directory;
use crate::limits::{Limiter, MAX_BODY_BYTES};
use crate::meters::Meters;
use crate::origin::Origin;
use crate::page::Page;
use crate::proxies::Proxies;
use crate::store::SessionStore;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{any, delete, get, post};
use std::sync::Arc;
use tokio::sync::watch;

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

/// The whole service as a router.
pub(crate) fn router(parts: Parts) -> Router {
    let app = App(Arc::new(parts));
    let agent = Router::new()
        .route("/me", get(agent::me))
        .route("/sessions", post(agent::create))
        .route("/sessions/{id}", delete(agent::cancel))
        .route("/sessions/{id}/verdict", post(agent::verdict))
        .route("/sessions/{id}/revealed", post(agent::revealed))
        .route("/sessions/{id}/extend", post(agent::extend))
        .route("/templates", get(templates::list).post(templates::add))
        .route("/templates/{id}", get(templates::read).put(templates::change).delete(templates::remove))
        .route("/audit", get(history::page))
        .route("/events", get(events::stream))
        .route("/enroll", post(agent::enroll));
    let recipient = Router::new()
        .route("/orgs/{handle}", get(recipient::profile))
        .route("/orgs/{handle}/numbers/{number}", post(recipient::number))
        .route("/orgs/{handle}/sessions/{id}/open", post(recipient::open))
        .route("/orgs/{handle}/sessions/{id}/answer", post(recipient::answer))
        .route("/orgs/{handle}/sessions/{id}/verdict", get(recipient::verdict))
        .route("/orgs/{handle}/sessions/{id}/extend", post(recipient::extend))
        .route("/orgs/{handle}/sessions/{id}/viewed", post(recipient::viewed))
        .route("/orgs/{handle}/sessions/{id}/outcome", post(recipient::outcome));
    Router::new()
        .nest("/api/v1", agent.merge(recipient))
        .route("/api", any(operations::not_found))
        .route("/api/{*rest}", any(operations::not_found))
        .route("/healthz", get(operations::healthz))
        .route("/readyz", get(operations::readyz))
        .route("/assets/{name}", get(page::asset))
        .route("/{handle}", get(page::profile))
        .route("/{handle}/", get(page::profile))
        .route("/{handle}/{session}", get(page::session))
        .fallback(operations::not_found)
        .method_not_allowed_fallback(operations::method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn_with_state(app.clone(), headers::set))
        .layer(from_fn_with_state(app.clone(), operations::log))
        .with_state(app)
}

/// What is served to whoever collects metrics, on a listener of its own.
pub(crate) fn metrics(meters: Arc<Meters>, store: Arc<dyn SessionStore>) -> Router {
    Router::new().route("/metrics", get(operations::metrics)).with_state((meters, store))
}
