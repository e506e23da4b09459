//! The agent's desk beyond one verification: several at once, quick ways in, history, templates, preferences, the keyboard alone.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::{PATIENCE, Stage, app_binary, wait_for};
use std::time::Instant;

/// Three conversations stay apart; each is found by its key; none takes another's link.
#[tokio::test(flavor = "multi_thread")]
async fn three_at_once_stay_apart() {
    let stage = Stage::set("three");
    let desk = Desk::enrolled(&stage).await;
    let mut links = Vec::new();
    for (value, subject) in
        [("06 12 34 56 78", "Ticket 4812"), ("06 12 34 56 79", "Anna"), ("06 12 34 56 80", "Order 77")]
    {
        desk.click("tab-start").await;
        links.push(desk.start_phone(value, "organization", subject).await);
    }
    desk.picture(&stage, "1-three").await;
    for (key, link) in ["1", "2", "3"].iter().zip(&links) {
        desk.press(key).await;
        desk.wait_for_attribute("link", "data-url", link).await;
    }
    let phone = Phone::open(&stage, &links[1]).await;
    phone.wait_for("ask").await;
    phone.answer("organization", "06 12 34 56 79").await;
    let shown = phone.passcode().await;
    desk.press("2").await;
    desk.wait_for_step("viewed", "now").await;
    desk.press("r").await;
    desk.find("passcode").await;
    assert_eq!(desk.passcode().await, shown);
    desk.picture(&stage, "2-second-revealed").await;
    desk.press("1").await;
    desk.find("link").await;
    assert!(!desk.is_there("passcode").await, "another card shows no passcode");
    desk.size(1180, 720).await;
    desk.picture(&stage, "3-wide").await;
    phone.close().await;
    desk.close().await;
}

/// A text in the customer's language, and a code to scan.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_and_a_code_carry_the_link() {
    let stage = Stage::set("message");
    let desk = Desk::enrolled(&stage).await;
    let link = desk.start_phone("06 12 34 56 78", "organization", "Ticket 4812").await;
    desk.click("copy-message").await;
    let held = || stage.run("xclip", &["-o", "-selection", "clipboard"]).unwrap_or_default();
    wait_for("the message on the clipboard", || held().contains(&link) && held().contains("Acme"));
    desk.click("message-options").await;
    desk.find("message-panel").await;
    desk.choose("message-language", "fr").await;
    let until = Instant::now() + PATIENCE;
    while !desk.text("message-preview").await.contains("minutes, s'ouvre une fois") {
        assert!(Instant::now() < until, "no French message: {}", desk.text("message-preview").await);
    }
    desk.picture(&stage, "1-message").await;
    desk.click("message-options").await;
    desk.click("qr").await;
    desk.find("qr-code").await;
    desk.picture(&stage, "2-qr").await;
    desk.close().await;
}

/// A link of another program, given to a second start, fills the form of the first and starts nothing. A bad one fills nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_deep_link_fills_the_form() {
    let stage = Stage::set("deep-link");
    let desk = Desk::enrolled(&stage).await;
    let app = app_binary();
    let again =
        |link: &str| stage.run(app.to_str().unwrap(), &[link]).expect("a second start hands over and ends");
    again("countersign://start?template=phone&subject=Ticket-4812&value=0612345678&began=recipient");
    desk.find("fill-filled").await;
    desk.wait_for_value("value-0", "0612345678").await;
    assert_eq!(desk.value("subject").await, "Ticket-4812");
    assert!(!desk.is_there("card").await);
    desk.picture(&stage, "1-filled").await;
    again("countersign://start?value=1&value=2");
    desk.find("fill-malformed").await;
    assert_eq!(desk.value("value-0").await, "0612345678");
    desk.picture(&stage, "2-malformed").await;
    desk.close().await;
}

/// From anywhere: the shortcut brings the form with the cursor in the value; then the keyboard does the rest.
#[tokio::test(flavor = "multi_thread")]
async fn the_keyboard_alone_runs_a_verification() {
    let stage = Stage::set("keyboard");
    let desk = Desk::enrolled(&stage).await;
    desk.click("tab-history").await;
    wait_for("the window to listen", || stage.run("xdotool", &["getactivewindow"]).is_some());
    stage.run("xdotool", &["key", "ctrl+shift+m"]).unwrap();
    desk.wait_for_focus("value-0").await;
    desk.type_at_focus("06 12 34 56 78").await;
    desk.press_with_control("Enter").await;
    let link = desk.link().await;
    let phone = Phone::open(&stage, &link).await;
    phone.wait_for("ask").await;
    phone.answer("organization", "06 12 34 56 78").await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.press("r").await;
    desk.find("passcode").await;
    assert_eq!(desk.passcode().await, shown);
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    phone.close().await;
    desk.close().await;
}

