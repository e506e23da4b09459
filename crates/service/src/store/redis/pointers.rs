//! Which agent a session is of, as far as this process has seen: a pointer is set once, so that what was read once need not be
//! read again by each of a page's calls.

use countersign_protocol::SessionId;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Longest life of a session.
const KEPT: Duration = Duration::from_mins(15);
/// From this size on the table is swept, and never beyond twice that.
const SWEEP_AT: usize = 50_000;

/// What was seen.
#[derive(Default)]
pub(super) struct Pointers(Mutex<Table>);

#[derive(Default)]
struct Table {
    agents: HashMap<SessionId, (String, Instant)>,
    sweep_at: usize,
}

impl Pointers {
    pub(super) fn get(&self, id: &SessionId) -> Option<String> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.agents.get(id).map(|(agent, _)| agent.clone())
    }

    pub(super) fn put(&self, id: SessionId, agent: &str) {
        let now = Instant::now();
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if table.agents.len() >= table.sweep_at.max(SWEEP_AT) {
            table.agents.retain(|_, (_, since)| now.duration_since(*since) < KEPT);
            if table.agents.len() >= 2 * SWEEP_AT {
                table.agents.clear();
            }
            table.sweep_at = table.agents.len() + SWEEP_AT / 2;
        }
        table.agents.insert(id, (agent.to_owned(), now));
    }

    pub(super) fn forget(&self, id: &SessionId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).agents.remove(id);
    }
}
