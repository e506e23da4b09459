//! What tests and figures stand on: ports nobody else takes, real Redis servers, one or a
//! cluster, and the page as a program. No product code depends
//! on this. What does not stand ends the test or the figure: these panic, and say what was missing.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc
)]

pub mod node;
pub mod port;
pub mod redis;

use std::time::{Duration, Instant};

/// Longest that what must come is waited for; only what fails takes so long.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Waits until it is so.
pub fn until(what: &str, mut is: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is() {
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
