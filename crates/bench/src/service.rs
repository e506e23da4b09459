//! The service's figures: whole sessions a second on SQLite, and its requests a second beside a bare handler that echoes the same
//! bodies. Load and service share the machine and the process.

use crate::figure::{Goal, print};
use crate::load::{Failure, REQUESTS, Target, many};
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use countersign_service::limits::Limits;
use countersign_service::{PracticeOrg, ServeOptions, Served, serve};
use reqwest::Client;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Sessions the load generator has going.
pub const AT_ONCE: usize = 64;
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

type Session = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// The service in this process, on SQLite, with one agent.
pub struct Fixture {
    pub folder: TempDir,
    target: Target,
    served: Served,
}

impl Fixture {
    pub async fn start() -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let served = serve(options(folder.path())?).await?;
        let token = served.practice_token().ok_or("no practice agent")?.expose().to_owned();
        let target = Target {
            client: Client::new(),
            origin: served.origin().to_owned(),
            handle: "bench".to_owned(),
            organization: "Bench".to_owned(),
            token,
        };
        Ok(Self { folder, target, served })
    }

    /// What makes one whole session.
    pub fn whole(&self) -> impl Fn() -> Session + Clone + Send + 'static {
        let target = self.target.clone();
        move || {
            let target = target.clone();
            Box::pin(async move { target.whole().await })
        }
    }
}

#[allow(clippy::cast_precision_loss)] // counts
pub async fn run(sessions: usize) -> Result<(), Failure> {
    let fixture = Fixture::start().await?;
    many(sessions / 10, AT_ONCE, fixture.whole()).await?;
    let took = many(sessions, AT_ONCE, fixture.whole()).await?;
    let a_second = sessions as f64 / took.as_secs_f64();
    print("sqlite_sessions_per_s", a_second, "1/s", Goal::AtLeast(1500.0));
    let Fixture { target, served, .. } = fixture;
    served.stop().await;

    let bare = bare(&target, sessions * REQUESTS).await?;
    print("sqlite_vs_bare", a_second * REQUESTS as f64 / bare, "ratio", Goal::AtLeast(0.15));
    Ok(())
}

/// Requests a second of a handler that only echoes what a create posts.
#[allow(clippy::cast_precision_loss)]
async fn bare(target: &Target, requests: usize) -> Result<f64, Failure> {
    let listener = TcpListener::bind(LOOPBACK).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    let echo = Router::new().route("/echo", post(|body: Bytes| async move { body }));
    let server = tokio::spawn(async move { axum::serve(listener, echo).await });
    let target = Target { origin, ..target.clone() };
    let body = target.begin()?.request;
    let one = move || {
        let (target, body) = (target.clone(), body.clone());
        async move { target.call("/echo", "", &body).await.map(drop) }
    };
    many(requests / 10, AT_ONCE, one.clone()).await?;
    let took = many(requests, AT_ONCE, one).await?;
    server.abort();
    Ok(requests as f64 / took.as_secs_f64())
}

fn options(folder: &Path) -> Result<ServeOptions, Failure> {
    Ok(ServeOptions {
        listen: LOOPBACK,
        public_origin: None,
        data: folder.to_owned(),
        page: None,
        // The load comes from one agent at one address.
        limits: Limits {
            live_sessions_per_agent: u32::MAX,
            creations_per_minute: u32::MAX,
            opens_per_minute: u32::MAX,
            waits_per_address: u32::MAX,
            ..Limits::default()
        },
        practice: Some(PracticeOrg {
            handle: "bench".to_owned(),
            name: "Bench".to_owned(),
            country: "US".parse()?,
            agent: "Bench".to_owned(),
        }),
    })
}
