//! Whole sessions, the good and the bad.

use crate::customer::Customer;
use crate::table::{self, PHONE, Table, request};
use countersign_agent::desktop::NoticeKind;
use countersign_agent::view::{HistoryQuery, HistoryRow, Outcome, Progress, RefusedCode};
use countersign_protocol::wire::VerdictState;
use countersign_protocol::{Began, Kind};
use reqwest::Method;

async fn last_row(table: &Table) -> HistoryRow {
    table.engine.history(HistoryQuery::default(), None, 1).await.unwrap().rows.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn both_sides_see_the_same_passcode_and_history_says_so() {
    let table = table::lay().await;
    let card = table.phone_session("Ticket 4812", Began::Organization).await;
    assert_eq!((card.initials.as_str(), card.progress), ("12", Progress::Waiting));
    let customer = Customer::with(card.url.as_deref().unwrap());

    let opened = customer.open().await.unwrap();
    table.session(&card.id, |card| card.progress == Progress::Opened).await;
    let confirmed =
        customer.answer(opened, Kind::Phone, "+1 202-555-0143", Began::Organization).await.unwrap();
    table.session(&card.id, |card| card.progress == Progress::Confirmed).await;

    // Before the recipient has seen it there is nothing to reveal.
    let early = table.engine.reveal(card.id.clone()).await.err().unwrap();
    assert_eq!(early.code, RefusedCode::NotViewed);
    customer.viewed(&confirmed).await;
    table.session(&card.id, |card| card.allowed.reveal).await;
    let revealed = table.engine.reveal(card.id.clone()).await.ok().unwrap();
    assert_eq!(revealed.passcode.as_str(), confirmed.passcode().expose());
    customer.say(true, false).await;
    table.session(&card.id, |card| card.outcome == Some(Outcome::Matched)).await;

    let row = last_row(&table).await;
    assert_eq!((row.outcome, row.subject.as_str()), (Some(Outcome::Matched), "Ticket 4812"));
    assert!(row.opened_at.is_some() && row.viewed_at.is_some() && row.revealed_at.is_some());
    assert_eq!(table.desktop.told(), [NoticeKind::RevealUnlocked]);
    assert!(table.engine.recreate(card.id).await.is_err(), "nothing to redo after a match");
}

/// Whoever says that the codes match before the agent could say one has compared with nobody.
#[tokio::test(flavor = "multi_thread")]
async fn a_match_before_the_code_was_revealed_is_none() {
    let table = table::lay().await;
    let card = table.phone_session("", Began::Organization).await;
    let customer = Customer::with(card.url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    let confirmed =
        customer.answer(opened, Kind::Phone, "+1 202-555-0143", Began::Organization).await.unwrap();
    customer.viewed(&confirmed).await;
    table.session(&card.id, |card| card.allowed.reveal).await;
    customer.say(true, false).await;
    let over = table.session(&card.id, |card| card.outcome.is_some()).await;
    assert_eq!(over.outcome, Some(Outcome::Tampered));
    assert_eq!(table.desktop.told(), [NoticeKind::RevealUnlocked, NoticeKind::Mismatched]);
    assert!(over.allowed.recreate && table.engine.reveal(card.id).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_ends_it_and_recreate_asks_again() {
    let table = table::lay().await;
    let card = table.phone_session("", Began::Recipient).await;
    let customer = Customer::with(card.url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    assert!(customer.answer(opened, Kind::Phone, "+1 202-555-0144", Began::Recipient).await.is_none());
    table.session(&card.id, |card| card.outcome == Some(Outcome::ValueRefused)).await;
    assert_eq!(table.desktop.told(), [NoticeKind::ValueRefused]);
    assert!(table.engine.reveal(card.id.clone()).await.is_err());
    let verdict = customer.call::<VerdictState>(Method::GET, "verdict", &()).await.unwrap();
    assert_eq!(verdict, VerdictState::Refused);

    let again = table.engine.recreate(card.id.clone()).await.unwrap();
    let new = table.session(&again, |_| true).await;
    assert_ne!(new.url, card.url);
    assert_eq!(new.colour, card.colour, "the same conversation keeps its colour");
    let customer = Customer::with(new.url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    assert!(customer.answer(opened, Kind::Phone, PHONE, Began::Recipient).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_disagrees_on_who_began_is_told_of_a_relay() {
    let table = table::lay().await;
    let card = table.phone_session("", Began::Recipient).await;
    let customer = Customer::with(card.url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    assert!(customer.answer(opened, Kind::Phone, PHONE, Began::Organization).await.is_none());
    let card = table.session(&card.id, |card| card.outcome == Some(Outcome::RelaySuspected)).await;
    assert!(!card.allowed.recreate);
    assert_eq!(table.desktop.told(), [NoticeKind::RelaySuspected]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_opener_gets_nothing_and_the_agent_is_alarmed() {
    let table = table::lay().await;
    let card = table.phone_session("", Began::Organization).await;
    let (first, second) =
        (Customer::with(card.url.as_deref().unwrap()), Customer::with(card.url.as_deref().unwrap()));
    let opened = first.open().await.unwrap();
    assert_eq!(second.open().await.err().map(|status| status.as_u16()), Some(404));
    table.session(&card.id, |card| card.open_refused == 1).await;
    assert_eq!(table.desktop.told(), [NoticeKind::LinkTriedAgain]);
    assert!(first.answer(opened, Kind::Phone, PHONE, Began::Organization).await.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn three_at_once_stay_apart() {
    let table = table::lay().await;
    let mut cards = Vec::new();
    for subject in ["Anna", "Bo Li", "Ticket 77"] {
        cards.push(table.phone_session(subject, Began::Organization).await);
    }
    let marks: Vec<_> = cards.iter().map(|card| (card.initials.as_str(), card.colour)).collect();
    assert_eq!(marks, [("A", 0), ("BL", 1), ("77", 2)]);
    let customer = Customer::with(cards[1].url.as_deref().unwrap());
    let opened = customer.open().await.unwrap();
    assert!(customer.answer(opened, Kind::Phone, "+12025550144", Began::Organization).await.is_none());
    let view = table.until(|view| view.sessions[1].outcome.is_some()).await;
    let outcomes: Vec<_> = view.sessions.iter().map(|session| session.outcome).collect();
    assert_eq!(outcomes, [None, Some(Outcome::ValueRefused), None]);
    // The colour of a closed card is free again.
    table.engine.dismiss(cards[1].id.clone()).await.unwrap();
    let mut colours = vec![0, 2];
    for _ in 0..6 {
        colours.push(table.phone_session("", Began::Organization).await.colour);
    }
    colours.sort_unstable();
    assert_eq!(colours, (0..8).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_refused_and_nothing_starts() {
    let table = table::lay().await;
    for (kind, value, code) in [
        (Kind::Phone, "", RefusedCode::ValueEmpty),
        (Kind::Number, "twelve", RefusedCode::ValueNotOfKind),
        (Kind::Text, "a\u{7}b", RefusedCode::ValueControlCharacter),
        (Kind::Text, &"x".repeat(129), RefusedCode::ValueTooLong),
    ] {
        let refused =
            table.engine.start(request(None, "", kind, value, Began::Recipient)).await.err().unwrap();
        assert_eq!((refused.code, refused.field), (code, Some(0)), "{value}");
        assert!(value.is_empty() || !refused.message.contains(value), "a refusal never spells the value");
    }
    let mut long = request(None, "", Kind::Text, "x", Began::Recipient);
    long.ttl_secs = 901;
    assert!(table.engine.start(long).await.is_err());
    assert_eq!(table.engine.history(HistoryQuery::default(), None, 10).await.unwrap().rows, []);
    assert!(table.engine.view().await.unwrap().sessions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn quitting_calls_live_sessions_off() {
    let mut table = table::lay().await;
    let card = table.phone_session("", Began::Organization).await;
    let customer = Customer::with(card.url.as_deref().unwrap());
    table.start_again().await;
    assert!(customer.open().await.is_err());
    assert_eq!(last_row(&table).await.outcome, Some(Outcome::Cancelled));
}
