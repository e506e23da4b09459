//! Somebody guesses session numbers at the real program, as fast as they can, from one address: they never learn of a live session,
//! everybody else goes on. Addresses are the machine's own, `127.0.0.0/8`.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::program::{Serving, ask};
use common::service::{Caller, Employee, nothing, problem, read};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ORIGIN: &str = "https://verify.example";
/// Guesses one address makes, and what it may make a minute (`docs/api.md`).
const GUESSES: usize = 1000;
const AN_ADDRESS: usize = 10;
const AN_ORGANIZATION: usize = 120;
/// The guesser knows a live session's number without knowing it: as long as their minute lasts for sure, every other guess is right.
const SAFE: Duration = Duration::from_secs(40);

/// Everybody calls from an address of their own.
struct Street {
    serving: Serving,
    token: String,
    // What it serves from.
    _data: TempDir,
}

impl Street {
    /// The program with two organizations and an agent, and the limits that every service has.
    fn open() -> Self {
        let data = tempfile::tempdir().unwrap();
        for (handle, name) in [("acme", "Acme"), ("bolt", "Bolt")] {
            ask(data.path(), &["org", "add", handle, "--name", name, "--country", "FR"]);
        }
        let token = ask(data.path(), &["agent", "add", "--org", "acme", "--name", "Dana", "--token"]);
        let serving = Serving::start(data.path(), &["--public-origin", ORIGIN], "warn");
        Self { serving, token: token.trim_end().to_owned(), _data: data }
    }

    fn caller(&self, place: u8) -> Caller {
        let from = IpAddr::from([127, 0, 77, place]);
        let dana = Employee { id: String::new(), token: self.token.clone() };
        let mut caller = Caller::new(ORIGIN.to_owned(), self.serving.addr, dana);
        caller.client = Client::builder().no_proxy().local_address(from).build().unwrap();
        caller
    }
}

async fn guess(caller: &Caller, org: &str, number: &str) -> Response {
    caller.post(&format!("/api/v1/orgs/{org}/numbers/{number}"), "", &nothing()).await
}

async fn refused(answer: Response) {
    let seconds: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=61).contains(&seconds), "{seconds}");
    problem(answer, 429, "too_many").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_guesses_from_one_address_reach_no_live_session() {
    let street = Street::open();
    let (agent, guesser) = (street.caller(1), Arc::new(street.caller(66)));
    let mut stream = agent.events(None).await;
    let (session, linked) = (agent.session().await, agent.session().await);
    let right = session.created.number.clone();
    let known = [&session.created.number, &linked.created.number];
    let wrong = (0..).map(|n| format!("{n:06}")).filter(|number| !known.contains(&number));
    let mut wrong = wrong.take(GUESSES);

    let began = Instant::now();
    for _ in 0..AN_ADDRESS {
        problem(guess(&guesser, "acme", &wrong.next().unwrap()).await, 404, "invalid_session").await;
    }
    let mut guessing = tokio::task::JoinSet::new();
    for (place, wrong) in wrong.take(GUESSES - AN_ADDRESS).enumerate() {
        while guessing.len() >= 16 {
            guessing.join_next().await.unwrap().unwrap();
        }
        let is_right = place % 2 == 0 && began.elapsed() < SAFE;
        let number = if is_right { right.clone() } else { wrong };
        let guesser = guesser.clone();
        guessing.spawn(async move {
            // Saying to be somebody else helps nobody.
            let path = format!("/api/v1/orgs/acme/numbers/{number}");
            let request = guesser.request(Method::POST, &path).json(&nothing());
            let elsewhere = format!("198.51.100.{}", place % 250);
            let request = request.header("forwarded", format!("for={elsewhere}"));
            let answer = request.header("x-forwarded-for", elsewhere).send().await.unwrap();
            if is_right || answer.status() == StatusCode::TOO_MANY_REQUESTS {
                refused(answer).await;
            } else {
                // Another minute has begun.
                problem(answer, 404, "invalid_session").await;
            }
        });
    }
    guessing.join_all().await;
    assert!(began.elapsed() >= SAFE || guess(&guesser, "acme", &right).await.status() == 429);

    // Nothing has happened to the session: whoever was told its number comes to the end by it, and whoever has a link by that.
    let customer = street.caller(2);
    let found: Value = read(guess(&customer, "acme", &right).await, StatusCode::OK).await;
    assert_eq!(found, json!({ "session_id": session.id }));
    let ids = [session.id.clone(), linked.id.clone()];
    customer.complete(session).await;
    street.caller(3).complete(linked).await;
    for id in ids {
        for name in ["opened", "answered", "viewed", "outcome"] {
            let event = stream.next().await;
            assert_eq!((event.name.as_str(), &event.data["session_id"]), (name, &json!(id)));
            assert_ne!(event.data["refused"], true);
        }
    }
}

/// The guesser's refused guesses do not count against the organization: what is left of its minute is others'. When many addresses
/// have used it up, numbers of that organization wait for the next minute; links, and other organizations, do not.
#[tokio::test(flavor = "multi_thread")]
async fn who_guesses_takes_no_more_from_others_than_is_documented() {
    let street = Street::open();
    let session = street.caller(1).session().await;
    let guesser = street.caller(66);
    let began = Instant::now();
    for n in 0..3 * AN_ORGANIZATION {
        guess(&guesser, "acme", &format!("{n:06}")).await;
    }
    // One minute lasts that long; on a machine where it does not, there is nothing to see here.
    let in_time = || began.elapsed() < SAFE;
    let others: Vec<_> = (100..).take(AN_ORGANIZATION / AN_ADDRESS - 1).map(|n| street.caller(n)).collect();
    for other in &others {
        for _ in 0..AN_ADDRESS {
            let answer = guess(other, "acme", &session.created.number).await;
            assert!(!in_time() || answer.status() == StatusCode::OK, "{}", answer.status());
        }
    }
    let one_more = street.caller(200);
    let answer = guess(&one_more, "acme", &session.created.number).await;
    if in_time() {
        refused(answer).await;
    }
    problem(guess(&one_more, "bolt", &session.created.number).await, 404, "invalid_session").await;
    one_more.complete(session).await;
}
