//! The program as operators have it: its commands and what they say, and serving across a crash.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::program::{Serving, ask, refused, run};
use common::service::{Caller, Draft, Employee, nothing, page_path, problem, read};
use countersign_protocol::wire::{Created, Empty, Enrolled, Outcome, Verdict, ViewedRequest};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

const ORIGIN: &str = "https://verify.example";

/// A data folder with `acme` in it, and its agent.
fn furnished() -> (TempDir, Employee) {
    let data = tempfile::tempdir().unwrap();
    ask(data.path(), &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let token = ask(data.path(), &["agent", "add", "--org", "acme", "--name", "Dana", "--token"]);
    let id = ask(data.path(), &["agent", "list", "--org", "acme"]).split('\t').next().unwrap().to_owned();
    (data, Employee { id, token: token.trim_end().to_owned() })
}

fn serve(data: &Path, dana: &Employee, log: &str) -> (Serving, Arc<Caller>) {
    let serving = Serving::start(data, &["--public-origin", ORIGIN, "--opens-per-minute", "100000"], log);
    let dana = Employee { id: dana.id.clone(), token: dana.token.clone() };
    let caller = Caller::new(ORIGIN.to_owned(), serving.addr, dana);
    (serving, Arc::new(caller))
}

#[test]
fn organizations_are_added_changed_and_listed() {
    let folder = tempfile::tempdir().unwrap();
    let data = &folder.path().join("made/on/the/way");
    let add =
        ["org", "add", "acme", "--name", "Acme", "--country", "FR", "--channel", "+33 1", "--channel", "b"];
    assert_eq!(ask(data, &["org", "list"]), "");
    assert_eq!(ask(data, &add), "");
    assert_eq!(ask(data, &["org", "add", "bolt", "--name", "Bolt & Söhne", "--country", "DE"]), "");
    assert_eq!(ask(data, &["org", "list"]), "acme\tFR\tAcme\nbolt\tDE\tBolt & Söhne\n");
    assert_eq!(
        ask(data, &["org", "edit", "acme", "--name", "Acme SA", "--website", "https://acme.example"]),
        ""
    );
    assert_eq!(ask(data, &["org", "list"]), "acme\tFR\tAcme SA\nbolt\tDE\tBolt & Söhne\n");

    refused(data, &add, "acme exists already");
    refused(data, &["org", "edit", "nobody", "--name", "x"], "nobody does not exist");
    refused(data, &["org", "add", "Acme!", "--name", "x", "--country", "FR"], "a handle has 2 to 40");
    refused(data, &["org", "add", "api", "--name", "x", "--country", "FR"], "a handle has 2 to 40");
    refused(data, &["org", "add", "x1", "--name", " ", "--country", "FR"], "a name has 1 to 120");
    refused(data, &["org", "add", "x1", "--name", "x", "--country", "France"], "--country: ");
    refused(data, &["org", "edit", "acme", "--website", "http://acme.example"], "starts with https://");
    assert_eq!(ask(data, &["org", "list"]), "acme\tFR\tAcme SA\nbolt\tDE\tBolt & Söhne\n");
}

#[test]
fn agents_are_invited_listed_and_revoked() {
    let (folder, dana) = furnished();
    let data = folder.path();
    let list = || ask(data, &["agent", "list", "--org", "acme"]);
    assert_eq!(list(), format!("{}\tenrolled\tagent\tDana\n", dana.id));
    assert_eq!(dana.token.len(), 43);
    // Until the service has run, nobody knows where it is; nobody is added then.
    let add = ["agent", "add", "--org", "acme", "--name", "Eli", "--role", "supervisor"];
    refused(data, &add, "the service's address is not known yet");
    refused(data, &[&add[..], &["--public-origin", "http://verify.example"]].concat(), "--public-origin: ");
    assert_eq!(list(), format!("{}\tenrolled\tagent\tDana\n", dana.id));
    let link = ask(data, &[&add[..], &["--public-origin", ORIGIN]].concat());
    let code = link.strip_prefix("countersign://enroll?service=https%3A%2F%2Fverify.example&code=").unwrap();
    assert_eq!(code.trim_end().len(), 43);
    let listed = list();
    let eli = listed.lines().find(|line| line.ends_with("\tinvited\tsupervisor\tEli")).unwrap();
    let eli = eli.split('\t').next().unwrap();

    assert_eq!(ask(data, &["agent", "revoke", &dana.id]), "");
    assert!(list().contains(&format!("{}\trevoked\tagent\tDana\n", dana.id)));
    assert!(list().contains(&format!("{eli}\tinvited\t")));
    refused(data, &["agent", "revoke", &dana.id], "does not exist");
    refused(data, &["agent", "revoke", "nobody"], "nobody does not exist");
    refused(data, &["agent", "add", "--org", "nobody", "--name", "x", "--token"], "nobody does not exist");
    refused(data, &["agent", "add", "--org", "acme", "--name", "", "--token"], "a name has 1 to 120");
}

#[test]
fn the_manifest_is_what_a_checksum_program_prints() {
    let (folder, page) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::create_dir(page.path().join("assets")).unwrap();
    let mut expected = String::new();
    for (name, text) in [("assets/app-1.js", "'use strict';"), ("index.html", "<!doctype html>")] {
        fs::write(page.path().join(name), text).unwrap();
        for byte in Sha256::digest(text) {
            write!(expected, "{byte:02x}").unwrap();
        }
        writeln!(expected, "  {name}").unwrap();
    }
    let manifest = ["page-manifest", "--page", page.path().to_str().unwrap()];
    assert_eq!(ask(folder.path(), &manifest), expected);
    let embedded = ask(folder.path(), &["page-manifest"]);
    assert!(embedded.lines().any(|line| line.ends_with("  index.html")));
    for line in embedded.lines() {
        let (hash, name) = line.split_once("  ").unwrap();
        assert!(
            hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) && !name.is_empty(),
            "{line}"
        );
    }
    refused(folder.path(), &["page-manifest", "--page", "/nonexistent/page"], "No such file or directory");
}

