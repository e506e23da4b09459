//! What guards every call: headers, limits, tokens that are handed out once and can be made void.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::service::{Draft, Employee, Service, WIDE, nothing, page_path, problem, read};
use countersign_protocol::RecipientToken;
use countersign_protocol::wire::{Empty, Enrolled, Role};
use countersign_service::directory::PolicyEdit;
use countersign_service::limits::Limits;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs;
use std::time::{Duration, Instant};

/// Every response's headers, as documented.
const ALWAYS: [(&str, &str); 7] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("x-frame-options", "DENY"),
    ("x-robots-tag", "noindex, nofollow"),
    ("strict-transport-security", "max-age=63072000"),
];

/// What the page may load and do: its own files and calls, nothing else.
const POLICY: [&str; 10] = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
];

fn assert_guarded(what: &str, headers: &HeaderMap) {
    for (name, value) in ALWAYS {
        let got: Vec<_> = headers.get_all(name).iter().collect();
        assert_eq!(got, [value], "{what}: {name}");
    }
    let policy = headers["content-security-policy"].to_str().unwrap();
    let policy: HashSet<_> = policy.split(';').map(str::trim).collect();
    assert_eq!(policy, POLICY.into(), "{what}");
    let kept = what.starts_with("200 GET /assets/");
    let cache = if kept { "public, max-age=31536000, immutable" } else { "no-store" };
    assert_eq!(headers["cache-control"], cache, "{what}");
    assert!(!headers.contains_key("set-cookie") && !headers.contains_key("server"), "{what}");
}

#[tokio::test]
async fn every_response_bears_the_headers_that_guard_it() {
    let page = tempfile::tempdir().unwrap();
    fs::create_dir(page.path().join("assets")).unwrap();
    fs::write(page.path().join("index.html"), "<!doctype html><title>Page</title>").unwrap();
    fs::write(page.path().join("assets/app-1a2b.js"), "'use strict';\n".repeat(100)).unwrap();
    let service = Service::start_as(|options| {
        options.page = Some(page.path().to_owned());
        options.public_origin = Some("https://verify.example".to_owned());
        options.limits.opens_per_minute = 1;
    })
    .await;
    let draft = Draft::new("https://verify.example");
    let created = service.post("/api/v1/sessions", &service.dana.token, &draft.request).await;
    assert_guarded("created", created.headers());
    let session = draft.placed(read(created, StatusCode::CREATED).await);
    assert_eq!(session.created.url, format!("https://verify.example/acme/{}", session.id));
    let long = format!("/api/v1/orgs/acme/sessions/{}/open", "0".repeat(26));
    let (open, link) = (session.of_page("open"), format!("/acme/{}", session.id));
    let (get, post) = (Method::GET, Method::POST);
    let (dana, token) = (service.dana.token.as_str(), session.token.as_str());
    let calls = [
        (&get, "/healthz", "", 200),
        (&get, "/readyz", "", 200),
        (&get, "/acme", "", 200),
        (&get, "/acme/", "", 200),
        (&get, "/Acme", "", 200),
        (&get, &link, "", 200),
        (&get, &format!("{link}/"), "", 200),
        (&Method::HEAD, &link, "", 200),
        (&Method::OPTIONS, &link, "", 405),
        (&get, "/assets/app-1a2b.js", "", 200),
        (&get, "/assets/none.js", "", 404),
        (&get, "/assets/..%2Findex.html", "", 404),
        (&get, "/", "", 404),
        (&get, "/favicon.ico", "", 404),
        (&get, "/a/b/c", "", 404),
        (&get, "/api/v1/nothing", "", 404),
        (&get, "/api/v1/me", "", 401),
        (&get, "/api/v1/me", dana, 200),
        (&get, "/api/v1/events", dana, 200),
        (&get, "/api/v1/orgs/acme", "", 200),
        (&get, "/api/v1/orgs/nobody", "", 404),
        (&post, "/api/v1/sessions", dana, 415),
        (&post, "/healthz", "", 405),
        (&post, &open, token, 200),
        (&post, &long, token, 429),
    ];
    let mut ids = HashSet::new();
    for (method, path, token, status) in calls {
        let request = service.request(method.clone(), path).bearer_auth(token);
        let response = request.send().await.unwrap();
        let what = format!("{} {method} {path}", response.status().as_u16());
        assert_eq!(response.status().as_u16(), status, "{what}");
        assert_guarded(&what, response.headers());
        assert!(ids.insert(response.headers()["x-request-id"].clone()), "{what}");
    }
    // Compressed or not, an asset is the same and is kept.
    let plain = service.get("/assets/app-1a2b.js").await;
    assert_eq!(plain.headers()[CONTENT_TYPE], "text/javascript; charset=utf-8");
    assert_eq!(plain.text().await.unwrap(), "'use strict';\n".repeat(100));
    let request = service.request(Method::GET, "/assets/app-1a2b.js").header("accept-encoding", "gzip, br");
    let compressed = request.send().await.unwrap();
    assert_eq!(compressed.headers()["content-encoding"], "br");
    assert_guarded("200 GET /assets/ as brotli", compressed.headers());
    // A body cut off at 16 KiB is refused by an outer layer; that refusal is guarded too.
    let large = service.post_raw("/api/v1/sessions", dana, "x".repeat(16 * 1024 + 1)).await;
    assert_guarded("too large", large.headers());
    problem(large, 413, "too_large").await;
}

