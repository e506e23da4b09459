//! Browsers that cannot: without JavaScript, or too old. The page says so, spends nothing, and another browser finishes.

use crate::browser::{Browser, Driver, Engine};
use crate::seat::{self, Asking};
use crate::table::{PHONE, Table};
use countersign_agent::view::{Outcome, Progress};
use serde_json::json;
use thirtyfour::By;

/// What an old browser may lack, and how to be without it.
const MISSING: [(&str, &str); 10] = [
    ("BigInt", "delete window.BigInt"),
    ("getRandomValues", "delete Crypto.prototype.getRandomValues"),
    ("fetch", "delete window.fetch"),
    ("AbortController", "delete window.AbortController"),
    ("TextEncoder", "delete window.TextEncoder"),
    ("PluralRules", "delete Intl.PluralRules"),
    ("normalize", "delete String.prototype.normalize"),
    ("getBigUint64", "delete DataView.prototype.getBigUint64"),
    // The driver needs it too, once the page is there.
    (
        "hasOwn",
        "const { hasOwn } = Object; delete Object.hasOwn; addEventListener('load', () => { Object.hasOwn = hasOwn; })",
    ),
    ("at", "delete Array.prototype.at"),
];

#[tokio::test(flavor = "multi_thread")]
async fn without_javascript_the_page_says_what_is_needed() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let browser = driver.open("en").await;
    let asking = seat::ask(&table, false).await;
    browser.developer("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    browser.go(&asking.link).await;
    let headings = browser.web.find_all(By::Css("noscript h1")).await.unwrap();
    assert_eq!(headings.len(), 6, "one a language");
    for heading in &headings {
        assert!(heading.is_displayed().await.unwrap());
    }
    assert!(headings[0].text().await.unwrap().contains("JavaScript"));
    assert!(browser.web.find_all(By::Css("button")).await.unwrap().is_empty());
    browser.picture("closed-no-javascript").await;
    is_waiting(&table, &asking).await;
    browser.developer("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await;
    finishes(&table, &browser, &asking).await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_too_old_is_told_so() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let asking = seat::ask(&table, true).await;
    for (place, (name, without)) in MISSING.into_iter().enumerate() {
        let browser = driver.open(["en", "fr", "ar"][place % 3]).await;
        browser.developer("Page.addScriptToEvaluateOnNewDocument", json!({ "source": without })).await;
        browser.go(&asking.link).await;
        browser.wait_for("unsupported").await;
        let message = browser.web.find(By::Css("[data-message=unsupported]")).await.unwrap();
        let headings = message.find_all(By::Css("h1")).await.unwrap();
        let mut displayed = 0;
        for heading in headings {
            displayed += usize::from(heading.is_displayed().await.unwrap());
        }
        assert_eq!(displayed, 1, "{name}: one language speaks");
        assert!(browser.web.find_all(By::Css("button")).await.unwrap().is_empty(), "{name}");
        assert_eq!(
            Some(browser.address().await),
            asking.card.url,
            "{name}: the value leaves the address bar all the same"
        );
        if place < 3 {
            browser.picture(&format!("closed-{name}")).await;
        }
        browser.close().await;
    }
    is_waiting(&table, &asking).await;
    let browser = driver.open("en").await;
    finishes(&table, &browser, &asking).await;
    browser.close().await;
}

/// A document that was cut off on the way says so, in the reader's language, and is whole after a reload.
#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_did_not_arrive_says_so() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let browser = driver.open("de").await;
    let asking = seat::ask(&table, false).await;
    browser.developer("Network.enable", json!({})).await;
    browser.developer("Network.setBlockedURLs", json!({ "urls": ["*/assets/de-*.js*"] })).await;
    browser.go(&asking.link).await;
    let hidden = "return String(document.querySelector('[data-message=incomplete]').hidden)";
    browser.wait_until("whether the message is hidden", hidden, "false").await;
    browser.picture("closed-incomplete").await;
    is_waiting(&table, &asking).await;
    browser.developer("Network.setBlockedURLs", json!({ "urls": [] })).await;
    browser.web.refresh().await.unwrap();
    browser.wait_for_question("de").await;
    browser.close().await;
}

async fn is_waiting(table: &Table, asking: &Asking) {
    let now = table.session(&asking.card.id, |_| true).await;
    assert_eq!((now.progress, now.open_refused), (Progress::Waiting, 0));
}

async fn finishes(table: &Table, browser: &Browser, asking: &Asking) {
    browser.go(&asking.link).await;
    browser.tap("began-organization").await;
    if !asking.card.prefill {
        browser.wait_for("field").await;
        browser.type_into("field-0", PHONE).await;
        browser.tap("check").await;
    }
    assert_eq!(browser.passcode().await, asking.revealed(table).await);
    browser.tap("matches").await;
    asking.ends(table, Outcome::Matched).await;
}
