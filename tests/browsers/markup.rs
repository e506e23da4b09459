//! A corpus of markup and script (`markup.txt`) in every text that an organization or a session puts on the page: it stands there as
//! text, nothing of it runs, and the page's policy has nothing to report.

use crate::browser::{Browser, Driver, Engine};
use crate::seat;
use crate::table::Table;
use countersign_agent::view::{FieldEntry, FieldSpec, Language, StartRequest};
use countersign_protocol::{Began, Kind};
use countersign_service::clock::SystemClock;
use countersign_service::directory::{Directory as _, OrgEdit, SqliteDirectory};
use countersign_service::sqlite::Database;
use serde_json::json;
use std::sync::Arc;
use zeroize::Zeroizing;

const CORPUS: &str = include_str!("markup.txt");
/// Texts of one session and its organization.
const PLACES: usize = 6;

/// Notes what the policy refuses, from before the page begins.
const LISTEN: &str = "window.refused = [];
    addEventListener('securitypolicyviolation', (event) => refused.push(event.violatedDirective + ' ' + event.blockedURI));
    for (const name of ['alert', 'confirm', 'prompt', 'print']) window[name] = () => { window.owned = name };";

/// Elements that the page itself never makes of a text.
const STRANGERS: &str = "return JSON.stringify([window.owned ?? null, window.refused,
    document.querySelectorAll('main :is(img:not(.logo), script, iframe, object, embed, link, style, base, a, math, video, form[action])').length,
    [...document.querySelectorAll('main *')].flatMap((e) => e.getAttributeNames()).filter((name) => name.startsWith('on')).length])";

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_text_holds_stays_text() {
    let (table, driver) = (seat::take().await, Driver::start(Engine::Chromium));
    let directory = SqliteDirectory::new(
        Database::open(&table.folder.path().join("service")).unwrap(),
        Arc::new(SystemClock),
    );
    let browser = driver.open("en").await;
    browser.developer("Page.addScriptToEvaluateOnNewDocument", json!({ "source": LISTEN })).await;
    let corpus: Vec<&str> =
        CORPUS.lines().filter(|line| !line.is_empty() && !line.starts_with("# ")).collect();
    assert!(corpus.len() >= 40);
    // Each text comes up in two places.
    for first in (0..corpus.len()).step_by(PLACES / 2) {
        let texts: [&str; PLACES] = std::array::from_fn(|place| corpus[(first + place) % corpus.len()]);
        let [name, description, channel, ..] = texts;
        let edit = OrgEdit {
            name: Some(name.to_owned()),
            description: Some(description.to_owned()),
            channels: Some(vec![channel.to_owned()]),
            ..OrgEdit::default()
        };
        directory.edit_org("demo", edit).await.unwrap();
        look(&table, &browser, texts).await;
    }
    browser.close().await;
}

async fn look(table: &Table, browser: &Browser, texts: [&str; PLACES]) {
    let [name, description, channel, subject, field, hint] = texts;
    let request = || StartRequest {
        template: None,
        fields: vec![FieldEntry {
            field: FieldSpec { name: field.into(), kind: Kind::Text, hint: hint.into() },
            value: Zeroizing::new("x".into()),
        }],
        subject: subject.into(),
        began: Began::Recipient,
        ttl_secs: 120,
        prefill: false,
        language: Language::En,
    };
    // The first time the engine hears that the organization has another name, and reads it.
    let id = if let Ok(id) = table.engine.start(request()).await {
        id
    } else {
        table.until(|view| view.identity.as_ref().is_some_and(|me| me.organization == name)).await;
        table.engine.start(request()).await.unwrap()
    };
    let card = table.session(&id, |card| card.url.is_some() || card.outcome.is_some()).await;
    browser.go(card.url.as_deref().expect("the service has not taken the session")).await;
    browser.find("began-recipient").await;
    stands_there(browser, &[name, description, channel]).await;
    browser.tap("began-recipient").await;
    browser.wait_for("field").await;
    stands_there(browser, &[name, description, subject, field, hint]).await;
    browser.type_into("field-0", "x").await;
    browser.tap("check").await;
    browser.passcode().await;
    stands_there(browser, &[name]).await;
    browser.tap("unexpected").await;
    browser.wait_for("stop").await;
    stands_there(browser, &[name, channel]).await;
    table.session(&id, |card| card.outcome.is_some()).await;
    table.engine.dismiss(id).await.unwrap();
}

async fn stands_there(browser: &Browser, texts: &[&str]) {
    let words = browser.words().await;
    for text in texts {
        assert!(words.contains(text), "{text:?} is not in {words:?}");
    }
    assert_eq!(browser.evaluate(STRANGERS).await, json!("[null,[],0,0]"), "{texts:?}");
}
