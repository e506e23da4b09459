//! One answer to whatever is wrong with a session: a recipient, or whoever guesses, learns not even what kind of nothing it is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::play::compute;
use common::service::{Service, Session, nothing, page_path};
use countersign_protocol::RecipientToken;
use countersign_protocol::wire::Verdict;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A response as whoever asked sees it, but for what differs between any two.
#[derive(Debug, PartialEq, Eq)]
struct Seen {
    version: String,
    status: u16,
    /// In the order in which they came.
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

async fn see(request: RequestBuilder) -> Seen {
    let response = request.send().await.unwrap();
    let headers =
        response.headers().iter().filter(|(name, _)| !["date", "x-request-id"].contains(&name.as_str()));
    Seen {
        version: format!("{:?}", response.version()),
        status: response.status().as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect(),
        body: response.bytes().await.unwrap().to_vec(),
    }
}

/// A recipient's calls, each with a body in order.
fn page_calls(session: &Session) -> [(Method, &'static str, Value); 6] {
    let answer = json!({
        "share": session.request.share, "commit": common::nonce().commit(), "began": "recipient",
        "tag": common::tag(),
    });
    [
        (Method::POST, "open", nothing()),
        (Method::POST, "answer", answer),
        (Method::GET, "verdict", Value::Null),
        (Method::POST, "viewed", json!({ "nonce": common::nonce() })),
        (Method::POST, "outcome", json!({ "matched": true })),
        (Method::POST, "extend", nothing()),
    ]
}

fn token() -> String {
    RecipientToken::from_bytes(common::random()).to_string()
}

/// The service's word for it, asked for with what never was.
async fn reference(service: &Service) -> Seen {
    let path = page_path("acme", &"0".repeat(26), "open");
    let seen = see(service.request(Method::POST, &path).bearer_auth(token()).json(&nothing())).await;
    let problem: Value = serde_json::from_slice(&seen.body).unwrap();
    assert_eq!(seen.status, 404);
    let documented = json!({"type": "about:blank", "title": "Session is not valid", "status": 404, "code": "invalid_session"});
    assert_eq!(problem, documented);
    seen
}

/// Every call, with every one of these tokens (none: no header) and at this place, is that.
async fn assert_nothing(
    service: &Service,
    nothing: &Seen,
    what: &str,
    session: &Session,
    org: &str,
    id: &str,
) {
    let tokens =
        [Some(session.token.clone()), Some(token()), Some("x".repeat(43)), Some(String::new()), None];
    for (method, verb, body) in page_calls(session) {
        for token in &tokens {
            let mut request = service.request(method.clone(), &page_path(org, id, verb));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            if !body.is_null() {
                request = request.json(&body);
            }
            assert_eq!(see(request).await, *nothing, "{what}: {verb}");
        }
    }
}

#[tokio::test]
async fn whatever_is_wrong_with_a_session_is_one_answer_to_the_byte() {
    let service = Service::start().await;
    let nothing_there = reference(&service).await;
    let nothing_there = &nothing_there;

    let expired = service.session().await;
    let opened_and_expired = service.session().await;
    service.open(&opened_and_expired).await;
    service.clock.advance(120_000);
    for session in [&expired, &opened_and_expired] {
        assert_nothing(&service, nothing_there, "expired", session, "acme", &session.id).await;
    }
    // Whether its record is there yet or was swept away, nobody sees the difference.
    service.clock.advance(60_000);
    assert_nothing(&service, nothing_there, "forgotten", &expired, "acme", &expired.id).await;

    for open in [false, true] {
        let cancelled = service.session().await;
        if open {
            service.open(&cancelled).await;
        }
        let path = format!("/api/v1/sessions/{}", cancelled.id);
        let gone = service.request(Method::DELETE, &path).bearer_auth(&service.dana.token);
        assert_eq!(gone.send().await.unwrap().status(), StatusCode::NO_CONTENT);
        assert_nothing(&service, nothing_there, "cancelled", &cancelled, "acme", &cancelled.id).await;
    }

    // Live, but not by this name.
    let live = service.session().await;
    for org in ["bolt", "nobody", "Acme", "acme%20", "%ff", "a"] {
        assert_nothing(&service, nothing_there, org, &live, org, &live.id).await;
    }
    let odd =
        ["x", &"u".repeat(26), &live.id[1..], &format!("{}0", live.id), "%ff", "%00", "..%2F..", "é", "-"];
    for id in odd {
        assert_nothing(&service, nothing_there, id, &live, "acme", id).await;
    }
    service.complete(live).await;
}

#[tokio::test]
async fn a_used_link_and_a_step_out_of_turn_are_that_answer_too() {
    let service = Service::start().await;
    let nothing_there = reference(&service).await;
    let session = service.session().await;
    let at = async |verb: &str, token: &str, body: &Value| {
        let method = if body.is_null() { Method::GET } else { Method::POST };
        let mut request = service.request(method, &session.of_page(verb)).bearer_auth(token);
        if !body.is_null() {
            request = request.json(body);
        }
        see(request).await
    };
    let out_of_turn = async |verbs: &[&str]| {
        for (_, verb, body) in page_calls(&session) {
            if verbs.contains(&verb) {
                assert_eq!(at(verb, &session.token, &body).await, nothing_there, "{verb}");
            }
            // Another page: at a link that waits it would be the first.
            if !verbs.contains(&"answer") || verb != "open" {
                assert_eq!(at(verb, &token(), &body).await, nothing_there, "{verb}");
            }
        }
    };
    out_of_turn(&["answer", "verdict", "viewed", "outcome", "extend"]).await;
    let (_, answer) = compute(service.open(&session).await);
    out_of_turn(&["verdict", "viewed", "outcome"]).await;
    let answer = json!(answer);
    assert_eq!(at("answer", &session.token, &answer).await.status, 202);
    out_of_turn(&["viewed", "outcome"]).await;
    // A second, different answer: the same words, and the session is over for both.
    let mut second = answer.clone();
    second["tag"] = json!(common::tag());
    assert_eq!(at("answer", &session.token, &second).await, nothing_there);
    out_of_turn(&["viewed", "outcome", "extend"]).await;
    let verdict = at("verdict", &session.token, &Value::Null).await;
    assert_eq!(verdict.body, br#"{"verdict":"refused"}"#);
    let late = json!(Verdict::accept(common::tag()));
    let late = service.post(&session.of_agent("verdict"), &service.dana.token, &late).await;
    common::service::problem(late, 409, "wrong_state").await;
}

#[tokio::test]
async fn a_malformed_message_is_told_so_whether_or_not_there_is_a_session() {
    let service = Service::start().await;
    let session = service.session().await;
    let opened = service.open(&session).await;
    for (method, verb, _) in page_calls(&session).into_iter().filter(|(method, ..)| *method == Method::POST) {
        for body in ["{", "{\"surprise\":1}", "[]"] {
            let mut seen = Vec::new();
            for (id, token) in [(session.id.as_str(), &session.token), (&"0".repeat(26), &token())] {
                let request =
                    service.request(method.clone(), &page_path("acme", id, verb)).bearer_auth(token);
                seen.push(see(request.header("content-type", "application/json").body(body)).await);
            }
            assert_eq!((seen[0].status, &seen[0]), (400, &seen[1]), "{verb} {body}");
        }
    }
    let (answered, answer) = service.answer(&session, opened).await;
    service.finish(session, answered, &answer).await;
}

#[tokio::test]
async fn numbers_that_lead_nowhere_are_one_answer_too() {
    let service = Service::start().await;
    let nothing_there = reference(&service).await;
    let (opened, cancelled, live) =
        (service.session().await, service.session().await, service.session().await);
    service.open(&opened).await;
    let path = format!("/api/v1/sessions/{}", cancelled.id);
    let gone = service.request(Method::DELETE, &path).bearer_auth(&service.dana.token).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    let known = [&opened, &cancelled, &live].map(|session| session.created.number.clone());
    let free = (0..4).map(|n| format!("{n:06}")).find(|number| !known.contains(number)).unwrap();
    let places = [
        ("acme", free.as_str()),
        ("acme", &opened.created.number),
        ("acme", &cancelled.created.number),
        ("bolt", &live.created.number),
        ("nobody", &live.created.number),
        ("%ff", &live.created.number),
        ("acme", "12345"),
        ("acme", "abcdef"),
        ("acme", "%ff"),
        ("acme", "%31%27"),
    ];
    let of = |org: &str, number: &str| {
        service.request(Method::POST, &format!("/api/v1/orgs/{org}/numbers/{number}")).json(&nothing())
    };
    for (org, number) in places {
        assert_eq!(see(of(org, number)).await, nothing_there, "{org} {number}");
    }
    let found: Value = of("acme", &live.created.number).send().await.unwrap().json().await.unwrap();
    assert_eq!(found, json!({ "session_id": live.id }));
    service.clock.advance(120_000);
    assert_eq!(see(of("acme", &live.created.number)).await, nothing_there, "expired");
}

#[tokio::test]
async fn what_is_another_agents_is_as_nothing_to_an_agent() {
    let service = Service::start().await;
    let nothing_there = reference(&service).await;
    let (session, expired) = (service.session().await, service.session().await);
    let calls = |id: &str| {
        let verdict = json!({ "accepted": false });
        [
            (Method::POST, format!("/api/v1/sessions/{id}/verdict"), verdict),
            (Method::POST, format!("/api/v1/sessions/{id}/revealed"), nothing()),
            (Method::POST, format!("/api/v1/sessions/{id}/extend"), nothing()),
            (Method::DELETE, format!("/api/v1/sessions/{id}"), nothing()),
        ]
    };
    let assert_nothing = async |who: &str, id: &str| {
        for (method, path, body) in calls(id) {
            let request = service.request(method, &path).bearer_auth(who).json(&body);
            assert_eq!(see(request).await, nothing_there, "{path}");
        }
    };
    for stranger in [&service.eli.token, &service.finn.token] {
        assert_nothing(stranger, &session.id).await;
    }
    for id in ["0".repeat(26), "x".to_owned(), "%ff".to_owned()] {
        assert_nothing(&service.dana.token, &id).await;
    }
    service.complete(session).await;
    service.clock.advance(120_000);
    assert_nothing(&service.dana.token, &expired.id).await;
}
