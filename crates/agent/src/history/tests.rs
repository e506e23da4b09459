use super::*;

fn id(byte: u8) -> SessionId {
    SessionId::from_bytes([byte; 16])
}

fn page(
    history: &History,
    before: Option<i64>,
    limit: u32,
) -> Result<crate::view::HistoryPage, HistoryError> {
    history.reader().unwrap().page(&crate::view::HistoryQuery::default(), before, limit)
}

fn row(id: &SessionId) -> NewRow<'_> {
    NewRow {
        id,
        service: "practice",
        created_at: 1000,
        subject: "Ticket 4812",
        template: Some("Phone number"),
        fields: vec!["Phone number"],
        began: Began::Organization,
        ttl_secs: 120,
    }
}

#[test]
fn a_share_is_spent_once_and_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(folder.path(), 1000).unwrap().history;
    history.spend(&id(1), 1000).unwrap();
    assert!(matches!(history.spend(&id(1), 1001), Err(HistoryError::AlreadySpent)));
    drop(history);
    let mut again = History::open(folder.path(), 2000).unwrap().history;
    assert!(again.is_spent(&id(1)).unwrap());
    assert!(matches!(again.spend(&id(1), 2000), Err(HistoryError::AlreadySpent)));
    assert!(!again.is_spent(&id(2)).unwrap());
}

#[test]
fn milestones_are_kept_as_first_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(folder.path(), 0).unwrap().history;
    history.insert(&row(&id(1))).unwrap();
    for (milestone, at) in [
        (Milestone::Opened, 2000),
        (Milestone::Opened, 9000),
        (Milestone::Viewed, 3000),
        (Milestone::Revealed, 4000),
        (Milestone::Ended(Outcome::Matched), 5000),
        (Milestone::Ended(Outcome::Expired), 9000),
    ] {
        history.mark(&id(1), milestone, at).unwrap();
    }
    let page = page(&history, None, 10).unwrap();
    let row = page.rows.first().unwrap();
    assert_eq!((row.opened_at, row.viewed_at, row.revealed_at), (Some(2000), Some(3000), Some(4000)));
    assert_eq!((row.ended_at, row.outcome), (Some(5000), Some(Outcome::Matched)));
    assert_eq!(row.fields, ["Phone number"]);
}

#[test]
fn what_was_running_is_interrupted_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(folder.path(), 0).unwrap().history;
    for byte in 1..=3 {
        history.insert(&row(&id(byte))).unwrap();
    }
    history.mark(&id(2), Milestone::Ended(Outcome::Matched), 1).unwrap();
    drop(history);
    let mut again = History::open(folder.path(), 0).unwrap().history;
    let running = again.interrupt_running(7000).unwrap();
    assert_eq!(running, vec![(id(1), "practice".to_owned()), (id(3), "practice".to_owned())]);
    assert_eq!(again.interrupt_running(8000).unwrap(), vec![]);
    let outcomes: Vec<_> = page(&again, None, 10).unwrap().rows.iter().map(|row| row.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::Interrupted), Some(Outcome::Matched), Some(Outcome::Interrupted)]);
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(folder.path(), 0).unwrap().history;
    for byte in 0..25 {
        history.insert(&row(&id(byte))).unwrap();
    }
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let page = page(&history, before, 10).unwrap();
        seen.extend(page.rows.iter().map(|row| row.row));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=25).rev().collect::<Vec<_>>());
}

#[test]
fn a_damaged_file_is_kept_and_a_new_one_begun() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(FILE), "this is no database, and longer than a header is".repeat(50))
        .unwrap();
    let opened = History::open(folder.path(), 5).unwrap();
    let aside = opened.damaged.unwrap();
    assert!(std::fs::read_to_string(aside).unwrap().starts_with("this is no database"));
    assert_eq!(page(&opened.history, None, 10).unwrap().rows, []);
}

#[test]
fn the_file_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let _open = History::open(folder.path(), 5).unwrap();
    let mode = std::fs::metadata(folder.path().join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}
