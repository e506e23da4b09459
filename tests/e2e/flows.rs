//! Verifications that come to a good end, in practice and with a real service.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::{Stage, wait_for};
use serde_json::json;

/// A new user, no account: the first start practises, and a whole verification runs against one's own browser.
#[tokio::test(flavor = "multi_thread")]
async fn practice_at_first_start() {
    let stage = Stage::set("practice");
    let desk = Desk::start(&stage).await;
    desk.find("practice").await;
    desk.picture(&stage, "1-first-start").await;

    let link = desk.start_phone("(212) 555-2368", "organization", "").await;
    desk.picture(&stage, "2-waiting").await;
    let phone = Phone::open(&stage, &link).await;
    phone.wait_for("ask").await;
    phone.answer("organization", "+1 212 555 2368").await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    phone.tap("matches").await;
    phone.wait_for("confirmed").await;
    desk.wait_for_outcome("matched").await;
    phone.close().await;
    desk.close().await;
}

/// The happy path, every state looked at, with what must and must not be left behind.
#[tokio::test(flavor = "multi_thread")]
async fn a_whole_verification() {
    let stage = Stage::set("happy");
    let desk = Desk::enrolled(&stage).await;
    desk.fill_phone("06 12 34 56 78", "organization", "Ticket 4812").await;
    assert!(desk.text("reading-0").await.contains("+33 6 12 34 56 78"));
    desk.picture(&stage, "1-start").await;
    desk.click("start").await;
    let link = desk.link().await;
    desk.wait_for_step("waiting", "now").await;
    desk.click("copy").await;
    wait_for("the link on the clipboard", || {
        stage.run("xclip", &["-o", "-selection", "clipboard"]).is_some_and(|held| held == link)
    });
    desk.picture(&stage, "2-waiting").await;

    let phone = Phone::open(&stage, &link).await;
    phone.wait_for("ask").await;
    phone.picture(&stage, "1-ask").await;
    desk.wait_for_step("waiting", "now").await;
    phone.tap("began-organization").await;
    phone.wait_for("field").await;
    desk.wait_for_step("opened", "now").await;
    desk.picture(&stage, "3-opened").await;
    phone.type_into("field-0", "+33 612345678").await;
    phone.find("reading-0").await;
    phone.picture(&stage, "2-field").await;
    phone.tap("check").await;

    let shown = phone.passcode().await;
    assert_eq!(shown.len(), 6);
    phone.picture(&stage, "3-passcode").await;
    desk.wait_for_step("viewed", "now").await;
    desk.picture(&stage, "4-viewed").await;
    // Nothing spells the code in the window before Reveal is pressed.
    assert!(!desk.source().await.contains(&shown));

    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    desk.picture(&stage, "5-revealed").await;
    phone.tap("matches").await;
    phone.wait_for("confirmed").await;
    phone.picture(&stage, "4-confirmed").await;
    assert_eq!(phone.traces().await, r#"["",{},{}]"#);
    desk.wait_for_outcome("matched").await;
    desk.picture(&stage, "6-matched").await;

    notified_without_secrets(&stage, &shown);
    assert_eq!(desk.history().await, ["matched"]);
    desk.picture(&stage, "7-history").await;
    desk.click("tab-settings").await;
    desk.picture(&stage, "8-settings").await;
    nothing_secret_on_disk(&stage, &[&shown, "612345678", "06 12 34 56 78"]);
    phone.close().await;
    desk.close().await;
}

fn notified_without_secrets(stage: &Stage, passcode: &str) {
    let notifications = stage.notifications();
    assert_eq!(notifications.len(), 1, "{notifications:?}");
    let (summary, body) = &notifications[0];
    assert_eq!(summary, "Reveal is unlocked");
    assert!(body.contains("Ticket 4812"), "{body}");
    assert!(!body.contains(passcode) && !body.contains("612"), "{body}");
}

/// No file the app, the service or the keyring wrote holds the value or the passcode.
fn nothing_secret_on_disk(stage: &Stage, secrets: &[&str]) {
    let mut folders = vec![stage.app_folder(), stage.home.path().join("service")];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().filter_map(Result::ok) {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let Ok(bytes) = std::fs::read(entry.path()) else { continue };
            read += 1;
            for secret in secrets {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "{} holds {secret}", entry.path().display());
            }
        }
    }
    assert!(read >= 2, "nothing was searched");
}

