//! Starting the service: the one function other programs may call. The binary does, and the desktop's practice mode.

use crate::audit::{Audit, AuditError, outbox};
use crate::clock::{Clock, Millis, SystemClock};
use crate::connections::{answer, settle};
use crate::directory::{Directory, DirectoryError};
use crate::http::{self, Parts, Readiness};
use crate::kept::Kept;
use crate::limits::{Limiter, Limits};
use crate::meters::Meters;
use crate::origin::{Origin, OriginError};
use crate::page::Page;
use crate::postgres::{Postgres, PostgresError, PostgresUrl};
use crate::practice::{PracticeOrg, PracticeToken, practise};
use crate::proxies::Proxies;
use crate::sqlite::{Database, DatabaseError};
use crate::store::SessionStore;
use crate::store::redis::{RedisOptions, RedisStartError, RedisStore};
use crate::store::sqlite::SqliteStore;
use crate::tls::{Certificate, TlsError, TlsFiles, TlsListener};
use axum::serve::{Listener, ListenerExt as _};
use std::io;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Interval, MissedTickBehavior, interval};

/// How often sessions that ran out are looked for; agents hear of one this much late at most.
const EXPIRE_EVERY: Duration = Duration::from_millis(200);
/// How often what was kept long enough is dropped.
const FORGET_EVERY: Duration = Duration::from_secs(10);
/// How often tokens that became void are looked for; their streams end this much late at most.
const LOOK_AT_TOKENS_EVERY: Duration = Duration::from_millis(250);
/// How many times as seldom a practice service looks for both: its one agent counts for itself, and nobody takes its token.
const PRACTICE_PACE: u32 = 5;
const DAY_MS: Millis = 24 * 60 * 60 * 1000;
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

/// What only an operator sets; nothing of it is needed to serve.
#[derive(Debug, Clone, Default)]
pub struct Operations {
    /// Days to keep what remains of sessions; for ever if absent.
    pub audit_days: Option<NonZeroU32>,
    /// Where to listen for whoever collects metrics; nowhere if absent.
    pub metrics: Option<SocketAddr>,
    /// Whose word on where a call comes from is taken.
    pub proxies: Proxies,
    /// Where live sessions are, if not in the database.
    pub redis: Option<RedisOptions>,
    /// Where directory and audit are; the embedded database if absent.
    pub postgres: Option<PostgresUrl>,
    /// A certificate and its key, for TLS in the process; plain HTTP if absent.
    pub tls: Option<TlsFiles>,
    /// How long `/readyz` says that the service stops before it does.
    pub notice: Duration,
}

