//! Stores on Redis servers and clusters that fail.

use super::{PATIENCE, random};
use countersign_protocol::{RecipientToken, SessionId};
use countersign_rig::redis::Cluster;
use countersign_service::audit::SqliteAudit;
use countersign_service::clock::ManualClock;
use countersign_service::sqlite::Database;
use countersign_service::store::redis::{RedisOptions, RedisStore};
use countersign_service::store::{Owner, Recipient, StoreError};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;

/// A store on these, as `Redis::url` and `Cluster::urls` say them.
pub fn options(urls: &[String]) -> RedisOptions {
    let urls = urls.iter().map(|url| url.parse().unwrap()).collect();
    RedisOptions { urls, replicas: None, store_time: false }
}

/// A store of its own, with its history.
pub async fn store(options: &RedisOptions) -> (Arc<RedisStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let audit = Arc::new(SqliteAudit::new(Database::open(folder.path()).unwrap()));
    let store = RedisStore::connect(options, Arc::new(ManualClock::default()), audit).await.unwrap();
    (Arc::new(store), folder)
}

/// An agent of `acme`, who may have as many sessions as wanted.
pub fn owner(agent: &str) -> Owner {
    Owner { org: "acme".to_owned(), agent: agent.to_owned(), most_live: u32::MAX }
}

/// A page of its own.
pub fn page(id: SessionId) -> Recipient {
    Recipient { org: "acme".to_owned(), id, token: RecipientToken::from_bytes(random()).sha256() }
}

/// Asks again while the store is away, as programs do.
pub async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(
    call: impl Fn() -> F,
) -> Result<T, StoreError> {
    let began = Instant::now();
    loop {
        let asked = Instant::now();
        let result = call().await;
        // Two seconds for the answer itself, and as much again for what comes before and after it on a busy machine.
        assert!(asked.elapsed() < PATIENCE, "the store says that it is away, and does not hang");
        match result {
            Err(StoreError::Unavailable) if began.elapsed() < PATIENCE => {
                sleep(Duration::from_millis(200)).await;
            }
            other => return other,
        }
    }
}

/// The place of the primary that has the session, and of its replica.
pub fn holders(cluster: &Cluster, id: SessionId) -> (usize, usize) {
    let mut keys = cluster
        .primaries()
        .into_iter()
        .map(|place| cluster.nodes[place].ask(&["KEYS", &format!("*:s:{id}")]));
    let key = keys.find(|found| found.contains(":s:")).expect("some primary has it");
    cluster.holders(key.trim())
}
