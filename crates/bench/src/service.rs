//! The service's figures: whole sessions a second on SQLite, on Redis and on a Redis Cluster, and its requests a second beside a
//! bare handler that echoes the same bodies. Load and service share the machine and the process.

use crate::figure::{Goal, print};
use crate::load::{Failure, REQUESTS, Target, many};
use axum::Router;
use axum::body::Bytes;
use axum::routing::post;
use countersign_rig::redis::{Cluster, Redis};
use countersign_service::clock::SystemClock;
use countersign_service::limits::Limits;
use countersign_service::store::redis::RedisOptions;
use countersign_service::{Operations, PracticeOrg, ServeOptions, Served, serve_operated};
use reqwest::Client;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;

/// Sessions the load generator has going.
pub const AT_ONCE: usize = 64;
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

type Session = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// The service in this process, with one agent.
pub struct Fixture {
    pub folder: TempDir,
    target: Target,
    served: Served,
}

impl Fixture {
    /// With sessions in SQLite.
    pub async fn start() -> Result<Self, Failure> {
        Self::on(None).await
    }

    /// With sessions in Redis, if it is somewhere.
    async fn on(redis: Option<&[String]>) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let redis = match redis {
            None => None,
            Some(urls) => {
                let urls = urls.iter().map(|url| url.parse()).collect::<Result<_, _>>()?;
                Some(RedisOptions { urls, replicas: None, store_time: true })
            }
        };
        let operations = Operations { redis, ..Operations::default() };
        let served = serve_operated(options(folder.path())?, operations, Arc::new(SystemClock)).await?;
        let token = served.practice_token().ok_or("no practice agent")?.expose().to_owned();
        let target = Target {
            client: Client::new(),
            origin: served.origin().to_owned(),
            pages_at: None,
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

pub async fn run(sessions: usize) -> Result<(), Failure> {
    let sqlite = Fixture::start().await?;
    let a_second = rate(sessions, &sqlite).await?;
    print("sqlite_sessions_per_s", a_second, "1/s", Goal::AtLeast(1500.0));
    let target = sqlite.target.clone();
    sqlite.served.stop().await;

    let bare = bare(&target, sessions * REQUESTS).await?;
    println!("# bare: {bare:.0} requests/s");
    let beside = |a_second: f64| a_second * count(REQUESTS) / bare;
    print("sqlite_vs_bare", beside(a_second), "ratio", Goal::AtLeast(0.15));

    let one = {
        let redis = Redis::start();
        let fixture = Fixture::on(Some(&[redis.url()])).await?;
        let a_second = rate(sessions, &fixture).await?;
        fixture.served.stop().await;
        a_second
    };
    println!("# one Redis: {one:.0} sessions/s");
    print("redis_vs_bare", beside(one), "ratio", Goal::AtLeast(0.25));

    let cluster = Cluster::start(15_000);
    let fixture = Fixture::on(Some(&cluster.urls())).await?;
    let six = rate(sessions, &fixture).await?;
    fixture.served.stop().await;
    println!("# Redis Cluster: {six:.0} sessions/s");
    print("redis_cluster_vs_redis", six / one, "ratio", Goal::AtLeast(0.4));
    Ok(())
}

/// Whole sessions a second, once it is warm.
async fn rate(sessions: usize, fixture: &Fixture) -> Result<f64, Failure> {
    many(sessions / 10, AT_ONCE, fixture.whole()).await?;
    let took = many(sessions, AT_ONCE, fixture.whole()).await?;
    Ok(count(sessions) / took.as_secs_f64())
}

#[allow(clippy::cast_precision_loss)] // thousands
pub fn count(number: usize) -> f64 {
    number as f64
}

/// Requests a second of a handler that only echoes what a create posts.
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
    Ok(count(requests) / took.as_secs_f64())
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
