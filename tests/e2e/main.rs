//! End to end: the real desktop window (`WebKitWebDriver` through tauri-driver, under Xvfb, on a private D-Bus session with a
//! real keyring and a real notification daemon), a real Chromium, a real service. Nothing is mocked.
//!
//! Each test sets its own stage and owns every process on it. Every screen state leaves a picture in `target/screenshots/`.
//! Run with `--test-threads=1`: the machine is shared.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers included

mod access;
mod daemons;
mod desk;
mod desktop;
mod failures;
mod flows;
mod interruptions;
mod keyboard;
mod page;
mod phone;
mod sight;
mod sinks;
mod stage;
mod tray;
mod week;
