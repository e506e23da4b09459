//! Two nodes, as programs of their own, on one Redis: a session's two sides sit on different ones, and one of them dies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::play::{check, compute};
use common::program::{Serving, ask, refused, serving_with};
use common::service::{Caller, Draft, Employee, Session, nothing, read};
use countersign_protocol::recipient::Opened;
use countersign_protocol::wire::{
    Created, Empty, OpenedSession, Outcome, Verdict, VerdictState, ViewedRequest,
};
use countersign_rig::redis::Redis;
use countersign_rig::until;
use reqwest::StatusCode;
use std::path::Path;
use std::time::Instant;

const ORIGIN: &str = "https://verify.example";

fn node(data: &Path, redis: &Redis) -> Serving {
    Serving::start(data, &["--redis", &redis.url(), "--public-origin", ORIGIN], "debug")
}

/// An organization and its agent, by the subcommands.
fn dana(data: &Path) -> Employee {
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let token = ask(data, &["agent", "add", "--org", "acme", "--name", "Dana", "--token"]);
    let id = ask(data, &["agent", "list", "--org", "acme"]).split('\t').next().unwrap().to_owned();
    Employee { id, token: token.trim().to_owned() }
}

fn caller(node: &Serving, dana: &Employee) -> Caller {
    let dana = Employee { id: dana.id.clone(), token: dana.token.clone() };
    Caller::new(ORIGIN.to_owned(), node.addr, dana)
}

