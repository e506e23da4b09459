//! PostgreSQL, for what several nodes share: the directory and the audit. A small pool of connections, prepared statements,
//! and a bound on every wait, so that a database that is away, or behind a network that swallows packets, makes calls fail
//! clearly and soon. A connection that has broken is replaced when the next call needs one: nothing has to be restarted.

mod address;
mod lease;
mod schema;
mod tls;

pub use address::{PostgresUrl, PostgresUrlError};
pub use schema::MigrationError;
pub use tls::RootsError;

pub(crate) use lease::{Failure, Lease};

use deadpool_postgres::{Hook, HookError, Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use std::time::Duration;
use tokio_postgres::NoTls;
use tracing::Level;

/// Connections of one node. Look-ups by key take well under a millisecond each; more would only queue in the server.
const CONNECTIONS: usize = 16;
/// How long a call waits for a connection, be it a free one or a new one.
const CONNECT: Duration = Duration::from_secs(3);
/// How long unacknowledged packets may be on their way before the connection counts as cut.
const UNACKNOWLEDGED: Duration = Duration::from_secs(10);
/// How long a quiet connection is left alone before it is asked whether it is there.
const QUIET: Duration = Duration::from_secs(30);
/// What the server is told of us and of its own patience, in milliseconds; a transaction that was left open holds locks.
const SESSION: &str = "SET application_name = 'countersign'; SET statement_timeout = 5000; SET lock_timeout = 4000; \
    SET idle_in_transaction_session_timeout = 10000";

/// Why PostgreSQL cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PostgresError {
    /// It cannot be reached, or lets us not in.
    #[error("PostgreSQL at {0} cannot be used: {1}")]
    Connect(String, #[source] Failure),
    /// The certificates to check it with cannot be used.
    #[error(transparent)]
    Roots(#[from] RootsError),
    /// Its schema cannot be brought to this version's.
    #[error("PostgreSQL at {0}: {1}")]
    Migrate(String, #[source] MigrationError),
    /// The pool cannot be made.
    #[error("the pool of connections cannot be made: {0}")]
    Pool(String),
}

/// Whether what this module says at this level may be written down. The library writes the parameters of each statement into its
/// log for whoever looks for a fault; among ours are ids of sessions that nobody has opened yet, and hashes of tokens.
pub fn may_be_logged(module: &str, level: &Level) -> bool {
    *level <= Level::INFO || !module.starts_with("tokio_postgres")
}

/// The database. Clones share one pool.
#[derive(Clone)]
pub struct Postgres(Pool);

impl Postgres {
    /// The version of the tables that this program works with.
    pub const VERSION: u32 = schema::VERSION;

    /// Connects, and brings the schema to this version's where it is older. Nodes that start together do that one after
    /// the other.
    pub async fn open(url: &PostgresUrl) -> Result<Self, PostgresError> {
        let postgres = Self::connect(url)?;
        let place = || url.place();
        let mut lease = postgres.lease().await.map_err(|error| PostgresError::Connect(place(), error))?;
        schema::migrate(&mut lease).await.map_err(|error| PostgresError::Migrate(place(), error))?;
        Ok(postgres)
    }

    fn connect(url: &PostgresUrl) -> Result<Self, PostgresError> {
        let mut config = url.config().clone();
        config.connect_timeout(CONNECT).tcp_user_timeout(UNACKNOWLEDGED).keepalives_idle(QUIET);
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match url.tls() {
            Some(tls) => Manager::from_config(config, tls::connector(tls)?, recycling),
            None => Manager::from_config(config, NoTls, recycling),
        };
        let timeouts = Timeouts { wait: Some(CONNECT), create: Some(CONNECT), recycle: Some(CONNECT) };
        let prepare = Hook::async_fn(|client, _| {
            Box::pin(async move { client.batch_execute(SESSION).await.map_err(HookError::Backend) })
        });
        let pool = Pool::builder(manager).max_size(CONNECTIONS).timeouts(timeouts).runtime(Runtime::Tokio1);
        let pool =
            pool.post_create(prepare).build().map_err(|error| PostgresError::Pool(error.to_string()))?;
        Ok(Self(pool))
    }

    /// A connection, for one call.
    pub(crate) async fn lease(&self) -> Result<Lease, Failure> {
        Ok(Lease::new(self.0.get().await?))
    }
}