#[test]
fn what_cannot_be_served_is_said_and_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let other = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    refused(data, &["serve", "--listen", &taken], &format!("cannot listen on {taken}: "));
    refused(data, &["serve", "--listen", "0.0.0.0:0"], "--public-origin is needed");
    for origin in
        ["http://verify.example", "https://verify.example/x", "verify.example", "HTTPS://verify.example"]
    {
        refused(data, &["serve", "--listen", "127.0.0.1:0", "--public-origin", origin], "--public-origin: ");
    }
    refused(data, &["serve", "--page", "/nonexistent/page"], "the page's folder cannot be read");
    let (file, config) = (data.join("file"), data.join("config.toml"));
    fs::write(&file, "x").unwrap();
    refused(&file, &["serve", "--listen", "127.0.0.1:0"], "the data folder cannot be used");
    refused(&file, &["org", "list"], "the data folder cannot be used");
    refused(data, &["org", "list", "--config", "/nonexistent.toml"], "/nonexistent.toml cannot be read");
    let config = config.to_str().unwrap();
    fs::write(config, "lissten = \"127.0.0.1:0\"").unwrap();
    let unknown = run(data, &["org", "list", "--config", config]);
    assert_eq!(unknown.code, Some(1));
    assert!(unknown.err.contains("config.toml") && unknown.err.contains("lissten"), "{}", unknown.err);
    let broken = data.join("broken");
    fs::create_dir(&broken).unwrap();
    fs::write(
        broken.join("countersign.db"),
        "no database at all, and long enough to be looked at ".repeat(40),
    )
    .unwrap();
    refused(&broken, &["org", "list"], "the database cannot be opened");
    for usage in [&["serve", "--listen", "nowhere"][..], &["org", "add", "acme"], &["dance"], &[]] {
        let ran = run(data, usage);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{usage:?}");
        assert!(ran.err.contains("Usage: countersign-service") || ran.err.contains("--help"), "{}", ran.err);
    }
}

#[cfg(unix)]
#[test]
fn asked_to_stop_it_stops_be_it_the_moment_it_listens() {
    let (folder, dana) = furnished();
    for signal in ["TERM", "INT"].repeat(8) {
        let (serving, _) = serve(folder.path(), &dana, "info");
        let (signal_name, id) = (format!("-{signal}"), serving.id().to_string());
        let sent = std::process::Command::new("kill").args([signal_name, id]).status().unwrap();
        assert!(sent.success());
        assert_eq!(serving.wait().code(), Some(0), "{signal}");
    }
}

