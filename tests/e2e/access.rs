//! Who the program is to a service, and how it starts: enrolment, withdrawal, sign-out, the desktop session.

use crate::desk::Desk;
use crate::stage::{Stage, wait_for};

/// Access that was withdrawn is said plainly, with the way back; nothing can be started meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn withdrawn_access_is_explained() {
    let stage = Stage::set("revoked");
    let desk = Desk::enrolled(&stage).await;
    let agents = stage.service.admin(&["agent", "list", "--org", "acme"]);
    let id = agents.lines().find(|line| line.contains("Dana R.")).unwrap().split('\t').next().unwrap();
    stage.service.admin(&["agent", "revoke", id]);
    desk.wait_for_connection("unauthorized").await;
    desk.picture(&stage, "1-start").await;
    desk.click("tab-settings").await;
    desk.picture(&stage, "2-settings").await;
    // A new link is the way back.
    desk.type_into("enroll-link", &stage.service.enrollment_link("Dana R.")).await;
    desk.click("enroll").await;
    desk.wait_for_connection("online").await;
    desk.close().await;
}

/// An enrolment lasts over restarts, and is gone after sign-out: from the settings and from the keyring.
#[tokio::test(flavor = "multi_thread")]
async fn enrolment_lasts_until_sign_out() {
    let stage = Stage::set("sign-out");
    let desk = Desk::enrolled(&stage).await;
    desk.close().await;
    let desk = Desk::start(&stage).await;
    assert!(!desk.is_there("practice").await, "still enrolled");
    desk.click("tab-settings").await;
    desk.click("leave").await;
    desk.click("leave-confirm").await;
    desk.find("practice").await;
    desk.wait_for_connection("online").await;
    desk.close().await;
    let desk = Desk::start(&stage).await;
    desk.find("practice").await;
    desk.picture(&stage, "1-practice-again").await;
    desk.close().await;
}

/// An enrolment link that was used is refused in words, and practice goes on.
#[tokio::test(flavor = "multi_thread")]
async fn a_used_enrolment_link_is_refused() {
    let stage = Stage::set("used-link");
    let link = stage.service.enrollment_link("Dana R.");
    let first = Desk::start(&stage).await;
    first.click("tab-settings").await;
    for (link, error) in [("https://verify.example/enroll", "countersign://"), (link.as_str(), "")] {
        first.type_into("enroll-link", link).await;
        first.click("enroll").await;
        if error.is_empty() {
            first.wait_until_gone("practice").await;
        } else {
            assert!(first.text("error-enroll").await.contains(error));
        }
    }
    first.wait_for_connection("online").await;
    first.type_into("enroll-link", &link).await;
    first.click("enroll").await;
    first.find("error-enroll").await;
    first.picture(&stage, "1-refused").await;
    first.close().await;
}

/// The switch in the settings writes and removes what the desktop session reads; a start from there shows no window.
#[tokio::test(flavor = "multi_thread")]
async fn it_starts_with_the_desktop_session() {
    let stage = Stage::set("autostart");
    let desk = Desk::start(&stage).await;
    desk.click("tab-settings").await;
    let folder = stage.home.path().join("home/.config/autostart");
    let entries = || std::fs::read_dir(&folder).map(|entries| entries.flatten().count()).unwrap_or_default();
    assert_eq!(entries(), 0);
    desk.click("autostart").await;
    wait_for("the entry", || entries() == 1);
    let entry = std::fs::read_dir(&folder).unwrap().flatten().next().unwrap().path();
    assert!(std::fs::read_to_string(entry).unwrap().contains("--hidden"));
    desk.click("autostart").await;
    wait_for("the entry to go", || entries() == 0);
    desk.close().await;
}
