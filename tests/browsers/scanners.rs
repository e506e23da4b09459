//! Programs that load a link before its reader does, in a real browser (`docs/threat-model.md`, 12 and 13). Those that only send
//! requests are in `crates/service/tests/http_flow.rs`.

use crate::browser::{Driver, Engine};
use crate::seat;
use crate::table::PHONE;
use countersign_agent::desktop::NoticeKind;
use countersign_agent::view::{Outcome, Progress};
use std::time::Duration;
use thirtyfour::By;

/// One that loads the page and runs its scripts for as long as they like, scrolls and moves the pointer: nothing is spent.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_runs_the_scripts_spends_nothing() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let scanner = driver.open("en").await;
    let asking = seat::ask(&table, true).await;
    scanner.go(&asking.link).await;
    scanner.find("began-organization").await;
    scanner.evaluate("scrollTo(0, document.body.scrollHeight)").await;
    let movement = serde_json::json!({ "type": "mouseMoved", "x": 180, "y": 400 });
    scanner.developer("Input.dispatchMouseEvent", movement).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let now = table.session(&asking.card.id, |_| true).await;
    assert_eq!((now.progress, now.open_refused), (Progress::Waiting, 0));
    scanner.close().await;

    let customer = driver.open("en").await;
    customer.go(&asking.link).await;
    customer.tap("began-organization").await;
    assert_eq!(customer.passcode().await, asking.revealed(&table).await);
    customer.tap("matches").await;
    asking.ends(&table, Outcome::Matched).await;
    customer.close().await;
}

/// One that presses the first button it finds becomes the recipient: it gets no further, the customer is told that the link is not
/// valid, the agent is alarmed when the customer tries, and a new link helps.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_presses_buttons_is_noticed() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let scanner = driver.open("en").await;
    let asking = seat::ask(&table, false).await;
    scanner.go(&asking.link).await;
    scanner.find("began-organization").await;
    scanner.web.find(By::Css("button")).await.unwrap().click().await.unwrap();
    table.session(&asking.card.id, |card| card.progress == Progress::Opened).await;
    scanner.wait_for("field").await;
    scanner.tap("check").await;
    let stuck = table.session(&asking.card.id, |_| true).await;
    assert_eq!(stuck.progress, Progress::Opened, "without a value there is no guess");
    scanner.picture("scanner-presses").await;

    let customer = driver.open("en").await;
    customer.go(&asking.link).await;
    customer.tap("began-organization").await;
    customer.wait_for("invalid").await;
    customer.picture("scanner-customer").await;
    table.session(&asking.card.id, |card| card.open_refused == 1).await;
    assert!(table.desktop.told().contains(&NoticeKind::LinkTriedAgain));

    let again = table.engine.recreate(asking.card.id.clone()).await.unwrap();
    let card = table.session(&again, |card| card.url.is_some()).await;
    customer.go(card.url.as_deref().unwrap()).await;
    customer.tap("began-organization").await;
    customer.wait_for("field").await;
    customer.type_into("field-0", PHONE).await;
    customer.tap("check").await;
    customer.passcode().await;
    customer.close().await;
    scanner.close().await;
}

/// A prefilled link holds the value too. One that goes on pressing whatever comes first is shown the code, and says that it matches
/// although nobody has said it: that is no match, the agent is alarmed, and a new link helps.
#[tokio::test(flavor = "multi_thread")]
async fn a_scanner_that_presses_through_a_prefilled_link_confirms_nothing() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let scanner = driver.open("en").await;
    let asking = seat::ask(&table, true).await;
    scanner.go(&asking.link).await;
    scanner.find("began-organization").await;
    scanner.web.find(By::Css("button")).await.unwrap().click().await.unwrap();
    scanner.passcode().await;
    table.session(&asking.card.id, |card| card.allowed.reveal).await;
    scanner.web.find(By::Css("button")).await.unwrap().click().await.unwrap();
    scanner.wait_for("confirmed").await;
    let over = table.session(&asking.card.id, |card| card.outcome.is_some()).await;
    assert_eq!(over.outcome, Some(Outcome::Tampered));
    assert!(table.desktop.told().contains(&NoticeKind::Mismatched));
    scanner.close().await;

    let customer = driver.open("en").await;
    customer.go(&asking.link).await;
    customer.tap("began-organization").await;
    customer.wait_for("invalid").await;
    let again = table.engine.recreate(asking.card.id.clone()).await.unwrap();
    let card = table.session(&again, |card| card.url.is_some()).await;
    customer.go(card.url.as_deref().unwrap()).await;
    customer.tap("began-organization").await;
    customer.wait_for("field").await;
    customer.close().await;
}
