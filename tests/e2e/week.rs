//! A week at the desk: ten different verifications with three at once, last week's failure found in history, the month exported;
//! a history of a hundred thousand sessions; one that was damaged.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::{Stage, wait_for};
use countersign_agent::history::{History, Milestone, NewRow};
use countersign_agent::view::Outcome;
use countersign_protocol::{Began, SessionId};
use std::time::{SystemTime, UNIX_EPOCH};
use thirtyfour::Key;

const DAY_MS: i64 = 24 * 3600 * 1000;

fn now_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

/// History as the engine would have written it on these days, oldest first.
fn lived_through(stage: &Stage, days: &[(i64, &str, Outcome)]) {
    std::fs::create_dir_all(stage.app_folder()).unwrap();
    let mut history = History::open(&stage.app_folder(), now_ms()).unwrap().history;
    for (number, (days_ago, subject, outcome)) in days.iter().enumerate() {
        let at = now_ms() - days_ago * DAY_MS;
        let id = SessionId::from_bytes([u8::try_from(number).unwrap(); 16]);
        let row = NewRow {
            id: &id,
            service: "practice",
            created_at: at,
            subject,
            template: Some("Phone number"),
            fields: vec!["Phone number"],
            began: Began::Organization,
            ttl_secs: 120,
        };
        history.insert(&row).unwrap();
        history.mark(&id, Milestone::Opened, at + 5_000).unwrap();
        history.mark(&id, Milestone::Ended(*outcome), at + 20_000).unwrap();
    }
}

/// One of the ten: a template, what the agent types, and what the customer does, field by field.
struct Call {
    template: &'static str,
    fields: &'static [(&'static str, &'static str)],
}

const CALLS: [Call; 7] = [
    Call { template: "email", fields: &[("anna@example.org", "Anna@Example.org")] },
    Call { template: "customer", fields: &[("K 229-7", "k2297")] },
    Call { template: "order", fields: &[("AB-1234", "ab 1234")] },
    Call { template: "phone", fields: &[("+49 30 901820", "0049 30 901820")] },
    Call { template: "phone", fields: &[("01 23 45 67 89", "+33123456789")] },
    Call { template: "customer", fields: &[("77", "77")] },
    Call { template: "order", fields: &[("ÀÉ-9", "àé9")] },
];

/// What the guide tells, by somebody who has just read it.
#[tokio::test(flavor = "multi_thread")]
async fn ten_verifications_a_failure_found_and_the_month_exported() {
    let stage = Stage::set("week");
    lived_through(
        &stage,
        &[
            (40, "Ticket 4001", Outcome::Matched),
            (8, "Ticket 4700", Outcome::Matched),
            (7, "Ticket 4711", Outcome::ValueRefused),
            (6, "Ticket 4712", Outcome::Expired),
        ],
    );
    let desk = Desk::enrolled(&stage).await;
    let phone = three_at_once(&desk, &stage).await;
    for call in &CALLS {
        verify(&desk, &phone, call).await;
    }
    phone.close().await;

    // Last week's failure.
    desk.click("tab-history").await;
    desk.wait_for_attribute("history-count", "data-count", "14").await;
    desk.click("history-filters").await;
    desk.click("history-outcome-value_refused").await;
    desk.wait_for_attribute("history-count", "data-count", "1").await;
    let row = desk.content("history-row").await;
    assert!(row.contains("Ticket 4711"), "{row}");
    assert!(desk.tells_the_day(now_ms() - 7 * DAY_MS).await, "{row}");
    desk.picture(&stage, "3-last-weeks-failure").await;
    desk.click("history-outcome-value_refused").await;
    desk.wait_for_attribute("history-count", "data-count", "14").await;

    // The last thirty days, as a table.
    desk.set_day("history-from", now_ms() - 30 * DAY_MS).await;
    desk.wait_for_attribute("history-count", "data-count", "13").await;
    desk.picture(&stage, "4-month").await;
    desk.click("export-csv").await;
    let path = desk.text("exported-path").await;
    let table = std::fs::read_to_string(path.trim()).unwrap();
    assert_eq!(table.lines().count(), 14, "{table}");
    assert!(table.contains("Ticket 4711") && !table.contains("Ticket 4001"), "{table}");
    assert!(!table.contains("901820") && !table.contains("anna"), "a value in the export");
    desk.close().await;
}

