//! Connections to servers: with whose credentials, how long they may take, and what a new one is told.

use super::options::RedisOptions;
use super::scripts::Scripts;
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, IntoConnectionInfo as _, ProtocolVersion,
    PushInfo, RedisError,
};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;

/// How long a connection may take to be made.
const CONNECTED_WITHIN: Duration = Duration::from_secs(1);
/// How long an answer may take.
const ANSWERED_WITHIN: Duration = Duration::from_millis(1500);

/// Connects.
pub(super) struct Connector {
    seeds: Vec<ConnectionInfo>,
    scripts: Scripts,
    replicas: AtomicU32,
    /// Whether that was said, and is not to be found out.
    fixed: bool,
}

impl Connector {
    pub(super) fn new(options: &RedisOptions) -> Result<Self, RedisError> {
        // Whoever else speaks TLS in this process may have chosen; that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let seeds = options.urls.iter().map(|url| url.expose().into_connection_info());
        let replicas = AtomicU32::new(options.replicas.unwrap_or_default());
        Ok(Self {
            seeds: seeds.collect::<Result<_, _>>()?,
            scripts: Scripts::new(),
            replicas,
            fixed: options.replicas.is_some(),
        })
    }

    pub(super) fn scripts(&self) -> &Scripts {
        &self.scripts
    }

    /// How many replicas have to acknowledge.
    pub(super) fn replicas(&self) -> u32 {
        self.replicas.load(Ordering::Relaxed)
    }

    /// There are replicas: from now on one of them has to acknowledge, unless something else was said.
    pub(super) fn expect_a_replica(&self) {
        if !self.fixed && self.replicas.swap(1, Ordering::Relaxed) == 0 {
            tracing::info!("the session store has replicas: from now on one of them acknowledges each step");
        }
    }

    /// The addresses that were given.
    pub(super) fn seeds(&self) -> impl Iterator<Item = String> {
        self.seeds.iter().map(|seed| text(seed.addr()))
    }

    /// A connection to a server, with the scripts loaded.
    pub(super) async fn connect(&self, address: &str) -> Result<MultiplexedConnection, RedisError> {
        let mut connection = self.connect_bare(address).await?;
        self.load(&mut connection).await?;
        Ok(connection)
    }

    /// A connection to a server.
    pub(super) async fn connect_bare(&self, address: &str) -> Result<MultiplexedConnection, RedisError> {
        let client = Client::open(self.info(address)?)?;
        client.get_multiplexed_async_connection_with_config(&config()).await
    }

    /// A connection that hears what is published.
    pub(super) async fn listen(
        &self,
        address: &str,
        heard: mpsc::UnboundedSender<PushInfo>,
    ) -> Result<MultiplexedConnection, RedisError> {
        let info = self.info(address)?;
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings))?;
        client.get_multiplexed_async_connection_with_config(&config().set_push_sender(heard)).await
    }

    /// Makes the scripts known to a server.
    pub(super) async fn load(&self, connection: &mut MultiplexedConnection) -> Result<(), RedisError> {
        let mut pipeline = redis::pipe();
        for text in self.scripts.texts() {
            pipeline.cmd("SCRIPT").arg("LOAD").arg(text).ignore();
        }
        pipeline.exec_async(connection).await
    }

    /// How to reach an address: as the seed of this name, or with the first seed's credentials.
    fn info(&self, address: &str) -> Result<ConnectionInfo, RedisError> {
        if let Some(seed) = self.seeds.iter().find(|seed| text(seed.addr()) == address) {
            return Ok(seed.clone());
        }
        let unusable = || RedisError::from((redis::ErrorKind::InvalidClientConfig, "not an address"));
        let first = self.seeds.first().cloned().ok_or_else(unusable)?;
        let (host, port) = address.rsplit_once(':').ok_or_else(unusable)?;
        let (host, port) = (host.to_owned(), port.parse().map_err(|_| unusable())?);
        let addr = match first.addr().clone() {
            ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                ConnectionAddr::TcpTls { host, port, insecure, tls_params }
            }
            _ => ConnectionAddr::Tcp(host, port),
        };
        Ok(first.set_addr(addr))
    }
}

fn config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new()
        .set_connection_timeout(Some(CONNECTED_WITHIN))
        .set_response_timeout(Some(ANSWERED_WITHIN))
}

/// An address as clusters tell it.
fn text(addr: &ConnectionAddr) -> String {
    match addr {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
            format!("{host}:{port}")
        }
        other => other.to_string(),
    }
}
