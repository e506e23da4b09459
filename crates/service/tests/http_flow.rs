//! Runs over HTTP: both sides to the same passcode, what the agent hears, who waits and is woken, and what reading a link does
//! not do.

#![allow(clippy::print_stdout, reason = "a claim's own line")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::play::{check, compute};
use common::service::{Service, Session, WIDE, nothing, problem, read, value};
use countersign_protocol::Began;
use countersign_protocol::agent::Refusal;
use countersign_protocol::wire::{
    Answer, Empty, Extended, Me, OrgProfile, Policy, Role, Verdict, VerdictState,
};
use countersign_service::limits::Limits;
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::task::JoinHandle;

#[tokio::test]
async fn both_sides_come_to_the_same_passcode_and_the_agent_hears_each_step() {
    let service = Service::start().await;
    let mut events = service.events(None).await;
    let session = service.session().await;
    assert_eq!(session.created.url, format!("{}/acme/{}", service.origin, session.id));
    assert_eq!(session.created.created_at, "2026-11-23T10:00:00Z");
    assert_eq!(session.created.expires_at, "2026-11-23T10:02:00Z");
    assert_eq!(session.created.ttl_ms, 120_000);
    let id = session.id.clone();

    let number = format!("/api/v1/orgs/acme/numbers/{}", session.created.number);
    let found: Value = read(service.post(&number, "", &nothing()).await, StatusCode::OK).await;
    assert_eq!(found, json!({ "session_id": id }));
    service.clock.advance(20_000);
    let opened = service.open(&session).await;
    problem(service.post(&number, "", &nothing()).await, 404, "invalid_session").await;

    let extended = service.post(&session.of_page("extend"), &session.token, &nothing()).await;
    let extended: Extended = read(extended, StatusCode::OK).await;
    assert_eq!(extended.ttl_ms, 220_000);
    assert_eq!(extended.expires_at, "2026-11-23T10:04:00Z");
    let (answered, answer) = service.answer(&session, opened).await;
    service.finish(session, answered, &answer).await;

    let mut told = Vec::new();
    for place in 1..=5 {
        let event = events.next().await;
        assert_eq!(event.id, place);
        assert_eq!(
            (&event.data["session_id"], &event.data["at"]),
            (&json!(id), &json!("2026-11-23T10:00:20Z"))
        );
        told.push(event);
    }
    assert!(
        told.iter()
            .map(|event| event.name.as_str())
            .eq(["opened", "extended", "answered", "viewed", "outcome"])
    );
    assert_eq!(told[1].data["ttl_ms"], 220_000);
    let heard: Answer = serde_json::from_value(json!({
        "share": told[2].data["share"], "commit": told[2].data["commit"],
        "began": told[2].data["began"], "tag": told[2].data["tag"],
    }))
    .unwrap();
    assert_eq!(heard, answer);
    assert_eq!(told[4].data["matched"], true);
}

#[tokio::test]
async fn another_value_is_refused_and_the_recipient_learns_no_more_than_that() {
    let service = Service::start().await;
    let session = service.session().await;
    let opened = service.open(&session).await;
    let guess = value("06 12 34 56 79");
    let (_, answer) = opened.answer(&guess, Began::Recipient, &mut common::entropy).unwrap();
    let (page, verdict) = (session.of_page("verdict"), session.of_agent("verdict"));
    let sent = service.post(&session.of_page("answer"), &session.token, &answer).await;
    read::<Empty>(sent, StatusCode::ACCEPTED).await;
    let pending: Value = read(service.get_as(&page, &session.token).await, StatusCode::OK).await;
    assert_eq!(pending, json!({"verdict": "pending"}));

    let spent = session.offered.spend(|_| Ok::<_, Infallible>(())).unwrap();
    assert_eq!(spent.check(&answer).err(), Some(Refusal::NotConfirmed));
    let refused = service.post(&verdict, &service.dana.token, &Verdict::refuse()).await;
    read::<Empty>(refused, StatusCode::OK).await;
    let seen: Value = read(service.get_as(&page, &session.token).await, StatusCode::OK).await;
    assert_eq!(seen, json!({"verdict": "refused"}));
}

#[tokio::test]
async fn profiles_say_who_is_who() {
    let service = Service::start().await;
    let me: Me = read(service.get_as("/api/v1/me", &service.dana.token).await, StatusCode::OK).await;
    assert_eq!((me.agent.id, me.agent.name.as_str()), (service.dana.id.clone(), "Dana"));
    assert_eq!((me.role, &me.origin, me.policy), (Role::Agent, &service.origin, Policy::default()));
    let public: OrgProfile = read(service.get("/api/v1/orgs/acme").await, StatusCode::OK).await;
    assert_eq!((public.handle.as_str(), public.name.as_str(), public.practice), ("acme", "Acme", false));
    assert_eq!(public, me.organization);
    problem(service.get("/api/v1/orgs/nobody").await, 404, "unknown_organization").await;
}

/// Programs that fetch a link because it stands in a message, and people's browsers.
const READERS: &str = include_str!("readers.txt");

