//! Whoever is slow, silent, endless or in a hurry keeps nobody else from being served, and the service small: the real program,
//! with other people's verifications running beside.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::print_stdout, reason = "the claim's own line")]

mod common;

use common::PATIENCE;
use common::program::{Serving, ask};
use common::service::{Caller, Draft, Employee, Session, nothing, read};
use countersign_protocol::wire::{Created, OpenedSession};
use reqwest::StatusCode;
use std::fs;
use std::net::SocketAddr;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Silent and half-spoken connections of each kind.
const SILENT: usize = 300;
/// Open event streams that nothing happens on.
const STREAMS: usize = 300;
/// What the service may hold at most, in MiB, with all of it going on.
const MOST_MIB: u64 = 512;
/// Other people's sessions beside each abuse.
const OTHERS: usize = 20;

fn agent(data: &std::path::Path, name: &str) -> String {
    ask(data, &["agent", "add", "--org", "acme", "--name", name, "--token"]).trim().to_owned()
}

/// Connects, says this, and keeps the connection.
async fn say(addr: SocketAddr, words: &str) -> TcpStream {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(words.as_bytes()).await.unwrap();
    stream
}

fn resident_mib(id: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// Sessions of somebody who does nothing wrong, created and opened.
async fn others_are_served(caller: &Caller) {
    for _ in 0..OTHERS {
        let session: Session = caller.session().await;
        let opened = caller.post(&session.of_page("open"), &session.token, &nothing()).await;
        let opened: OpenedSession = read(opened, StatusCode::OK).await;
        assert_eq!(opened.share, session.request.share);
        let path = format!("/api/v1/sessions/{}", session.id);
        let cancelled = caller.request(reqwest::Method::DELETE, &path).bearer_auth(&caller.dana.token);
        assert_eq!(cancelled.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_abuses_the_service_keeps_nobody_else_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let (dana, flooder) = (agent(data, "Dana"), agent(data, "Flo"));
    let many = ["--opens-per-minute", "100000", "--waits-per-address", "100000"];
    let serving = Serving::start(data, &many, "warn");
    let (addr, id) = (serving.addr, serving.id());
    let caller = Caller::new(format!("http://{addr}"), addr, Employee { id: String::new(), token: dana });
    let mut tried = 0;

    // Heads that never end, and bodies a byte of which comes.
    let mut kept = Vec::new();
    let slow_body = "POST /api/v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{";
    let mut slow = Vec::new();
    for _ in 0..SILENT {
        kept.push(say(addr, "").await);
        kept.push(say(addr, "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ").await);
        slow.push(say(addr, slow_body).await);
    }
    others_are_served(&caller).await;
    tried += 3 * SILENT;

    // Streams on which nothing happens.
    for _ in 0..STREAMS {
        let words =
            format!("GET /api/v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {flooder}\r\n\r\n");
        kept.push(say(addr, &words).await);
    }
    others_are_served(&caller).await;
    tried += STREAMS;

    // A gigabyte that is announced, and one that is not: refused before it has come.
    let announced = format!("Content-Length: {}", 1 << 30);
    for kind in [announced.as_str(), "Transfer-Encoding: chunked"] {
        let head = format!(
            "POST /api/v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{kind}\r\n\r\n"
        );
        let mut stream = say(addr, &head).await;
        let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000));
        let mut sent = 0;
        // It stops taking them long before the end.
        while sent < 1 << 30 && stream.write_all(chunk.as_bytes()).await.is_ok() {
            sent += chunk.len();
        }
        assert!(sent < 1 << 28, "{kind}: {sent} bytes were taken");
        tried += 1;
    }
    others_are_served(&caller).await;

    // Ten times as many sessions as one may create, at once.
    let mut flood = JoinSet::new();
    for _ in 0..1200 {
        let draft = Draft::new(&caller.origin);
        let request = caller.request(reqwest::Method::POST, "/api/v1/sessions").bearer_auth(&flooder);
        let body = serde_json::to_vec(&draft.request).unwrap();
        let request = request.header("content-type", "application/json").body(body);
        flood.spawn(async move { request.send().await.unwrap() });
    }
    others_are_served(&caller).await;
    let mut created = 0;
    for answer in flood.join_all().await {
        match answer.status() {
            StatusCode::CREATED => {
                created += 1;
                let _: Created = read(answer, StatusCode::CREATED).await;
            }
            // Turned away unharmed.
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
                assert!(answer.headers().contains_key("retry-after"));
            }
            status => panic!("{status}"),
        }
    }
    assert!((1..=60).contains(&created), "{created}");
    tried += 1200;

    // Bodies that do not come are given up.
    let began = Instant::now();
    let mut answer = Vec::new();
    let mut first = slow.remove(0);
    while !String::from_utf8_lossy(&answer).contains("did not arrive in time") {
        assert!(began.elapsed() < PATIENCE * 3, "a slow body is waited for");
        let mut some = [0; 1024];
        let read = first.read(&mut some).await.unwrap();
        assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&some[..read]);
    }
    let resident = resident_mib(id);
    assert!(resident <= MOST_MIB, "{resident} MiB");
    println!("claim abuse {tried} 0 0 ok");
}
