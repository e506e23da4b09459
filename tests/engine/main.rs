//! The agent's engine and the real service in one process, without a window: the recipient is played by the protocol's own code
//! over HTTP, the desktop is one that writes down what it is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers included

mod between;
mod changes;
mod customer;
mod customs;
mod recorder;
mod runs;
mod table;
