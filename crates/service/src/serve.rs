//! Starting the service: the one function other programs may call. The binary does, and the desktop's practice mode.

use crate::clock::{Clock, SystemClock};
use crate::directory::{Directory, DirectoryError};
use crate::http::{self, Parts};
use crate::limits::{Limiter, Limits};
use crate::page::Page;
use crate::store::SessionStore;
use crate::store::sqlite::SqliteStore;
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{OrgProfile, Role};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often sessions that ran out are looked for.
const SWEEP_EVERY: Duration = Duration::from_millis(200);
/// How long open calls may take to end once the service stops.
const DRAIN: Duration = Duration::from_secs(5);

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The origin recipients' browsers see. Absent: `http://` and the address, on loopback only.
    pub public_origin: Option<String>,
    /// Where the database is; created if absent.
    pub data: PathBuf,
    /// The recipient's page from a folder in the place of the one in the binary.
    pub page: Option<PathBuf>,
    /// What bounds callers.
    pub limits: Limits,
    /// An organization to practise with.
    pub practice: Option<PracticeOrg>,
}

/// An organization that verifies nobody, for practice.
#[derive(Debug, Clone)]
pub struct PracticeOrg {
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// Its country.
    pub country: Region,
    /// Its one agent.
    pub agent: String,
}

/// The practice agent's bearer token. No `Debug`.
pub struct PracticeToken(String);

impl PracticeToken {
    /// The token's text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// No public origin, and not on loopback.
    #[error("--public-origin is needed unless the service listens on loopback")]
    NoOrigin,
    /// The origin is not one, or would be served without encryption.
    #[error("--public-origin is https://HOST[:PORT]; http only on loopback, no path")]
    Origin,
    /// The data folder cannot be used.
    #[error("the data folder cannot be used: {0}")]
    Data(#[source] io::Error),
    /// The database cannot be opened.
    #[error("the database cannot be opened: {0}")]
    Database(#[from] rusqlite::Error),
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The page's folder cannot be read.
    #[error("the page's folder cannot be read: {0}")]
    Page(#[source] io::Error),
}

/// A running service. Dropped, it stops without draining.
pub struct Served {
    addr: SocketAddr,
    origin: String,
    practice: Option<PracticeToken>,
    stop: watch::Sender<bool>,
    server: JoinHandle<io::Result<()>>,
    sweeper: JoinHandle<()>,
}

impl Served {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Its public origin.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The practice agent's token, if there is a practice organization.
    pub fn practice_token(&self) -> Option<&PracticeToken> {
        self.practice.as_ref()
    }

    /// Stops: streams and waits end, other calls are let finish, for a few seconds at most.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(DRAIN, &mut self.server).await.is_err() {
            tracing::warn!("some calls were cut off");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.sweeper.abort();
        self.server.abort();
    }
}

/// Starts the service; it listens when this returns.
pub async fn serve(options: ServeOptions) -> Result<Served, ServeError> {
    serve_with(options, Arc::new(SystemClock)).await
}

/// As [`serve`], by another clock: tests of expiry.
pub async fn serve_with(options: ServeOptions, clock: Arc<dyn Clock>) -> Result<Served, ServeError> {
    prepare_folder(&options.data).map_err(ServeError::Data)?;
    let store: Arc<dyn SessionStore> = Arc::new(SqliteStore::open(&options.data, clock.clone())?);
    let directory = Directory::open(&options.data, clock.clone())?;
    let page = match &options.page {
        Some(folder) => Page::from_folder(folder).map_err(ServeError::Page)?,
        None => Page::embedded(),
    };
    let listener =
        TcpListener::bind(options.listen).await.map_err(|e| ServeError::Listen(options.listen, e))?;
    let addr = listener.local_addr().map_err(|e| ServeError::Listen(options.listen, e))?;
    let origin = origin(options.public_origin.as_deref(), addr)?;
    directory.remember_origin(&origin)?;
    let practice = options.practice.map(|org| practise(&directory, org)).transpose()?;

    let (stop, stopping) = watch::channel(false);
    let limiter = Limiter::new(options.limits);
    let sweeper = tokio::spawn(sweep(store.clone()));
    let parts = Parts { store, directory, limiter, clock, page, origin: origin.clone(), stopping };
    let router = http::router(parts).into_make_service_with_connect_info::<SocketAddr>();
    let mut stopped = stop.subscribe();
    let server = tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async move {
                // The sender going away is a stop too.
                let _ = stopped.wait_for(|stop| *stop).await;
            })
            .await
    });
    Ok(Served { addr, origin, practice, stop, server, sweeper })
}

async fn sweep(store: Arc<dyn SessionStore>) {
    let mut every = tokio::time::interval(SWEEP_EVERY);
    every.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        every.tick().await;
        // A store that fails has said so in the log; the next round tries again.
        let _ = store.sweep().await;
    }
}

fn prepare_folder(folder: &std::path::Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn origin(given: Option<&str>, addr: SocketAddr) -> Result<String, ServeError> {
    let Some(given) = given else {
        return if addr.ip().is_loopback() {
            Ok(format!("http://{addr}"))
        } else {
            Err(ServeError::NoOrigin)
        };
    };
    let given = given.trim_end_matches('/');
    let (scheme, host) = given.split_once("://").ok_or(ServeError::Origin)?;
    let bare =
        !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ']) && *host == host.to_ascii_lowercase();
    let loopback = ["127.", "localhost", "[::1]"].iter().any(|start| host.starts_with(start));
    match scheme {
        "https" if bare => Ok(given.to_owned()),
        "http" if bare && loopback => Ok(given.to_owned()),
        _ => Err(ServeError::Origin),
    }
}

/// Sees to it that the practice organization and its agent exist; a new token each time.
fn practise(directory: &Directory, org: PracticeOrg) -> Result<PracticeToken, DirectoryError> {
    let profile = OrgProfile {
        handle: org.handle.clone(),
        name: org.name,
        country: org.country,
        description: "A practice organization on this computer. It verifies nobody.".to_owned(),
        website: String::new(),
        logo_url: None,
        domains: Vec::new(),
        channels: Vec::new(),
        practice: true,
    };
    match directory.add_org(&profile) {
        Err(DirectoryError::Exists(_)) => directory.edit_org(&profile)?,
        other => other?,
    }
    let known = directory.agents(&org.handle)?.into_iter().find(|listed| !listed.revoked);
    let agent = match known {
        Some(listed) => listed.agent.profile.id,
        None => directory.add_agent(&org.handle, &org.agent, Role::Agent)?,
    };
    directory.issue_token(&agent).map(PracticeToken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_nothing_but_an_origin() {
        let addr = SocketAddr::from(([127, 0, 0, 1], 8080));
        let open = SocketAddr::from(([0, 0, 0, 0], 8080));
        assert_eq!(origin(None, addr).ok().as_deref(), Some("http://127.0.0.1:8080"));
        assert!(origin(None, open).is_err());
        assert_eq!(
            origin(Some("https://verify.example/"), open).ok().as_deref(),
            Some("https://verify.example")
        );
        assert_eq!(origin(Some("http://localhost:1"), open).ok().as_deref(), Some("http://localhost:1"));
        for bad in [
            "http://verify.example",
            "https://verify.example/x",
            "https://",
            "verify.example",
            "https://A.example",
        ] {
            assert!(origin(Some(bad), open).is_err(), "{bad}");
        }
    }
}