#[tokio::test]
async fn whoever_reads_a_link_spends_nothing() {
    let service = Service::start().await;
    let (session, unknown) = (service.session().await, "0".repeat(26));
    let never = service.get(&format!("/acme/{unknown}")).await;
    assert_eq!(never.status(), 200);
    let never = never.bytes().await.unwrap();
    let link = format!("/acme/{}", session.id);
    let readers: Vec<_> = READERS.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(readers.len() >= 40);
    for reader in &readers {
        for (method, status) in [(Method::GET, 200), (Method::HEAD, 200), (Method::OPTIONS, 405)] {
            let request = service.request(method.clone(), &link).header("user-agent", *reader);
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), status, "{method} by {reader}");
            let body = answer.bytes().await.unwrap();
            match method {
                Method::GET => assert_eq!(body, never, "{reader}"),
                Method::HEAD => assert!(body.is_empty(), "{reader}"),
                _ => {}
            }
        }
    }
    // Nor does reading the calls themselves.
    for verb in ["open", "answer", "viewed", "outcome", "extend"] {
        for method in [Method::GET, Method::HEAD, Method::OPTIONS] {
            let request = service.request(method, &session.of_page(verb)).bearer_auth(&session.token);
            assert_eq!(request.send().await.unwrap().status(), 405, "{verb}");
        }
    }
    service.clock.advance(10_000);
    let mut events = service.events(Some(0)).await;
    service.complete(session).await;
    // Nobody else was told of: the first event is the opening.
    for name in ["opened", "answered", "viewed", "outcome"] {
        assert_eq!(events.next().await.name, name);
    }
    println!("claim scanners {} 0 0 ok", readers.len());
}

#[tokio::test]
async fn a_stream_that_breaks_is_resumed_without_loss_or_repeat() {
    const SESSIONS: usize = 40;
    let service = Arc::new(Service::start().await);
    let mut playing = tokio::task::JoinSet::new();
    for _ in 0..SESSIONS {
        let service = service.clone();
        playing.spawn(async move {
            let session = service.session().await;
            service.complete(session).await;
        });
    }
    // Connections that last for a few events each, while sessions go on.
    let mut seen = Vec::new();
    let mut length = 1;
    while seen.len() < SESSIONS * 4 {
        let mut stream = service.events(Some(seen.len() as u64)).await;
        for _ in 0..length.min(SESSIONS * 4 - seen.len()) {
            seen.push(stream.next().await);
        }
        length = length % 7 + 1;
    }
    playing.join_all().await;
    assert!(seen.iter().map(|event| event.id).eq(1..=SESSIONS as u64 * 4));
    let mut again = service.events(Some(0)).await;
    for event in &seen {
        assert_eq!(again.next().await, *event);
    }
    // Without an id a stream begins now; an id from another life gets all that is kept.
    let mut now = service.events(None).await;
    let mut foreign = service.events(Some(1_000_000)).await;
    let session = service.session().await;
    service.open(&session).await;
    assert_eq!(now.next().await.id, SESSIONS as u64 * 4 + 1);
    assert_eq!(foreign.next().await, seen[0]);
    let bad = service.request(Method::GET, "/api/v1/events").bearer_auth(&service.dana.token);
    for id in ["x", "+1", "-1", "1.0", ""] {
        let bad = bad.try_clone().unwrap().header("last-event-id", id);
        problem(bad.send().await.unwrap(), 400, "malformed").await;
    }
    // Beyond what any number here is: beyond the newest.
    let mut beyond = bad.header("last-event-id", "9".repeat(40)).send().await.unwrap();
    assert!(beyond.chunk().await.unwrap().unwrap().starts_with(b"id: 1\n"));
}

#[tokio::test]
async fn a_wait_is_asked_for_in_digits() {
    let service = Service::start_with(Limits { waits_per_address: 0, ..WIDE }).await;
    let (session, _) = answered(&service).await;
    for (wait, status) in [("7", 429), ("0", 200), ("+7", 200), ("-7", 200), ("7s", 200), ("", 200)] {
        let request = service.request(Method::GET, &session.of_page("verdict")).bearer_auth(&session.token);
        let answer = request.header("prefer", format!("wait={wait}")).send().await.unwrap();
        assert_eq!(answer.status(), status, "{wait}");
    }
}

#[tokio::test]
async fn streams_and_waits_end_when_the_service_stops() {
    let service = waiting_service().await;
    let (session, _) = answered(&service).await;
    let mut stream = service.events(None).await;
    let wait = begin_wait(&service, &session).await;
    Arc::into_inner(service).unwrap().served.stop().await;
    assert_eq!(read::<VerdictState>(wait.await.unwrap(), StatusCode::OK).await, VerdictState::Pending);
    assert_eq!(tokio::time::timeout(PATIENCE, stream.read()).await.unwrap(), None);
}

/// A service that lets one call wait, so that a second is told that the first does.
async fn waiting_service() -> Arc<Service> {
    Arc::new(Service::start_with(Limits { waits_per_address: 1, ..WIDE }).await)
}

