//! The servers as one: a call goes to its bucket's primary. When that one has changed, or cannot be reached, the topology is
//! asked for again and what was certainly not done is tried there; what may have been done is not tried again here.

use super::connect::Connector;
use super::layout::Bucket;
use super::link::{Link, Lost};
use super::options::{RedisOptions, RedisStartError};
use super::topology::{Topology, discover};
use redis::{Cmd, Value};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Mutex, watch};
use tokio::time::{Instant, sleep, timeout_at};

/// Longest a caller waits.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two tries of what could not be sent.
const PAUSE: Duration = Duration::from_millis(50);
/// The topology is not asked for more often.
const ASKED_EVERY: Duration = Duration::from_millis(150);
/// It is asked for this often though nothing failed.
const LOOKED_EVERY: Duration = Duration::from_secs(5);

/// The ways to the primaries as last known.
struct Map {
    topology: Topology,
    links: HashMap<String, Arc<Link>>,
}

/// All servers. Clones are the same.
#[derive(Clone)]
pub(super) struct Servers(Arc<Inner>);

struct Inner {
    connector: Arc<Connector>,
    map: RwLock<Arc<Map>>,
    asking: Mutex<Instant>,
    changed: watch::Sender<()>,
}

impl Servers {
    /// Finds them.
    pub(super) async fn find(options: &RedisOptions) -> Result<Self, RedisStartError> {
        let connector = Connector::new(options).map_err(|_| RedisStartError::Address)?;
        let addresses: Vec<_> = connector.seeds().collect();
        let nobody = || RedisStartError::NoAnswer(addresses.join(", "));
        let topology = discover(&connector, &[].into()).await.ok_or_else(nobody)?;
        if topology.replicated {
            connector.expect_a_replica();
        }
        let connector = Arc::new(connector);
        let map = RwLock::new(Arc::new(Map::of(topology, &connector, None)));
        let inner =
            Inner { connector, map, asking: Mutex::new(Instant::now()), changed: watch::channel(()).0 };
        Ok(Self(Arc::new(inner)))
    }

    pub(super) fn connector(&self) -> &Connector {
        &self.0.connector
    }

    fn map(&self) -> Arc<Map> {
        self.0.map.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Who holds what, as last known.
    pub(super) fn topology(&self) -> Topology {
        self.map().topology.clone()
    }

    /// Changes when a bucket's primary has.
    pub(super) fn changes(&self) -> watch::Receiver<()> {
        self.0.changed.subscribe()
    }

    /// The command that publishes.
    pub(super) fn publish(&self) -> &'static str {
        if self.map().topology.clustered { "SPUBLISH" } else { "PUBLISH" }
    }

    /// Calls on the primary of a bucket. With `acknowledged`, what it did or saw is with a replica too when this returns.
    pub(super) async fn call(&self, bucket: Bucket, command: Cmd, acknowledged: bool) -> Result<Value, Lost> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let map = self.map();
            let result = match map.link(bucket) {
                Some(link) => link.call(command.clone(), acknowledged, deadline).await,
                None => Err(Lost::NotDone),
            };
            let lost = match result {
                Ok(value) => return Ok(value),
                Err(lost) => lost,
            };
            if lost == Lost::Unknown || Instant::now() + PAUSE >= deadline {
                let servers = self.clone();
                tokio::spawn(async move { servers.refresh().await });
                return Err(lost);
            }
            let found = timeout_at(deadline, self.refresh()).await;
            if !matches!(found, Ok(true)) {
                return Err(Lost::NotDone);
            }
            sleep(PAUSE).await;
        }
    }

    /// Asks for the topology now and then until it is dropped: a replica that comes later has to be waited for, and nothing fails that
    /// would tell of it.
    pub(super) async fn look_again(self) {
        loop {
            sleep(LOOKED_EVERY).await;
            self.refresh().await;
        }
    }

    /// Asks for the topology again, unless that was done just now. Whether anybody answers.
    pub(super) async fn refresh(&self) -> bool {
        let mut asked = self.0.asking.lock().await;
        if asked.elapsed() < ASKED_EVERY {
            return true;
        }
        let before = self.map();
        let found = discover(&self.0.connector, &before.topology.known).await;
        *asked = Instant::now();
        let Some(mut topology) = found else { return false };
        if topology.replicated {
            self.0.connector.expect_a_replica();
        }
        // Whoever was known may be known again.
        topology.known.extend(before.topology.known.iter().cloned());
        if topology != before.topology {
            let moved = topology.primaries != before.topology.primaries;
            let primaries = topology.holders().len();
            let map = Arc::new(Map::of(topology, &self.0.connector, Some(&before)));
            *self.0.map.write().unwrap_or_else(PoisonError::into_inner) = map;
            if moved {
                tracing::info!(primaries, "the session store's primaries are others");
                self.0.changed.send_replace(());
            }
        }
        true
    }
}

impl Topology {
    /// Every primary and its buckets.
    pub(super) fn holders(&self) -> HashMap<String, Vec<Bucket>> {
        let mut holders = HashMap::<_, Vec<_>>::new();
        for (bucket, primary) in Bucket::all().zip(&self.primaries) {
            if let Some(primary) = primary {
                holders.entry(primary.clone()).or_default().push(bucket);
            }
        }
        holders
    }
}

impl Map {
    fn of(topology: Topology, connector: &Arc<Connector>, before: Option<&Self>) -> Self {
        let known = |address: &String| before.and_then(|before| before.links.get(address)).cloned();
        let link = |address: String| {
            let link = known(&address);
            let link = link.unwrap_or_else(|| Arc::new(Link::open(connector, &address)));
            (address, link)
        };
        let links = topology.holders().into_keys().map(link).collect();
        Self { topology, links }
    }

    fn link(&self, bucket: Bucket) -> Option<&Arc<Link>> {
        let primary = self.topology.primaries.get(bucket.place())?.as_ref()?;
        self.links.get(primary)
    }
}
