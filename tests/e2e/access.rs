//! Who the program is to a service, and how it starts: enrolment, withdrawal, sign-out, the desktop session.

use crate::desk::Desk;
use crate::stage::{Stage, app_binary, wait_for};
use sha2::{Digest as _, Sha256};
use thirtyfour::Key;

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

/// Without a keyring the access is kept for this run, the user is told, and no file holds it.
#[tokio::test(flavor = "multi_thread")]
async fn without_a_keyring_access_lasts_for_this_run() {
    let stage = Stage::set_without_keyring("no-keyring");
    let desk = Desk::enrolled(&stage).await;
    assert!(desk.text("warning-keyring_unavailable").await.contains("this run only"));
    desk.start_phone("06 12 34 56 78", "organization", "Ticket 4812").await;
    desk.picture(&stage, "1-card").await;
    desk.click("cancel").await;
    desk.wait_for_outcome("cancelled").await;
    desk.click("tab-settings").await;
    assert!(desk.text("warning-detail-keyring_unavailable").await.contains("never written to a plain file"));
    desk.picture(&stage, "2-settings").await;
    desk.close().await;
    assert!(searched_for_token(&stage) > 10, "nothing was searched");
    let desk = Desk::start(&stage).await;
    desk.find("practice").await;
    desk.close().await;
}

/// A keyring that starts after the program, as some do at login, is found; so is one that is started anew while the program runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_keyring_that_starts_late_is_found() {
    let mut stage = Stage::set("late-keyring");
    let desk = Desk::enrolled(&stage).await;
    desk.close().await;
    stage.stop_keyring();
    let desk = Desk::start_anyhow(&stage).await;
    assert!(desk.text("warning-keyring_closed").await.contains("your access is in it"));
    desk.wait_for_connection("unauthorized").await;
    desk.click("tab-settings").await;
    assert!(desk.text("warning-detail-keyring_closed").await.contains("Unlock it"));
    desk.picture(&stage, "1-settings").await;
    desk.click("look-again").await;
    stage.start_keyring();
    desk.wait_for_connection("online").await;
    desk.wait_until_gone("warning-keyring_closed").await;
    assert!(!desk.is_there("practice").await, "still enrolled");

    // One that was started anew is asked anew.
    stage.stop_keyring();
    stage.start_keyring();
    desk.type_into("enroll-link", &stage.service.enrollment_link("Sam R.")).await;
    desk.click("enroll").await;
    desk.wait_for_value("enroll-link", "").await;
    desk.wait_for_connection("online").await;
    assert!(!desk.is_there("warning-keyring_unavailable").await, "it is not kept");
    desk.close().await;
    let desk = Desk::start(&stage).await;
    desk.wait_for_connection("online").await;
    assert!(!desk.is_there("practice").await, "still enrolled");
    desk.close().await;
}

/// A service that names another origin than that of the enrolment is given no session, for as long as it does.
#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_names_another_origin_is_given_no_session() {
    let mut stage = Stage::set("elsewhere");
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let file = |name: &str| stage.home.path().join(name);
    let (certificate, key) = (file("certificate.pem"), file("key.pem"));
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    stage.trust(&certificate);
    let tls = ["--tls-cert", certificate.to_str().unwrap(), "--tls-key", key.to_str().unwrap()];
    let named = |origin: &'static str| [&tls[..], &["--public-origin", origin]].concat();
    stage.service.up_as(&named("https://verify.example"));
    let enrolled = format!("https://localhost:{}", stage.service.origin.rsplit(':').next().unwrap());
    let link = stage.service.enrollment_link("Dana R.");
    let code = link.split_once("code=").unwrap().1.split('&').next().unwrap();

    let desk = Desk::start(&stage).await;
    desk.click("tab-settings").await;
    let link = format!("countersign://enroll?service={enrolled}&code={code}");
    desk.type_into("enroll-link", &link).await;
    desk.click("enroll").await;
    assert!(desk.text("warning-service_elsewhere").await.contains("another address"));
    desk.wait_for_connection("offline").await;
    assert!(desk.text("warning-detail-service_elsewhere").await.contains("No session is started"));
    // There is a way out, too.
    desk.find("leave").await;
    desk.picture(&stage, "1-settings").await;
    desk.click("tab-start").await;
    desk.picture(&stage, "2-start").await;

    let enrolled: &'static str = enrolled.leak();
    stage.service.up_as(&named(enrolled));
    desk.wait_for_connection("online").await;
    desk.wait_until_gone("warning-service_elsewhere").await;
    let link = desk.start_phone("06 12 34 56 78", "organization", "Ticket 4812").await;
    assert!(link.starts_with(&format!("{enrolled}/acme/")), "{link}");
    desk.click("cancel").await;
    desk.wait_for_outcome("cancelled").await;
    desk.close().await;
}

/// Looks for the token in every file the app may write. The service knows its SHA-256, so every run of 43 characters of its
/// alphabet is hashed and compared. Returns how many runs there were.
fn searched_for_token(stage: &Stage) -> usize {
    let service = rusqlite::Connection::open(stage.home.path().join("service/countersign.db")).unwrap();
    let mut agents = service.prepare("SELECT token FROM agents WHERE token IS NOT NULL").unwrap();
    let kept: Vec<Vec<u8>> =
        agents.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap();
    assert!(!kept.is_empty());
    let mut runs = 0;
    for file in
        ["data", "config", "cache", "home"].iter().flat_map(|name| files_under(&stage.home.path().join(name)))
    {
        let bytes = std::fs::read(&file).unwrap_or_default();
        let of_a_token = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-' || *b == b'_';
        for run in bytes.split(|b| !of_a_token(b)).flat_map(|word| word.windows(43)) {
            runs += 1;
            let digest = Sha256::digest(run);
            assert!(!kept.iter().any(|token| token[..] == digest[..]), "{} holds the token", file.display());
        }
    }
    runs
}

fn files_under(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().filter_map(Result::ok) {
            let is_folder = entry.file_type().unwrap().is_dir();
            if is_folder { folders.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files
}

/// An enrolment link opened by another program, given to a second start, stands in the form of the first; a person sends it.
#[tokio::test(flavor = "multi_thread")]
async fn an_enrolment_link_is_handed_over() {
    let stage = Stage::set("enroll-link");
    let desk = Desk::start(&stage).await;
    let link = stage.service.enrollment_link("Dana R.");
    stage.run(app_binary().to_str().unwrap(), &[&link]).expect("a second start hands over and ends");
    desk.wait_for_value("enroll-link", &link).await;
    desk.find("practice").await;
    desk.picture(&stage, "1-filled").await;
    desk.wait_for_focus("enroll-link").await;
    desk.press_key(Key::Enter).await;
    desk.wait_until_gone("practice").await;
    desk.wait_for_connection("online").await;
    assert_eq!(stage.running_app().len(), 1, "one instance");
    desk.close().await;
}

/// Above other windows, when the user wants it.
#[tokio::test(flavor = "multi_thread")]
async fn it_stays_above_other_windows() {
    let stage = Stage::set("on-top");
    let desk = Desk::start(&stage).await;
    let above = || {
        let window = stage.windows().pop().unwrap_or_default();
        stage.run("xprop", &["-id", &window, "_NET_WM_STATE"]).unwrap_or_default().contains("STATE_ABOVE")
    };
    assert!(!above());
    desk.click("tab-settings").await;
    desk.click("always_on_top").await;
    wait_for("the window to rise", above);
    desk.click("always_on_top").await;
    wait_for("the window to stand among others", || !above());
    desk.close().await;
}
