//! What an operator may want to see in figures, in Prometheus' text format 0.0.4. No figure is of one session, one agent or one
//! address: routes are templates, methods and statuses a few.

use crate::store::StoreError;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper ends of the histogram's buckets, in milliseconds, and as they are written.
const BUCKETS: [(u64, &str); 10] = [
    (1, "0.001"),
    (5, "0.005"),
    (10, "0.01"),
    (25, "0.025"),
    (50, "0.05"),
    (100, "0.1"),
    (250, "0.25"),
    (1000, "1"),
    (5000, "5"),
    (30_000, "30"),
];

/// Every meter.
#[derive(Debug, Default)]
pub(crate) struct Meters {
    routes: Mutex<BTreeMap<String, Route>>,
    store_errors: AtomicU64,
    rate_limited: AtomicU64,
    streams: Gauge,
    waits: Gauge,
}

/// One route's.
#[derive(Debug, Default)]
struct Route {
    answers: BTreeMap<(&'static str, u16), u64>,
    buckets: [u64; BUCKETS.len()],
    count: u64,
    total: Duration,
}

/// Something that lasts, while guards of it are held.
type Gauge = Arc<AtomicU64>;

/// Counts while it is held.
#[derive(Debug)]
pub(crate) struct Lasting(Gauge);

impl Lasting {
    fn begin(gauge: &Gauge) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge.clone())
    }
}

impl Drop for Lasting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Meters {
    /// A request was answered.
    pub(crate) fn answered(&self, route: &str, method: &str, status: u16, took: Duration) {
        let mut routes = self.routes();
        if !routes.contains_key(route) {
            routes.insert(route.to_owned(), Route::default());
        }
        let Some(meter) = routes.get_mut(route) else { return };
        *meter.answers.entry((known(method), status)).or_default() += 1;
        meter.count += 1;
        meter.total += took;
        for (bucket, (end, _)) in meter.buckets.iter_mut().zip(BUCKETS) {
            *bucket += u64::from(took <= Duration::from_millis(end));
        }
    }

    /// A store was asked beside any request.
    pub(crate) fn store_did(&self, result: Result<(), StoreError>) {
        if result.is_err() {
            self.store_failed();
        }
    }

    /// A store did not answer.
    pub(crate) fn store_failed(&self) {
        self.store_errors.fetch_add(1, Ordering::Relaxed);
    }

    /// A caller was told to come back later.
    pub(crate) fn rate_limited(&self) {
        self.rate_limited.fetch_add(1, Ordering::Relaxed);
    }

    /// An event stream, until the guard is dropped.
    pub(crate) fn stream(&self) -> Lasting {
        Lasting::begin(&self.streams)
    }

    /// A wait for a verdict, until the guard is dropped.
    pub(crate) fn wait(&self) -> Lasting {
        Lasting::begin(&self.waits)
    }

    /// Everything as text. `live` is how many sessions are, if the store says.
    pub(crate) fn text(&self, live: Option<u64>) -> String {
        let mut text = String::new();
        self.write_routes(&mut text);
        let read = |value: &AtomicU64| Some(value.load(Ordering::Relaxed));
        for (name, kind, help, value) in [
            ("live_sessions", "gauge", "Sessions that are neither over nor expired.", live),
            ("open_streams", "gauge", "Agents' event streams.", read(&self.streams)),
            ("open_waits", "gauge", "Pages that wait for a verdict.", read(&self.waits)),
            ("store_errors_total", "counter", "Times a store did not answer.", read(&self.store_errors)),
            ("rate_limited_total", "counter", "Calls refused by a limit.", read(&self.rate_limited)),
        ] {
            if let Some(value) = value {
                let _ = write!(text, "# HELP countersign_{name} {help}\n# TYPE countersign_{name} {kind}\n");
                let _ = writeln!(text, "countersign_{name} {value}");
            }
        }
        text
    }

    /// Writing to a string does not fail.
    fn write_routes(&self, text: &mut String) {
        let routes = self.routes();
        text.push_str("# HELP countersign_requests_total Requests answered.\n# TYPE countersign_requests_total counter\n");
        for (route, meter) in routes.iter() {
            for ((method, status), count) in &meter.answers {
                let labels = format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"");
                let _ = writeln!(text, "countersign_requests_total{{{labels}}} {count}");
            }
        }
        text.push_str(
            "# HELP countersign_request_seconds Time to the answer's head.\n# TYPE countersign_request_seconds histogram\n",
        );
        for (route, meter) in routes.iter() {
            let name = "countersign_request_seconds";
            for (count, (_, end)) in meter.buckets.iter().zip(BUCKETS) {
                let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"{end}\"}} {count}");
            }
            let _ = writeln!(text, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {}", meter.count);
            let _ = writeln!(text, "{name}_sum{{route=\"{route}\"}} {}", meter.total.as_secs_f64());
            let _ = writeln!(text, "{name}_count{{route=\"{route}\"}} {}", meter.count);
        }
    }

    fn routes(&self) -> MutexGuard<'_, BTreeMap<String, Route>> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A caller may invent methods; a meter does not.
fn known(method: &str) -> &'static str {
    let all = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
    all.into_iter().find(|known| *known == method).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_hold_all_that_was_as_fast() {
        let meters = Meters::default();
        for ms in [1, 7, 40_000] {
            meters.answered("/a/{id}", "BREW", 200, Duration::from_millis(ms));
        }
        let wait = meters.wait();
        let text = meters.text(None);
        for line in [
            r#"countersign_requests_total{route="/a/{id}",method="other",status="200"} 3"#,
            r#"countersign_request_seconds_bucket{route="/a/{id}",le="0.001"} 1"#,
            r#"countersign_request_seconds_bucket{route="/a/{id}",le="0.01"} 2"#,
            r#"countersign_request_seconds_bucket{route="/a/{id}",le="30"} 2"#,
            r#"countersign_request_seconds_bucket{route="/a/{id}",le="+Inf"} 3"#,
            r#"countersign_request_seconds_sum{route="/a/{id}"} 40.008"#,
            "countersign_open_waits 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}: {text}");
        }
        assert!(!text.contains("live_sessions"), "the store has not said");
        drop(wait);
        assert!(meters.text(Some(7)).contains("countersign_open_waits 0\n"));
        assert!(meters.text(Some(7)).contains("countersign_live_sessions 7\n"));
    }
}
