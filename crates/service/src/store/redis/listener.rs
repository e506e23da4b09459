//! Wakes those who wait, by what is published: one connection to each primary, for everybody in this process. A message lost is
//! never a wait for ever. Each has a number on its channel; the sweep, which goes to every bucket anyway, brings along the number
//! that was reached, and whoever has not heard of it by the next sweep starts listening anew. So does a connection that breaks
//! or a topology that changes; and who starts anew wakes everybody, to look for themselves.

use super::layout::{BUCKETS, Bucket};
use super::servers::Servers;
use crate::store::{Key, Wakes};
use redis::aio::MultiplexedConnection;
use redis::{PushInfo, PushKind, RedisError, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::{Notify, mpsc};
use tokio::time::sleep;

/// Between two tries to listen.
const PAUSE: Duration = Duration::from_millis(200);
/// Nothing was heard on a channel yet.
const NOTHING: u64 = u64::MAX;

/// How far each channel was heard, and where the sweep found it.
pub(super) struct Pulse {
    heard: [AtomicU64; BUCKETS as usize],
    swept: [AtomicU64; BUCKETS as usize],
    lost: Notify,
}

impl Default for Pulse {
    fn default() -> Self {
        let nothing = || std::array::from_fn(|_| AtomicU64::new(NOTHING));
        Self { heard: nothing(), swept: nothing(), lost: Notify::new() }
    }
}

impl Pulse {
    /// The sweep found the channel at this number. Messages until the sweep before are heard by now, or were lost.
    pub(super) fn swept(&self, bucket: Bucket, at: u64) {
        let (Some(heard), Some(swept)) = (self.heard.get(bucket.place()), self.swept.get(bucket.place()))
        else {
            return;
        };
        let before = swept.swap(at, Ordering::SeqCst);
        let so_far = heard.load(Ordering::SeqCst);
        if so_far == NOTHING {
            let _ = heard.compare_exchange(NOTHING, at, Ordering::SeqCst, Ordering::SeqCst);
        } else if before != NOTHING && so_far < before {
            self.lost.notify_one();
        }
    }

    fn heard(&self, bucket: Bucket, at: u64) {
        if let Some(heard) = self.heard.get(bucket.place()) {
            heard.store(at, Ordering::SeqCst);
        }
    }

    fn forget(&self) {
        for place in self.heard.iter().chain(&self.swept) {
            place.store(NOTHING, Ordering::SeqCst);
        }
    }
}

/// Listens until it is dropped.
pub(super) async fn listen(servers: Servers, wakes: Wakes, pulse: Arc<Pulse>) {
    let mut changes = servers.changes();
    loop {
        changes.mark_unchanged();
        let (heard, mut messages) = mpsc::unbounded_channel();
        let connections = subscribe(&servers, &heard).await;
        drop(heard);
        if connections.is_ok() {
            pulse.forget();
            wakes.wake_all();
            loop {
                tokio::select! {
                    message = messages.recv() => match message {
                        Some(message) => if !hear(&message, &wakes, &pulse) { break },
                        None => break,
                    },
                    _ = changes.changed() => break,
                    () = pulse.lost.notified() => {
                        tracing::warn!("a message of the session store was lost");
                        break;
                    }
                }
            }
        }
        drop(connections);
        sleep(PAUSE).await;
        servers.refresh().await;
    }
}

/// Connections on which everything is heard.
async fn subscribe(
    servers: &Servers,
    heard: &mpsc::UnboundedSender<PushInfo>,
) -> Result<Vec<MultiplexedConnection>, RedisError> {
    let topology = servers.topology();
    let command = if topology.clustered { "SSUBSCRIBE" } else { "SUBSCRIBE" };
    let mut connections = Vec::new();
    for (primary, buckets) in topology.holders() {
        let mut connection = servers.connector().listen(&primary, heard.clone()).await?;
        for bucket in buckets {
            redis::cmd(command).arg(bucket.channel()).exec_async(&mut connection).await?;
        }
        connections.push(connection);
    }
    Ok(connections)
}

/// Whether there is more to hear.
fn hear(message: &PushInfo, wakes: &Wakes, pulse: &Pulse) -> bool {
    match message.kind {
        PushKind::Message | PushKind::SMessage => {
            if let [Value::BulkString(channel), Value::BulkString(text)] = message.data.as_slice()
                && let Some((bucket, at, key)) = read(channel, text)
            {
                pulse.heard(bucket, at);
                wakes.wake(&key);
            }
            true
        }
        PushKind::Disconnection | PushKind::Unsubscribe | PushKind::SUnsubscribe => false,
        _ => true,
    }
}

/// Which message it is, and for whom.
fn read(channel: &[u8], text: &[u8]) -> Option<(Bucket, u64, Key)> {
    let (at, who) = std::str::from_utf8(text).ok()?.split_once(' ')?;
    let key = match who.strip_prefix('a') {
        Some(agent) => Key::Agent(agent.to_owned()),
        None => Key::Session(who.strip_prefix('s')?.parse().ok()?),
    };
    Some((Bucket::of_channel(channel)?, at.parse().ok()?, key))
}
