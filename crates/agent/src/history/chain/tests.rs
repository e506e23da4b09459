use super::super::{History, Milestone, NewRow};
use super::*;
use crate::view::Outcome;
use countersign_protocol::{Began, SessionId};
use std::path::Path;

fn key() -> ChainKey {
    ChainKey::new([7; KEY_BYTES])
}

/// Ten finished sessions, one a second.
fn ten(folder: &Path) -> History {
    let mut history = History::open(folder, 0).unwrap().history;
    history.seal_with(key()).unwrap();
    for n in 1..=10 {
        end(&mut history, n);
    }
    history
}

fn end(history: &mut History, n: u8) {
    end_as(history, n, Outcome::Matched);
}

fn end_as(history: &mut History, n: u8, outcome: Outcome) {
    let id = SessionId::from_bytes([n; 16]);
    let subject = format!("Ticket {n}");
    let new = NewRow {
        id: &id,
        service: "practice",
        created_at: i64::from(n) * 1000,
        subject: &subject,
        template: None,
        fields: vec!["Phone"],
        began: Began::Recipient,
        ttl_secs: 120,
    };
    history.insert(&new).unwrap();
    history.mark(&id, Milestone::Opened, 1).unwrap();
    history.mark(&id, Milestone::Ended(outcome), 2).unwrap();
}

fn check(history: &History) -> Integrity {
    history.reader().unwrap().verify(&key()).unwrap()
}

#[test]
fn an_untouched_chain_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let history = ten(folder.path());
    assert_eq!(check(&history), Integrity::Whole { records: 10, unsealed: 0 });
    let empty = tempfile::tempdir().unwrap();
    let history = History::open(empty.path(), 0).unwrap().history;
    assert_eq!(check(&history), Integrity::Whole { records: 0, unsealed: 0 });
}

#[test]
fn whatever_is_done_to_a_record_shows_from_where_it_was_done() {
    for (damage, row) in [
        ("UPDATE sessions SET outcome = 'cancelled' WHERE row = 4", 4),
        ("UPDATE sessions SET subject = 'x' WHERE row = 1", 1),
        ("UPDATE sessions SET viewed_at = 5 WHERE row = 10", 10),
        ("UPDATE sessions SET template = '' WHERE row = 6", 6),
        ("DELETE FROM sessions WHERE row = 4", 4),
        ("DELETE FROM sessions WHERE row = 4; DELETE FROM chain WHERE row = 4", 5),
        ("DELETE FROM sessions WHERE row > 8; DELETE FROM chain WHERE row > 8", 8),
        ("DELETE FROM sessions; DELETE FROM chain", 0),
        (
            "UPDATE chain SET row = 100 WHERE row = 2; UPDATE chain SET row = 2 WHERE row = 3;
             UPDATE chain SET row = 3 WHERE row = 100",
            3,
        ),
        ("UPDATE chain_ends SET seq = 9", 0),
        ("DELETE FROM chain_ends", 10),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let history = ten(folder.path());
        history.connection.execute_batch(damage).unwrap();
        let found = check(&history);
        assert!(matches!(found, Integrity::Broken { row: at, .. } if at == row), "{damage}: {found:?}");
    }
}

#[test]
fn an_added_record_is_outside_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    let history = ten(folder.path());
    history
        .connection
        .execute_batch(
            "INSERT INTO sessions (session_id, service, created_at, subject, fields, began, ttl_secs, outcome)
             VALUES ('a', 'practice', 1, '', '[]', 'recipient', 120, 'matched')",
        )
        .unwrap();
    assert_eq!(check(&history), Integrity::Whole { records: 10, unsealed: 1 });
}

#[test]
fn another_key_finds_it_broken() {
    let folder = tempfile::tempdir().unwrap();
    let history = ten(folder.path());
    let found = history.reader().unwrap().verify(&ChainKey::new([8; KEY_BYTES])).unwrap();
    assert!(matches!(found, Integrity::Broken { .. }));
}

#[test]
fn what_a_session_came_to_is_stored_where_the_chain_takes_no_more_seals() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = ten(folder.path());
    history.connection.execute_batch("DELETE FROM chain_ends").unwrap();
    end(&mut history, 11);
    let page = history.reader().unwrap().page(&crate::view::HistoryQuery::default(), None, 1).unwrap();
    let row = page.rows.first().unwrap();
    assert_eq!((row.row, row.outcome, row.ended_at), (11, Some(Outcome::Matched), Some(2)));
    assert!(matches!(check(&history), Integrity::Broken { row: 10, .. }));
}

/// What a session is on record as after another word on its end, and what the chain then is.
fn overrule(history: &mut History, n: u8, outcome: Outcome) -> (Option<Outcome>, Integrity) {
    let id = SessionId::from_bytes([n; 16]);
    history.mark(&id, Milestone::Ended(outcome), 9).unwrap();
    let page = history.reader().unwrap().page(&crate::view::HistoryQuery::default(), None, 50).unwrap();
    let row = page.rows.iter().find(|row| row.row == i64::from(n)).unwrap();
    (row.outcome, check(history))
}

