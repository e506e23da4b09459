//! A real cluster whose primaries are killed and cut off while sessions run. Nothing that anybody was told is undone: no link opens
//! twice, no session completes twice, no event is lost or its number given again; what cannot be promised is refused, and all is
//! well again by itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::print_stdout)] // the claim

mod common;

use common::redis::{options, owner, page, patiently, store};
use common::{PATIENCE, answer, nonce, random, request, tag};
use countersign_protocol::wire::{Outcome, Verdict};
use countersign_rig::redis::{Cluster, Redis};
use countersign_rig::until;
use countersign_service::store::redis::RedisStore;
use countersign_service::store::{SessionStore, StoreError, StoredEvent};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// How many call at once while servers die.
const CALLERS: usize = 8;
/// Kills, and as many cuts, unless `COUNTERSIGN_FAILOVERS` says otherwise.
const FAULTS: usize = 2;

async fn all_events(store: &RedisStore, agent: &str) -> Vec<StoredEvent> {
    let mut all: Vec<StoredEvent> = Vec::new();
    loop {
        let last = all.last().map_or(0, |event| event.seq);
        let more = patiently(|| store.events_since(agent.to_owned(), last)).await.unwrap();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_goes_away_is_said_to_be_away_and_comes_back() {
    let mut redis = Redis::durable();
    let (store, _folder) = store(&options(&[redis.url()])).await;
    let request = request(900);
    let page = page(request.session_id);
    store.create(owner("a"), request).await.unwrap();
    for cut in [false, true] {
        if cut {
            redis.pause();
        } else {
            redis.kill();
        }
        for _ in 0..2 {
            let asked = Instant::now();
            assert_eq!(store.ready().await, Err(StoreError::Unavailable));
            assert!(asked.elapsed() < PATIENCE);
        }
        if cut {
            redis.resume();
        } else {
            redis.restart();
        }
        patiently(|| store.ready()).await.unwrap();
    }
    patiently(|| store.open(page.clone())).await.unwrap();
    assert_eq!(all_events(&store, "a").await.len(), 1);
}

/// What a caller was told.
#[derive(Default)]
struct Told {
    sessions: usize,
    refused: usize,
    /// Events that must be there, by session.
    acknowledged: HashMap<String, Vec<&'static str>>,
}

/// Session after session until it is told to stop: two pages for each link, two answers.
async fn call(store: Arc<RedisStore>, agent: String, stop: Arc<AtomicBool>) -> Told {
    let mut told = Told::default();
    while !stop.load(Ordering::SeqCst) {
        let request = request(900);
        let id = request.session_id;
        if patiently(|| store.create(owner(&agent), request.clone())).await.is_err() {
            told.refused += 1;
            continue;
        }
        told.sessions += 1;
        let pages = [page(id), page(id)];
        let opened = tokio::join!(
            patiently(|| store.open(pages[0].clone())),
            patiently(|| store.open(pages[1].clone()))
        );
        let winner = match (opened.0.is_ok(), opened.1.is_ok()) {
            (true, true) => panic!("a link has opened twice"),
            (true, false) => &pages[0],
            (false, true) => &pages[1],
            (false, false) => {
                told.refused += 1;
                continue;
            }
        };
        let events = told.acknowledged.entry(id.to_string()).or_default();
        events.push("opened");
        let sent = answer();
        if patiently(|| store.answer(winner.clone(), sent.clone())).await.is_err() {
            told.refused += 1;
            continue;
        }
        events.push("answered");
        let accepted = Verdict::accept(tag());
        let seen = nonce();
        let matched = Outcome { matched: true, unexpected: false };
        if patiently(|| store.verdict(agent.clone(), id, accepted.clone())).await.is_err()
            || patiently(|| store.viewed(winner.clone(), seen.clone())).await.is_err()
        {
            told.refused += 1;
            continue;
        }
        events.push("viewed");
        if patiently(|| store.outcome(winner.clone(), matched)).await.is_ok() {
            events.push("outcome");
            // It is complete, and stays what it is. A call whose server dies under it burns the session: then it is unknown.
            let other = patiently(|| store.answer(winner.clone(), answer())).await;
            assert!(matches!(other, Err(StoreError::Conflict | StoreError::NoSuchSession)), "{other:?}");
        }
    }
    told
}

/// Reads along, and keeps what it has seen.
async fn follow(store: Arc<RedisStore>, agent: String, stop: Arc<AtomicBool>) -> Vec<StoredEvent> {
    let mut seen: Vec<StoredEvent> = Vec::new();
    while !stop.load(Ordering::SeqCst) {
        let last = seen.last().map_or(0, |event| event.seq);
        if let Ok(more) = store.events_since(agent.clone(), last).await {
            seen.extend(more);
        }
        sleep(Duration::from_millis(20)).await;
    }
    seen
}

fn fault(cluster: &mut Cluster, cut: bool) {
    let primaries = cluster.primaries();
    let place = primaries[usize::from(random::<1>()[0]) % primaries.len()];
    let others = |cluster: &Cluster| cluster.primaries().into_iter().filter(|other| *other != place).count();
    if cut {
        cluster.nodes[place].pause();
    } else {
        cluster.nodes[place].kill();
    }
    until("a replica takes over", || others(cluster) == 3);
    if cut {
        cluster.nodes[place].resume();
    } else {
        cluster.nodes[place].restart();
    }
    cluster.whole();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_that_was_told_is_undone_while_primaries_die() {
    let faults =
        std::env::var("COUNTERSIGN_FAILOVERS").ok().and_then(|text| text.parse().ok()).unwrap_or(FAULTS);
    let mut cluster = Cluster::start(1000);
    let (store, _folder) = store(&options(&cluster.urls())).await;
    let stop = Arc::new(AtomicBool::new(false));
    let agent = |place: usize| format!("agent{place}");
    let callers: Vec<_> =
        (0..CALLERS).map(|place| tokio::spawn(call(store.clone(), agent(place), stop.clone()))).collect();
    let readers: Vec<_> =
        (0..CALLERS).map(|place| tokio::spawn(follow(store.clone(), agent(place), stop.clone()))).collect();
    for round in 0..2 * faults {
        tokio::task::block_in_place(|| fault(&mut cluster, round % 2 == 1));
        patiently(|| store.ready()).await.expect("it recovers by itself");
    }
    stop.store(true, Ordering::SeqCst);
    let (mut sessions, mut refused) = (0, 0);
    for (place, (caller, reader)) in callers.into_iter().zip(readers).enumerate() {
        let (told, seen) = (caller.await.unwrap(), reader.await.unwrap());
        let all = all_events(&store, &agent(place)).await;
        assert!(
            all.iter().map(|event| event.seq).eq(1..=all.len() as u64),
            "no number is missing or given twice"
        );
        assert!(all.starts_with(&seen), "what was read is not undone");
        for (id, names) in &told.acknowledged {
            let stored: Vec<_> =
                all.iter().filter(|event| event.data.contains(id)).map(|event| event.name.as_str()).collect();
            for name in names {
                let count = stored.iter().filter(|stored| *stored == name).count();
                assert_eq!(count, 1, "{name} of {id}, which was acknowledged: {stored:?}");
            }
        }
        sessions += told.sessions;
        refused += told.refused;
    }
    assert!(sessions > refused, "{refused} of {sessions} sessions were refused");
    println!("# {sessions} sessions, {refused} of them ended by the faults");
    println!("claim failover_double_completion {} 0 0 ok", 2 * faults);
}
