//! Everything by the keyboard alone, and how little of it a verification takes.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::{Stage, wait_for};
use thirtyfour::Key;

/// Keys and clicks a verification may take beyond the value.
const BUDGET: u32 = 8;

/// From another program to a match and back to nothing: the presses are counted, by keys and by the mouse.
#[tokio::test(flavor = "multi_thread")]
async fn a_verification_takes_few_presses() {
    let stage = Stage::set("budget");
    let desk = Desk::enrolled(&stage).await;
    desk.click("tab-history").await;
    wait_for("the window to listen", || stage.run("xdotool", &["getactivewindow"]).is_some());
    desk.presses();

    // By keys, from anywhere: shortcut, start, copy the message, reveal, close.
    stage.run("xdotool", &["key", "ctrl+shift+m"]).unwrap();
    desk.wait_for_focus("value-0").await;
    desk.type_at_focus("06 12 34 56 78").await;
    desk.press_with_control("Enter").await;
    let link = desk.link().await;
    desk.press("m").await;
    wait_for("the message", || stage.clipboard().contains(&link));
    let phone = Phone::open(&stage, &link).await;
    phone.answer("organization", "06 12 34 56 78").await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.press("r").await;
    desk.find("passcode").await;
    assert_eq!(desk.passcode().await, shown);
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    desk.press_key(Key::Escape).await;
    desk.wait_until_gone("card").await;
    let by_keys = desk.presses() + 1; // the shortcut
    assert!(by_keys <= BUDGET, "{by_keys} keys");

    // By the mouse, with another template and the other beginning: tab, template, its entry, began, start, copy, reveal, close.
    desk.click("tab-start").await;
    desk.click("template").await;
    desk.click("template-option-order").await;
    desk.click("began-organization").await;
    desk.type_into("value-0", "AB-1234").await;
    desk.click("start").await;
    let link = desk.link().await;
    desk.click("copy").await;
    phone.go(&link).await;
    phone.answer("organization", "ab1234").await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, shown);
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    desk.click("dismiss").await;
    let by_mouse = desk.presses();
    assert!(by_mouse <= BUDGET, "{by_mouse} clicks");
    println!("a verification takes {by_keys} keys, or {by_mouse} clicks with another template");
    phone.close().await;
    desk.close().await;
}

/// Enrol, write a template, favour and move it, start with it and all the form has, share, extend, recreate, cancel, search,
/// export, verify, change a setting, sign out: no hand on the mouse.
#[tokio::test(flavor = "multi_thread")]
async fn every_flow_goes_by_keyboard() {
    let stage = Stage::set("keys-alone");
    let desk = Desk::start(&stage).await;
    desk.turn_to("settings").await;
    desk.tab_to("enroll-link").await;
    desk.type_at_focus(&stage.service.enrollment_link("Dana R.")).await;
    desk.press_key(Key::Enter).await;
    desk.wait_until_gone("practice").await;
    desk.wait_for_connection("online").await;

    write_a_template(&desk).await;
    start_with_everything(&desk).await;
    share_and_give_up(&desk, &stage).await;
    find_again(&desk).await;

    desk.turn_to("settings").await;
    desk.tab_to("theme-system").await;
    desk.press_key(Key::Right).await;
    desk.wait_for_document("data-theme", "light").await;
    desk.tab_to("leave").await;
    desk.press_key(Key::Enter).await;
    desk.tab_to("leave-confirm").await;
    desk.press_key(Key::Enter).await;
    desk.find("practice").await;
    desk.close().await;
}

async fn write_a_template(desk: &Desk) {
    desk.turn_to("templates").await;
    desk.tab_to("template-new").await;
    desk.press_key(Key::Enter).await;
    desk.wait_for_focus("template-name").await;
    desk.type_at_focus("Callback").await;
    desk.tab_to("template-field-name-0").await;
    desk.type_at_focus("Contract number").await;
    desk.press_key(Key::Enter).await;
    desk.wait_until_gone("template-editor").await;
    let view = desk.invoke("view", serde_json::json!({})).await.unwrap();
    let templates = view["templates"].as_array().unwrap();
    let id = templates.iter().find(|template| template["source"] == "own").unwrap()["id"].as_str().unwrap();
    let star = format!("template-favourite-{id}");
    desk.tab_to(&star).await;
    desk.press(" ").await;
    desk.wait_for_attribute(&star, "aria-pressed", "true").await;
}

/// The template found by typing, the beginning and the duration by arrows, the language, prefill by the space bar.
async fn start_with_everything(desk: &Desk) {
    desk.turn_to("start").await;
    desk.tab_to("template").await;
    desk.type_at_focus("callb").await;
    desk.press_key(Key::Enter).await;
    desk.wait_for_value("template", "Callback").await;
    desk.tab_to("began-organization").await;
    desk.press_key(Key::Right).await;
    desk.tab_to("value-0").await;
    desk.type_at_focus("K-7").await;
    desk.tab_to("subject").await;
    desk.type_at_focus("Ticket 4812").await;
    desk.tab_to("ttl-120").await;
    desk.press_key(Key::Right).await;
    desk.tab_to("prefill").await;
    desk.press(" ").await;
    desk.press_with_control("Enter").await;
    desk.link().await;
    let view = desk.invoke("view", serde_json::json!({})).await.unwrap();
    let card = &view["sessions"][0];
    assert_eq!(card["began"], "recipient");
    assert_eq!(card["ttl_secs"], 300);
    assert_eq!(card["prefill"], true);
    assert_eq!(card["template"]["name"], "Callback");
}

async fn share_and_give_up(desk: &Desk, stage: &Stage) {
    let link = desk.link().await;
    desk.press("c").await;
    wait_for("the link", || stage.clipboard().starts_with(&link));
    desk.press("m").await;
    wait_for("the message", || stage.clipboard().contains("Acme Energy"));
    desk.press("q").await;
    desk.find("qr-code").await;
    desk.press_key(Key::Escape).await;
    desk.wait_until_gone("qr-code").await;
    desk.press("+").await;
    desk.press("n").await;
    desk.wait_for_other_link(&link).await;
    let phone = Phone::open(stage, &desk.link().await).await;
    phone.tap("began-recipient").await;
    desk.wait_for_step("opened", "now").await;
    phone.close().await;
    desk.press_key(Key::Escape).await;
    desk.wait_for_focus("cancel-confirm").await;
    desk.press_key(Key::Escape).await;
    desk.wait_until_gone("cancel-confirm").await;
    desk.press_key(Key::Escape).await;
    desk.wait_for_focus("cancel-confirm").await;
    desk.press_key(Key::Enter).await;
    desk.wait_for_outcome("cancelled").await;
    desk.press_key(Key::Escape).await;
    desk.wait_until_gone("card").await;
}

async fn find_again(desk: &Desk) {
    desk.turn_to("history").await;
    desk.tab_to("history-search").await;
    desk.type_at_focus("4812").await;
    desk.wait_for_attribute("history-count", "data-count", "2").await;
    desk.tab_to("history-list").await;
    desk.press_key(Key::End).await;
    desk.tab_to("export-csv").await;
    desk.press_key(Key::Enter).await;
    desk.find("exported-path").await;
    desk.tab_to("verify").await;
    desk.press_key(Key::Enter).await;
    desk.wait_for_attribute("integrity", "data-is", "whole").await;
}
