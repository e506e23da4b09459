//! What changes while an engine runs: the organization's name and policy, the disk, the keyring, another program's shortcut; and what
//! is pressed twice.

use crate::between::Lies;
use crate::customer::Customer;
use crate::table::{self, PHONE, Table, request};
use countersign_agent::view::{
    Connection, HistoryQuery, Integrity, Outcome, Preferences, Refused, RefusedCode, View, Warning,
};
use countersign_protocol::{Began, Kind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

async fn start(table: &Table) -> Result<String, Refused> {
    let request = request(Some("phone"), "Ticket 4812", Kind::Phone, PHONE, Began::Organization);
    table.engine.start(request).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_profile_refuses_one_start_and_leaves_live_sessions_alone() {
    let table = table::lay().await;
    let card = table.phone_session("", Began::Organization).await;
    let customer = Customer::with(card.url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    let confirmed =
        customer.answer(opened, Kind::Phone, "+1 202-555-0143", Began::Organization).await.unwrap();
    customer.viewed(&confirmed).await;
    table.session(&card.id, |card| card.allowed.reveal).await;

    table.administer(&["org", "edit", "demo", "--name", "Demo and Daughters"]);
    let refused = start(&table).await.unwrap_err();
    assert!(refused.message.contains("Start the session again"), "{refused:?}");
    start(&table).await.unwrap();
    let named =
        |view: &View| view.identity.as_ref().is_some_and(|who| who.organization == "Demo and Daughters");
    table.until(named).await;

    // It was told of its answer once, and not again from the beginning.
    let revealed = table.engine.reveal(card.id.clone()).await.ok().unwrap();
    assert_eq!(revealed.passcode.as_str(), confirmed.passcode().expose());
    customer.say(true, false).await;
    let ended = table.session(&card.id, |card| card.outcome.is_some()).await;
    assert_eq!(ended.outcome, Some(Outcome::Matched));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_policy_refuses_one_start() {
    let table = table::lay().await;
    table.administer(&["org", "policy", "demo", "--passcode-digits", "8"]);
    assert_eq!(start(&table).await.unwrap_err().code, RefusedCode::OutOfPolicy);
    let card = table.phone_session("", Began::Organization).await;
    let customer = Customer::with(card.url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    let confirmed =
        customer.answer(opened, Kind::Phone, "+1 202-555-0143", Began::Organization).await.unwrap();
    assert_eq!(confirmed.passcode().expose().len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_recreated_twice_at_once_is_recreated_once() {
    let table = table::lay().await;
    let first = start(&table).await.unwrap();
    let again = || table.engine.recreate(first.clone());
    let (one, other) = tokio::join!(again(), again());
    let made: Vec<_> = [one, other].into_iter().filter_map(Result::ok).collect();
    let view = table.engine.view().await.unwrap();
    assert_eq!(view.sessions.iter().map(|session| session.id.clone()).collect::<Vec<_>>(), made);
    // All but the one on the table are called off at the service.
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        let listed = table.administer(&["audit", "list", "--org", "demo", "--json"]);
        let ended: Vec<_> = listed
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["outcome"].is_string())
            .collect();
        if ended.iter().filter(|ended| !**ended).count() == 1 && ended.len() >= 2 {
            break;
        }
        assert!(Instant::now() < until, "{listed}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_history_does_not_take_is_written_later_and_the_warning_goes() {
    let table = table::lay().await;
    let card = table.phone_session("", Began::Organization).await;
    let disk = rusqlite::Connection::open(table.folder.path().join("agent/history.db")).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE (ABORT, 'the disk is full'); END",
    )
    .unwrap();
    table.engine.cancel(card.id.clone()).await.unwrap();
    let warned = |view: &View| view.warnings.contains(&Warning::HistoryUnavailable);
    table.until(warned).await;
    let outcome =
        async || table.engine.history(HistoryQuery::default(), None, 1).await.unwrap().rows.remove(0).outcome;
    assert_eq!(outcome().await, None);

    // By itself, without anything else to write.
    disk.execute_batch("DROP TRIGGER full").unwrap();
    table.until(|view| !warned(view)).await;
    assert_eq!(outcome().await, Some(Outcome::Cancelled));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_the_keyring_keeps_takes_back_what_was_said_of_the_keyring() {
    let table = table::lay().await;
    let link = || table.administer(&["agent", "add", "--org", "demo", "--name", "Sam"]).trim().to_owned();
    let warned = |view: &View| view.warnings.contains(&Warning::KeyringUnavailable);
    table.keyring.locked.store(true, Ordering::SeqCst);
    table.engine.enroll(link().into()).await.unwrap();
    table.until(warned).await;
    table.keyring.locked.store(false, Ordering::SeqCst);
    table.engine.enroll(link().into()).await.unwrap();
    table.until(|view| !warned(view)).await;
}

/// The link of a session leads to the origin and the handle that the exchange is about, and nowhere else.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_with_another_link_is_not_started() {
    let mut table = table::lay().await;
    let lies = Arc::new(Lies::default());
    table.stand_between(lies.clone()).await;
    for lie in [("/demo/", "/evil/"), ("\"number\":", "\"numbar\":")] {
        *lies.replace.lock().unwrap() = Some(lie);
        let refused = start(&table).await.unwrap_err();
        assert!(lies.told.swap(false, Ordering::SeqCst), "{lie:?} {refused:?}");
    }
    *lies.replace.lock().unwrap() = None;
    assert!(table.engine.view().await.unwrap().sessions.is_empty());
    start(&table).await.unwrap();
    ended(&table, 2).await;
}

/// A start that the service took and nobody heard of leaves no session that only a stranger could open.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_whose_answer_is_lost_is_called_off() {
    let mut table = table::lay().await;
    let lies = Arc::new(Lies::default());
    table.stand_between(lies.clone()).await;
    *lies.lost.lock().unwrap() = Some("POST /api/v1/sessions ");
    let refused = start(&table).await.unwrap_err();
    assert_eq!(refused.code, RefusedCode::Offline, "{refused:?}");
    assert!(lies.told.load(Ordering::SeqCst));
    ended(&table, 1).await;
}

/// Waits until so many sessions have been called off at the service.
async fn ended(table: &Table, sessions: usize) {
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        let list = table.administer(&["audit", "list", "--org", "demo"]);
        if list.matches("cancelled").count() == sessions {
            return;
        }
        assert!(Instant::now() < until, "{list}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// At login a keyring may start, or be unlocked, after us.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_is_late_is_found() {
    let mut table = table::lay().await;
    let link = table.administer(&["agent", "add", "--org", "demo", "--name", "Sam"]).trim().to_owned();
    table.engine.enroll(link.into()).await.unwrap();
    let ours = |view: &View| view.identity.as_ref().is_some_and(|identity| identity.agent == "Sam");
    let closed = |view: &View| view.warnings.contains(&Warning::KeyringClosed);
    table.until(ours).await;
    let card = table.phone_session("", Began::Organization).await;
    table.engine.cancel(card.id).await.unwrap();
    let keyring = table.keyring.clone();

    // One that does not answer is asked until it does, and history is sealed with what it has.
    keyring.absent.store(true, Ordering::SeqCst);
    table.start_again_unknown().await;
    let without = table.until(closed).await;
    assert_eq!((without.connection, without.identity), (Connection::Unauthorized, None));
    assert_eq!(table.engine.verify_history().await.unwrap(), Integrity::KeyUnavailable);
    keyring.absent.store(false, Ordering::SeqCst);
    assert!(!closed(&table.until(ours).await));
    let card = table.phone_session("", Began::Organization).await;
    table.engine.cancel(card.id).await.unwrap();
    let whole = Integrity::Whole { records: 2, unsealed: 0 };
    assert_eq!(table.engine.verify_history().await.unwrap(), whole);

    // One that is locked asks the user: once, and again when the user wants it.
    keyring.locked.store(true, Ordering::SeqCst);
    table.start_again_unknown().await;
    table.until(closed).await;
    tokio::time::sleep(Duration::from_secs(3)).await;
    let asked = keyring.asked.load(Ordering::SeqCst);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(keyring.asked.load(Ordering::SeqCst), asked);
    table.engine.ask_keyring().await.unwrap();
    assert!(closed(&table.until(|_| keyring.asked.load(Ordering::SeqCst) == asked + 2).await));
    keyring.locked.store(false, Ordering::SeqCst);
    // Not put while the answer to the one before is on its way.
    let found = async {
        while !ours(&table.engine.view().await.unwrap()) {
            table.engine.ask_keyring().await.unwrap();
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.unwrap();
    assert!(!closed(&table.engine.view().await.unwrap()));
    assert_eq!(table.engine.verify_history().await.unwrap(), whole);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shortcut_that_another_program_has_taken_does_not_stand_in_the_way_of_other_settings() {
    let table = table::lay().await;
    let preferences = table.engine.view().await.unwrap().preferences;
    preferences.shortcut.clone_into(&mut table.desktop.taken.lock().unwrap());
    table.engine.set_preferences(Preferences { ttl_secs: 300, ..preferences.clone() }).await.unwrap();
    let kept = table.until(|view| view.preferences.ttl_secs == 300).await.preferences;
    assert_eq!(kept.shortcut, preferences.shortcut);

    // One that is asked for anew and cannot be had is still refused.
    "Ctrl+Alt+K".clone_into(&mut table.desktop.taken.lock().unwrap());
    let wanted = Preferences { shortcut: "Ctrl+Alt+K".into(), ..kept };
    assert_eq!(table.engine.set_preferences(wanted).await.unwrap_err().code, RefusedCode::Shortcut);
    assert_eq!(table.engine.view().await.unwrap().preferences.shortcut, preferences.shortcut);
}
