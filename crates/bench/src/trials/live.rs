//! How many are live (sessions, connections), now and whenever something is killed.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::timeout;

/// Only a failing run waits so long for enough to be live.
const PATIENCE: Duration = Duration::from_mins(1);

/// Counts what is live.
#[derive(Default)]
pub struct Live(watch::Sender<usize>);

/// One that is live, until this is dropped.
pub struct One(Arc<Live>);

impl Live {
    /// One more, until it is dropped.
    pub fn one(self: &Arc<Self>) -> One {
        self.0.send_modify(|count| *count += 1);
        One(self.clone())
    }

    pub fn count(&self) -> usize {
        *self.0.borrow()
    }

    /// Waits until so many are live; whether they came to be.
    pub async fn reach(&self, count: usize) -> bool {
        let mut live = self.0.subscribe();
        let reached: Result<bool, _> =
            timeout(PATIENCE, async { live.wait_for(|live| *live >= count).await.is_ok() }).await;
        reached.unwrap_or(false)
    }

    /// As [`Self::reach`], for no longer than something goes on.
    pub async fn reach_during(&self, count: usize, going_on: impl Future) -> bool {
        tokio::select! {
            reached = self.reach(count) => reached,
            _ = going_on => false,
        }
    }
}

impl Drop for One {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// How many were live at each kill.
#[derive(Default)]
pub struct Kills(Vec<usize>);

impl Kills {
    pub fn note(&mut self, live: usize) {
        self.0.push(live);
    }

    /// What to print of it.
    #[allow(clippy::cast_precision_loss)] // counts
    pub fn say(&self) -> String {
        let least = self.0.iter().min().copied().unwrap_or_default();
        let mean = self.0.iter().sum::<usize>() as f64 / self.0.len().max(1) as f64;
        format!("{} kills with at least {least} sessions live, {mean:.1} in the mean", self.0.len())
    }

    /// How often fewer than so many were live, as a fault.
    pub fn short_of(&self, wanted: usize) -> Option<String> {
        let short = self.0.iter().filter(|live| **live < wanted).count();
        (short > 0).then(|| format!("at {short} kills fewer than {wanted} sessions were live"))
    }
}