/// The reveal's lock is in the program: the command refuses, whatever the button says.
#[tokio::test(flavor = "multi_thread")]
async fn reveal_is_refused_before_the_recipient_has_seen_the_passcode() {
    let stage = Stage::set("locked");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("0612345678", "recipient", "").await;
    let session = link.rsplit('/').next().unwrap().to_owned();
    let refused = |answer: Result<serde_json::Value, serde_json::Value>| answer.unwrap_err()["code"].clone();
    let ask = json!({ "session": session });

    assert_eq!(refused(desk.invoke("reveal", ask.clone()).await), "not_viewed");
    let phone = Phone::open(&stage, &link).await;
    phone.tap("began-recipient").await;
    phone.wait_for("field").await;
    desk.wait_for_step("opened", "now").await;
    assert_eq!(refused(desk.invoke("reveal", ask.clone()).await), "not_viewed");
    assert_eq!(desk.attribute("reveal", "aria-disabled").await.as_deref(), Some("true"));

    phone.type_into("field-0", "0612345678").await;
    phone.tap("check").await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    let revealed = desk.invoke("reveal", ask).await.unwrap();
    assert_eq!(revealed["passcode"], shown.as_str());
    let unknown = json!({ "session": "0".repeat(26) });
    assert_eq!(refused(desk.invoke("reveal", unknown).await), "no_such_session");
    phone.close().await;
    desk.close().await;
}

/// A prefilled link of one field: one tap, and the value is neither in the address bar nor at the service.
#[tokio::test(flavor = "multi_thread")]
async fn a_prefilled_link_needs_one_tap() {
    let stage = Stage::set("prefill");
    let desk = Desk::enrolled(&stage).await;
    desk.fill_phone("06 12 34 56 78", "organization", "KL-229").await;
    desk.click("prefill").await;
    desk.picture(&stage, "1-start").await;
    desk.click("start").await;
    let bare = desk.link().await;
    assert!(!bare.contains('#'));
    desk.click("copy").await;
    let mut copied = String::new();
    wait_for("the prefilled link on the clipboard", || {
        copied = stage.run("xclip", &["-o", "-selection", "clipboard"]).unwrap_or_default();
        copied.starts_with(&format!("{bare}#?v="))
    });
    desk.picture(&stage, "2-waiting").await;

    let phone = Phone::open(&stage, &copied).await;
    phone.wait_for("ask").await;
    assert_eq!(phone.address().await, bare);
    phone.tap("began-organization").await;
    let shown = phone.passcode().await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    phone.close().await;
    desk.close().await;
}

/// From scratch: three fields of three kinds.
#[tokio::test(flavor = "multi_thread")]
async fn three_fields_from_scratch() {
    let stage = Stage::set("scratch");
    let desk = Desk::enrolled(&stage).await;
    desk.click("template").await;
    desk.click("template-option-scratch").await;
    desk.find("field-name-0").await;
    let fields = [("Contract", "code"), ("Amount", "number"), ("Town", "text")];
    for (place, (name, kind)) in fields.iter().enumerate() {
        if place > 0 {
            desk.click("add-field").await;
        }
        desk.type_into(&format!("field-name-{place}"), name).await;
        desk.choose(&format!("field-kind-{place}"), kind).await;
    }
    for (place, value) in ["ab-12 34", "1.234,50", "  Aix  en Provence"].iter().enumerate() {
        desk.type_into(&format!("value-{place}"), value).await;
    }
    desk.click("began-recipient").await;
    desk.picture(&stage, "1-start").await;
    desk.click("start").await;
    let link = desk.link().await;
    let phone = Phone::open(&stage, &link).await;
    phone.tap("began-recipient").await;
    phone.wait_for("field").await;
    for (place, value) in ["AB1234", "1234.5", "AIX en provence"].iter().enumerate() {
        phone.type_into(&format!("field-{place}"), value).await;
    }
    phone.picture(&stage, "1-fields").await;
    phone.tap("check").await;
    let shown = phone.passcode().await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    // Digits go from left to right in every language; their two halves are boxes, which would not.
    desk.speak("ar").await;
    desk.wait_for_document("dir", "rtl").await;
    assert!(desk.passcode_reads_from_the_left().await);
    desk.picture(&stage, "2-revealed-ar").await;
    phone.close().await;
    desk.close().await;
}

/// With two customers at once, a click on a notification opens the card of the one it is about, which is not the open one.
#[tokio::test(flavor = "multi_thread")]
async fn a_click_on_a_notification_opens_its_card() {
    let stage = Stage::set("notified");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("06 12 34 56 78", "organization", "Ticket A").await;
    let first = desk.attribute("card", "data-session").await.unwrap();
    desk.click("tab-start").await;
    desk.start_phone("06 12 34 56 79", "organization", "Ticket B").await;
    desk.wait_until_other_card(Some(&first)).await;
    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "06 12 34 56 78").await;
    phone.passcode().await;
    let displayed =
        || stage.run("dunstctl", &["count", "displayed"]).is_some_and(|count| count.trim() != "0");
    wait_for("a notification", displayed);
    stage.run("dunstctl", &["action"]).unwrap();
    desk.wait_for_attribute("card", "data-session", &first).await;
    phone.close().await;
    desk.close().await;
}
