//! Every figure that bounds a caller, in one place (`docs/api.md`, "Limits"), and the counters behind them.
//!
//! Counters are per process and in memory: they bound abuse, they are not accounts. A window is a fixed minute; the table is
//! swept when it grows, so that many addresses cost no memory for long.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
/// Longest wait a client may ask for with `Prefer: wait`, in seconds.
pub const MAX_WAIT_SECS: u64 = 25;
/// Sessions one agent may have live.
pub const LIVE_SESSIONS_PER_AGENT: u32 = 60;
/// Enrolment attempts a minute from one address.
const ENROLLMENTS_PER_MINUTE: u32 = 20;
/// Wait calls one address may have open.
const WAITS_PER_ADDRESS: u32 = 10;
/// Times an agent is told, at most, that a used link was tried: once in this many milliseconds a session.
pub const OPEN_REFUSED_EVERY_MS: i64 = 1000;

const MINUTE: Duration = Duration::from_mins(1);
/// Counters beyond this are swept for old ones.
const SWEEP_AT: usize = 10_000;

/// The figures an operator may set.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sessions one agent may create a minute.
    pub creations_per_minute: u32,
    /// Links one address may open a minute.
    pub opens_per_minute: u32,
    /// Session numbers one address may try a minute.
    pub numbers_per_minute: u32,
    /// Session numbers that may be tried a minute at one organization.
    pub org_numbers_per_minute: u32,
    /// Wait calls one address may have open.
    pub waits_per_address: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            creations_per_minute: 120,
            opens_per_minute: 30,
            numbers_per_minute: 10,
            org_numbers_per_minute: 300,
            waits_per_address: WAITS_PER_ADDRESS,
        }
    }
}

/// Come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Seconds to wait.
    pub retry_after_secs: u64,
}

/// Counts callers.
pub struct Limiter {
    limits: Limits,
    creations: Window<String>,
    opens: Window<IpAddr>,
    numbers: Window<IpAddr>,
    org_numbers: Window<String>,
    enrollments: Window<IpAddr>,
    waits: Mutex<HashMap<IpAddr, u32>>,
}

impl Limiter {
    /// Counts against these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            creations: Window::default(),
            opens: Window::default(),
            numbers: Window::default(),
            org_numbers: Window::default(),
            enrollments: Window::default(),
            waits: Mutex::default(),
        }
    }

    /// An agent creates a session.
    pub fn creation(&self, agent: &str) -> Result<(), TooMany> {
        self.creations.count(agent.to_owned(), self.limits.creations_per_minute)
    }

    /// A page opens a link.
    pub fn open(&self, from: IpAddr) -> Result<(), TooMany> {
        self.opens.count(from, self.limits.opens_per_minute)
    }

    /// Somebody tries a session number.
    pub fn number(&self, from: IpAddr, org: &str) -> Result<(), TooMany> {
        self.numbers.count(from, self.limits.numbers_per_minute)?;
        self.org_numbers.count(org.to_owned(), self.limits.org_numbers_per_minute)
    }

    /// Somebody tries an enrolment code.
    pub fn enrollment(&self, from: IpAddr) -> Result<(), TooMany> {
        self.enrollments.count(from, ENROLLMENTS_PER_MINUTE)
    }

    /// A page waits; it counts until the guard is dropped.
    pub fn wait(&self, from: IpAddr) -> Result<WaitGuard<'_>, TooMany> {
        let mut waits = self.waits.lock().unwrap_or_else(PoisonError::into_inner);
        let open = waits.entry(from).or_default();
        if *open >= self.limits.waits_per_address {
            return Err(TooMany { retry_after_secs: 1 });
        }
        *open += 1;
        Ok(WaitGuard { limiter: self, from })
    }
}

/// An open wait call.
pub struct WaitGuard<'a> {
    limiter: &'a Limiter,
    from: IpAddr,
}

impl Drop for WaitGuard<'_> {
    fn drop(&mut self) {
        let mut waits = self.limiter.waits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(open) = waits.get_mut(&self.from) {
            *open = open.saturating_sub(1);
            if *open == 0 {
                waits.remove(&self.from);
            }
        }
    }
}

/// Counts events a key within fixed minutes.
struct Window<K>(Mutex<HashMap<K, (Instant, u32)>>);

impl<K> Default for Window<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash> Window<K> {
    fn count(&self, key: K, most: u32) -> Result<(), TooMany> {
        let now = Instant::now();
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() > SWEEP_AT {
            counters.retain(|_, (since, _)| now.duration_since(*since) < MINUTE);
        }
        let (since, count) = counters.entry(key).or_insert((now, 0));
        if now.duration_since(*since) >= MINUTE {
            (*since, *count) = (now, 0);
        }
        if *count >= most {
            let left = MINUTE.saturating_sub(now.duration_since(*since));
            return Err(TooMany { retry_after_secs: left.as_secs() + 1 });
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_fills_for_one_key_alone() {
        let window = Window::default();
        assert_eq!(window.count("a", 2), Ok(()));
        assert_eq!(window.count("a", 2), Ok(()));
        assert!(
            window
                .count("a", 2)
                .is_err_and(|TooMany { retry_after_secs }| (1..=60).contains(&retry_after_secs))
        );
        assert_eq!(window.count("b", 2), Ok(()));
    }

    #[test]
    fn waits_count_while_they_last() {
        let limiter = Limiter::new(Limits { waits_per_address: 1, ..Limits::default() });
        let from = IpAddr::from([127, 0, 0, 1]);
        let first = limiter.wait(from);
        assert!(first.is_ok() && limiter.wait(from).is_err());
        drop(first);
        assert!(limiter.wait(from).is_ok());
    }
}
