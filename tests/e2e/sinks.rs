//! Where a value or a passcode might be left on the two people's machines: the message bus, the clipboard and what is marked, every
//! file of the agent's session, the profile of the customer's browser. Values that exist nowhere else go through whole
//! verifications; then all of it is searched, in every form that `scripts/check zero_knowledge` looks for.
//!
//! What may be there, a subject, has to be found on the bus; then the value is planted in each place, and has to be found in each.

use crate::daemons::Process;
use crate::desk::Desk;
use crate::phone::Phone;
use crate::stage::{Stage, binary, wait_for};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SUBJECT: &str = "Ticket QZ7-canary";

/// A telephone number that is nobody's, by its digits after +336.
struct Canary(String);

impl Canary {
    fn draw() -> Self {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).unwrap();
        Self(bytes.iter().map(|byte| char::from(b'0' + byte % 10)).collect())
    }

    fn spaced(&self) -> String {
        let pairs: Vec<_> = self.0.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
        format!("06 {}", pairs.join(" "))
    }

    fn spellings(&self) -> Vec<String> {
        let (digits, spaced) = (&self.0, self.spaced());
        let abroad = spaced.replacen('0', "+33 ", 1);
        let joined =
            [format!("+336{digits}"), format!("336{digits}"), format!("06{digits}"), format!("6{digits}")];
        joined.into_iter().chain([spaced, abroad]).collect()
    }
}

/// The places, each a file or a folder.
struct Places {
    bus: PathBuf,
    clipboard: PathBuf,
    profile: PathBuf,
    /// A profile that has seen no verification.
    before: PathBuf,
    /// The folders of the agent's session.
    session: Vec<PathBuf>,
    secrets: PathBuf,
}

impl Places {
    fn of(stage: &Stage) -> Self {
        let home = stage.home.path();
        let session = ["home", "data", "config", "cache", "runtime"].map(|name| home.join(name));
        Self {
            bus: home.join("bus"),
            clipboard: home.join("clipboard"),
            profile: home.join("profile"),
            before: home.join("profile-before"),
            session: session.to_vec(),
            secrets: home.join("secrets.json"),
        }
    }

    /// Keeps what is on the clipboard, and what is marked, beside what was there before.
    fn keep_clipboard(&self, stage: &Stage) {
        let mut kept = fs::read_to_string(&self.clipboard).unwrap_or_default();
        kept.extend([stage.clipboard(), "\n".into(), stage.marked(), "\n".into()]);
        fs::write(&self.clipboard, kept).unwrap();
    }

    /// What the search says, a line each.
    fn search(&self, values: &[Canary], passcodes: &[String]) -> Vec<String> {
        let spelled =
            values.iter().flat_map(|value| value.spellings().into_iter().map(|text| ("a value", text)));
        let texts: Vec<_> = spelled.chain([("the subject", SUBJECT.to_owned())]).collect();
        let codes: Vec<_> = passcodes.iter().map(|code| ("a passcode", code)).collect();
        fs::write(&self.secrets, json!({ "texts": texts, "codes": codes }).to_string()).unwrap();
        let mut command = Command::new(binary("countersign-bench"));
        command.args(["trial", "search", "--secrets"]).arg(&self.secrets).arg("--known").arg(&self.before);
        command.args([&self.bus, &self.clipboard, &self.profile]).args(&self.session);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
    }
}

/// What of these lines says that a secret was found somewhere.
fn leaks(lines: &[String]) -> Vec<&String> {
    lines.iter().filter(|line| line.starts_with("found ") && !line.contains("the subject")).collect()
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-r").args([from, to]).status().unwrap().success());
}

/// One verification, from the form to the outcome; the passcode.
async fn verify(stage: &Stage, places: &Places, desk: &Desk, value: &Canary) -> String {
    desk.click("tab-start").await;
    let link = desk.start_phone(&value.spaced(), "organization", SUBJECT).await;
    desk.click("copy").await;
    wait_for("the link on the clipboard", || stage.clipboard() == link);
    places.keep_clipboard(stage);
    let phone = Phone::open_keeping(stage, &link, &places.profile).await;
    phone.answer("organization", &value.spaced()).await;
    let passcode = phone.passcode().await;
    desk.wait_for_step("viewed", "now").await;
    desk.click("reveal").await;
    assert_eq!(desk.passcode().await, passcode);
    places.keep_clipboard(stage);
    phone.tap("matches").await;
    desk.wait_for_outcome("matched").await;
    places.keep_clipboard(stage);
    phone.close().await;
    passcode
}

/// Leaves the value on the bus, on the clipboard, in a file of the app's and in the browser's history.
async fn leak(stage: &Stage, places: &Places, value: &Canary) {
    let [text, ..] = &value.spellings()[..] else { panic!("no spelling") };
    let signal = ["--session", "--type=signal", "/leak", "test.Leak.Leak", &format!("string:{text}")];
    stage.run("dbus-send", &signal).expect("dbus-send");
    stage.copy(text);
    places.keep_clipboard(stage);
    fs::write(stage.app_folder().join("leak"), text).unwrap();
    let address = format!("{}/acme?leak={}", stage.service.origin, text.trim_start_matches('+'));
    let phone = Phone::open_keeping(stage, &address, &places.profile).await;
    phone.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_value_or_passcode_is_left_on_bus_clipboard_disk_or_in_the_browser() {
    let stage = Stage::set("sinks");
    let places = Places::of(&stage);
    let recorder: Process = stage.record_bus(&places.bus);
    let phone = Phone::open_keeping(&stage, &format!("{}/acme", stage.service.origin), &places.profile).await;
    phone.close().await;
    copy(&places.profile, &places.before);

    let desk = Desk::enrolled(&stage).await;
    let (mut values, mut passcodes) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let value = Canary::draw();
        passcodes.push(verify(&stage, &places, &desk, &value).await);
        values.push(value);
    }
    // One that fails: neither what was expected nor what was typed.
    let (expected, typed) = (Canary::draw(), Canary::draw());
    desk.click("tab-start").await;
    let link = desk.start_phone(&expected.spaced(), "organization", SUBJECT).await;
    let phone = Phone::open_keeping(&stage, &link, &places.profile).await;
    phone.answer("organization", &typed.spaced()).await;
    desk.wait_for_outcome("value_refused").await;
    places.keep_clipboard(&stage);
    phone.close().await;
    desk.close().await;
    values.extend([expected, typed]);

    let lines = places.search(&values, &passcodes);
    assert_eq!(leaks(&lines), [""; 0]);
    assert!(!lines.iter().any(|line| line.starts_with("missed ")), "{lines:#?}");
    assert!(lines.iter().any(|line| line.starts_with("found bus: the subject, plain")), "{lines:#?}");

    leak(&stage, &places, &values[0]).await;
    let lines = places.search(&values, &passcodes);
    for place in ["bus", "clipboard", "data", "profile"] {
        let found = format!("found {place}: a value, plain");
        assert!(lines.iter().any(|line| line.starts_with(&found)), "{place}: {lines:#?}");
    }
    drop(recorder);
}
