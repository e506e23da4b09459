//! Typed comparison: the organization's policy has the customer type the code that the agent says, and the page compares. The
//! code is nowhere on the page, and there is one try.

use crate::browser::{Browser, Driver, Engine};
use crate::seat::{self, Asking};
use crate::table::{PHONE, Table};
use countersign_agent::view::Outcome;
use thirtyfour::By;

#[tokio::test(flavor = "multi_thread")]
async fn chromium_compares_what_is_typed() {
    run(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkit_compares_what_is_typed() {
    run(Engine::WebKit).await;
}

async fn run(engine: Engine) {
    let (mut table, driver) = (seat::take().await, Driver::start(engine));
    let policy = table.administer(&["org", "policy", "demo", "--compare", "typed"]);
    assert!(policy.contains("compare\ttyped"), "{policy}");
    // The agent's program reads the policy when it starts.
    table.start_again().await;
    let browser = driver.open("en").await;
    the_right_code_confirms(&table, &browser).await;
    digits_of_any_script_are_digits(&table, &browser).await;
    a_wrong_code_ends_it(&table, &browser).await;
    an_agent_without_a_code_is_reported(&table, &browser).await;
    browser.close().await;
}

/// Up to the input for the code; the code that the agent says.
async fn asked_for_the_code(table: &Table, browser: &Browser) -> (Asking, String) {
    let asking = seat::ask(table, false).await;
    assert!(asking.card.typed, "the agent is told that the customer types");
    browser.go(&asking.link).await;
    browser.tap("began-organization").await;
    browser.wait_for("field").await;
    browser.type_into("field-0", PHONE).await;
    browser.tap("check").await;
    browser.wait_for("passcode").await;
    browser.find("typed-code").await;
    let code = asking.revealed(table).await;
    assert_eq!(code.len(), 6);
    is_not_shown(browser, &code).await;
    (asking, code)
}

/// Neither as a text nor in an attribute, grouped or not.
async fn is_not_shown(browser: &Browser, code: &str) {
    let page = browser.web.source().await.unwrap();
    let grouped = format!("{} {}", &code[..3], &code[3..]);
    assert!(!page.contains(code) && !page.contains(&grouped), "the page shows the code");
    assert!(browser.web.find_all(By::Css("[data-testid=passcode]")).await.unwrap().is_empty());
}

async fn the_right_code_confirms(table: &Table, browser: &Browser) {
    let (asking, code) = asked_for_the_code(table, browser).await;
    browser.picture("typed-1").await;
    // Less than the code is no try.
    for slip in [None, Some(&code[..5])] {
        if let Some(slip) = slip {
            browser.type_into("typed-code", slip).await;
        }
        browser.tap("compare").await;
        let said = "return String(document.querySelector('#typed-slip').textContent !== '')";
        browser.wait_until("whether the slip is said", said, "true").await;
        let live = table.session(&asking.card.id, |_| true).await;
        assert_eq!(live.outcome, None);
    }
    browser.picture("typed-2-slip").await;
    browser.type_into("typed-code", &code[5..]).await;
    browser.tap("compare").await;
    browser.wait_for("confirmed").await;
    browser.picture("typed-3-confirmed").await;
    asking.ends(table, Outcome::Matched).await;
}

/// A keyboard that types Arabic digits types the same code, and spaces do not count.
async fn digits_of_any_script_are_digits(table: &Table, browser: &Browser) {
    let (asking, code) = asked_for_the_code(table, browser).await;
    let arabic = |c: char| char::from_u32(0x660 + c.to_digit(10).unwrap()).unwrap();
    let typed: String = code.chars().map(arabic).flat_map(|c| [c, ' ']).collect();
    browser.type_into("typed-code", &typed).await;
    browser.tap("compare").await;
    browser.wait_for("confirmed").await;
    asking.ends(table, Outcome::Matched).await;
}

/// One digit off is a wrong code. There is no second try: not on the page, not by going back, not by the link.
async fn a_wrong_code_ends_it(table: &Table, browser: &Browser) {
    let (asking, code) = asked_for_the_code(table, browser).await;
    let last = if code.ends_with('0') { '1' } else { '0' };
    browser.type_into("typed-code", &format!("{}{last}", &code[..5])).await;
    browser.tap("compare").await;
    browser.wait_for("stop").await;
    browser.picture("typed-4-wrong").await;
    assert!(browser.web.find_all(By::Css("input")).await.unwrap().is_empty(), "there is another try");
    is_not_shown(browser, &code).await;
    asking.ends(table, Outcome::Mismatched).await;
    browser.web.refresh().await.unwrap();
    browser.tap("began-organization").await;
    browser.wait_for("invalid").await;
    is_not_shown(browser, &code).await;
}

async fn an_agent_without_a_code_is_reported(table: &Table, browser: &Browser) {
    let (asking, _) = asked_for_the_code(table, browser).await;
    browser.tap("mismatch").await;
    browser.wait_for("stop").await;
    // Nothing was compared, so that nothing is said of codes that differ.
    let words = browser.words().await;
    assert!(words.contains("no code to say") && !words.contains("not the same"), "{words}");
    browser.picture("typed-5-no-code").await;
    asking.ends(table, Outcome::Mismatched).await;
}
