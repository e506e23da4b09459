//! Without a pointer: from the question to the end by the keyboard alone, by link and by session number, shown and typed. What has
//! the focus can be seen at every stop.

use crate::browser::{Browser, Driver, Engine};
use crate::seat;
use crate::states::network;
use crate::table::PHONE;
use countersign_agent::view::Outcome;
use serde_json::json;
use thirtyfour::Key;

/// So many stops at most from one place to another.
const STOPS: usize = 20;

const FOCUS: &str = "const e = document.activeElement;
    return [e.dataset.testid ?? e.id, e.matches('h1, body') || getComputedStyle(e).outlineStyle !== 'none']";

#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_leads_from_the_question_to_the_end() {
    let (mut table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let browser = driver.open("en").await;
    let asking = seat::ask(&table, false).await;
    browser.go(&asking.link).await;
    browser.find("began-organization").await;
    to(&browser, "began-organization").await;
    browser.picture("keyboard-1-ask").await;
    press(&browser, Key::Enter).await;
    the_phone(&browser).await;
    assert_eq!(browser.passcode().await, asking.revealed(&table).await);
    to(&browser, "matches").await;
    browser.picture("keyboard-2-passcode").await;
    press(&browser, ' ').await;
    browser.wait_for("confirmed").await;
    asking.ends(&table, Outcome::Matched).await;

    // From the number that was told, and with the code to be typed.
    table.administer(&["org", "policy", "demo", "--compare", "typed"]);
    table.start_again().await;
    let asking = seat::ask(&table, false).await;
    browser.go(asking.link.rsplit_once('/').unwrap().0).await;
    browser.find("number").await;
    to(&browser, "number").await;
    type_in(&browser, &asking.number).await;
    press(&browser, Key::Enter).await;
    browser.find("began-organization").await;
    to(&browser, "began-organization").await;
    press(&browser, ' ').await;
    the_phone(&browser).await;
    browser.wait_for("passcode").await;
    let code = asking.revealed(&table).await;
    to(&browser, "typed-code").await;
    type_in(&browser, &code).await;
    press(&browser, Key::Enter).await;
    browser.wait_for("confirmed").await;
    asking.ends(&table, Outcome::Matched).await;
    browser.close().await;
}

/// The first heading needs no focus where the browser has just said the title. Where the page comes so late that the reader has gone on,
/// it is said like every other.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_comes_late_says_where_the_reader_is() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let browser = driver.open("en").await;
    let asking = seat::ask(&table, false).await;
    browser.developer("Network.enable", json!({})).await;
    for (latency_ms, focus) in [(0, "BODY"), (2000, "H1")] {
        network(&browser, false, latency_ms).await;
        browser.go(&asking.link).await;
        browser.find("began-organization").await;
        browser.wait_until("what has the focus", "return document.activeElement.tagName", focus).await;
    }
    browser.close().await;
}

/// The step's heading has the focus, so that it is read out; the field is the next stop.
async fn the_phone(browser: &Browser) {
    browser.wait_for("field").await;
    browser.wait_until("what has the focus", "return document.activeElement.tagName", "H1").await;
    to(browser, "field-0").await;
    type_in(browser, PHONE).await;
    browser.wait_until_read().await;
    press(browser, Key::Enter).await;
}

/// Goes from stop to stop until this one has the focus.
async fn to(browser: &Browser, hook: &str) {
    for _ in 0..STOPS {
        press(browser, Key::Tab).await;
        let focus = browser.evaluate(FOCUS).await;
        assert_eq!(focus[1], true, "nothing shows that {} has the focus", focus[0]);
        if focus[0] == hook {
            return;
        }
    }
    panic!("{hook} is not reached in {STOPS} stops");
}

async fn press(browser: &Browser, key: impl Into<thirtyfour::TypingData>) {
    type_in(browser, key).await;
}

async fn type_in(browser: &Browser, keys: impl Into<thirtyfour::TypingData>) {
    browser.web.action_chain().send_keys(keys).perform().await.unwrap();
}
