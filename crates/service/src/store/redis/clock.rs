//! Time by the store, so that all nodes have one: each follows the `TIME` of one primary by a steady clock of its own, and never
//! goes back. Without it a session would end at one node while it goes on at another whose clock is behind.

use super::layout::Bucket;
use super::servers::Servers;
use crate::clock::{Clock, Millis};
use redis::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// How often it looks.
const EVERY: Duration = Duration::from_secs(2);

/// The store's time.
pub(super) struct StoreClock {
    since: Instant,
    /// The store's time when this began.
    began: AtomicI64,
    last: AtomicI64,
}

impl Clock for StoreClock {
    fn now(&self) -> Millis {
        let elapsed = Millis::try_from(self.since.elapsed().as_millis()).unwrap_or(Millis::MAX);
        let now = self.began.load(Ordering::SeqCst).saturating_add(elapsed);
        self.last.fetch_max(now, Ordering::SeqCst).max(now)
    }
}

impl StoreClock {
    /// Follows the store from now on, as long as the task goes on; none if the store does not tell.
    pub(super) async fn follow(servers: Servers) -> Option<(Arc<Self>, JoinHandle<()>)> {
        let clock =
            Arc::new(Self { since: Instant::now(), began: AtomicI64::new(0), last: AtomicI64::new(0) });
        clock.look(&servers).await?;
        let following = clock.clone();
        let task = tokio::spawn(async move {
            loop {
                sleep(EVERY).await;
                following.look(&servers).await;
            }
        });
        Some((clock, task))
    }

    async fn look(&self, servers: &Servers) -> Option<()> {
        let asked = self.since.elapsed();
        let time = servers.call(Bucket::all().next()?, redis::cmd("TIME"), false).await.ok()?;
        let (Value::Array(parts), answered) = (time, self.since.elapsed()) else { return None };
        let mut numbers = parts.iter().map(|part| match part {
            Value::BulkString(digits) => std::str::from_utf8(digits).ok()?.parse::<Millis>().ok(),
            _ => None,
        });
        let (seconds, micros) = (numbers.next()??, numbers.next()??);
        // It looked halfway between the question and the answer.
        let then = Millis::try_from((asked + answered.saturating_sub(asked) / 2).as_millis()).ok()?;
        self.began.store(seconds * 1000 + micros / 1000 - then, Ordering::SeqCst);
        Some(())
    }
}
