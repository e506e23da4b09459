//! Hands what remains of sessions over to the history. Each step notes it in the store, in the step's own script; from there it
//! is taken, recorded, and acknowledged at the revision that was recorded. Nothing is dropped before that, however long the
//! history is away; a record may be handed over twice, which changes nothing. One node at a time is at a bucket, by a lease.

use super::layout::Bucket;
use super::reply::text;
use super::scripts::Name;
use super::{Inner, Lost};
use crate::audit::{Audit, AuditRecord};
use redis::Value;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(500);
/// For how long a bucket is a node's alone.
const LEASE_MS: u32 = 5000;
/// Most records at once.
const AT_ONCE: usize = 200;

/// Hands over until it is dropped.
pub(super) async fn hand_over(store: Arc<Inner>, audit: Arc<dyn Audit>) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let buckets = Bucket::all().map(|bucket| drain(&store, audit.as_ref(), bucket));
        futures_util::future::join_all(buckets).await;
    }
}

/// A bucket, until it is empty or something fails: that has been logged, and the next tick tries again.
async fn drain(store: &Inner, audit: &dyn Audit, bucket: Bucket) {
    loop {
        let args = [store.node.clone(), LEASE_MS.to_string(), AT_ONCE.to_string()];
        let Ok(found) = store.run(bucket, Name::Drain, args, false).await else { return };
        let Value::Array(found) = found else { return };
        let remains: Vec<_> = found.iter().filter_map(Remains::read).collect();
        if remains.is_empty() {
            return;
        }
        let records = remains.iter().map(|remains| remains.record.clone()).collect();
        if let Err(error) = audit.record(records).await {
            tracing::error!(%error, "the history does not take what remains of sessions; it is kept");
            return;
        }
        let taken =
            remains.iter().flat_map(|remains| [remains.record.session.to_string(), remains.revision.clone()]);
        let acknowledged: Result<_, Lost> = store.run(bucket, Name::Acknowledge, taken, false).await;
        if acknowledged.is_err() || remains.len() < AT_ONCE {
            return;
        }
    }
}

/// A record, and the revision it was read at.
struct Remains {
    record: AuditRecord,
    revision: String,
}

impl Remains {
    fn read(value: &Value) -> Option<Self> {
        let Value::Array(parts) = value else { return None };
        let mut fields = HashMap::new();
        for pair in parts.chunks_exact(2) {
            if let [name, value] = pair {
                fields.insert(text(name)?, text(value)?);
            }
        }
        let mut take = |name: &str| fields.remove(name);
        let record = AuditRecord {
            session: take("session")?.parse().ok()?,
            org: take("org")?,
            agent: take("agent")?,
            template: take("template"),
            kinds: take("kinds")?,
            created_at: take("created_at")?.parse().ok()?,
            opened_at: time(take("opened_at")),
            answered_at: time(take("answered_at")),
            verdict_at: time(take("verdict_at")),
            viewed_at: time(take("viewed_at")),
            revealed_at: time(take("revealed_at")),
            ended_at: time(take("ended_at")),
            outcome: take("outcome"),
        };
        Some(Self { record, revision: take("r")? })
    }
}

fn time(text: Option<String>) -> Option<i64> {
    text?.parse().ok()
}
