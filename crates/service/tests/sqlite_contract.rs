//! The embedded store, on a real file, is held to the contract of all stores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
mod contract;

use contract::Party;
use countersign_service::clock::ManualClock;
use countersign_service::sqlite::Database;
use countersign_service::store::sqlite::SqliteStore;
use std::sync::Arc;

fn sqlite() -> Party {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(ManualClock::default());
    let store = Arc::new(SqliteStore::new(Database::open(folder.path()).unwrap(), clock.clone()));
    Party::new(store, clock, folder)
}

contract::suite!(sqlite);