async fn answered(service: &Service) -> (Session, Answer) {
    let session = service.session().await;
    let opened = service.open(&session).await;
    let (_, answer) = service.answer(&session, opened).await;
    (session, answer)
}

fn wait_of(service: &Service, session: &Session, seconds: u32) -> reqwest::RequestBuilder {
    let request = service.request(Method::GET, &session.of_page("verdict")).bearer_auth(&session.token);
    request.header("prefer", format!("wait={seconds}"))
}

/// Asks for the verdict, and returns when the service is known to wait.
async fn begin_wait(service: &Service, session: &Session) -> JoinHandle<Response> {
    let request = wait_of(service, session, 25);
    let wait = tokio::spawn(async move {
        loop {
            // The one that asks whether this waits may have come first.
            let answer = request.try_clone().unwrap().send().await.unwrap();
            if answer.status() != StatusCode::TOO_MANY_REQUESTS {
                return answer;
            }
        }
    });
    until_waiting(service, session).await;
    wait
}

async fn until_waiting(service: &Service, session: &Session) {
    let refused = async {
        loop {
            let answer = wait_of(service, session, 1).send().await.unwrap();
            if answer.status() == StatusCode::TOO_MANY_REQUESTS {
                return;
            }
            // It waited itself, in vain.
            assert_eq!(read::<VerdictState>(answer, StatusCode::OK).await, VerdictState::Pending);
        }
    };
    tokio::time::timeout(PATIENCE, refused).await.expect("the first wait is counted");
}

#[tokio::test]
async fn whoever_waits_for_the_verdict_is_woken_by_it() {
    let service = waiting_service().await;
    let dana = &service.dana.token;
    for accept in [true, false] {
        let (session, answer) = answered(&service).await;
        let wait = begin_wait(&service, &session).await;
        let path = session.of_agent("verdict");
        let verdict = if accept {
            Verdict::accept(check(session.offered, &answer).tag().clone())
        } else {
            Verdict::refuse()
        };
        read::<Empty>(service.post(&path, dana, &verdict).await, StatusCode::OK).await;
        let state: VerdictState = read(wait.await.unwrap(), StatusCode::OK).await;
        match verdict.tag {
            Some(tag) => assert_eq!(state, VerdictState::Accepted { tag, ttl_ms: 120_000 }),
            None => assert_eq!(state, VerdictState::Refused),
        }
    }
}

#[tokio::test]
async fn an_answer_may_wait_for_its_verdict() {
    let service = waiting_service().await;
    let session = service.session().await;
    let (_, answer) = compute(service.open(&session).await);
    let send = service.request(Method::POST, &session.of_page("answer")).bearer_auth(&session.token);
    let send = send.header("prefer", "respond-async, wait=25").json(&answer);
    let wait = tokio::spawn(async move {
        loop {
            let answer = send.try_clone().unwrap().send().await.unwrap();
            let state = read::<VerdictState>(answer, StatusCode::OK).await;
            // The one that asks whether this waits may have come first.
            if state != VerdictState::Pending {
                return state;
            }
        }
    });
    let mut events = service.events(Some(1)).await;
    assert_eq!(events.next().await.name, "answered");
    until_waiting(&service, &session).await;
    // Who has too many waits open is not refused, and does not wait.
    let repeat = service.request(Method::POST, &session.of_page("answer")).bearer_auth(&session.token);
    let repeat = repeat.header("prefer", "wait=25").json(&answer).send().await.unwrap();
    assert_eq!(read::<VerdictState>(repeat, StatusCode::OK).await, VerdictState::Pending);
    let path = session.of_agent("verdict");
    let verdict = Verdict::accept(check(session.offered, &answer).tag().clone());
    read::<Empty>(service.post(&path, &service.dana.token, &verdict).await, StatusCode::OK).await;
    assert_eq!(wait.await.unwrap(), VerdictState::Accepted { tag: verdict.tag.unwrap(), ttl_ms: 120_000 });
}

#[tokio::test]
async fn whoever_waits_is_woken_when_there_is_nothing_to_wait_for_any_more() {
    let service = waiting_service().await;
    let (cancelled, _) = answered(&service).await;
    let wait = begin_wait(&service, &cancelled).await;
    let path = format!("/api/v1/sessions/{}", cancelled.id);
    let gone = service.request(Method::DELETE, &path).bearer_auth(&service.dana.token).send().await.unwrap();
    assert_eq!(gone.status(), StatusCode::NO_CONTENT);
    problem(wait.await.unwrap(), 404, "invalid_session").await;

    let (doubled, mut answer) = answered(&service).await;
    let wait = begin_wait(&service, &doubled).await;
    answer.tag = common::tag();
    let second = service.post(&doubled.of_page("answer"), &doubled.token, &answer).await;
    problem(second, 404, "invalid_session").await;
    assert_eq!(read::<VerdictState>(wait.await.unwrap(), StatusCode::OK).await, VerdictState::Refused);

    let (late, _) = answered(&service).await;
    let wait = begin_wait(&service, &late).await;
    service.clock.advance(120_000);
    problem(wait.await.unwrap(), 404, "invalid_session").await;
}
