//! Verifications that must fail, and say so plainly.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::Stage;

/// Another value: the session is over for both, and the page does not say why.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_value_ends_the_session() {
    let stage = Stage::set("wrong-value");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "organization", "Ticket 4790").await;
    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "06 12 34 56 79").await;
    phone.wait_for("invalid").await;
    phone.picture(&stage, "1-invalid").await;
    desk.wait_for_outcome("value_refused").await;
    desk.picture(&stage, "1-refused").await;
    let again = Phone::open(&stage, &link).await;
    again.tap("began-organization").await;
    again.wait_for("invalid").await;
    assert!(stage.notifications().iter().any(|(summary, _)| summary == "The value did not match"));
    assert_eq!(desk.history().await, ["value_refused"]);
    phone.close().await;
    again.close().await;
    desk.close().await;
}

/// The first to open is the recipient; the second is told nothing, and the agent is told of the second.
#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_once() {
    let stage = Stage::set("twice");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "organization", "Ticket 4801").await;
    let first = Phone::open(&stage, &link).await;
    let second = Phone::open(&stage, &link).await;
    first.tap("began-organization").await;
    first.wait_for("field").await;
    second.tap("began-organization").await;
    second.wait_for("invalid").await;
    second.picture(&stage, "1-second").await;
    desk.find("alarm").await;
    desk.picture(&stage, "1-alarm").await;
    assert!(stage.notifications().iter().any(|(summary, _)| summary == "Someone else tried the link"));

    // The first is not disturbed.
    first.type_into("field-0", "0612345678").await;
    first.tap("check").await;
    let shown = first.passcode().await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    first.close().await;
    second.close().await;
    desk.close().await;
}

/// Previews and scanners load links before people do.
#[tokio::test(flavor = "multi_thread")]
async fn previews_spend_nothing() {
    const AGENTS: [&str; 6] = [
        "WhatsApp/2.23.20.0",
        "facebookexternalhit/1.1",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "TelegramBot (like TwitterBot)",
        "Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) SkypeUriPreview Preview/0.5",
    ];
    let stage = Stage::set("previews");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "organization", "").await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let path = link.replacen(&stage.service.origin, "", 1);
    let open =
        format!("{}/api/v1/orgs{}/open", stage.service.origin, path.replacen("/acme/", "/acme/sessions/", 1));
    for agent in AGENTS {
        for request in [http.get(&link), http.head(&link), http.get(&open), http.head(&open)] {
            let status = request.header("user-agent", agent).send().await.unwrap().status();
            assert!(status.as_u16() < 500, "{agent}: {status}");
        }
    }
    // One that runs scripts but does not tap.
    let scanner = Phone::open(&stage, &link).await;
    scanner.wait_for("ask").await;
    scanner.find("began-organization").await;
    scanner.close().await;
    desk.wait_for_step("waiting", "now").await;
    assert!(!desk.is_there("alarm").await);

    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "0612345678").await;
    phone.passcode().await;
    phone.close().await;
    desk.close().await;
}

/// A live relay: both honest people say who began, and they contradict each other.
#[tokio::test(flavor = "multi_thread")]
async fn a_contradiction_on_who_began_is_a_relay() {
    let stage = Stage::set("relay");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "recipient", "Ticket 4801").await;
    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "0612345678").await;
    phone.wait_for("invalid").await;
    desk.wait_for_outcome("relay_suspected").await;
    desk.picture(&stage, "1-relay").await;
    let notified = stage.notifications();
    assert!(notified.iter().any(|(summary, _)| summary.starts_with("Possible relay")), "{notified:?}");
    assert_eq!(desk.history().await, ["relay_suspected"]);
    phone.close().await;
    desk.close().await;
}

/// The codes differ, says the customer; or they never asked.
#[tokio::test(flavor = "multi_thread")]
async fn the_customer_can_refuse() {
    let stage = Stage::set("mismatch");
    let desk = Desk::enrolled(&stage).await;
    for (button, outcome) in [("mismatch", "mismatched"), ("unexpected", "unexpected")] {
        desk.click("tab-start").await;
        let link = desk.start_phone("0612345678", "organization", button).await;
        let phone = Phone::open(&stage, &link).await;
        phone.answer("organization", "0612345678").await;
        phone.passcode().await;
        phone.tap(button).await;
        phone.wait_for("stop").await;
        phone.picture(&stage, &format!("1-{button}")).await;
        desk.wait_for_outcome(outcome).await;
        desk.picture(&stage, &format!("1-{button}")).await;
        phone.close().await;
        desk.click("dismiss").await;
    }
    assert_eq!(desk.history().await, ["unexpected", "mismatched"]);
    desk.close().await;
}

/// What is typed wrong is said where it stands, and nothing is lost.
#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_entry_is_told_and_kept() {
    let stage = Stage::set("entry");
    let desk = Desk::enrolled(&stage).await;
    desk.fill_phone("12", "organization", "Ticket 1").await;
    desk.click("start").await;
    desk.find("error-0").await;
    desk.picture(&stage, "1-error").await;
    assert_eq!(desk.value("value-0").await, "12");
    assert_eq!(desk.value("subject").await, "Ticket 1");
    desk.close().await;
}
