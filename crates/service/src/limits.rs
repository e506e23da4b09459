//! Every figure that bounds a caller, in one place (`docs/api.md`, "Limits"), and the counters behind them.
//!
//! Counters are per process and in memory: they bound abuse, they are not accounts. A window is a fixed minute; tables are
//! swept as they grow, so that many addresses cost no memory for long.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Largest body of a request, in bytes.
pub const MAX_BODY_BYTES: usize = 16 * 1024;
/// Longest wait a client may ask for with `Prefer: wait`, in seconds.
pub const MAX_WAIT_SECS: u64 = 25;

/// Event streams one agent may have open: a program has one, and those it lost without knowing end within a minute.
const STREAMS_PER_AGENT: u32 = 16;

const MINUTE: Duration = Duration::from_mins(1);
/// A table of this size is swept for counters whose minute is over.
const SWEEP_AT: usize = 10_000;

/// The figures an operator may set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Sessions one agent may have live.
    pub live_sessions_per_agent: u32,
    /// Sessions one agent may create a minute.
    pub creations_per_minute: u32,
    /// Links one address may open a minute.
    pub opens_per_minute: u32,
    /// Wait calls one address may have open.
    pub waits_per_address: u32,
    /// Session numbers one address may try a minute.
    pub numbers_per_minute: u32,
    /// Session numbers that may be tried a minute at one organization.
    pub org_numbers_per_minute: u32,
    /// Enrolment codes one address may try a minute.
    pub enrollments_per_minute: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            live_sessions_per_agent: 60,
            creations_per_minute: 120,
            opens_per_minute: 30,
            waits_per_address: 10,
            numbers_per_minute: 10,
            org_numbers_per_minute: 120,
            enrollments_per_minute: 30,
        }
    }
}

/// Come back later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooMany {
    /// Seconds to wait.
    pub retry_after_secs: u64,
}

/// Where a caller comes from, as far as limits go: an IPv4 address, or the network of 2⁶⁴ that one IPv6 customer has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Source(IpAddr);

impl From<IpAddr> for Source {
    fn from(address: IpAddr) -> Self {
        Self(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
            }
            v4 @ IpAddr::V4(_) => v4,
        })
    }
}

/// Counts callers.
pub struct Limiter {
    limits: Limits,
    creations: Window<String>,
    org_creations: Window<String>,
    opens: Window<Source>,
    numbers: Window<Source>,
    org_numbers: Window<String>,
    enrollments: Window<Source>,
    waits: AtOnce<Source>,
    streams: AtOnce<String>,
}

impl Limiter {
    /// Counts against these limits.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            creations: Window::default(),
            org_creations: Window::default(),
            opens: Window::default(),
            numbers: Window::default(),
            org_numbers: Window::default(),
            enrollments: Window::default(),
            waits: AtOnce::default(),
            streams: AtOnce::default(),
        }
    }

    /// Sessions one agent may have live: the store's to count.
    pub fn live_sessions_per_agent(&self) -> u32 {
        self.limits.live_sessions_per_agent
    }

    /// An agent creates a session. `org_most` is what the organization's policy allows all its agents a minute.
    pub fn creation(&self, agent: &str, org: &str, org_most: Option<u32>) -> Result<(), TooMany> {
        self.creations.count(agent.to_owned(), self.limits.creations_per_minute)?;
        org_most.map_or(Ok(()), |most| self.org_creations.count(org.to_owned(), most))
    }

    /// A page opens a link.
    pub fn open(&self, from: Source) -> Result<(), TooMany> {
        self.opens.count(from, self.limits.opens_per_minute)
    }

    /// Somebody tries a session number, whatever it is.
    pub fn number(&self, from: Source) -> Result<(), TooMany> {
        self.numbers.count(from, self.limits.numbers_per_minute)
    }

    /// Somebody tries a session number at an organization: one that may exist.
    pub fn number_of(&self, org: &str) -> Result<(), TooMany> {
        self.org_numbers.count(org.to_owned(), self.limits.org_numbers_per_minute)
    }

    /// Somebody tries an enrolment code.
    pub fn enrollment(&self, from: Source) -> Result<(), TooMany> {
        self.enrollments.count(from, self.limits.enrollments_per_minute)
    }

    /// A page waits; it counts until the guard is dropped.
    pub fn wait(&self, from: Source) -> Result<Going<Source>, TooMany> {
        self.waits.begin(from, self.limits.waits_per_address).ok_or(TooMany { retry_after_secs: 1 })
    }

    /// An agent's program follows what happens; it counts until the guard is dropped.
    pub fn stream(&self, agent: &str) -> Result<Going<String>, TooMany> {
        self.streams.begin(agent.to_owned(), STREAMS_PER_AGENT).ok_or(TooMany { retry_after_secs: 5 })
    }
}