#[test]
fn a_last_word_that_came_late_overrules_an_end_without_one_and_the_chain_stays_whole() {
    let whole = |records| Integrity::Whole { records, unsealed: 0 };
    for (first, said, kept) in [
        (Outcome::Expired, Outcome::Mismatched, Outcome::Mismatched),
        (Outcome::Expired, Outcome::Matched, Outcome::Matched),
        (Outcome::Cancelled, Outcome::Unexpected, Outcome::Unexpected),
        (Outcome::Cancelled, Outcome::Matched, Outcome::Cancelled),
        (Outcome::Matched, Outcome::Mismatched, Outcome::Matched),
        (Outcome::Failed, Outcome::Mismatched, Outcome::Failed),
        (Outcome::Expired, Outcome::Cancelled, Outcome::Expired),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut history = ten(folder.path());
        end_as(&mut history, 11, first);
        end(&mut history, 12);
        end(&mut history, 13);
        assert_eq!(overrule(&mut history, 11, said), (Some(kept), whole(13)), "{first:?} {said:?}");
        end(&mut history, 14);
        assert_eq!(check(&history), whole(14));
    }
}

#[test]
fn the_first_record_can_be_overruled_the_newest_and_one_after_what_was_forgotten() {
    for forgotten in [0, 3, 10] {
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::open(folder.path(), 0).unwrap().history;
        history.seal_with(key()).unwrap();
        for n in 1..=forgotten {
            end(&mut history, n);
        }
        history.forget_before(i64::MAX).unwrap();
        let n = forgotten + 1;
        end_as(&mut history, n, Outcome::Expired);
        let found = overrule(&mut history, n, Outcome::Mismatched);
        assert_eq!(found, (Some(Outcome::Mismatched), Integrity::Whole { records: 1, unsealed: 0 }));
    }
    // And one that waits for the key.
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(folder.path(), 0).unwrap().history;
    end_as(&mut history, 1, Outcome::Expired);
    assert_eq!(overrule(&mut history, 1, Outcome::Mismatched).0, Some(Outcome::Mismatched));
    history.seal_with(key()).unwrap();
    assert_eq!(check(&history), Integrity::Whole { records: 1, unsealed: 0 });
}

#[test]
fn what_somebody_has_done_to_the_chain_is_not_mended_by_overruling() {
    for damage in [
        "UPDATE sessions SET subject = 'x' WHERE row = 11",
        "UPDATE sessions SET outcome = 'failed' WHERE row = 12",
        "DELETE FROM sessions WHERE row = 12",
        "DELETE FROM sessions WHERE row = 12; DELETE FROM chain WHERE row = 12",
        "DELETE FROM sessions WHERE row > 11; DELETE FROM chain WHERE row > 11",
        "UPDATE chain_ends SET seal = zeroblob(32)",
        "DELETE FROM chain WHERE row = 10",
        "UPDATE sessions SET subject = 'x' WHERE row = 3",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut history = ten(folder.path());
        end_as(&mut history, 11, Outcome::Expired);
        end(&mut history, 12);
        end(&mut history, 13);
        history.connection.execute_batch(damage).unwrap();
        let (_, found) = overrule(&mut history, 11, Outcome::Mismatched);
        assert!(matches!(found, Integrity::Broken { .. }), "{damage}: {found:?}");
    }
}

#[test]
fn what_ends_before_the_key_comes_is_sealed_when_it_does() {
    let folder = tempfile::tempdir().unwrap();
    drop(ten(folder.path()));
    let mut history = History::open(folder.path(), 0).unwrap().history;
    end(&mut history, 11);
    assert_eq!(check(&history), Integrity::Whole { records: 10, unsealed: 1 });
    history.seal_with(key()).unwrap();
    assert_eq!(check(&history), Integrity::Whole { records: 11, unsealed: 0 });
}

#[test]
fn retention_forgets_the_oldest_and_the_chain_stays_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = ten(folder.path());
    assert_eq!(history.forget_before(4000).unwrap(), 3);
    assert_eq!(check(&history), Integrity::Whole { records: 7, unsealed: 0 });
    end(&mut history, 11);
    assert_eq!(check(&history), Integrity::Whole { records: 8, unsealed: 0 });
    history
        .connection
        .execute_batch("DELETE FROM sessions WHERE row = 4; DELETE FROM chain WHERE row = 4")
        .unwrap();
    assert!(matches!(check(&history), Integrity::Broken { row: 5, .. }));
}

#[test]
fn retention_can_forget_everything() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = ten(folder.path());
    assert_eq!(history.forget_before(i64::MAX).unwrap(), 10);
    assert_eq!(check(&history), Integrity::Whole { records: 0, unsealed: 0 });
    end(&mut history, 11);
    assert_eq!(check(&history), Integrity::Whole { records: 1, unsealed: 0 });
}
