//! Every state of the page, brought about with the real service and the real engine, and looked at (`sight.rs`).

use crate::browser::{Browser, Driver, Engine};
use crate::seat::{self, Asking};
use crate::sight;
use crate::table::{PHONE, Table};
use countersign_agent::view::{FieldEntry, FieldSpec, Language, Outcome, SessionView, StartRequest};
use countersign_protocol::{Began, Kind};
use countersign_service::clock::SystemClock;
use countersign_service::directory::{Directory as _, Method, SqliteDirectory};
use countersign_service::sqlite::Database;
use serde_json::json;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Words that do not want to be broken.
const LONG: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

/// More than the 128 characters of a value.
const TOO_LONG: &str = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft \
     Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

#[tokio::test(flavor = "multi_thread")]
async fn a_session_can_be_read_by_everybody_from_question_to_end() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let browser = driver.open("en").await;
    let (asking, _) = at_passcode(&table, &browser, true).await;
    browser.look("05-passcode").await;
    browser.tap("more-time").await;
    let told = "return String(document.querySelector('[data-testid=more-time-result]').textContent !== '')";
    browser.wait_until("whether more time is told of", told, "true").await;
    browser.look("06-more-time").await;
    asking.revealed(&table).await;
    browser.tap("matches").await;
    browser.wait_for("confirmed").await;
    browser.look("07-confirmed").await;
    asking.ends(&table, Outcome::Matched).await;
    for (tap, outcome) in [("mismatch", Outcome::Mismatched), ("unexpected", Outcome::Unexpected)] {
        let (asking, _) = at_passcode(&table, &browser, false).await;
        browser.tap(tap).await;
        browser.wait_for("stop").await;
        let told = "return String(document.querySelector('[data-testid=reported]').textContent !== '')";
        browser.wait_until("whether the organization was told", told, "true").await;
        browser.look(&format!("08-stop-{tap}")).await;
        asking.ends(&table, outcome).await;
    }
    // The link again: one page for every cause.
    browser.go(&asking.link).await;
    browser.tap("began-organization").await;
    browser.wait_for("invalid").await;
    browser.look("09-invalid").await;
    browser.close().await;
}

/// Up to the code, looking on the way if that is wanted.
async fn at_passcode(table: &Table, browser: &Browser, look: bool) -> (Asking, String) {
    let asking = seat::ask(table, false).await;
    browser.go(&asking.link).await;
    browser.wait_for("ask").await;
    browser.find("began-organization").await;
    if look {
        sight::notices(browser).await;
        browser.look("01-ask").await;
        browser.evaluate("document.querySelector('details').open = true").await;
        browser.look("02-ask-how").await;
    }
    browser.tap("began-organization").await;
    browser.wait_for("field").await;
    if look {
        browser.look("03-field").await;
    }
    browser.type_into("field-0", PHONE).await;
    if look {
        browser.look("04-field-read").await;
    }
    browser.tap("check").await;
    let code = browser.passcode().await;
    (asking, code)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_field_can_be_filled_in_by_everybody() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let browser = driver.open("en").await;
    let kinds = [
        [
            (Kind::Phone, PHONE, "x"),
            (Kind::Email, "ada@example.org", "ada"),
            (Kind::Number, "1234.50", "12x"),
        ],
        [
            (Kind::Text, "Ada Lovelace", TOO_LONG),
            (Kind::Code, "AB-12 cd", "—"),
            (Kind::Date, "1990-02-28", "31"),
        ],
    ];
    for (form, kinds) in kinds.into_iter().enumerate() {
        let fields = kinds.map(|(kind, value, _)| (format!("{kind:?}"), kind, value));
        let card = start(&table, fields.to_vec(), "Ticket 4812").await;
        browser.go(card.url.as_deref().unwrap()).await;
        browser.tap("began-organization").await;
        browser.wait_for("field").await;
        browser.look(&format!("10-form-{form}-empty")).await;
        browser.tap("check").await;
        tones(&browser, "bad").await;
        browser.look(&format!("11-form-{form}-faults")).await;
        for (place, (kind, _, wrong)) in kinds.into_iter().enumerate() {
            fill(&browser, place, kind, wrong).await;
        }
        tones(&browser, "bad").await;
        browser.look(&format!("12-form-{form}-wrong")).await;
        for (place, (kind, right, _)) in kinds.into_iter().enumerate() {
            fill(&browser, place, kind, right).await;
        }
        tones(&browser, "good").await;
        browser.look(&format!("13-form-{form}-read")).await;
        browser.tap("check").await;
        browser.passcode().await;
        table.session(&card.id, |card| card.allowed.reveal).await;
        assert!(table.engine.reveal(card.id.clone()).await.is_ok());
        browser.tap("matches").await;
        browser.wait_for("confirmed").await;
        table.session(&card.id, |card| card.outcome == Some(Outcome::Matched)).await;
    }
    browser.close().await;
}

