//! How the tests' stores find their Redis servers.

use countersign_service::store::redis::RedisOptions;

/// A store on these, as `Redis::url` and `Cluster::urls` say them.
pub fn options(urls: &[String]) -> RedisOptions {
    let urls = urls.iter().map(|url| url.parse().unwrap()).collect();
    RedisOptions { urls, replicas: None, store_time: false }
}