/// Why the service did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The address for metrics cannot be listened on.
    #[error("--metrics: cannot listen on {0}: {1}")]
    ListenForMetrics(SocketAddr, #[source] io::Error),
    /// No public origin, and not on loopback.
    #[error("--public-origin is needed unless the service listens on loopback")]
    NoOrigin,
    /// The origin is not one, or would be served without encryption.
    #[error("--public-origin: {0}")]
    Origin(#[from] OriginError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// PostgreSQL cannot be used.
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The history cannot be used.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The directory cannot be used.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The store of live sessions cannot be used.
    #[error(transparent)]
    Redis(#[from] RedisStartError),
    /// The page's folder cannot be read.
    #[error("the page's folder cannot be read: {0}")]
    Page(#[source] io::Error),
}

/// A running service. Dropped, it stops without draining.
pub struct Served {
    addr: SocketAddr,
    origin: Origin,
    metrics: Option<SocketAddr>,
    certificate: Option<Certificate>,
    notice: Duration,
    practice: Option<PracticeToken>,
    draining: watch::Sender<bool>,
    stop: watch::Sender<bool>,
    server: JoinHandle<()>,
    /// What goes on beside, until this is dropped.
    beside: Vec<JoinHandle<()>>,
}

impl Served {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// Where it listens for whoever collects metrics.
    pub fn metrics_addr(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Where it is called: with `https` if TLS is spoken in the process.
    pub fn url(&self) -> String {
        let scheme = if self.certificate.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.addr)
    }

    /// Reads certificate and key again, if it has any. If they cannot be used, those before stay.
    pub fn read_certificate_again(&self) -> Result<(), TlsError> {
        self.certificate.as_ref().map_or(Ok(()), Certificate::read_again)
    }

    /// Its public origin.
    pub fn origin(&self) -> &str {
        self.origin.as_str()
    }

    /// The practice agent's token, if there is a practice organization.
    pub fn practice_token(&self) -> Option<&PracticeToken> {
        self.practice.as_ref()
    }

    /// Stops, after the notice: streams and waits end at once, other calls are let finish, for a few seconds at most.
    pub async fn stop(self) {
        self.stop_within(DRAIN).await;
    }

    /// As [`Self::stop`], with another patience. Returns when nothing is served any more.
    pub async fn stop_within(mut self, drain: Duration) {
        self.draining.send_replace(true);
        tokio::time::sleep(self.notice).await;
        self.stop.send_replace(true);
        if tokio::time::timeout(drain, &mut self.server).await.is_err() {
            tracing::warn!("some calls were cut off");
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.beside.iter().for_each(JoinHandle::abort);
        self.server.abort();
    }
}

/// Starts the service; it listens when this returns.
pub async fn serve(options: ServeOptions) -> Result<Served, ServeError> {
    serve_operated(options, Operations::default(), Arc::new(SystemClock)).await
}

/// As [`serve`], by another clock: tests of expiry.
pub async fn serve_with(options: ServeOptions, clock: Arc<dyn Clock>) -> Result<Served, ServeError> {
    serve_operated(options, Operations::default(), clock).await
}

/// As [`serve`], with all that an operator may set.
pub async fn serve_operated(
    options: ServeOptions,
    operations: Operations,
    clock: Arc<dyn Clock>,
) -> Result<Served, ServeError> {
    let configured = options.public_origin.as_deref().map(Origin::parse).transpose()?;
    let page = match &options.page {
        Some(folder) => Page::from_folder(folder).map_err(ServeError::Page)?,
        None => Page::embedded(),
    };
    let certificate = operations.tls.clone().map(Certificate::read).transpose()?;
    let database = Database::open(&options.data)?;
    let embedded = database.clone();
    let mut beside = Vec::new();
    let Kept { directory, audit, .. } = if let Some(url) = &operations.postgres {
        let kept = Kept::in_postgres(Postgres::open(url).await?, clock.clone());
        outbox::keep(&database).await?;
        beside.push(tokio::spawn(outbox::hand_over(database, kept.audit.clone(), clock.clone())));
        kept
    } else {
        outbox::leave(&database).await?;
        Kept::embedded(database, clock.clone())
    };
    let (store, clock) = if let Some(redis) = &operations.redis {
        in_redis(redis, clock, audit.clone()).await?
    } else {
        let store: Arc<dyn SessionStore> = Arc::new(SqliteStore::new(embedded, clock.clone()));
        (store, clock)
    };

    let (listener, addr) =
        listen(options.listen).await.map_err(|error| ServeError::Listen(options.listen, error))?;
    let origin = configured
        .or_else(|| Origin::of_loopback(addr, certificate.is_some()))
        .ok_or(ServeError::NoOrigin)?;
    directory.remember_origin(origin.as_str()).await?;
    let practice = match options.practice {
        Some(org) => Some(practise(directory.as_ref(), org).await?),
        None => None,
    };

    let ((draining, drains), (stop, stopping)) = (watch::channel(false), watch::channel(false));
    let (voided, tokens) = watch::channel(directory.tokens_voided().await?);
    let meters = Arc::new(Meters::default());
    let days = operations.audit_days;
    let pace = if practice.is_some() { PRACTICE_PACE } else { 1 };
    let (expire, look) = (ticks(EXPIRE_EVERY * pace), ticks(LOOK_AT_TOKENS_EVERY * pace));
    beside.push(tokio::spawn(sweep(
        store.clone(),
        audit.clone(),
        clock.clone(),
        days,
        meters.clone(),
        expire,
    )));
    beside.push(tokio::spawn(watch_tokens(directory.clone(), voided, look)));
    let mut metrics = None;
    if let Some(wanted) = operations.metrics {
        let listening = listen(wanted).await;
        let (listener, addr) = listening.map_err(|error| ServeError::ListenForMetrics(wanted, error))?;
        metrics = Some(addr);
        let router = http::metrics(meters.clone(), store.clone());
        // It serves until it is aborted.
        beside.push(tokio::spawn(async move { drop(axum::serve(listener, router).await) }));
    }
    let parts = Parts {
        limiter: Limiter::new(options.limits),
        proxies: operations.proxies,
        origin: origin.clone(),
        draining: drains,
        store,
        directory,
        audit,
        meters,
        clock,
        readiness: Readiness::default(),
        page,
        stopping,
        tokens,
    };
    let (router, stopped, notice) = (http::router(parts), stop.subscribe(), operations.notice);
    let server = match certificate.clone() {
        Some(shown) => tokio::spawn(answer(TlsListener::new(listener, addr, shown), router, stopped)),
        None => tokio::spawn(answer(settled(listener), router, stopped)),
    };
    Ok(Served { addr, origin, metrics, certificate, notice, practice, draining, stop, server, beside })
}

/// Sessions in Redis, and the clock they go by.
async fn in_redis(
    options: &RedisOptions,
    clock: Arc<dyn Clock>,
    audit: Arc<dyn Audit>,
) -> Result<(Arc<dyn SessionStore>, Arc<dyn Clock>), RedisStartError> {
    let store = RedisStore::connect(options, clock, audit).await?;
    let clock = store.clock();
    Ok((Arc::new(store), clock))
}

/// A listener whose connections are as they have to be.
fn settled(listener: TcpListener) -> impl Listener<Addr = SocketAddr> {
    listener.tap_io(|stream| settle(stream))
}

async fn listen(addr: SocketAddr) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(addr).await?;
    let addr = listener.local_addr()?;
    Ok((listener, addr))
}

/// Ticks; one that was missed is not made up for.
fn ticks(period: Duration) -> Interval {
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}

/// Tells open streams when to look at their tokens again: one look-up for all of them. While the directory fails they are told
/// each time, for a look of their own.
async fn watch_tokens(directory: Arc<dyn Directory>, voided: watch::Sender<u64>, mut ticks: Interval) {
    loop {
        ticks.tick().await;
        match directory.tokens_voided().await {
            Ok(now) => drop(voided.send_if_modified(|last| std::mem::replace(last, now) != now)),
            Err(_) => voided.send_modify(|_| ()),
        }
    }
}

/// Keeps the store's time. A store that fails has said so in the log, and the next round tries again.
async fn sweep(
    store: Arc<dyn SessionStore>,
    audit: Arc<dyn Audit>,
    clock: Arc<dyn Clock>,
    audit_days: Option<NonZeroU32>,
    meters: Arc<Meters>,
    mut expire: Interval,
) {
    let mut forget = ticks(FORGET_EVERY);
    loop {
        tokio::select! {
            _ = expire.tick() => meters.store_did(store.expire().await),
            _ = forget.tick() => {
                meters.store_did(store.forget().await);
                if let Some(days) = audit_days
                    && let Err(error) = audit.forget(clock.now() - Millis::from(days.get()) * DAY_MS).await
                {
                    tracing::error!(%error, "old history could not be dropped");
                }
            }
        }
    }
}
