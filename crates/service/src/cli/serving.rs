//! `serve`: until it is asked to stop.

use super::CliError;
use crate::clock::SystemClock;
use crate::config::FileConfig;
use crate::kept::Place;
use crate::limits::Limits;
use crate::postgres::PostgresUrl;
use crate::proxies::Proxy;
use crate::serve::{Operations, ServeOptions, serve_operated};
use crate::store::redis::{RedisOptions, RedisUrl, RedisUrls};
use crate::tls::TlsFiles;
use clap::Args;
use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Where `serve` listens unless told otherwise.
const LISTEN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080);

#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "COUNTERSIGN_LISTEN")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    page: PageFolder,
    /// Sessions one agent may have live.
    #[arg(long, env = "COUNTERSIGN_LIVE_SESSIONS_PER_AGENT")]
    live_sessions_per_agent: Option<u32>,
    /// Sessions one agent may create a minute.
    #[arg(long, env = "COUNTERSIGN_CREATIONS_PER_MINUTE")]
    creations_per_minute: Option<u32>,
    /// Links one address may open a minute.
    #[arg(long, env = "COUNTERSIGN_OPENS_PER_MINUTE")]
    opens_per_minute: Option<u32>,
    /// Wait calls one address may have open.
    #[arg(long, env = "COUNTERSIGN_WAITS_PER_ADDRESS")]
    waits_per_address: Option<u32>,
    /// Days to keep what remains of sessions; for ever unless given.
    #[arg(long, env = "COUNTERSIGN_AUDIT_DAYS")]
    audit_days: Option<NonZeroU32>,
    /// Where Prometheus finds `/metrics`, e.g. 127.0.0.1:9464; nowhere unless given.
    #[arg(long, env = "COUNTERSIGN_METRICS", alias = "metrics-listen")]
    metrics: Option<SocketAddr>,
    /// A proxy, or a network of them, whose X-Forwarded-For or Forwarded is taken, e.g. 10.0.0.0/8; may be repeated.
    #[arg(long, env = "COUNTERSIGN_TRUSTED_PROXY", value_delimiter = ',')]
    trusted_proxy: Option<Vec<Proxy>>,
    /// Keep live sessions in Redis or Valkey, e.g. <redis://user:password@host:6379>; may be repeated, for a cluster. What is
    /// given here can be seen by whoever lists processes: prefer the environment or a file for a password.
    #[arg(long, env = "COUNTERSIGN_REDIS", value_delimiter = ',', hide_env_values = true)]
    redis: Option<Vec<RedisUrl>>,
    /// Replicas that must have each step before it is answered; unless given, one where there are replicas.
    #[arg(long, env = "COUNTERSIGN_REDIS_REPLICAS")]
    redis_replicas: Option<u32>,
    /// A certificate in PEM, with those that lead to one browsers know: TLS in this program, without a proxy. Read again on
    /// SIGHUP.
    #[arg(long, env = "COUNTERSIGN_TLS_CERT")]
    tls_cert: Option<PathBuf>,
    /// The certificate's key in PEM.
    #[arg(long, env = "COUNTERSIGN_TLS_KEY")]
    tls_key: Option<PathBuf>,
    /// Seconds for which /readyz says that the service stops before it does.
    #[arg(long, env = "COUNTERSIGN_STOP_NOTICE_SECS")]
    stop_notice_secs: Option<u32>,
}

#[derive(Debug, Args)]
pub(super) struct PageFolder {
    /// The recipient's page from a folder in the place of the one in this program: development.
    #[arg(long, env = "COUNTERSIGN_PAGE")]
    pub(super) page: Option<PathBuf>,
}

impl Serve {
    pub(super) async fn run(
        self,
        file: &FileConfig,
        place: Place,
        public_origin: Option<String>,
        out: &mut (dyn Write + Send),
    ) -> Result<(), CliError> {
        let operations = self.operations(file, place.postgres)?;
        let options = ServeOptions {
            listen: self.listen.or(file.listen).unwrap_or(LISTEN),
            limits: self.limits(file),
            page: self.page.page.or(file.page.clone()),
            public_origin,
            data: place.data,
            practice: None,
        };
        let served = serve_operated(options, operations, Arc::new(SystemClock)).await?;
        // Whoever reads that it listens may stop it at once.
        let signals = Signals::listen()?;
        writeln!(out, "listening on {}", served.url())?;
        if let Some(addr) = served.metrics_addr() {
            writeln!(out, "metrics on http://{addr}/metrics")?;
        }
        out.flush()?;
        tracing::info!(addr = %served.addr(), origin = served.origin(), "serving");
        signals
            .until_stop(|| match served.read_certificate_again() {
                Ok(()) => tracing::info!("certificate and key were read again"),
                Err(error) => tracing::error!(%error, "certificate and key stay as they were"),
            })
            .await;
        tracing::info!("stopping");
        served.stop().await;
        Ok(())
    }

    fn operations(&self, file: &FileConfig, postgres: Option<PostgresUrl>) -> Result<Operations, CliError> {
        let proxies = self.trusted_proxy.as_ref().or(file.trusted_proxy.as_ref());
        let notice = self.stop_notice_secs.or(file.stop_notice_secs).unwrap_or_default();
        let urls = self.redis.clone().or_else(|| file.redis.clone().map(|RedisUrls(urls)| urls));
        let replicas = self.redis_replicas.or(file.redis_replicas);
        let cert = self.tls_cert.as_ref().or(file.tls_cert.as_ref()).cloned();
        let tls = match (cert, self.tls_key.as_ref().or(file.tls_key.as_ref()).cloned()) {
            (Some(cert), Some(key)) => Some(TlsFiles { cert, key }),
            (None, None) => None,
            _ => return Err(CliError::HalfTls),
        };
        Ok(Operations {
            redis: urls.map(|urls| RedisOptions { urls, replicas, store_time: true }),
            audit_days: self.audit_days.or(file.audit_days),
            metrics: self.metrics.or(file.metrics),
            postgres,
            proxies: proxies.into_iter().flatten().copied().collect(),
            tls,
            notice: Duration::from_secs(notice.into()),
        })
    }

    fn limits(&self, file: &FileConfig) -> Limits {
        let defaults = Limits::default();
        let figure = |flag: Option<u32>, key: Option<u32>, default| flag.or(key).unwrap_or(default);
        Limits {
            live_sessions_per_agent: figure(
                self.live_sessions_per_agent,
                file.live_sessions_per_agent,
                defaults.live_sessions_per_agent,
            ),
            creations_per_minute: figure(
                self.creations_per_minute,
                file.creations_per_minute,
                defaults.creations_per_minute,
            ),
            opens_per_minute: figure(self.opens_per_minute, file.opens_per_minute, defaults.opens_per_minute),
            waits_per_address: figure(
                self.waits_per_address,
                file.waits_per_address,
                defaults.waits_per_address,
            ),
            ..defaults
        }
    }
}

/// What the system tells a program. From when this exists nothing of it is missed.
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Ends with the wish to stop; until then, what there is to be read again is read again when that is asked for.
    async fn until_stop(mut self, mut read_again: impl FnMut()) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => read_again(),
            }
        }
    }
}

/// What the system tells a program. From when this exists nothing of it is missed.
#[cfg(not(unix))]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// Ends with the wish to stop.
    async fn until_stop(mut self, _read_again: impl FnMut()) {
        let _ = self.0.recv().await;
    }
}