/// Half a link, or the host alone, typed into a browser: the page says what to do there.
#[tokio::test]
async fn a_mistyped_address_is_answered_with_the_page() {
    let service = Service::start().await;
    let known = service.get("/acme").await;
    let guards = ["content-security-policy", "x-frame-options", "cache-control", "content-type", "vary"];
    let guarded = |headers: &HeaderMap| guards.map(|name| headers[name].clone());
    let (headers, page) = (known.headers().clone(), known.text().await.unwrap());
    assert!(page.contains("<main"), "{page}");
    for path in ["/", "/a", "/acme/one/two", "/%ff", "/favicon.ico"] {
        let opened = service.request(Method::GET, path).header("accept", "text/html,*/*;q=0.8");
        let opened = opened.send().await.unwrap();
        assert_eq!(opened.status(), 404, "{path}");
        assert_eq!(guarded(opened.headers()), guarded(&headers), "{path}");
        assert_eq!(opened.text().await.unwrap(), page, "{path}");
        let asked = service.request(Method::GET, path).header("accept", "*/*").send().await.unwrap();
        problem(asked, 404, "not_found").await;
    }
    for path in ["/api", "/api/v1/nothing", "/assets/none.js"] {
        let request = service.request(Method::GET, path).header("accept", "text/html");
        problem(request.send().await.unwrap(), 404, "not_found").await;
    }
    let posted = service.request(Method::POST, "/a/b/c").header("accept", "text/html");
    problem(posted.send().await.unwrap(), 404, "not_found").await;
}

async fn too_many(response: Response, most_seconds: u64) {
    let after = response.headers()[RETRY_AFTER].to_str().unwrap().parse::<u64>().unwrap();
    assert!((1..=most_seconds).contains(&after), "{after}");
    problem(response, 429, "too_many").await;
}

#[tokio::test]
async fn an_agent_has_so_many_streams_open() {
    let service = Service::start().await;
    let stream = async || {
        let request = service.request(Method::GET, "/api/v1/events").bearer_auth(&service.dana.token);
        request.send().await.unwrap()
    };
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(stream().await);
        assert_eq!(open[open.len() - 1].status(), 200);
    }
    too_many(stream().await, 5).await;
    // One that ends makes room, as soon as the service knows of it.
    open.pop();
    let again = async { while stream().await.status() != 200 {} };
    tokio::time::timeout(Duration::from_secs(30), again).await.unwrap();
}