async fn begin(agent: &Caller) -> Session {
    let draft = Draft::new(ORIGIN);
    let created = agent.post("/api/v1/sessions", &agent.dana.token, &draft.request).await;
    draft.placed(read::<Created>(created, StatusCode::CREATED).await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sessions_sides_sit_on_two_nodes_and_one_of_them_dies() {
    let (folder, redis) = (tempfile::tempdir().unwrap(), Redis::start());
    let first = node(folder.path(), &redis);
    let dana = dana(folder.path());
    let second = node(folder.path(), &redis);
    let (agent, recipient) = (caller(&first, &dana), caller(&second, &dana));
    let mut stream = agent.events(None).await;
    let session = begin(&agent).await;

    // The page is served by the second node, and the agent at the first hears of it.
    let opened = recipient.post(&session.of_page("open"), &session.token, &nothing()).await;
    let OpenedSession { offer, share, .. } = read(opened, StatusCode::OK).await;
    let opened = Opened::new(common::service::channel(ORIGIN), session.request.session_id, offer, share);
    let told = stream.next().await;
    assert_eq!((told.id, told.name.as_str()), (1, "opened"));

    // The agent's node dies with its stream. What happens meanwhile is there when the agent comes back, elsewhere.
    let (_, log) = first.kill();
    let (answered, answer) = compute(opened);
    read::<Empty>(
        recipient.post(&session.of_page("answer"), &session.token, &answer).await,
        StatusCode::ACCEPTED,
    )
    .await;
    let third = node(folder.path(), &redis);
    let agent = caller(&third, &dana);
    let mut stream = agent.events(Some(told.id)).await;
    let told = stream.next().await;
    assert_eq!((told.id, told.name.as_str()), (2, "answered"), "neither lost nor repeated");

    // The page waits at the second for what the agent says at the third.
    let waiting = recipient.request(reqwest::Method::GET, &session.of_page("verdict"));
    let waiting = tokio::spawn(waiting.bearer_auth(&session.token).header("prefer", "wait=25").send());
    let accepted = check(session.offered, &answer);
    let verdict = Verdict::accept(accepted.tag().clone());
    let path = format!("/api/v1/sessions/{}", session.id);
    read::<Empty>(agent.post(&format!("{path}/verdict"), &dana.token, &verdict).await, StatusCode::OK).await;
    let said = tokio::time::timeout(PATIENCE, waiting).await.expect("the wait ends").unwrap().unwrap();
    let VerdictState::Accepted { tag, .. } = read(said, StatusCode::OK).await else { panic!("not accepted") };
    let confirmed = answered.accept(&tag).unwrap();

    // The page's node dies too; the page goes on at the one that is left.
    let (_, other_log) = second.kill();
    let page = |verb: &str| format!("/api/v1/orgs/acme/sessions/{}/{verb}", session.id);
    let viewed = ViewedRequest { nonce: confirmed.nonce().clone() };
    read::<Empty>(agent.post(&page("viewed"), &session.token, &viewed).await, StatusCode::ACCEPTED).await;
    let shown = accepted.viewed(confirmed.nonce()).unwrap();
    assert_eq!(shown.passcode().expose(), confirmed.passcode().expose());
    let outcome = Outcome { matched: true, unexpected: false };
    read::<Empty>(agent.post(&page("outcome"), &session.token, &outcome).await, StatusCode::ACCEPTED).await;
    for (id, name) in [(3, "viewed"), (4, "outcome")] {
        let told = stream.next().await;
        assert_eq!((told.id, told.name.as_str()), (id, name));
    }
    // What remains of it reaches the history.
    let kept = || ask(folder.path(), &["audit", "list", "--org", "acme"]);
    until("the history has it", || kept().contains("matched"));
    assert_eq!(kept().lines().count(), 1, "{}", kept());
    // The log of whatever level names no session.
    for log in [log, other_log] {
        assert!(log.contains("answered") && !log.contains(&session.id));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn while_redis_is_away_the_service_says_so_and_goes_on_afterwards() {
    let (folder, mut redis) = (tempfile::tempdir().unwrap(), Redis::durable());
    let node = node(folder.path(), &redis);
    let dana = dana(folder.path());
    let caller = caller(&node, &dana);
    let session = begin(&caller).await;
    redis.kill();
    assert_eq!(caller.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let opened = caller.post(&session.of_page("open"), &session.token, &nothing()).await;
    common::service::problem(opened, 503, "unavailable").await;
    redis.restart();
    let began = Instant::now();
    while caller.get("/readyz").await.status() != StatusCode::OK {
        assert!(began.elapsed() < PATIENCE, "it recovers by itself");
    }
    let opened = caller.post(&session.of_page("open"), &session.token, &nothing()).await;
    read::<OpenedSession>(opened, StatusCode::OK).await;
}

#[test]
fn an_address_is_never_printed() {
    let folder = tempfile::tempdir().unwrap();
    let serve = |url: &'static str| vec!["serve", "--listen", "127.0.0.1:0", "--redis", url];
    for url in [
        "redis://:hunter2@127.0.0.1:1",
        "rediss://x:hunter2@127.0.0.1:1/0",
        "hunter2",
        "redis://:hunter2@[",
        "",
    ] {
        let ran = common::program::run(folder.path(), &serve(url));
        assert_eq!(ran.code, Some(1), "{url}");
        assert!(!ran.err.contains("hunter2") && ran.err.contains("--redis"), "{}", ran.err);
    }
    refused(folder.path(), &serve("redis://127.0.0.1:1"), "no server answers as it must at 127.0.0.1:1");
}

#[test]
fn the_store_is_named_by_the_environment_and_by_the_file_too() {
    let (folder, redis) = (tempfile::tempdir().unwrap(), Redis::start());
    let data = tempfile::tempdir().unwrap();
    let (_running, lines) = serving_with(data.path(), &[], Some(("COUNTERSIGN_REDIS", &redis.url())));
    assert!(lines.starts_with("listening on"), "{lines}");
    let file = folder.path().join("service.toml");
    for urls in [format!("\"{}\"", redis.url()), format!("[\"{}\"]", redis.url())] {
        std::fs::write(
            &file,
            format!("listen = \"127.0.0.1:0\"\nmetrics = \"127.0.0.1:0\"\nredis = {urls}\n"),
        )
        .unwrap();
        let (_running, lines) = serving_with(data.path(), &["--config", file.to_str().unwrap()], None);
        assert!(lines.contains("listening on"), "{lines}");
    }
    // It is Redis that they use: each looks there for sessions that ran out.
    assert!(redis.ask(&["INFO", "commandstats"]).contains("evalsha"));
}
