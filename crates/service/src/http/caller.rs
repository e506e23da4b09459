//! Who is calling: an agent by its bearer token, a recipient by the token its page has drawn, an address.

use super::App;
use super::problem::Failure;
use crate::directory::Agent;
use crate::store::Recipient;
use axum::extract::{ConnectInfo, FromRequestParts, Path};
use axum::http::header;
use axum::http::request::Parts;
use countersign_protocol::{RecipientToken, SessionId};
use std::net::{IpAddr, SocketAddr};

fn bearer(parts: &Parts) -> Option<&str> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl FromRequestParts<App> for Agent {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let token = bearer(parts).ok_or(Failure::Unauthorized)?;
        app.directory.agent_of(token)?.ok_or(Failure::Unauthorized)
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
        let Path(id) = path.map_err(|_| Failure::InvalidSession)?;
        id.parse().map(Self).map_err(|_| Failure::InvalidSession)
    }
}

/// The caller's address: the socket's peer. Forwarded headers count only behind configured proxies, of which there are none
/// yet.
pub(super) struct Address(pub(super) IpAddr);

impl FromRequestParts<App> for Address {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Failure> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        peer.map(|ConnectInfo(peer)| Self(peer.ip().to_canonical())).ok_or(Failure::Unavailable)
    }
}