/// History answers: by word, by outcome; it exports, and proves that nobody has touched it.
#[tokio::test(flavor = "multi_thread")]
async fn history_finds_exports_and_proves() {
    let stage = Stage::set("history");
    let desk = Desk::enrolled(&stage).await;
    desk.click("tab-history").await;
    desk.find("history-empty").await;
    desk.picture(&stage, "1-empty").await;
    for subject in ["Ticket 4812", "Ticket 5000", "=SUM(A1)"] {
        desk.click("tab-start").await;
        desk.start_phone("06 12 34 56 78", "organization", subject).await;
        desk.click("cancel").await;
        desk.wait_for_outcome("cancelled").await;
        desk.click("dismiss").await;
    }
    desk.click("tab-history").await;
    desk.wait_for_attribute("history-count", "data-count", "3").await;
    desk.type_into("history-search", "481").await;
    desk.wait_for_attribute("history-count", "data-count", "1").await;
    desk.picture(&stage, "2-found").await;
    desk.type_into("history-search", "nothing like it").await;
    desk.find("history-no-match").await;
    desk.picture(&stage, "3-no-match").await;
    desk.click("history-reset").await;
    desk.wait_for_attribute("history-count", "data-count", "3").await;
    desk.click("export-csv").await;
    let path = desk.text("exported-path").await;
    let text = std::fs::read_to_string(path.trim()).unwrap();
    assert!(text.contains("Ticket 4812") && text.contains("'=SUM(A1)"), "{text}");
    desk.click("verify").await;
    desk.wait_for_attribute("integrity", "data-is", "whole").await;
    desk.picture(&stage, "4-whole").await;
    desk.size(1180, 720).await;
    desk.picture(&stage, "5-wide").await;
    desk.close().await;
}

/// A template of one's own: written, favoured, started from, and there after a restart.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_of_ones_own() {
    let stage = Stage::set("templates");
    let desk = Desk::start(&stage).await;
    desk.click("tab-templates").await;
    desk.picture(&stage, "1-built-in").await;
    desk.click("template-new").await;
    desk.type_into("template-name", "Callback").await;
    desk.type_into("template-field-name-0", "Contract number").await;
    desk.picture(&stage, "2-editor").await;
    desk.click("template-save").await;
    desk.wait_until_gone("template-editor").await;
    desk.picture(&stage, "3-saved").await;
    let view = desk.invoke("view", serde_json::json!({})).await.unwrap();
    let own =
        view["templates"].as_array().unwrap().iter().find(|template| template["source"] == "own").unwrap();
    let id = own["id"].as_str().unwrap();
    desk.click(&format!("template-favourite-{id}")).await;
    desk.click(&format!("template-use-{id}")).await;
    desk.type_into("value-0", "A-77").await;
    desk.click("start").await;
    desk.link().await;
    desk.close().await;
}

/// Preferences are kept, and every face of the window can be looked at: dark, high contrast, Arabic from right to left, large text.
#[tokio::test(flavor = "multi_thread")]
async fn preferences_change_the_window() {
    let stage = Stage::set("preferences");
    let desk = Desk::start(&stage).await;
    desk.start_phone("(212) 555-2368", "organization", "Ticket 4812").await;
    for theme in ["dark", "contrast", "light"] {
        desk.click("tab-settings").await;
        desk.click(&format!("theme-{theme}")).await;
        desk.wait_for_document("data-theme", theme).await;
        desk.picture(&stage, &format!("{theme}-settings")).await;
        desk.click("tab-live").await;
        desk.picture(&stage, &format!("{theme}-card")).await;
        desk.click("tab-start").await;
        desk.picture(&stage, &format!("{theme}-start")).await;
    }
    for language in ["fr", "de", "es", "pt", "ar"] {
        desk.click("tab-settings").await;
        desk.choose("language", language).await;
        desk.wait_for_document("lang", language).await;
        for screen in ["settings", "live", "start", "history", "templates"] {
            desk.click(&format!("tab-{screen}")).await;
            desk.picture(&stage, &format!("{language}-{screen}")).await;
        }
    }
    desk.wait_for_document("dir", "rtl").await;
    desk.size(1180, 720).await;
    desk.picture(&stage, "ar-wide").await;
    desk.close().await;
    let desk = Desk::start(&stage).await;
    desk.wait_for_document("lang", "ar").await;
    desk.wait_for_document("data-theme", "light").await;
    desk.close().await;
}

/// No screen has anything an accessibility checker finds.
#[tokio::test(flavor = "multi_thread")]
async fn every_screen_is_accessible() {
    let stage = Stage::set("accessible");
    let desk = Desk::start(&stage).await;
    for screen in ["start", "history", "templates", "settings"] {
        desk.click(&format!("tab-{screen}")).await;
        assert_eq!(desk.accessibility_faults().await, Vec::<String>::new(), "{screen}");
    }
    desk.click("tab-start").await;
    desk.start_phone("(212) 555-2368", "organization", "Ticket 4812").await;
    assert_eq!(desk.accessibility_faults().await, Vec::<String>::new(), "a waiting session");
    desk.click("cancel").await;
    desk.wait_for_outcome("cancelled").await;
    assert_eq!(desk.accessibility_faults().await, Vec::<String>::new(), "an ended session");
    desk.close().await;
}