/// Three customers at once, each with the right code; the browser is handed on.
async fn three_at_once(desk: &Desk, stage: &Stage) -> Phone {
    let callers =
        [("06 12 34 56 78", "Ticket 4812"), ("06 12 34 56 79", "Anna"), ("06 12 34 56 80", "Order 77")];
    let mut phones = Vec::new();
    for (value, subject) in callers {
        desk.click("tab-start").await;
        let link = desk.start_phone(value, "organization", subject).await;
        let phone = Phone::open(stage, &link).await;
        phone.answer("organization", value).await;
        phones.push(phone);
    }
    let mut codes = Vec::new();
    for phone in &phones {
        codes.push(phone.passcode().await);
    }
    desk.picture(stage, "1-three-viewed").await;
    for (key, code) in ["1", "2", "3"].iter().zip(&codes) {
        desk.press(key).await;
        desk.wait_for_step("viewed", "now").await;
        desk.press("r").await;
        desk.find("passcode").await;
        assert_eq!(desk.passcode().await, *code, "the code of card {key}");
    }
    for phone in &phones {
        phone.tap("matches").await;
        phone.wait_for("confirmed").await;
    }
    for _ in 0..3 {
        desk.press("1").await;
        desk.wait_for_outcome("matched").await;
        desk.picture(stage, "2-matched").await;
        let card = desk.attribute("card", "data-session").await;
        desk.press_key(Key::Escape).await;
        desk.wait_until_other_card(card.as_deref()).await;
    }
    let last = phones.pop().unwrap();
    for phone in phones {
        phone.close().await;
    }
    last
}

async fn verify(desk: &Desk, phone: &Phone, call: &Call) {
    desk.click("tab-start").await;
    desk.click("template").await;
    desk.click(&format!("template-option-{}", call.template)).await;
    desk.click("began-recipient").await;
    for (place, (value, _)) in call.fields.iter().enumerate() {
        desk.type_into(&format!("value-{place}"), value).await;
    }
    desk.press_with_control("Enter").await;
    phone.go(&desk.link().await).await;
    phone.wait_for("ask").await;
    phone.answer("recipient", call.fields[0].1).await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.press("r").await;
    desk.find("passcode").await;
    assert_eq!(desk.passcode().await, shown, "{}", call.template);
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    desk.press_key(Key::Escape).await;
    desk.wait_until_gone("card").await;
}

/// A hundred thousand sessions: only the rows in sight are in the document, the keys go to both ends, a word finds one of them.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_history_is_at_hand() {
    const ROWS: i64 = 100_000;
    let stage = Stage::set("long-history");
    // The engine makes the file; the rows come in bulk, since one at a time each would wait for the disk.
    lived_through(&stage, &[]);
    let file = rusqlite::Connection::open(stage.app_folder().join("history.db")).unwrap();
    file.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO sessions (session_id, service, created_at, subject, template, fields, began, ttl_secs, ended_at, outcome)
         SELECT printf('%026d', i), 'practice', ?2 - (?1 - i) * 60000, 'Ticket ' || i, 'Phone number',
                json_array('Phone number'), 'recipient', 120, ?2 - (?1 - i) * 60000 + 20000, 'matched' FROM n",
        [ROWS, now_ms()],
    )
    .unwrap();
    drop(file);
    let desk = Desk::start(&stage).await;
    desk.click("tab-history").await;
    desk.wait_for_attribute("history-count", "data-count", "100000").await;
    let row = desk.content("history-row").await;
    assert!(row.contains("Ticket 100000"), "the newest stands first, not {row}");
    let drawn = desk.history().await.len();
    assert!(drawn < 60, "{drawn} rows are in the document");
    desk.click("history-row").await;
    for _ in 0..30 {
        desk.press_key(Key::PageDown).await;
    }
    wait_for_scroll(&desk).await;
    assert!(desk.history().await.len() < 60);
    desk.type_into("history-search", "Ticket 4711").await;
    // 4711, 47110 to 47119, and 14711 to 94711.
    desk.wait_for_attribute("history-count", "data-count", "20").await;
    desk.picture(&stage, "1-found").await;
    desk.close().await;
}

async fn wait_for_scroll(desk: &Desk) {
    for _ in 0..100 {
        if !desk.content("history-row").await.contains("Ticket 100000") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the list does not move");
}

/// A damaged history is kept aside, a new one begun, the user told; sessions run.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_history_is_kept_and_said() {
    let stage = Stage::set("damaged");
    lived_through(&stage, &[(1, "Ticket 1", Outcome::Matched)]);
    let path = stage.app_folder().join("history.db");
    std::fs::write(&path, b"no database, whatever the name says".repeat(400)).unwrap();
    for left in ["history.db-wal", "history.db-shm"] {
        let _ = std::fs::remove_file(stage.app_folder().join(left));
    }
    let desk = Desk::start(&stage).await;
    desk.find("warning-history_damaged").await;
    desk.picture(&stage, "1-said").await;
    let aside = || {
        let entries = std::fs::read_dir(stage.app_folder()).unwrap().flatten();
        entries.filter(|entry| entry.file_name().to_string_lossy().starts_with("history.damaged-")).count()
    };
    wait_for("the damaged file", || aside() == 1);
    desk.start_phone("(212) 555-2368", "organization", "Ticket 2").await;
    desk.press_key(Key::Escape).await;
    desk.wait_for_outcome("cancelled").await;
    assert_eq!(desk.history().await, ["cancelled"]);
    desk.close().await;
}
