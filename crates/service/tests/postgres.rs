//! The service with directory and audit in a real PostgreSQL: what operators do, what remains of sessions, and what happens when
//! PostgreSQL goes away, falls silent and comes back while sessions run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::postgres::{Cluster, PASSWORD, shared};
use common::program::{Serving, ask, refused, run};
use common::service::{Caller, Draft, Employee, Service, WIDE, employ, problem, read};
use countersign_protocol::wire::{AuditEntry, Created, Role, Verdict};
use countersign_service::audit::{Audit, AuditQuery};
use countersign_service::clock::SystemClock;
use countersign_service::directory::{Directory as _, PostgresDirectory};
use countersign_service::kept::Place;
use countersign_service::postgres::Postgres;
use countersign_service::{Operations, ServeOptions, serve_operated};
use reqwest::StatusCode;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

fn on(url: &str) -> Operations {
    Operations { postgres: Some(url.parse().unwrap()), ..Operations::default() }
}

async fn audit(url: &str) -> Arc<dyn Audit> {
    let place = Place { data: "/nonexistent".into(), postgres: Some(url.parse().unwrap()) };
    place.open(Arc::new(SystemClock)).await.unwrap().audit
}

/// The history, once it is as expected.
async fn history(url: &str, expected: impl Fn(&[AuditEntry]) -> bool) -> Vec<AuditEntry> {
    let (audit, began) = (audit(url).await, Instant::now());
    loop {
        let entries = audit.page(AuditQuery { limit: 1000, ..AuditQuery::default() }).await.unwrap();
        if expected(&entries) {
            return entries;
        }
        assert!(began.elapsed() < PATIENCE, "{entries:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn with<'a>(args: &[&'a str], url: &'a str) -> Vec<&'a str> {
    [args, &["--postgres", url]].concat()
}

fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_does_everything_on_postgresql_and_the_password_is_nowhere() {
    let cluster = shared().await;
    let url = cluster.database().await;
    let folder = tempfile::tempdir().unwrap();
    // What is not needed is not made.
    let data = &folder.path().join("none");
    let done = |args: &[&str]| ask(data, &with(args, &url));
    let version = Postgres::VERSION;
    assert_eq!(done(&["migrate"]), format!("PostgreSQL: version {version}\n"));
    let migrated = objects(&done(&["migrate", "--json"]));
    assert_eq!((&migrated[0]["database"], &migrated[0]["version"]), (&"PostgreSQL".into(), &version.into()));
    assert_eq!(done(&["org", "add", "acme", "--name", "Acme", "--country", "FR"]), "");
    let added = objects(&done(&["org", "add", "bolt", "--name", "Bolt", "--country", "DE", "--json"]));
    assert_eq!(added[0]["handle"], "bolt");
    let edited = objects(&done(&["org", "edit", "bolt", "--name", "Bolt AG", "--json"]));
    assert_eq!((&edited[0]["handle"], &edited[0]["name"]), (&"bolt".into(), &"Bolt AG".into()));
    assert_eq!(done(&["org", "list"]), "acme\tFR\tAcme\nbolt\tDE\tBolt AG\n");
    refused(
        data,
        &with(&["org", "add", "acme", "--name", "x", "--country", "FR"], &url),
        "acme exists already",
    );
    let dana =
        objects(&done(&["agent", "add", "--org", "acme", "--name", "Dana", "--token", "--json"])).remove(0);
    let (id, token) = (dana["id"].as_str().unwrap(), dana["token"].as_str().unwrap());
    let invite = ["agent", "invite", id, "--public-origin", "https://verify.example"];
    let first = done(&invite);
    assert!(first.starts_with("countersign://enroll?service=https%3A%2F%2Fverify.example&code="), "{first}");
    let again = objects(&done(&[&invite[..], &["--json"]].concat())).remove(0);
    assert_eq!((&again["id"], &again["valid_secs"]), (&dana["id"], &900.into()));
    assert_ne!(again["link"].as_str().unwrap(), first.trim_end());
    refused(
        data,
        &with(&["agent", "invite", "nobody", "--public-origin", "https://v.example"], &url),
        "nobody does not exist",
    );

    assert!(!data.exists());
    let serving = Serving::start(data, &["--postgres", &url], "trace");
    let origin = format!("http://{}", serving.addr);
    let caller = Caller::new(origin, serving.addr, Employee { id: id.to_owned(), token: token.to_owned() });
    let session = caller.session().await;
    caller.complete(session).await;
    let mut stream = caller.events(None).await;
    let ended = history(&url, |entries| entries.len() == 1 && entries[0].outcome.is_some()).await;
    assert_eq!(ended[0].agent_name.as_deref(), Some("Dana"));
    let csv = done(&["export", "--org", "acme"]);
    assert_eq!(csv, done(&["audit", "export", "--org", "acme"]));
    assert!(csv.lines().nth(1).unwrap().ends_with(",matched"), "{csv}");
    let revoked = objects(&done(&["agent", "revoke", id, "--json"])).remove(0);
    assert_eq!(revoked["state"], "revoked");
    assert_eq!(tokio::time::timeout(PATIENCE, stream.read()).await.unwrap(), None);
    let (out, err) = serving.kill();

    let broken = url.replace(PASSWORD, "wrong-canary");
    let ran = run(data, &["org", "list", "--postgres", &broken]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.err.contains("password authentication failed"), "{}", ran.err);
    let mistyped = format!("{url}?sslmode=prefer");
    let also = run(data, &["org", "list", "--postgres", &mistyped]);
    assert!(also.err.contains("--postgres: sslmode is"), "{}", also.err);
    let config = folder.path().join("config.toml");
    std::fs::write(&config, format!("postgres = \"{url}\nlisten = 1")).unwrap();
    let unread = run(data, &["org", "list", "--config", config.to_str().unwrap()]);
    assert!(unread.err.contains("line 1 (postgres)"), "{}", unread.err);
    std::fs::write(&config, format!("postgres = \"{url}\"")).unwrap();
    assert_eq!(
        ask(data, &["org", "list", "--config", config.to_str().unwrap()]),
        "acme\tFR\tAcme\nbolt\tDE\tBolt AG\n"
    );
    let help = run(data, &["--help"]);
    for said in [&out, &err, &ran.err, &also.err, &unread.err, &help.out] {
        assert!(!said.contains(PASSWORD) && !said.contains("wrong-canary"), "{said}");
    }
    assert!(!err.contains(token), "nor is the agent's token in the log");
    // Nor what is asked of PostgreSQL: ids of sessions that are not opened yet, hashes of tokens. What else was
    // asked for is there.
    assert!(err.contains("answered method=POST"), "{err}");
    assert!(!err.contains("with parameters") && !err.contains("executing "), "{err}");
}

/// PostgreSQL is killed while sessions are at every step. Recipients go on; agents are told so clearly; nothing is half done;
/// and when it is back everything goes on by itself, the history included.
#[tokio::test(flavor = "multi_thread")]
async fn sessions_outlive_postgresql() {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await.unwrap();
    let url = cluster.database().await;
    let service = Service::start_operated(on(&url), |_| ()).await;
    let waiting = service.session().await;
    let opened = service.session().await;
    let page = service.open(&opened).await;
    let mut stream = service.events(None).await;
    let late = Draft::new(&service.origin);
    assert_eq!(service.get("/readyz").await.status(), 200);
    cluster.stop();

    // The recipient's side does not need it.
    let (answered, answer) = service.answer(&opened, page).await;
    let _waiting_page = service.open(&waiting).await;
    let verdict: Value =
        read(service.get_as(&opened.of_page("verdict"), &opened.token).await, StatusCode::OK).await;
    assert_eq!(verdict["verdict"], "pending");
    // Agents' side does: a token could have been revoked elsewhere.
    let (dana, refusal) = (&service.dana.token, Verdict::refuse());
    problem(service.post(&opened.of_agent("verdict"), dana, &refusal).await, 503, "unavailable").await;
    problem(service.post("/api/v1/sessions", dana, &late.request).await, 503, "unavailable").await;
    problem(service.get_as("/api/v1/me", dana).await, 503, "unavailable").await;
    problem(service.get("/api/v1/orgs/acme").await, 503, "unavailable").await;
    // What it said a second ago it may say still.
    let began = Instant::now();
    while service.get("/readyz").await.status() == 200 {
        assert!(began.elapsed() < PATIENCE, "it says that it is ready");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    problem(service.get("/readyz").await, 503, "unavailable").await;
    assert_eq!(service.get("/healthz").await.status(), 200);
    let mut seen = Vec::new();
    while let Some(event) = tokio::time::timeout(PATIENCE, stream.read()).await.unwrap() {
        seen.push(event.id);
    }
    let place = run(service.data(), &["org", "list", "--postgres", &url]);
    assert_eq!(place.code, Some(1));
    assert!(place.err.contains("cannot be used") && !place.err.contains(PASSWORD), "{}", place.err);
    refused(
        service.data(),
        &["serve", "--listen", "127.0.0.1:0", "--postgres", &url],
        "PostgreSQL at 127.0.0.1:",
    );

    let cluster = tokio::task::spawn_blocking(move || {
        cluster.resume();
        cluster
    })
    .await
    .unwrap();
    let began = Instant::now();
    while service.get("/readyz").await.status() != 200 {
        assert!(began.elapsed() < PATIENCE, "it does not recover");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    // No verdict was taken and no session was made.
    let created = service.post("/api/v1/sessions", dana, &late.request).await;
    let late = late.placed(read::<Created>(created, StatusCode::CREATED).await);
    service.finish(opened, answered, &answer).await;
    service.complete(late).await;
    let mut stream = service.events(Some(seen.last().copied().unwrap_or(1))).await;
    let mut last = seen.last().copied().unwrap_or(1);
    // opened ×3, answered ×2, viewed ×2, outcome ×2, without gap or repeat.
    while last < 9 {
        let event = stream.next().await;
        assert_eq!(event.id, last + 1);
        last = event.id;
    }
    let ended = |entries: &[AuditEntry]| entries.iter().filter(|entry| entry.outcome.is_some()).count() == 2;
    let entries = history(&url, ended).await;
    assert_eq!(entries.len(), 3);
    for entry in &entries {
        assert!(
            entry.opened_at.is_some() && (entry.outcome.is_none() == entry.answered_at.is_none()),
            "{entry:?}"
        );
    }
    drop(cluster);
}

/// What answers no more, and does not say so either: as behind a network that swallows packets.
#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_falls_silent_is_not_waited_for_for_ever() {
    let cluster = tokio::task::spawn_blocking(Cluster::start).await.unwrap();
    let url = cluster.database().await;
    let service = Service::start_operated(on(&url), |_| ()).await;
    let session = service.session().await;
    cluster.freeze(true);
    let calls: Vec<_> = (0..40)
        .map(|_| {
            let request =
                service.request(reqwest::Method::GET, "/api/v1/me").bearer_auth(&service.dana.token);
            tokio::spawn(request.send())
        })
        .collect();
    for call in calls {
        problem(call.await.unwrap().unwrap(), 503, "unavailable").await;
    }
    let page = service.open(&session).await;
    cluster.freeze(false);
    let began = Instant::now();
    while service.get_as("/api/v1/me", &service.dana.token).await.status() != 200 {
        assert!(began.elapsed() < PATIENCE, "it does not recover");
    }
    let (answered, answer) = service.answer(&session, page).await;
    service.finish(session, answered, &answer).await;
}

/// Two nodes with one directory: what is done at one holds at the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_was_revoked_at_one_node_is_void_at_the_other() {
    let cluster = shared().await;
    let url = cluster.database().await;
    let one = Service::start_operated(on(&url), |_| ()).await;
    let folder = tempfile::tempdir().unwrap();
    let options = ServeOptions {
        listen: "127.0.0.1:0".parse().unwrap(),
        public_origin: Some(one.origin.clone()),
        data: folder.path().to_owned(),
        page: None,
        limits: WIDE,
        practice: None,
    };
    let two = serve_operated(options, on(&url), Arc::new(SystemClock)).await.unwrap();
    let employee = Employee { id: one.dana.id.clone(), token: one.dana.token.clone() };
    let at_two = Caller::new(one.origin.clone(), two.addr(), employee);
    let mut streams = [at_two.events(None).await, one.events(None).await];
    let mut elis = at_two.events_of(&one.eli.token, None).await;
    assert_eq!(ask(folder.path(), &["agent", "revoke", &one.dana.id, "--postgres", &url]), "");
    for stream in &mut streams {
        assert_eq!(tokio::time::timeout(PATIENCE, stream.read()).await.unwrap(), None);
    }
    problem(at_two.get_as("/api/v1/me", &at_two.dana.token).await, 401, "unauthorized").await;
    let silent = tokio::time::timeout(Duration::from_millis(600), elis.read()).await;
    assert!(silent.is_err(), "{silent:?}");
    // An organization that was added while both run is there at both.
    let sam = employ(one.directory.as_ref(), "bolt", "Sam").await;
    let me: Value = read(at_two.get_as("/api/v1/me", &sam.token).await, StatusCode::OK).await;
    assert_eq!(me["organization"]["handle"], "bolt");
}

/// An operator who begins with one folder moves on to PostgreSQL, and back: the history goes along, whole, and once.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_of_a_folder_moves_to_postgresql() {
    let cluster = shared().await;
    let url = cluster.database().await;
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let furnish = |more: &[&str]| {
        ask(data, &[&["org", "add", "acme", "--name", "Acme", "--country", "FR"], more].concat());
        let add = ["agent", "add", "--org", "acme", "--name", "Dana", "--token", "--json"];
        let dana = objects(&ask(data, &[&add, more].concat())).remove(0);
        let text = |name: &str| dana[name].as_str().unwrap().to_owned();
        Employee { id: text("id"), token: text("token") }
    };
    let at = ["--public-origin", "https://verify.example"];
    let embedded = furnish(&[]);
    let serving = Serving::start(data, &at, "info");
    let caller = Caller::new(at[1].to_owned(), serving.addr, embedded);
    for _ in 0..3 {
        caller.complete(caller.session().await).await;
    }
    serving.kill();
    let moved = furnish(&["--postgres", &url]);
    for _ in 0..2 {
        let serving = Serving::start(data, &[&at[..], &["--postgres", &url]].concat(), "info");
        let moved = Employee { id: moved.id.clone(), token: moved.token.clone() };
        let caller = Caller::new(at[1].to_owned(), serving.addr, moved);
        caller.complete(caller.session().await).await;
        serving.kill();
    }
    let serving = Serving::start(data, &[&at[..], &["--postgres", &url]].concat(), "info");
    let ended = |entries: &[AuditEntry]| entries.iter().filter(|entry| entry.outcome.is_some()).count() == 5;
    let entries = history(&url, ended).await;
    assert_eq!(entries.len(), 5);
    assert!(entries.is_sorted_by_key(|entry| entry.created_at.clone()));
    drop(serving);
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_a_later_version_are_left_alone_and_a_role_without_rights_is_told_what_to_do() {
    let cluster = shared().await;
    let url = cluster.database().await;
    let name = url.rsplit('/').next().unwrap().to_owned();
    let data = tempfile::tempdir().unwrap();
    cluster.sql(&name, "CREATE ROLE small LOGIN PASSWORD 'small-pw'").await;
    let small = url.replace("cs:", "small:").replace(PASSWORD, "small-pw");
    refused(
        data.path(),
        &["org", "list", "--postgres", &small],
        "run `countersign-service migrate` as their owner",
    );
    ask(data.path(), &["migrate", "--postgres", &url]);
    let grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO small";
    cluster.sql(&name, grant).await;
    let add = ["org", "add", "acme", "--name", "Acme", "--country", "FR", "--postgres", &small];
    assert_eq!(ask(data.path(), &add), "");
    cluster.sql(&name, "INSERT INTO countersign_schema (version) VALUES (99)").await;
    refused(
        data.path(),
        &["org", "list", "--postgres", &url],
        "made by a later version of this program (schema 99)",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_goes_to_postgresql_is_encrypted_for_the_server_that_is_meant() {
    let rcgen::CertifiedKey { cert, signing_key } =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
    let folder = tempfile::tempdir().unwrap();
    let cluster = tokio::task::spawn_blocking(Cluster::start).await.unwrap();
    cluster.stop();
    cluster.file("data/server.crt", &cert.pem());
    cluster.file("data/server.key", &signing_key.serialize_pem());
    cluster.file("data/pg_hba.conf", "hostssl all all 127.0.0.1/32 scram-sha-256\n");
    cluster.configure("ssl", "on");
    let cluster = tokio::task::spawn_blocking(move || {
        cluster.resume();
        cluster
    })
    .await
    .unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().replace('/', "%2F")
    };
    let (right, wrong) = (file("right.pem", &cert.pem()), file("wrong.pem", &other));
    let named = |host: &str| cluster.url("postgres").replace("127.0.0.1", host);
    let list = |url: &str| run(folder.path(), &["org", "list", "--postgres", url]);
    let good = list(&format!("{}?sslmode=verify-full&sslrootcert={right}", named("localhost")));
    assert_eq!((good.code, good.err.as_str()), (Some(0), ""));
    for (url, words) in [
        (format!("{}?sslrootcert={wrong}", named("localhost")), "certificate"),
        (format!("{}?sslmode=require&sslrootcert={right}", named("127.0.0.1")), "certificate"),
        (format!("{}?sslmode=require", named("localhost")), "certificate"),
        (format!("{}?sslmode=disable", named("localhost")), "no pg_hba.conf entry"),
        (format!("{}?sslrootcert=%2Fnonexistent.pem", named("localhost")), "sslrootcert: /nonexistent.pem"),
    ] {
        let bad = list(&url);
        assert_eq!(bad.code, Some(1), "{url}");
        assert!(bad.err.contains(words) && !bad.err.contains(PASSWORD), "{url}: {}", bad.err);
    }
    // A service that runs over it.
    let url = format!("{}?sslrootcert={right}", named("localhost"));
    let service = Service::start_operated(on(&url), |_| ()).await;
    service.complete(service.session().await).await;
}

/// Whoever revokes or invites an agent has the agent locked and then its codes. Who redeems a code meanwhile waits for the agent,
/// and holds nothing that the other needs.
#[tokio::test(flavor = "multi_thread")]
async fn a_code_that_is_redeemed_while_its_agent_is_invited_anew_makes_nobody_fail() {
    let cluster = shared().await;
    let url = cluster.database().await;
    let postgres = Postgres::open(&url.parse().unwrap()).await.unwrap();
    let directory = PostgresDirectory::new(postgres, Arc::new(SystemClock));
    let data = tempfile::tempdir().unwrap();
    ask(data.path(), &["org", "add", "acme", "--name", "Acme", "--country", "FR", "--postgres", &url]);
    let agent = directory.add_agent("acme", "Dana", Role::Agent).await.unwrap();
    let code = directory.issue_code(&agent).await.unwrap();
    let (other, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    other.batch_execute("BEGIN; SELECT id FROM agents FOR UPDATE").await.unwrap();
    let redeeming = tokio::spawn(async move { directory.redeem(&code).await });
    let began = Instant::now();
    let waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN
        (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
    while other.query_one(waiting, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(began.elapsed() < PATIENCE, "it does not wait for the agent");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    other.batch_execute("DELETE FROM enrollments; COMMIT").await.unwrap();
    assert_eq!(redeeming.await.unwrap().unwrap(), None, "the code was void by then");
}