/// Counts what goes on at once, for each caller. Clones share the count.
pub(crate) struct AtOnce<K>(Arc<Mutex<HashMap<K, u32>>>);

impl<K> Default for AtOnce<K> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<K: Clone + Eq + Hash> AtOnce<K> {
    /// One more, until it is dropped; none if there are `most`. Who is refused leaves no entry: nothing would take it away.
    pub(crate) fn begin(&self, from: K, most: u32) -> Option<Going<K>> {
        let mut counts = lock(&self.0);
        let count = counts.get(&from).copied().unwrap_or_default();
        if count >= most {
            return None;
        }
        counts.insert(from.clone(), count + 1);
        Some(Going { counted: Self(self.0.clone()), from })
    }
}

/// Something that goes on, and counts until it is dropped.
pub struct Going<K: Eq + Hash> {
    counted: AtOnce<K>,
    from: K,
}

impl<K: Eq + Hash> Drop for Going<K> {
    fn drop(&mut self) {
        let mut counts = lock(&self.counted.0);
        if let Some(count) = counts.get_mut(&self.from) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.from);
            }
        }
    }
}

/// Counts events a key within fixed minutes.
struct Window<K>(Mutex<Counters<K>>);

struct Counters<K> {
    counts: HashMap<K, (Instant, u32)>,
    sweep_at: usize,
}

impl<K> Default for Window<K> {
    fn default() -> Self {
        Self(Mutex::new(Counters { counts: HashMap::new(), sweep_at: SWEEP_AT }))
    }
}

impl<K: Eq + Hash> Window<K> {
    fn count(&self, key: K, most: u32) -> Result<(), TooMany> {
        let now = Instant::now();
        let mut counters = lock(&self.0);
        counters.sweep(now);
        let (since, count) = counters.counts.entry(key).or_insert((now, 0));
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

impl<K: Eq + Hash> Counters<K> {
    /// Drops what is over. The next sweep is due when the table has doubled, so that sweeping costs each call little even
    /// while every caller is new.
    fn sweep(&mut self, now: Instant) {
        if self.counts.len() >= self.sweep_at {
            self.counts.retain(|_, (since, _)| now.duration_since(*since) < MINUTE);
            self.sweep_at = SWEEP_AT.max(self.counts.len() * 2);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
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
                .is_err_and(|TooMany { retry_after_secs }| (1..=61).contains(&retry_after_secs))
        );
        assert_eq!(window.count("b", 2), Ok(()));
    }

    #[test]
    fn what_is_over_is_swept() {
        let mut counters = Counters { counts: HashMap::new(), sweep_at: 2 };
        let start = Instant::now();
        counters.counts.extend([(1, (start, 1)), (2, (start, 1))]);
        counters.sweep(start + MINUTE / 2);
        assert_eq!((counters.counts.len(), counters.sweep_at), (2, SWEEP_AT));
        counters.sweep_at = 2;
        counters.sweep(start + MINUTE);
        assert!(counters.counts.is_empty());
    }

    #[test]
    fn waits_count_while_they_last() {
        let limiter = Limiter::new(Limits { waits_per_address: 1, ..Limits::default() });
        let from = IpAddr::from([127, 0, 0, 1]).into();
        let first = limiter.wait(from);
        assert!(first.is_ok() && limiter.wait(from).is_err());
        drop(first);
        assert!(limiter.wait(from).is_ok());
        let closed = Limiter::new(Limits { waits_per_address: 0, ..Limits::default() });
        assert!(closed.wait(from).is_err() && lock(&closed.waits.0).is_empty());
    }

    #[test]
    fn streams_count_for_each_agent_while_they_last() {
        let limiter = Limiter::new(Limits::default());
        let mut open: Vec<_> = (0..STREAMS_PER_AGENT).map(|_| limiter.stream("dana").ok().unwrap()).collect();
        assert!(limiter.stream("dana").is_err() && limiter.stream("kim").is_ok());
        open.pop();
        assert!(limiter.stream("dana").is_ok() && lock(&limiter.streams.0).len() == 1);
    }

    #[test]
    fn one_customer_is_one_source() {
        let source = |text: &str| Source::from(text.parse::<IpAddr>().unwrap());
        assert_eq!(source("2001:db8:1:2::3"), source("2001:db8:1:2:ffff::"));
        assert_ne!(source("2001:db8:1:2::3"), source("2001:db8:1:3::3"));
        assert_eq!(source("::ffff:192.0.2.1"), source("192.0.2.1"));
        assert_ne!(source("192.0.2.2"), source("192.0.2.1"));
    }
}
