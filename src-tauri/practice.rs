//! The practice service: the real service, in this process, on loopback, with the organization *Demo*. It verifies nobody
//! and says so; it is there so that a new user can run a whole verification without an account or a server.

use countersign_agent::credentials::Credential;
use countersign_agent::desktop::PracticeUnavailable;
use countersign_protocol::canonical::{Region, RegionError};
use countersign_service::{PracticeOrg, ServeOptions, Served, serve};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// Starts the practice service when it is first asked for, and once.
pub struct Practice {
    folder: PathBuf,
    running: Mutex<Option<Served>>,
}

impl Practice {
    /// A practice service whose files are under `folder`.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, running: Mutex::new(None) }
    }

    /// The credential of the demo agent, the service being up.
    pub async fn credential(&self) -> Result<Credential, PracticeUnavailable> {
        let mut running = self.running.lock().await;
        if running.is_none() {
            *running = Some(self.start().await?);
        }
        let served = running.as_ref().ok_or_else(|| PracticeUnavailable("it went away".to_owned()))?;
        let token =
            served.practice_token().ok_or_else(|| PracticeUnavailable("it has no agent".to_owned()))?;
        Ok(Credential {
            service: served.origin().to_owned(),
            token: Zeroizing::new(token.expose().to_owned()),
            practice: true,
        })
    }

    async fn start(&self) -> Result<Served, PracticeUnavailable> {
        let country: Region =
            region().parse().map_err(|error: RegionError| PracticeUnavailable(error.to_string()))?;
        let options = ServeOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            public_origin: None,
            data: self.folder.clone(),
            page: None,
            limits: countersign_service::limits::Limits::default(),
            practice: Some(PracticeOrg {
                handle: "demo".to_owned(),
                name: "Demo".to_owned(),
                country,
                agent: "Demo agent".to_owned(),
            }),
        };
        serve(options).await.map_err(|error| PracticeUnavailable(error.to_string()))
    }
}

/// The country of this machine's locale, as far as the environment tells; phone numbers are read with it.
fn region() -> String {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
        .unwrap_or_default();
    let country = locale.split(['.', '@']).next().and_then(|name| name.split('_').nth(1)).unwrap_or_default();
    if country.len() == 2 && country.bytes().all(|b| b.is_ascii_uppercase()) {
        country.to_owned()
    } else {
        "US".to_owned()
    }
}
