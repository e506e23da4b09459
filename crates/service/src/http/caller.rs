//! Who is calling, and about what, from the request's head: an agent by its bearer token, a recipient by the token its page
//! has drawn, an address; an organization or a session by the path.

use super::App;
use super::problem::Failure;
use crate::directory::Agent;
use crate::limits::Source;
use crate::store::Recipient;
use axum::extract::{ConnectInfo, FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use countersign_protocol::wire::Role;
use countersign_protocol::{RecipientToken, SessionId};
use std::net::SocketAddr;
use tokio::sync::watch;

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequestParts<App> for Agent {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let token = bearer(parts).ok_or(Failure::Unauthorized)?;
        app.directory.agent_of(token).await?.ok_or(Failure::Unauthorized)
    }
}

/// An agent who may write what the organization shares, and read its history.
pub(super) struct Supervisor(pub(super) Agent);

impl FromRequestParts<App> for Supervisor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let agent = Agent::from_request_parts(parts, app).await?;
        if agent.role == Role::Supervisor { Ok(Self(agent)) } else { Err(Failure::Forbidden) }
    }
}

/// An agent who is served for a while, and may cease to be one meanwhile.
pub(super) struct Staying {
    pub(super) agent: Agent,
    token: String,
    changes: watch::Receiver<u64>,
}

impl FromRequestParts<App> for Staying {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        // Before the look-up, so that no change falls between.
        let changes = app.tokens.clone();
        let agent = Agent::from_request_parts(parts, app).await?;
        let token = bearer(parts).unwrap_or_default().to_owned();
        Ok(Self { agent, token, changes })
    }
}

impl Staying {
    /// Whether the token is still good. Not to know it is not.
    pub(super) async fn is_good(&self, app: &App) -> bool {
        app.directory.agent_of(&self.token).await.is_ok_and(|agent| agent.is_some())
    }

    /// Returns when the token may have become void.
    pub(super) async fn changed(&mut self) {
        if self.changes.changed().await.is_err() {
            // Nobody watches any more: the service stops.
            std::future::pending::<()>().await;
        }
    }
}

impl FromRequestParts<App> for Recipient {
    type Rejection = Failure;

    /// Whatever is missing or malformed is one thing: there is no such session.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let path = Path::<(String, String)>::from_request_parts(parts, app).await;
        let Path((org, id)) = path.map_err(|_| Failure::InvalidSession)?;
        let id = id.parse().map_err(|_| Failure::InvalidSession)?;
        let token: RecipientToken =
            bearer(parts).and_then(|token| token.parse().ok()).ok_or(Failure::InvalidSession)?;
        Ok(Self { org, id, token: token.sha256() })
    }
}

/// The session an agent's path names.
pub(super) struct Named(pub(super) SessionId);

impl FromRequestParts<App> for Named {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let path = Path::<String>::from_request_parts(parts, app).await;
        path.ok().and_then(|Path(id)| id.parse().ok()).map(Self).ok_or(Failure::InvalidSession)
    }
}

/// The organization and the number in a path; whatever is not a number leads nowhere.
pub(super) struct Number {
    pub(super) org: String,
    pub(super) number: String,
}

impl FromRequestParts<App> for Number {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let path = Path::<(String, String)>::from_request_parts(parts, app).await;
        path.map(|Path((org, number))| Self { org, number }).map_err(|_| Failure::InvalidSession)
    }
}

/// The one segment of a path that is not fixed; none if it is not text.
pub(super) struct Segment(pub(super) Option<String>);

impl FromRequestParts<App> for Segment {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Self::Rejection> {
        Ok(Self(Path::<String>::from_request_parts(parts, app).await.ok().map(|Path(text)| text)))
    }
}

impl FromRequestParts<App> for Source {
    type Rejection = Failure;

    /// The socket's peer, or whom a trusted proxy has heard.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let source = peer.map(|ConnectInfo(peer)| app.proxies.source(peer.ip(), &parts.headers));
        source.map(Self::from).ok_or(Failure::Unavailable)
    }
}
