//! The customer's page beyond the link: the session number, every language, texts that try to be more than texts.

use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::Stage;

/// Whoever types the organization's address instead of following a link finds the session by its number.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_number_leads_to_the_session() {
    let stage = Stage::set("number");
    let desk = Desk::enrolled(&stage).await;
    desk.start_phone("06 12 34 56 78", "organization", "Ticket 4812").await;
    let number = desk.attribute("number", "data-number").await.unwrap();
    let phone = Phone::open(&stage, &format!("{}/acme", stage.service.origin)).await;
    phone.wait_for("profile").await;
    phone.picture(&stage, "1-profile").await;
    let wrong = if number == "000000" { "000001" } else { "000000" };
    phone.type_into("number", wrong).await;
    phone.tap("number-go").await;
    phone.find("number-fault").await;
    phone.picture(&stage, "2-fault").await;
    phone.type_over("number", &number).await;
    phone.tap("number-go").await;
    phone.wait_for("ask").await;
    phone.answer("organization", "+33 6 12 34 56 78").await;
    let shown = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.press("r").await;
    desk.find("passcode").await;
    assert_eq!(desk.passcode().await, shown);
    phone.close().await;
    desk.close().await;
}

/// A customer reads the page in their language, from the question to the end.
#[tokio::test(flavor = "multi_thread")]
async fn every_language_comes_to_the_end() {
    let stage = Stage::set("languages");
    let desk = Desk::enrolled(&stage).await;
    for language in ["fr", "de", "es", "pt", "ar"] {
        desk.click("tab-start").await;
        let link = desk.start_phone("06 12 34 56 78", "organization", "").await;
        let phone = Phone::open(&stage, &link).await;
        phone.wait_for("ask").await;
        phone.find("began-organization").await;
        phone.choose("language", language).await;
        phone.wait_for_document("lang", language).await;
        phone.picture(&stage, &format!("{language}-1-ask")).await;
        phone.answer("organization", "06 12 34 56 78").await;
        let shown = phone.passcode().await;
        phone.picture(&stage, &format!("{language}-2-passcode")).await;
        desk.wait_for_step("viewed", "now").await;
        desk.press("r").await;
        desk.find("passcode").await;
        assert_eq!(desk.passcode().await, shown);
        phone.tap("matches").await;
        phone.wait_for("confirmed").await;
        desk.wait_for_outcome("matched").await;
        desk.click("dismiss").await;
        phone.close().await;
    }
    desk.close().await;
}

/// Markup in any text of organization, agent and session stands on the page as text.
#[tokio::test(flavor = "multi_thread")]
async fn markup_stays_text() {
    const MARKUP: &str = "<img src=x onerror=document.title='owned'><script>document.title='owned'</script>";
    let stage = Stage::set("markup");
    stage.service.admin(&["org", "edit", "acme", "--description", MARKUP]);
    let desk = Desk::start(&stage).await;
    desk.click("tab-settings").await;
    desk.type_into("enroll-link", &stage.service.enrollment_link(MARKUP)).await;
    desk.click("enroll").await;
    desk.wait_until_gone("practice").await;
    desk.wait_for_connection("online").await;
    desk.click("tab-start").await;
    let link = desk.start_phone("06 12 34 56 78", "organization", MARKUP).await;
    desk.picture(&stage, "1-card").await;
    let phone = Phone::open(&stage, &link).await;
    phone.wait_for("ask").await;
    phone.answer("organization", "06 12 34 56 78").await;
    phone.passcode().await;
    phone.picture(&stage, "1-passcode").await;
    let page = phone.source().await;
    assert!(page.contains("&lt;img src=x") && !page.contains("<img src=\"x\""), "markup became markup");
    assert_ne!(phone.title().await, "owned");
    let window = desk.source().await;
    assert!(window.contains("&lt;img src=x") && !window.contains("<img src=\"x\""));
    phone.close().await;
    desk.close().await;
}
