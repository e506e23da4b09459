//! Who waits for what: streams for an agent's events, pages for a session's verdict. A change wakes those who wait for its
//! key and nobody else. Subscribing comes before looking, so that no change falls between.

use countersign_protocol::SessionId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::watch;

/// What one can wait for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// An agent's events.
    Agent(String),
    /// A session's verdict.
    Session(SessionId),
}

type Waiting = Arc<Mutex<HashMap<Key, watch::Sender<()>>>>;

/// Everybody who waits, in this process.
#[derive(Debug, Clone, Default)]
pub struct Wakes(Waiting);

/// A place to wait; dropped, it leaves no trace.
pub struct Wake {
    key: Key,
    changes: Option<watch::Receiver<()>>,
    waiting: Waiting,
}

impl Wakes {
    /// A place to wait for changes of `key` from now on.
    pub fn subscribe(&self, key: Key) -> Wake {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = waiting.entry(key.clone()).or_insert_with(|| watch::channel(()).0);
        Wake { key, changes: Some(sender.subscribe()), waiting: self.0.clone() }
    }

    /// Wakes those who wait for `key`.
    pub fn wake(&self, key: &Key) {
        if let Some(sender) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key) {
            sender.send_replace(());
        }
    }

    /// Wakes everybody, to look for themselves: changes may have been missed.
    pub fn wake_all(&self) {
        for sender in self.0.lock().unwrap_or_else(PoisonError::into_inner).values() {
            sender.send_replace(());
        }
    }

    /// How many keys somebody waits for.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

impl Wake {
    /// Returns when the key has changed since the last look.
    pub async fn changed(&mut self) {
        if let Some(changes) = &mut self.changes
            && changes.changed().await.is_ok()
        {
            return;
        }
        // Nobody can change it any more.
        std::future::pending::<()>().await;
    }
}

impl Drop for Wake {
    fn drop(&mut self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        self.changes = None;
        if waiting.get(&self.key).is_some_and(|sender| sender.receiver_count() == 0) {
            waiting.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_between_subscribing_and_waiting_is_not_lost() {
        let wakes = Wakes::default();
        let key = Key::Agent("a".into());
        let mut wake = wakes.subscribe(key.clone());
        wakes.wake(&Key::Agent("b".into()));
        wakes.wake(&key);
        wake.changed().await;
        drop(wake);
        assert_eq!(wakes.len(), 0);
    }
}
