//! The embedded store, on a real file, is held to the contract of all stores.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
mod contract;

use contract::Party;
use contract::model::{Call, Content};
use countersign_service::audit::{AuditQuery, SqliteAudit};
use countersign_service::clock::ManualClock;
use countersign_service::sqlite::Database;
use countersign_service::store::sqlite::SqliteStore;
use countersign_service::store::{EVENTS_KEPT_MS, KEPT_AFTER_MS, StoreError};
use rusqlite::Connection;
use std::sync::Arc;
use tempfile::TempDir;

fn at(folder: TempDir) -> Party {
    let clock = Arc::new(ManualClock::default());
    let database = Database::open(folder.path()).unwrap();
    let store = Arc::new(SqliteStore::new(database.clone(), clock.clone()));
    Party::new(store, clock, Arc::new(SqliteAudit::new(database)), folder)
}

fn sqlite() -> Party {
    at(tempfile::tempdir().unwrap())
}

/// A party, and its file as anybody sees it who has the disk.
fn with_file() -> (Arc<Party>, Connection) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countersign.db");
    let party = Arc::new(at(folder));
    (party, Connection::open(file).unwrap())
}

contract::suite!(sqlite);

/// Events hold shares, tags and nonces: they are not only hidden when their time is up.
#[tokio::test]
async fn an_event_is_gone_from_the_file_when_its_time_is_up() {
    let (party, file) = with_file();
    let run = party.run(60).await;
    run.call(Call::Open(Content::Ours)).await.unwrap();
    // It is over, and will not run out.
    run.call(Call::Cancel).await.unwrap();
    let kept = || file.query_row("SELECT count(*) FROM events", [], |row| row.get::<_, i64>(0)).unwrap();
    party.clock.advance(EVENTS_KEPT_MS - 1);
    party.store.forget().await.unwrap();
    assert_eq!(kept(), 1);
    party.clock.advance(1);
    party.store.forget().await.unwrap();
    assert_eq!(kept(), 0);
}

/// The service was down when the session ran out, and what is forgotten is looked for first after the start.
#[tokio::test]
async fn what_ran_out_while_nobody_looked_ends_before_it_is_forgotten() {
    let (party, _file) = with_file();
    let run = party.run(30).await;
    party.clock.advance(30_000 + KEPT_AFTER_MS);
    party.store.forget().await.unwrap();
    let events = party.store.events_since(run.agent.clone(), 0).await.unwrap();
    assert_eq!(events.iter().map(|event| event.name.as_str()).collect::<Vec<_>>(), ["expired"]);
    let query = AuditQuery { limit: 2, ..AuditQuery::default() };
    let entries = party.audit.page(query).await.unwrap();
    assert_eq!((entries.len(), entries[0].outcome.as_deref()), (1, Some("expired")));
    run.call(Call::Create(Content::Ours)).await.unwrap();
}

/// It is looked for often, and nearly always in vain: that must not stand in line with those who write.
#[tokio::test]
async fn looking_for_what_has_run_out_does_not_wait_for_the_writer() {
    let (party, file) = with_file();
    let _live = party.run(60).await;
    file.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(party.store.expire().await, Ok(()));
    // It is the writer's turn that is taken here: where something has run out it is waited for, in vain.
    party.clock.advance(60_000);
    assert_eq!(party.store.expire().await, Err(StoreError::Unavailable));
}