#[tokio::test]
async fn sessions_go_on_where_they_were_when_the_service_is_killed_and_started_again() {
    let (folder, dana) = furnished();
    let (serving, before) = serve(folder.path(), &dana, "info");
    // A session at each step, every one acknowledged.
    let waiting = before.session().await;
    let opened = before.session().await;
    let opened_page = before.open(&opened).await;
    let answered = before.session().await;
    let page = before.open(&answered).await;
    let (answered_page, answer) = before.answer(&answered, page).await;
    let viewed = before.session().await;
    let page = before.open(&viewed).await;
    let (page, viewed_answer) = before.answer(&viewed, page).await;
    let accepted = common::play::check(viewed.offered, &viewed_answer);
    let (viewed_id, viewed_token) = (viewed.id, viewed.token);
    let at = |verb: &str| format!("/api/v1/sessions/{viewed_id}/{verb}");
    let verdict = Verdict::accept(accepted.tag().clone());
    read::<Empty>(before.post(&at("verdict"), &dana.token, &verdict).await, StatusCode::OK).await;
    let confirmed = page.accept(accepted.tag()).unwrap();
    let nonce = ViewedRequest { nonce: confirmed.nonce().clone() };
    let sent = before.post(&page_path("acme", &viewed_id, "viewed"), &viewed_token, &nonce).await;
    read::<Empty>(sent, StatusCode::ACCEPTED).await;
    let cancelled = before.session().await;
    let path = format!("/api/v1/sessions/{}", cancelled.id);
    let gone = before.request(Method::DELETE, &path).bearer_auth(&dana.token).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    // opened ×3, answered ×2, viewed ×1.
    let mut stream = before.events(Some(0)).await;
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(stream.next().await);
    }

    // And in the middle of others: whatever was acknowledged stands.
    let (placed, mut placements) = tokio::sync::mpsc::unbounded_channel();
    let mut creating = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (before, placed) = (before.clone(), placed.clone());
        creating.spawn(async move {
            loop {
                let draft = Draft::new(ORIGIN);
                let request =
                    before.request(Method::POST, "/api/v1/sessions").bearer_auth(&before.dana.token);
                let Ok(answer) = request.json(&draft.request).send().await else { return };
                let status = answer.status();
                let Ok(created) = answer.json::<Value>().await else { return };
                if status != StatusCode::CREATED {
                    return;
                }
                let created: Created = serde_json::from_value(created).unwrap();
                let _ = placed.send(draft.placed(created));
            }
        });
    }
    drop(placed);
    let mut acknowledged = Vec::new();
    while acknowledged.len() < 20 {
        acknowledged.push(placements.recv().await.unwrap());
    }
    serving.kill();
    creating.join_all().await;
    while let Some(session) = placements.recv().await {
        acknowledged.push(session);
    }

    let (_serving, after) = serve(folder.path(), &dana, "info");
    let mut stream = after.events(Some(0)).await;
    for event in &seen {
        assert_eq!(stream.next().await, *event);
    }
    for session in &acknowledged {
        let again = after.post("/api/v1/sessions", &dana.token, &session.request).await;
        let again: Created = read(again, StatusCode::CREATED).await;
        let same =
            |created: &Created| (created.number.clone(), created.expires_at.clone(), created.url.clone());
        assert_eq!(same(&again), same(&session.created));
    }
    after.complete(waiting).await;
    let stranger = "A".repeat(43);
    let refused = after.post(&opened.of_page("open"), &stranger, &nothing()).await;
    problem(refused, 404, "invalid_session").await;
    let (opened_page, opened_answer) = after.answer(&opened, opened_page).await;
    after.finish(opened, opened_page, &opened_answer).await;
    let refused = after.post(&cancelled.of_page("open"), &cancelled.token, &nothing()).await;
    problem(refused, 404, "invalid_session").await;
    after.finish(answered, answered_page, &answer).await;
    let changed = Verdict::refuse();
    problem(after.post(&at("verdict"), &dana.token, &changed).await, 409, "conflict").await;
    let outcome = Outcome { matched: true, unexpected: false };
    let sent = after.post(&page_path("acme", &viewed_id, "outcome"), &viewed_token, &outcome).await;
    read::<Empty>(sent, StatusCode::ACCEPTED).await;
    assert_eq!(
        accepted.viewed(confirmed.nonce()).unwrap().passcode().expose(),
        confirmed.passcode().expose()
    );
    let mut last = seen.len() as u64;
    while last < 17 {
        let event = stream.next().await;
        assert_eq!(event.id, last + 1);
        last = event.id;
    }
}

