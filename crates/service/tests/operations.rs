//! What operators set and see: metrics, proxies, the notice of a stop, and options wherever they are set.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::program::{ask, run, serving_with};
use common::service::{Service, Session, WIDE, nothing, problem};
use countersign_service::Operations;
use countersign_service::limits::Limits;
use reqwest::Response;
use std::fs;
use std::time::{Duration, Instant};

fn operations() -> Operations {
    Operations { metrics: Some("127.0.0.1:0".parse().unwrap()), ..Operations::default() }
}

async fn metrics(service: &Service) -> String {
    let url = format!("http://{}/metrics", service.served.metrics_addr().unwrap());
    let answer = service.client.get(url).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    answer.text().await.unwrap()
}

/// Waits for a line of the metrics.
async fn line(service: &Service, expected: &str) {
    let began = Instant::now();
    loop {
        let text = metrics(service).await;
        if text.lines().any(|line| line == expected) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{expected}: {text}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_goes_on_is_counted_and_nothing_of_anybody_is_told() {
    let limits = Limits { opens_per_minute: 2, ..WIDE };
    let service = Service::start_operated(operations(), |options| options.limits = limits).await;
    line(&service, "countersign_live_sessions 0").await;
    let stream = service.events(None).await;
    let (done, waiting, limited) =
        (service.session().await, service.session().await, service.session().await);
    let secrets =
        [waiting.id.clone(), waiting.token.clone(), service.dana.token.clone(), service.dana.id.clone()];
    line(&service, "countersign_live_sessions 3").await;
    service.complete(done).await;
    let opened = service.open(&waiting).await;
    let refused = service.post(&limited.of_page("open"), &limited.token, &nothing()).await;
    problem(refused, 429, "too_many").await;
    let _ = service.answer(&waiting, opened).await;
    let client = service.client.clone();
    let url = format!("http://{}{}", service.addr, waiting.of_page("verdict"));
    let call = client.get(url).bearer_auth(&waiting.token).header("prefer", "wait=25").send();
    let wait = tokio::spawn(call);
    for expected in [
        "countersign_live_sessions 2",
        "countersign_open_streams 1",
        "countersign_open_waits 1",
        "countersign_rate_limited_total 1",
        "countersign_store_errors_total 0",
        r#"countersign_requests_total{route="/api/v1/sessions",method="POST",status="201"} 3"#,
        r#"countersign_requests_total{route="/api/v1/orgs/{handle}/sessions/{id}/open",method="POST",status="429"} 1"#,
        r#"countersign_request_seconds_count{route="/api/v1/orgs/{handle}/sessions/{id}/open"} 3"#,
        "# TYPE countersign_request_seconds histogram",
    ] {
        line(&service, expected).await;
    }
    wait.abort();
    drop(stream);
    line(&service, "countersign_open_streams 0").await;
    line(&service, "countersign_open_waits 0").await;
    let text = metrics(&service).await;
    for secret in secrets {
        assert!(!text.contains(&secret), "{secret}");
    }
    // Not on the listener that everybody reaches; and nothing else on this one.
    assert_eq!(service.get("/metrics").await.status(), 404);
    let url = format!("http://{}/readyz", service.served.metrics_addr().unwrap());
    assert_eq!(service.client.get(url).send().await.unwrap().status(), 404);
}

async fn open_from(service: &Service, session: &Session, header: &str, forwarded: &str) -> Response {
    let request = service.request(reqwest::Method::POST, &session.of_page("open"));
    request.bearer_auth(&session.token).header(header, forwarded).send().await.unwrap()
}

#[tokio::test]
async fn limits_are_the_callers_behind_a_trusted_proxy_and_the_peers_otherwise() {
    let limits = Limits { opens_per_minute: 1, ..WIDE };
    for trusted in [false, true] {
        let proxies = if trusted { vec!["127.0.0.0/8".parse().unwrap()] } else { Vec::new() };
        let operations = Operations { proxies: proxies.into_iter().collect(), ..Operations::default() };
        let service = Service::start_operated(operations, |options| options.limits = limits).await;
        let session = service.session().await;
        let x = "x-forwarded-for";
        assert_eq!(open_from(&service, &session, x, "192.0.2.1").await.status(), 200);
        // What the caller has put in front of what the proxy adds makes no other caller, in whichever form.
        for (header, forwarded) in [
            (x, "198.51.100.1, 192.0.2.1"),
            ("forwarded", "for=198.51.100.1, for=\"192.0.2.1:4711\";proto=https"),
        ] {
            let again = open_from(&service, &session, header, forwarded).await;
            problem(again, 429, "too_many").await;
        }
        for (header, forwarded) in [(x, "192.0.2.2"), ("forwarded", "proto=https;for=192.0.2.3")] {
            let other = open_from(&service, &session, header, forwarded).await;
            assert_eq!(other.status(), if trusted { 200 } else { 429 });
        }
    }
}

#[tokio::test]
async fn a_stop_is_announced_before_it_comes() {
    let operations = Operations { notice: Duration::from_secs(3), ..Operations::default() };
    let service = Service::start_operated(operations, |_| ()).await;
    assert_eq!(service.get("/readyz").await.status(), 200);
    let session = service.session().await;
    let mut stream = service.events(None).await;
    let Service { caller, served, .. } = service;
    let began = Instant::now();
    let stopping = tokio::spawn(served.stop());
    loop {
        let ready = caller.get("/readyz").await;
        if ready.status() == 503 {
            problem(ready, 503, "stopping").await;
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(2));
    }
    // It is up, and serves, until then.
    assert_eq!(caller.get("/healthz").await.status(), 200);
    caller.open(&session).await;
    assert_eq!(stream.next().await.name, "opened");
    assert_eq!(stream.read().await, None);
    assert!(began.elapsed() >= Duration::from_secs(3));
    stopping.await.unwrap();
}

#[test]
fn a_flag_goes_before_the_environment_and_that_before_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let (data, config) = (folder.path(), folder.path().join("config.toml"));
    let config_text = |origin: &str| {
        format!(
            "listen = \"127.0.0.1:0\"\npublic-origin = \"{origin}\"\nmetrics = \"127.0.0.1:0\"\n\
            trusted-proxy = [\"10.0.0.0/8\", \"::1\"]\nstop-notice-secs = 0\naudit-days = 30\n"
        )
    };
    fs::write(&config, config_text("https://file.example")).unwrap();
    let file = ["--config", config.to_str().unwrap()];
    let env = ("COUNTERSIGN_PUBLIC_ORIGIN", "https://env.example");
    let flag = ["--public-origin", "https://flag.example"];
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    for (args, env, origin) in [
        (file.to_vec(), None, "https%3A%2F%2Ffile.example"),
        (file.to_vec(), Some(env), "https%3A%2F%2Fenv.example"),
        ([file, flag].concat(), Some(env), "https%3A%2F%2Fflag.example"),
        (flag.to_vec(), None, "https%3A%2F%2Fflag.example"),
    ] {
        // The service remembers where it was; the next command says so.
        let (serving, lines) = serving_with(data, &args, env);
        let metrics = lines.lines().any(|line| line.starts_with("metrics on http://127.0.0.1:"));
        assert_eq!(metrics, args.contains(&"--config"), "{lines}");
        drop(serving);
        let link = ask(data, &["agent", "add", "--org", "acme", "--name", "Dana"]);
        assert!(link.contains(&format!("service={origin}&")), "{link}");
    }
    for (key, value) in [("trusted-proxy", "[\"10.0.0.0/33\"]"), ("audit-days", "0"), ("metrics", "9464")] {
        fs::write(&config, format!("{key} = {value}")).unwrap();
        let ran = run(data, &[&["org", "list"][..], &file].concat());
        assert_eq!(ran.code, Some(1), "{key}");
        assert!(ran.err.contains(key), "{}", ran.err);
    }
    let ran = run(data, &["serve", "--trusted-proxy", "proxy.example"]);
    assert_eq!(ran.code, Some(2));
}

/// Anybody may ask, and each time that is looked is a write.
#[tokio::test(flavor = "multi_thread")]
async fn whether_it_is_ready_is_looked_at_once_a_second_however_many_ask() {
    let service = Service::start().await;
    let file = rusqlite::Connection::open(service.data().join("countersign.db")).unwrap();
    let noted = || {
        file.query_row("SELECT value FROM facts WHERE name = 'ready_at'", [], |row| row.get::<_, String>(0))
            .unwrap()
    };
    let ask = async || assert_eq!(service.get("/readyz").await.status(), 200);
    let began = Instant::now();
    ask().await;
    let first = noted();
    let mut looked = 0;
    for _ in 0..20 {
        service.clock.advance(1);
        futures_util::future::join_all((0..10).map(|_| ask())).await;
        looked += u64::from(noted() != first);
    }
    assert!(looked == 0 || began.elapsed() >= Duration::from_secs(1), "{looked}");
    tokio::time::sleep(Duration::from_secs(1)).await;
    service.clock.advance(1);
    ask().await;
    assert_ne!(noted(), first, "and then anew");
}
