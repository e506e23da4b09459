//! Redis, one server and a real cluster with replicas, is held to the contract of all stores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
mod contract;

use common::redis::options;
use contract::Party;
use countersign_rig::redis::{Cluster, Redis};
use countersign_service::audit::SqliteAudit;
use countersign_service::clock::ManualClock;
use countersign_service::sqlite::Database;
use countersign_service::store::redis::RedisStore;
use std::any::Any;
use std::sync::Arc;

/// A store on these servers, which live as long.
fn party(urls: &[String], kept: impl Any + Send + Sync) -> Party {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::default());
    let audit = Arc::new(SqliteAudit::new(Database::open(folder.path()).unwrap()));
    let options = options(urls);
    let connecting = RedisStore::connect(&options, clock.clone(), audit.clone());
    let store = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(connecting));
    Party::new(Arc::new(store.unwrap()), clock, audit, (kept, folder))
}

mod single {
    use super::{Party, Redis, party};

    fn redis() -> Party {
        let redis = Redis::start();
        party(&[redis.url()], redis)
    }

    crate::contract::suite!(redis);
}

mod cluster {
    use super::{Cluster, Party, party};
    use std::sync::{Arc, LazyLock, Mutex, Weak};

    type Shared = tokio::sync::Mutex<Cluster>;

    /// One for all tests, as long as one of them goes on; each has it to itself, and empty.
    static CLUSTER: LazyLock<Mutex<Weak<Shared>>> = LazyLock::new(Mutex::default);

    fn cluster() -> Party {
        let shared = {
            let mut known = CLUSTER.lock().unwrap();
            let shared = known.upgrade().unwrap_or_else(|| Arc::new(Shared::new(Cluster::start(15_000))));
            *known = Arc::downgrade(&shared);
            shared
        };
        let own = tokio::task::block_in_place(|| shared.blocking_lock_owned());
        for place in own.primaries() {
            own.nodes[place].ask(&["FLUSHALL"]);
        }
        party(&own.urls(), own)
    }

    crate::contract::suite!(cluster);
}
