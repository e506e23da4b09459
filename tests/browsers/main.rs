//! The recipient's page in real browsers: Chromium and `WebKit`, each driven over `WebDriver`, and Firefox, over `BiDi`, against the
//! real service; the agent is the real engine without its window (`tests/engine`), so that a run takes a second or two.
//!
//! Every state leaves a picture in `target/screenshots/`. Run with `--test-threads=1`: the machine is shared.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers included

#[path = "../engine/between.rs"]
#[allow(dead_code)] // what the engine's own tests put there
mod between;
mod browser;
mod closed;
#[path = "../e2e/daemons.rs"]
#[allow(dead_code)] // what only the window's tests start
mod daemons;
mod firefox;
mod keyboard;
mod languages;
mod markup;
mod memory;
#[path = "../engine/recorder.rs"]
#[allow(dead_code)] // what the engine's own tests look at
mod recorder;
mod scanners;
mod seat;
mod sight;
mod states;
#[path = "../engine/table.rs"]
#[allow(dead_code)]
mod table;
mod typed;