/// Waits until every field is understood so.
async fn tones(browser: &Browser, tone: &str) {
    let script =
        "return [...new Set([...document.querySelectorAll('.reading')].map((e) => e.dataset.tone))].join()";
    browser.wait_until("how the values are understood", script, tone).await;
}

/// Types over what is there; the last thing is to leave the field.
async fn fill(browser: &Browser, place: usize, kind: Kind, value: &str) {
    let over = format!("document.querySelectorAll('[id^=field-{place}]').forEach((e) => e.select?.())");
    browser.evaluate(&over).await;
    if kind == Kind::Date {
        let mut parts = value.split('-').collect::<Vec<_>>();
        parts.resize(3, "");
        let (year, month, day) =
            if value.contains('-') { (parts[0], parts[1], parts[2]) } else { ("", "", value) };
        for (part, text) in [("day", day), ("year", year)] {
            let id = format!("field-{place}-{part}");
            browser.evaluate(&format!("document.querySelector('[data-testid={id}]').select()")).await;
            browser.type_into(&id, text).await;
        }
        let choose = format!(
            "const month = document.querySelector('[data-testid=field-{place}-month]');
             month.value = '{month}'; month.dispatchEvent(new Event('change', {{ bubbles: true }}))"
        );
        browser.evaluate(&choose).await;
    } else {
        browser.evaluate(&format!("document.querySelector('#field-{place}').select()")).await;
        browser.type_into(&format!("field-{place}"), value).await;
    }
    browser.evaluate("document.activeElement.blur()").await;
}

