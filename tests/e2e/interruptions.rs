//! Time running out, people changing their minds, the network and the programs going away in mid-session.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::{Stage, wait_for};
use crate::tray::Panel;
use std::time::{Duration, Instant};

/// Thirty seconds pass: both screens say so, and neither shows the code any more.
#[tokio::test(flavor = "multi_thread")]
async fn time_runs_out() {
    let stage = Stage::set("expiry");
    let desk = Desk::enrolled(&stage).await;
    desk.fill_phone("0612345678", "organization", "Ticket 4809").await;
    desk.type_into("ttl-custom", "30").await;
    desk.click("start").await;
    let link = desk.link().await;
    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "0612345678").await;
    let shown = phone.passcode().await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    tokio::time::sleep(Duration::from_secs(15)).await;
    desk.picture(&stage, "1-last-seconds").await;
    phone.wait_for("invalid").await;
    desk.wait_for_outcome("expired").await;
    desk.picture(&stage, "2-expired").await;
    phone.picture(&stage, "1-expired").await;
    assert!(!phone.source().await.replace(' ', "").contains(&shown));
    assert!(!desk.is_there("passcode").await);
    let again = Phone::open(&stage, &link).await;
    again.tap("began-organization").await;
    again.wait_for("invalid").await;
    again.close().await;
    phone.close().await;
    desk.close().await;
}

/// Recreate: another link for the same values; the old one is void.
#[tokio::test(flavor = "multi_thread")]
async fn recreate_starts_over() {
    let stage = Stage::set("recreate");
    let desk = Desk::enrolled(&stage).await;
    let old = desk.start_phone("0612345678", "organization", "Ticket 4812").await;
    desk.click("recreate").await;
    let mut fresh = desk.link().await;
    for _ in 0..100 {
        if fresh != old {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        fresh = desk.link().await;
    }
    assert_ne!(fresh, old);
    let phone = Phone::open(&stage, &old).await;
    phone.tap("began-organization").await;
    phone.wait_for("invalid").await;
    phone.go(&fresh).await;
    phone.answer("organization", "0612345678").await;
    let shown = phone.passcode().await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    assert_eq!(desk.history().await.len(), 2);
    phone.close().await;
    desk.close().await;
}

/// Cancel asks once when the customer is in; then the page is told nothing but that it is over.
#[tokio::test(flavor = "multi_thread")]
async fn cancel_ends_it() {
    let stage = Stage::set("cancel");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "organization", "Ticket 4812").await;
    let phone = Phone::open(&stage, &link).await;
    phone.tap("began-organization").await;
    phone.wait_for("field").await;
    desk.wait_for_step("opened", "now").await;
    desk.click("cancel").await;
    desk.picture(&stage, "1-asks").await;
    desk.click("cancel-confirm").await;
    desk.wait_for_outcome("cancelled").await;
    desk.picture(&stage, "2-cancelled").await;
    phone.type_into("field-0", "0612345678").await;
    phone.tap("check").await;
    phone.wait_for("invalid").await;
    assert_eq!(desk.history().await, ["cancelled"]);
    phone.close().await;
    desk.close().await;
}

/// The service goes away in mid-session and comes back: both sides carry on where they were.
#[tokio::test(flavor = "multi_thread")]
async fn the_service_goes_and_comes_back() {
    let mut stage = Stage::set("outage");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "organization", "Ticket 4812").await;
    let phone = Phone::open(&stage, &link).await;
    phone.tap("began-organization").await;
    phone.wait_for("field").await;
    desk.wait_for_step("opened", "now").await;

    phone.type_into("field-0", "0612345678").await;
    // With the rules for telephone numbers there: what is lost is the answer.
    phone.wait_until_read().await;
    stage.service.down();
    desk.wait_for_connection("offline").await;
    desk.picture(&stage, "1-offline").await;
    phone.tap("check").await;
    phone.find("trouble").await;
    phone.picture(&stage, "1-trouble").await;

    stage.service.up();
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    phone.close().await;
    desk.close().await;
}

/// With no service the form stays as it is, and the same press works once there is one.
#[tokio::test(flavor = "multi_thread")]
async fn a_start_without_a_service_loses_nothing() {
    let mut stage = Stage::set("start-offline");
    let desk = Desk::enrolled(&stage).await;
    stage.service.down();
    desk.wait_for_connection("offline").await;
    desk.fill_phone("0612345678", "organization", "Ticket 4812").await;
    desk.click("start").await;
    desk.find("error-form").await;
    desk.picture(&stage, "1-error").await;
    assert_eq!(desk.value("value-0").await, "0612345678");
    stage.service.up();
    desk.wait_for_connection("online").await;
    desk.click("start").await;
    desk.link().await;
    desk.close().await;
}

/// The app is killed in mid-session: at the next start that session is in history as interrupted, is over at the service, and
/// the enrolment is still there.
#[tokio::test(flavor = "multi_thread")]
async fn the_app_is_killed_and_started_again() {
    let mut stage = Stage::set("killed");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "organization", "Ticket 4812").await;
    let phone = Phone::open(&stage, &link).await;
    phone.tap("began-organization").await;
    phone.wait_for("field").await;
    desk.wait_for_step("opened", "now").await;
    stage.kill_app();
    desk.forget();
    stage.start_window_driver();

    let desk = Desk::start(&stage).await;
    assert!(!desk.is_there("practice").await, "the enrolment is gone");
    assert_eq!(desk.history().await, ["interrupted"]);
    desk.picture(&stage, "1-interrupted").await;
    phone.type_into("field-0", "0612345678").await;
    phone.tap("check").await;
    phone.wait_for("invalid").await;
    phone.close().await;
    desk.close().await;
}

/// What is shown or copied does not stay: the code hides after 20 s and when the user looks elsewhere, the link leaves the
/// clipboard after a minute, and what somebody else has put there stays.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_and_copied_goes_away() {
    let stage = Stage::set("goes-away");
    let panel = Panel::on(&stage).await;
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "organization", "Ticket 4812").await;
    desk.press("c").await;
    wait_for("the link on the clipboard", || stage.clipboard() == link);
    let copied = Instant::now();
    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "0612345678").await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.press("r").await;
    desk.find("passcode").await;
    assert!(!stage.clipboard().contains(&shown));
    let revealed = Instant::now();
    desk.wait_until_gone_within("passcode", Duration::from_secs(40)).await;
    assert!(revealed.elapsed() > Duration::from_secs(18), "hidden before it could be read out");
    desk.press("+").await;
    desk.press("r").await;
    desk.find("passcode").await;
    // Another window takes the focus.
    let other = stage.start("xmessage", &["elsewhere"]);
    desk.wait_until_gone_within("passcode", Duration::from_secs(10)).await;
    drop(other);
    phone.close().await;

    // On a machine that took longer it may be gone by now.
    if copied.elapsed() < Duration::from_secs(55) {
        assert_eq!(stage.clipboard(), link, "it stays for a minute");
    }
    while !stage.clipboard().is_empty() {
        assert!(copied.elapsed() < Duration::from_secs(100), "the link stays on the clipboard");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(copied.elapsed() > Duration::from_secs(55), "gone before it could be pasted");

    // At the end it goes at once, but for what is not ours.
    desk.click("tab-start").await;
    let link = desk.start_phone("0612345678", "organization", "Ticket 4813").await;
    desk.press("c").await;
    wait_for("the link on the clipboard", || stage.clipboard() == link);
    stage.copy("somebody else's");
    panel.press("Quit").await;
    wait_for("the program to end", || stage.running_app().is_empty());
    desk.forget();
    assert_eq!(stage.clipboard(), "somebody else's");
}