#[tokio::test]
async fn nothing_that_opens_a_session_or_proves_anything_is_logged_or_left_in_the_clear() {
    let (folder, dana) = furnished();
    let (serving, service) = serve(folder.path(), &dana, "trace");
    let link = ask(folder.path(), &["agent", "add", "--org", "acme", "--name", "Eli"]);
    let code = link.trim_end().split("code=").nth(1).unwrap().to_owned();
    let mut stream = service.events(None).await;
    let (mut logged_never, mut stored_never) = (vec![dana.token.clone()], vec![dana.token.clone()]);
    let enrol = service.request(Method::POST, "/api/v1/enroll").json(&json!({ "code": code }));
    let eli: Enrolled = read(enrol.send().await.unwrap(), StatusCode::OK).await;
    logged_never.extend([code.clone(), eli.token.clone()]);
    stored_never.extend([code, eli.token]);

    let session = service.session().await;
    let request = &session.request;
    let page = session.of_page("verdict");
    let token = session.token.clone();
    logged_never.extend([session.id.clone(), token.clone(), format!("numbers/{}", session.created.number)]);
    logged_never.extend([request.salt.to_string(), request.share.to_string()]);
    stored_never.extend([session.token.clone(), "612345678".to_owned()]);
    logged_never.push("612345678".to_owned());
    // What goes wrong is said in the log too, and without it.
    for body in [
        session.id.as_str(),
        &format!("{{\"{}\":1}}", session.token),
        &format!("{{\"code\":[\"{}\"]", dana.token),
    ] {
        for path in ["/api/v1/sessions".to_owned(), session.of_page("answer"), "/api/v1/enroll".to_owned()] {
            assert_eq!(service.post_raw(&path, &dana.token, body.to_owned()).await.status(), 400);
        }
    }
    assert_eq!(service.get(&format!("/acme/{}?{}", session.id, session.token)).await.status(), 200);
    assert_eq!(service.get(&format!("/acme/{}/{}", session.id, session.token)).await.status(), 404);
    let number = format!("/api/v1/orgs/acme/numbers/{}", session.created.number);
    assert_eq!(service.post(&number, "", &nothing()).await.status(), 200);
    let opened = service.open(&session).await;
    let stranger = service.post(&session.of_page("open"), &common::tag().to_string(), &nothing()).await;
    let request_id = stranger.headers()["x-request-id"].to_str().unwrap().to_owned();
    let (answered, answer) = service.answer(&session, opened).await;
    logged_never.extend([answer.share.to_string(), answer.commit.to_string(), answer.tag.to_string()]);
    service.finish(session, answered, &answer).await;
    let verdict: Value = read(service.get_as(&page, &token).await, StatusCode::OK).await;
    logged_never.push(verdict["tag"].as_str().unwrap().to_owned());
    while let event = stream.next().await
        && event.name != "outcome"
    {
        logged_never.extend(event.data["nonce"].as_str().map(str::to_owned));
    }
    let broken = service.session().await;
    logged_never.extend([broken.id.clone(), broken.token.clone()]);
    service.open(&broken).await;
    let mut stored = Vec::new();
    for file in fs::read_dir(folder.path()).unwrap() {
        stored.extend(fs::read(file.unwrap().path()).unwrap());
    }
    let (out, err) = serving.kill();

    // It did log, as plain text.
    assert!(
        err.contains(&request_id) && err.contains("/orgs/{handle}/sessions/{id}/open"),
        "requests are logged"
    );
    assert!(!err.contains('\u{1b}'), "no terminal reads this");
    for secret in logged_never {
        for form in [secret.clone(), secret.to_ascii_uppercase()] {
            assert!(!err.contains(&form) && !out.contains(&form), "{form} is in the log");
        }
    }
    let kept = |text: &str| stored.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(kept("Ticket 4812"), "this is where it is kept");
    for secret in stored_never {
        assert!(!kept(&secret), "{secret} is on the disk");
    }
}
