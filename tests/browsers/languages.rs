//! In each engine a customer comes to the end in each language, by link, by prefilled link and by session number.

use crate::browser::{Browser, Driver, Engine};
use crate::seat::{self, Asking};
use crate::table::{PHONE, Table};
use countersign_agent::view::Outcome;

const LANGUAGES: [&str; 6] = ["en", "fr", "de", "es", "pt", "ar"];

#[tokio::test(flavor = "multi_thread")]
async fn chromium_comes_to_the_end_in_every_language_and_every_way() {
    run(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_comes_to_the_end_in_every_language_and_every_way() {
    run(Engine::WebKit).await;
}

async fn run(engine: Engine) {
    let (table, driver) = (seat::take().await, Driver::start(engine));
    for language in LANGUAGES {
        let browser = driver.open(language).await;
        by_link(&table, &browser, language).await;
        by_prefilled_link(&table, &browser, language).await;
        by_number(&table, &browser, language).await;
        browser.close().await;
    }
}

async fn by_link(table: &Table, browser: &Browser, language: &str) {
    let asking = seat::ask(table, false).await;
    browser.go(&asking.link).await;
    browser.wait_for_question(language).await;
    browser.picture(&format!("{language}-1-ask")).await;
    browser.tap("began-organization").await;
    browser.wait_for("field").await;
    browser.type_into("field-0", PHONE).await;
    browser
        .wait_until("the reading", "return document.querySelector('#reading-0').dataset.tone", "good")
        .await;
    browser.picture(&format!("{language}-2-field")).await;
    browser.tap("check").await;
    finish(table, browser, &asking, &format!("{language}-3")).await;
}

async fn by_prefilled_link(table: &Table, browser: &Browser, language: &str) {
    let asking = seat::ask(table, true).await;
    browser.go(&asking.link).await;
    browser.wait_for_question(language).await;
    assert_eq!(Some(browser.address().await), asking.card.url, "the value is in the address bar");
    browser.tap("began-organization").await;
    finish(table, browser, &asking, &format!("{language}-4-prefilled")).await;
}

async fn by_number(table: &Table, browser: &Browser, language: &str) {
    let asking = seat::ask(table, false).await;
    let (organization, _) = asking.link.rsplit_once('/').unwrap();
    browser.go(organization).await;
    browser.type_into("number", &asking.number).await;
    browser.picture(&format!("{language}-5-number")).await;
    browser.tap("number-go").await;
    browser.wait_for_question(language).await;
    assert_eq!(browser.address().await, asking.link);
    browser.tap("began-organization").await;
    browser.wait_for("field").await;
    browser.type_into("field-0", PHONE).await;
    browser.tap("check").await;
    finish(table, browser, &asking, &format!("{language}-6-number")).await;
}

/// From the code on the page to the end on both sides.
async fn finish(table: &Table, browser: &Browser, asking: &Asking, picture: &str) {
    let shown = browser.passcode().await;
    assert_eq!(asking.revealed(table).await, shown);
    browser.picture(&format!("{picture}-passcode")).await;
    browser.tap("matches").await;
    browser.wait_for("confirmed").await;
    asking.ends(table, Outcome::Matched).await;
}
