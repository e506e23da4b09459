//! What a page remembers: nothing. Back, reload, a second tab and pages kept alive show no code again; nothing is stored.

use crate::browser::{Browser, Driver, Engine};
use crate::seat::{self, Asking};
use crate::table::{PHONE, Table};
use countersign_agent::desktop::NoticeKind;
use countersign_agent::view::Outcome;
use thirtyfour::By;

/// What there is in the browser's own stores for this origin, by their own interfaces.
const STORED: &str = "const done = arguments[0];
    Promise.all([
      document.cookie, Object.keys(localStorage), Object.keys(sessionStorage),
      'databases' in indexedDB ? indexedDB.databases() : [],
      'caches' in window ? caches.keys() : [],
      navigator.serviceWorker ? navigator.serviceWorker.getRegistrations().then((all) => all.map(String)) : [],
      history.state,
    ]).then((stored) => done(JSON.stringify(stored)), (error) => done(String(error)))";

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_no_code_again_and_keeps_nothing() {
    run(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_shows_no_code_again_and_keeps_nothing() {
    run(Engine::WebKit).await;
}

async fn run(engine: Engine) {
    let (table, driver) = (seat::take().await, Driver::start(engine));
    let browser = driver.open("en").await;
    stores_nothing(&table, &browser).await;
    back_reload_and_kept_alive(&table, &browser).await;
    a_second_tab(&table, &browser).await;
    browser.close().await;
}

/// Up to the code on the page.
async fn shown(table: &Table, browser: &Browser) -> (Asking, String) {
    let asking = seat::ask(table, false).await;
    browser.go(&asking.link).await;
    browser.tap("began-organization").await;
    browser.wait_for("field").await;
    browser.type_into("field-0", PHONE).await;
    // How it is understood is spoken when the typing pauses.
    let spoken = "return String(document.querySelector('[role=status]').textContent !== '')";
    browser.wait_until("whether the reading is spoken", spoken, "true").await;
    browser.tap("check").await;
    let code = browser.passcode().await;
    assert!(!digits(&browser.words().await).contains(&digits(PHONE)), "the value is still on the page");
    (asking, code)
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

async fn there_is_something_to_read(browser: &Browser) {
    let script =
        "return String(document.querySelector('[data-testid=\"began-organization\"], main h1') !== null)";
    browser.wait_until("whether there is something to read", script, "true").await;
}

/// The link is used up: the question may be asked again, but no answer leads anywhere, and the code is nowhere.
async fn is_used_up(browser: &Browser, code: &str) {
    there_is_something_to_read(browser).await;
    if browser.web.find(By::Css("[data-testid=\"began-organization\"]")).await.is_ok() {
        browser.tap("began-organization").await;
    }
    browser.wait_for("invalid").await;
    let page = browser.web.source().await.unwrap();
    let (typed, shown) = (digits(PHONE), digits(&browser.words().await));
    assert!(!shown.contains(code) && !page.contains(code), "the code is there again");
    assert!(
        !page.contains(PHONE) && !page.contains(&typed) && !shown.contains(&typed),
        "the value is there again"
    );
}

/// The fragment leaves the address and the history entry at once, and does not come back; nothing is stored at any step.
async fn stores_nothing(table: &Table, browser: &Browser) {
    const NOTHING: &str = "[\"\",[],[],[],[],[],null]";
    let stored = async || {
        let found = browser.web.execute_async(STORED, vec![]).await.unwrap();
        found.json().as_str().unwrap().to_owned()
    };
    let asking = seat::ask(table, true).await;
    browser.go(&asking.link).await;
    browser.find("began-organization").await;
    assert_eq!(Some(browser.address().await), asking.card.url);
    assert_eq!(browser.evaluate("return location.href.includes('#')").await, false);
    assert_eq!(stored().await, NOTHING);
    browser.tap("began-organization").await;
    browser.passcode().await;
    assert_eq!(stored().await, NOTHING);
    asking.revealed(table).await;
    browser.tap("matches").await;
    browser.wait_for("confirmed").await;
    assert_eq!(stored().await, NOTHING);
    asking.ends(table, Outcome::Matched).await;
    browser.go("about:blank").await;
    browser.web.back().await.unwrap();
    // Loaded anew it asks its question; kept alive, as WebKit does, it says that the link is used up.
    there_is_something_to_read(browser).await;
    assert_eq!(Some(browser.address().await), asking.card.url, "the value is in the history");
}

async fn back_reload_and_kept_alive(table: &Table, browser: &Browser) {
    let (_, code) = shown(table, browser).await;
    browser.go("about:blank").await;
    browser.web.back().await.unwrap();
    is_used_up(browser, &code).await;
    browser.picture("memory-back").await;

    let (_, code) = shown(table, browser).await;
    browser.web.refresh().await.unwrap();
    is_used_up(browser, &code).await;

    // What a browser does with a page that it kept alive, whether this one keeps such pages or not.
    let (_, code) = shown(table, browser).await;
    browser.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))").await;
    browser.wait_for("invalid").await;
    is_used_up(browser, &code).await;
}

/// A second tab on the same link gets nothing and the agent is alarmed; the first goes on.
async fn a_second_tab(table: &Table, browser: &Browser) {
    let (asking, code) = shown(table, browser).await;
    let first = browser.web.window().await.unwrap();
    let second = browser.web.new_tab().await.unwrap();
    browser.web.switch_to_window(second).await.unwrap();
    browser.go(&asking.link).await;
    browser.find("began-organization").await;
    is_used_up(browser, &code).await;
    table.session(&asking.card.id, |card| card.open_refused == 1).await;
    assert!(table.desktop.told().contains(&NoticeKind::LinkTriedAgain));
    browser.web.close_window().await.unwrap();
    browser.web.switch_to_window(first).await.unwrap();
    assert_eq!(browser.passcode().await, code);
    asking.revealed(table).await;
    browser.tap("matches").await;
    asking.ends(table, Outcome::Matched).await;
}