async fn start(table: &Table, fields: Vec<(String, Kind, &str)>, subject: &str) -> SessionView {
    let request = StartRequest {
        template: None,
        fields: fields
            .into_iter()
            .map(|(name, kind, value)| FieldEntry {
                field: FieldSpec { name, kind, hint: "As on your last bill".into() },
                value: Zeroizing::new(value.into()),
            })
            .collect(),
        subject: subject.into(),
        began: Began::Organization,
        ttl_secs: 300,
        prefill: false,
        language: Language::En,
    };
    let id = table.engine.start(request).await.unwrap();
    table.session(&id, |card| card.url.is_some()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn typed_comparison_long_words_and_an_answer_that_is_late_can_be_read_by_everybody() {
    let (mut table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    table.administer(&["org", "policy", "demo", "--compare", "typed"]);
    let edit = ["org", "edit", "demo", "--name", LONG, "--description", LONG, "--channel", LONG];
    table.administer(&[&edit[..], &["--website", &format!("https://{}.example", &LONG[..60])]].concat());
    table.start_again().await;
    let browser = driver.open("en").await;
    let card = start(&table, vec![(LONG.chars().take(60).collect(), Kind::Text, LONG)], LONG).await;
    browser.go(card.url.as_deref().unwrap()).await;
    browser.find("began-organization").await;
    browser.evaluate("document.querySelector('details').open = true").await;
    browser.look("20-long-ask").await;
    browser.tap("began-organization").await;
    browser.wait_for("field").await;
    browser.type_into("field-0", LONG).await;
    browser.look("21-long-field").await;
    browser.tap("check").await;
    browser.wait_for("passcode").await;
    browser.find("typed-code").await;
    browser.look("22-typed").await;
    browser.type_into("typed-code", "12").await;
    browser.tap("compare").await;
    browser.look("23-typed-slip").await;
    browser.type_into("typed-code", "3456").await;
    browser.tap("compare").await;
    // One in a million is the code.
    browser.wait_for("stop").await;
    browser.look("24-long-stop").await;

    // No answer comes for a long time: the page says so, and waits.
    let card = start(&table, vec![("Name".to_owned(), Kind::Text, "Ada")], "").await;
    browser.go(card.url.as_deref().unwrap()).await;
    browser.tap("began-organization").await;
    browser.wait_for("field").await;
    browser.developer("Network.enable", json!({})).await;
    network(&browser, false, 600_000).await;
    browser.type_into("field-0", "Ada").await;
    browser.tap("check").await;
    browser.wait_for("checking").await;
    let slow =
        "return String(!document.querySelector('[data-testid=wait]').classList.contains('quiet-text'))";
    browser.wait_until("whether the page says that nobody answers", slow, "true").await;
    browser.look("25-checking-slow").await;
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organizations_own_page_and_what_goes_wrong_can_be_read_by_everybody() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let browser = driver.open("en").await;
    let asking = seat::ask(&table, false).await;
    let (origin, _) = asking.link.split_once("/demo/").unwrap();
    profile(&table).await;
    browser.go(&format!("{origin}/acme")).await;
    browser.find("number").await;
    browser.look("30-number").await;
    browser.type_into("number", "12").await;
    for state in ["31-number-short", "32-number-unknown"] {
        browser.tap("number-go").await;
        let said = "return String(document.querySelector('#number-fault').textContent !== '')";
        browser.wait_until("whether the fault is said", said, "true").await;
        browser.look(state).await;
        browser.type_into("number", "3456").await;
    }
    table.administer(&["org", "policy", "acme", "--numbers", "off"]);
    browser.web.refresh().await.unwrap();
    browser.find("link-only").await;
    browser.look("33-link-only").await;
    browser.go(&format!("{origin}/nobody")).await;
    browser.wait_for("invalid").await;
    browser.look("34-nobody").await;
    // The host alone, and half a link.
    for address in [origin.to_owned(), format!("{origin}/acme/one/two")] {
        browser.go(&address).await;
        browser.wait_for("invalid").await;
    }
    browser.look("34-half-a-link").await;

    // Without a network from the tap on; with it again the session goes on.
    browser.go(&asking.link).await;
    browser.find("began-organization").await;
    // Every language is here before the network is not.
    browser.look("35-before-trouble").await;
    browser.developer("Network.enable", json!({})).await;
    network(&browser, true, 0).await;
    browser.tap("began-organization").await;
    browser.find("trouble").await;
    browser.look("36-trouble").await;
    network(&browser, false, 0).await;
    browser.wait_for("field").await;

    // Too old, and without scripts.
    let without = json!({ "source": "delete window.BigInt" });
    browser.developer("Page.addScriptToEvaluateOnNewDocument", without).await;
    browser.go(&asking.link).await;
    browser.wait_for("unsupported").await;
    browser.look("37-unsupported").await;
    browser.developer("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
    browser.go(&asking.link).await;
    browser.measure("38-no-javascript").await;
    // axe-core is a script; what was parsed without any is shown to it outside of the element that browsers then hide.
    browser.developer("Emulation.setScriptExecutionDisabled", json!({ "value": false })).await;
    browser
        .evaluate("document.querySelectorAll('noscript').forEach((e) => e.replaceWith(...e.childNodes))")
        .await;
    browser.look("39-no-javascript-shown").await;
    browser.close().await;
}

pub async fn network(browser: &Browser, offline: bool, latency_ms: u32) {
    let conditions = json!({ "offline": offline, "latency": latency_ms, "downloadThroughput": -1, "uploadThroughput": -1 });
    browser.developer("Network.emulateNetworkConditions", conditions).await;
}

/// An organization with all that one can have: a logo, a verified domain, a description, a site and ways to reach it.
async fn profile(table: &Table) {
    let add = [
        "org",
        "add",
        "acme",
        "--name",
        "Acme Energy",
        "--country",
        "FR",
        "--website",
        "https://acme.example",
    ];
    let more = ["--description", "Electricity and gas for homes", "--channel", "+33 1 23 45 67 89"];
    table.administer(&[&add[..], &more].concat());
    let logo = crate::browser::workspace().join("icons/128x128.png");
    table.administer(&["org", "logo", "acme", "--file", logo.to_str().unwrap()]);
    table.administer(&["domain", "add", "--org", "acme", "acme.example"]);
    let directory = SqliteDirectory::new(
        Database::open(&table.folder.path().join("service")).unwrap(),
        Arc::new(SystemClock),
    );
    let domain = directory.domains("acme").await.unwrap().pop().unwrap();
    directory.record_check("acme", &domain.name, &domain.challenge, Some(Method::Dns)).await.unwrap();
}