#[tokio::test]
async fn an_agent_creates_so_many_sessions_a_minute() {
    let service = Service::start_with(Limits { creations_per_minute: 2, ..WIDE }).await;
    let (first, _) = (service.session().await, service.session().await);
    let create = async |token: &str, request: &Value| service.post("/api/v1/sessions", token, request).await;
    let third = json!(Draft::new(&service.origin).request);
    too_many(create(&service.dana.token, &third).await, 61).await;
    // Nothing of it was placed, and another agent is another count.
    let id = third["session_id"].as_str().unwrap();
    problem(
        service.post(&page_path("acme", id, "open"), &first.token, &nothing()).await,
        404,
        "invalid_session",
    )
    .await;
    assert_eq!(create(&service.eli.token, &third).await.status(), StatusCode::CREATED);
    service.complete(first).await;
}

#[tokio::test]
async fn an_organizations_agents_together_create_so_many_sessions_a_minute() {
    let service = Service::start().await;
    let edit = PolicyEdit { creations_per_minute: Some(2), ..PolicyEdit::default() };
    service.directory.edit_policy("acme", edit).await.unwrap();
    let create = async |employee: &Employee, name: &str| {
        let mut request = json!(Draft::new(&service.origin).request);
        request["org_name"] = json!(name);
        service.post("/api/v1/sessions", &employee.token, &request).await
    };
    for employee in [&service.dana, &service.eli] {
        assert_eq!(create(employee, "Acme").await.status(), StatusCode::CREATED);
    }
    for employee in [&service.dana, &service.eli] {
        too_many(create(employee, "Acme").await, 61).await;
    }
    // Another organization is another count.
    assert_eq!(create(&service.finn, "Bolt").await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn an_agent_has_so_many_sessions_live() {
    let service = Service::start_with(Limits { live_sessions_per_agent: 1, ..WIDE }).await;
    let first = service.session().await;
    let second = Draft::new(&service.origin);
    let create = || service.post("/api/v1/sessions", &service.dana.token, &second.request);
    too_many(create().await, 30).await;
    service.complete(first).await;
    assert_eq!(create().await.status(), StatusCode::CREATED);
}

#[tokio::test]
async fn an_address_opens_so_many_links_a_minute() {
    let service = Service::start_with(Limits { opens_per_minute: 2, ..WIDE }).await;
    let (first, second) = (service.session().await, service.session().await);
    let opened = service.open(&first).await;
    let unknown = page_path("acme", &"0".repeat(26), "open");
    problem(service.post(&unknown, &second.token, &nothing()).await, 404, "invalid_session").await;
    too_many(service.post(&second.of_page("open"), &second.token, &nothing()).await, 61).await;
    // What is open goes on, and what was not opened is as it was: its number still leads to it.
    let (answered, answer) = service.answer(&first, opened).await;
    service.finish(first, answered, &answer).await;
    let number = format!("/api/v1/orgs/acme/numbers/{}", second.created.number);
    assert_eq!(service.post(&number, "", &nothing()).await.status(), StatusCode::OK);
}

/// What is no handle, or no number, is counted by nobody's organization, and answered as whatever leads nowhere.
#[tokio::test]
async fn a_number_that_cannot_be_one_counts_for_the_address_alone() {
    let service = Service::start_with(Limits { org_numbers_per_minute: 1, ..WIDE }).await;
    let guess = async |org: &str, number: &str| {
        let answer = service.post(&format!("/api/v1/orgs/{org}/numbers/{number}"), "", &nothing()).await;
        (answer.status(), answer.text().await.unwrap())
    };
    let junk = "x".repeat(8000);
    let nowhere = guess("bolt", "000000").await;
    assert_eq!(nowhere.0, 404);
    assert_eq!(guess("bolt", "000000").await.0, 429);
    for (org, number) in
        [(&*junk, "000000"), ("api", "000000"), ("Acme", "000000"), ("acme", "00000"), ("acme", "+00000")]
    {
        for _ in 0..2 {
            assert_eq!(guess(org, number).await, nowhere, "{number}");
        }
    }
    assert_eq!(guess("acme", "000000").await, nowhere, "nothing of this was the organization's");
    let address = Service::start_with(Limits { numbers_per_minute: 1, ..WIDE }).await;
    for status in [404, 429] {
        let path = format!("/api/v1/orgs/{junk}/numbers/000000");
        assert_eq!(address.post(&path, "", &nothing()).await.status(), status);
    }
}

#[tokio::test]
async fn session_numbers_are_tried_so_often_a_minute() {
    let by_address = Limits { numbers_per_minute: 2, ..WIDE };
    let by_organization = Limits { org_numbers_per_minute: 2, ..WIDE };
    for (limits, elsewhere) in [(by_address, 429), (by_organization, 404)] {
        let service = Service::start_with(limits).await;
        let session = service.session().await;
        let path = format!("/api/v1/orgs/acme/numbers/{}", session.created.number);
        let number = async || service.post(&path, "", &nothing()).await;
        for _ in 0..2 {
            assert_eq!(number().await.status(), StatusCode::OK);
        }
        too_many(number().await, 61).await;
        let other = service.post("/api/v1/orgs/bolt/numbers/123456", "", &nothing()).await;
        assert_eq!(other.status().as_u16(), elsewhere);
        service.complete(session).await;
    }
}

#[tokio::test]
async fn an_enrolment_code_is_exchanged_for_a_token_once() {
    let service = Service::start().await;
    let id = service.directory.add_agent("acme", "Gil", Role::Agent).await.unwrap();
    let code = service.directory.issue_code(&id).await.unwrap();
    let late = service.directory.issue_code(&service.eli.id).await.unwrap();
    let enroll = |code: &str| {
        let body = json!({ "code": code });
        let request = service.request(Method::POST, "/api/v1/enroll").json(&body);
        async { request.send().await.unwrap() }
    };
    problem(enroll("guess").await, 404, "invalid_enrollment").await;
    let first = read::<Enrolled>(enroll(&code).await, StatusCode::OK).await;
    problem(enroll(&code).await, 404, "invalid_enrollment").await;
    let me: Value = read(service.get_as("/api/v1/me", &first.token).await, StatusCode::OK).await;
    assert_eq!(me["agent"], json!({ "id": id, "name": "Gil" }));
    service.clock.advance(15 * 60_000);
    problem(enroll(&late).await, 404, "invalid_enrollment").await;
    // Enrolling on a second computer makes the first one's token void.
    let anew = service.directory.issue_code(&id).await.unwrap();
    let second = read::<Enrolled>(enroll(&anew).await, StatusCode::OK).await;
    problem(service.get_as("/api/v1/me", &first.token).await, 401, "unauthorized").await;
    assert_eq!(service.get_as("/api/v1/me", &second.token).await.status(), StatusCode::OK);
    // Of sixteen who use one link at once, one is enrolled.
    let raced = service.directory.issue_code(&id).await.unwrap();
    let all = (0..16).map(|_| tokio::spawn(enroll(&raced))).collect::<Vec<_>>();
    let mut enrolled = 0;
    for one in all {
        enrolled += usize::from(one.await.unwrap().status() == StatusCode::OK);
    }
    assert_eq!(enrolled, 1);
}

#[tokio::test]
async fn enrolment_codes_are_tried_so_often_a_minute() {
    let service = Service::start_with(Limits { enrollments_per_minute: 2, ..WIDE }).await;
    let code = service.directory.issue_code(&service.dana.id).await.unwrap();
    let enroll =
        |code: &str| service.request(Method::POST, "/api/v1/enroll").json(&json!({ "code": code })).send();
    for _ in 0..2 {
        problem(enroll("guess").await.unwrap(), 404, "invalid_enrollment").await;
    }
    too_many(enroll(&code).await.unwrap(), 61).await;
    // It was not looked at, and so not spent.
    assert!(service.directory.redeem(&code).await.unwrap().is_some());
}

#[tokio::test]
async fn a_revoked_token_is_good_for_nothing() {
    let service = Service::start().await;
    let session = service.session().await;
    let dana = service.dana.token.clone();
    let code = service.directory.issue_code(&service.dana.id).await.unwrap();
    service.directory.revoke(&service.dana.id).await.unwrap();
    let one = format!("/api/v1/sessions/{}", session.id);
    let calls = [
        (Method::GET, "/api/v1/me".to_owned()),
        (Method::GET, "/api/v1/events".to_owned()),
        (Method::POST, "/api/v1/sessions".to_owned()),
        (Method::GET, "/api/v1/templates".to_owned()),
        (Method::POST, "/api/v1/templates".to_owned()),
        (Method::PUT, "/api/v1/templates/x".to_owned()),
        (Method::DELETE, "/api/v1/templates/x".to_owned()),
        (Method::GET, "/api/v1/audit".to_owned()),
        (Method::DELETE, one),
        (Method::POST, session.of_agent("verdict")),
        (Method::POST, session.of_agent("revealed")),
        (Method::POST, session.of_agent("extend")),
    ];
    for (method, path) in calls {
        let refused =
            service.request(method, &path).bearer_auth(&dana).json(&session.request).send().await.unwrap();
        assert_eq!(refused.headers()["www-authenticate"], "Bearer", "{path}");
        problem(refused, 401, "unauthorized").await;
    }
    let enroll = service.request(Method::POST, "/api/v1/enroll").json(&json!({ "code": code }));
    problem(enroll.send().await.unwrap(), 404, "invalid_enrollment").await;
    // The recipient has a session nobody will answer; it was not called off.
    service.open(&session).await;
    // Others are others.
    read::<Value>(service.get_as("/api/v1/me", &service.eli.token).await, StatusCode::OK).await;
}

#[tokio::test]
async fn a_stream_ends_within_a_second_of_its_token() {
    let service = Service::start().await;
    let (mut danas, mut also) = (service.events(None).await, service.events(None).await);
    let mut elis = service.events_of(&service.eli.token, None).await;
    let began = Instant::now();
    service.directory.revoke(&service.dana.id).await.unwrap();
    assert_eq!((danas.read().await, also.read().await), (None, None));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    // Another's goes on, until a new token takes its token's place.
    let silent = tokio::time::timeout(Duration::from_millis(600), elis.read()).await;
    assert!(silent.is_err(), "{silent:?}");
    let began = Instant::now();
    let token = service.directory.issue_token(&service.eli.id).await.unwrap();
    assert_eq!(elis.read().await, None);
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    service.events_of(&token, None).await;
}

#[tokio::test]
async fn nothing_is_told_to_a_token_that_has_just_become_void() {
    let service = Service::start().await;
    for _ in 0..20 {
        let token = service.directory.issue_token(&service.dana.id).await.unwrap();
        let draft = Draft::new(&service.origin);
        let created = service.post("/api/v1/sessions", &token, &draft.request).await;
        let session = draft.placed(read(created, StatusCode::CREATED).await);
        let mut stream = service.events_of(&token, None).await;
        service.directory.issue_token(&service.dana.id).await.unwrap();
        service.open(&session).await;
        assert_eq!(stream.read().await, None);
    }
}

#[tokio::test]
async fn a_page_that_lost_its_response_asks_again() {
    let service = Service::start().await;
    let session = service.session().await;
    let stranger = RecipientToken::from_bytes(common::random()).to_string();
    let first = service.open(&session).await;
    drop(first);
    problem(service.post(&session.of_page("open"), &stranger, &nothing()).await, 404, "invalid_session")
        .await;
    let again = service.open(&session).await;
    let (answered, answer) = service.answer(&session, again).await;
    let repeat = service.post(&session.of_page("answer"), &session.token, &answer).await;
    read::<Empty>(repeat, StatusCode::ACCEPTED).await;
    service.finish(session, answered, &answer).await;
    let mut events = service.events(Some(0)).await;
    let mut names = Vec::new();
    for _ in 0..5 {
        names.push(events.next().await.name);
    }
    names.sort();
    assert_eq!(names, ["answered", "open_refused", "opened", "outcome", "viewed"]);
}
