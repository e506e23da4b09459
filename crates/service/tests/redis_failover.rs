//! A real cluster whose primaries are killed and cut off while sessions run. Nothing that anybody was told is undone: no link opens
//! twice, no session completes twice, no event is lost or its number given again; what cannot be promised is refused, and all is
//! well again by itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]
#![allow(clippy::print_stdout)] // the claim

mod common;

use common::redis::options;
use common::{PATIENCE, answer, nonce, random, request, tag};
use countersign_protocol::wire::{Outcome, Verdict};
use countersign_protocol::{RecipientToken, SessionId};
use countersign_rig::redis::{Cluster, Redis};
use countersign_rig::until;
use countersign_service::audit::SqliteAudit;
use countersign_service::clock::ManualClock;
use countersign_service::sqlite::Database;
use countersign_service::store::redis::{RedisOptions, RedisStore};
use countersign_service::store::{Key, Owner, Recipient, SessionStore, StoreError, StoredEvent};
use futures_util::future::{BoxFuture, join_all};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::time::sleep;

/// How many call at once while servers die.
const CALLERS: usize = 8;
/// Kills, and as many cuts, unless `COUNTERSIGN_FAILOVERS` says otherwise.
const FAULTS: usize = 2;

async fn store(options: &RedisOptions) -> (Arc<RedisStore>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let audit = Arc::new(SqliteAudit::new(Database::open(folder.path()).unwrap()));
    let store = RedisStore::connect(options, Arc::new(ManualClock::default()), audit).await.unwrap();
    (Arc::new(store), folder)
}

fn owner(agent: &str) -> Owner {
    Owner { org: "acme".to_owned(), agent: agent.to_owned(), most_live: u32::MAX }
}

fn page(id: SessionId) -> Recipient {
    Recipient { org: "acme".to_owned(), id, token: RecipientToken::from_bytes(random()).sha256() }
}

/// Asks again while the store is away, as programs do.
async fn patiently<T, F: Future<Output = Result<T, StoreError>>>(
    call: impl Fn() -> F,
) -> Result<T, StoreError> {
    let began = Instant::now();
    loop {
        let asked = Instant::now();
        let result = call().await;
        // Two seconds for the answer itself, and as much again for what comes before and after it on a busy machine.
        assert!(asked.elapsed() < PATIENCE, "the store says that it is away, and does not hang");
        match result {
            Err(StoreError::Unavailable) if began.elapsed() < PATIENCE => {
                sleep(Duration::from_millis(200)).await;
            }
            other => return other,
        }
    }
}

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

/// The place of the primary that has the session, and of its replica.
fn holders(cluster: &Cluster, id: SessionId) -> (usize, usize) {
    let mut keys = cluster
        .primaries()
        .into_iter()
        .map(|place| cluster.nodes[place].ask(&["KEYS", &format!("*:s:{id}")]));
    let key = keys.find(|found| found.contains(":s:")).expect("some primary has it");
    cluster.holders(key.trim())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_open_that_no_replica_has_is_refused_and_the_link_never_opens_again() {
    let mut cluster = Cluster::start(1000);
    let (store, _folder) = store(&options(&cluster.urls())).await;
    let request = request(900);
    let (id, first, second) = (request.session_id, page(request.session_id), page(request.session_id));
    let number = store.create(owner("a"), request).await.unwrap().number;
    let (primary, replica) = holders(&cluster, id);
    // The replica hears nothing any more, and cannot come back to hear what it has missed.
    cluster.nodes[replica].pause();
    cluster.nodes[primary].ask(&["CLIENT", "KILL", "TYPE", "replica"]);
    assert_eq!(store.open(first.clone()).await, Err(StoreError::Unavailable));
    // The primary is gone with the open that it alone had. The replica takes its place.
    cluster.nodes[primary].kill();
    cluster.nodes[replica].resume();
    until("the replica takes over", || {
        cluster.nodes[replica].ask(&["CLUSTER", "FAILOVER", "TAKEOVER"]).contains("OK")
    });
    cluster.nodes[primary].restart();
    cluster.whole();
    // Ended there, by whoever could not tell; then the link opens for nobody, not even for the page that was refused.
    let ended = async {
        loop {
            let told = patiently(|| store.events_since("a".to_owned(), 0)).await.unwrap();
            if told.iter().any(|event| event.name == "expired") {
                return told;
            }
            sleep(Duration::from_millis(100)).await;
        }
    };
    let told = tokio::time::timeout(PATIENCE, ended).await.expect("the agent is told");
    assert!(told.iter().all(|event| event.name == "expired"), "{told:?}");
    for page in [first, second] {
        let opened = patiently(|| store.open(page.clone())).await;
        assert_eq!(opened.map(drop), Err(StoreError::NoSuchSession));
    }
    let by_number = patiently(|| store.numbered("acme".to_owned(), number.clone())).await;
    assert_eq!(by_number, Err(StoreError::NoSuchSession));
    let remains = cluster.nodes[replica].ask(&["KEYS", &format!("*:a:{id}")]);
    assert_eq!(cluster.nodes[replica].ask(&["HGET", remains.trim(), "outcome"]).trim(), "refused");
    // It is over for its agent too.
    assert_eq!(patiently(|| store.extend_by_agent("a".to_owned(), id)).await, Err(StoreError::WrongState));
    assert_eq!(patiently(|| store.cancel("a".to_owned(), id)).await, Err(StoreError::WrongState));
}

/// What is to be ended may be gone by then. Nothing is put in its place, which nobody would ever take away.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ending_a_session_that_is_gone_leaves_nothing_behind() {
    let cluster = Cluster::start(1000);
    let (store, _folder) = store(&options(&cluster.urls())).await;
    let request = request(900);
    let (id, page) = (request.session_id, page(request.session_id));
    store.create(owner("a"), request).await.unwrap();
    let (primary, replica) = holders(&cluster, id);
    let session = cluster.nodes[primary].ask(&["KEYS", &format!("*:s:{id}")]).trim().to_owned();
    let fences = session.replace(&format!(":s:{id}"), ":f");
    cluster.nodes[replica].pause();
    cluster.nodes[primary].ask(&["CLIENT", "KILL", "TYPE", "replica"]);
    // Whoever waits is woken once as the store begins to listen; that is over by now.
    sleep(Duration::from_secs(2)).await;
    let mut wake = store.wakes().subscribe(Key::Session(id));
    assert_eq!(store.open(page).await, Err(StoreError::Unavailable));
    // Ended on the primary at once, with a word to whoever waits for it.
    tokio::time::timeout(PATIENCE, wake.changed()).await.expect("a page that waits is woken");
    cluster.nodes[primary].ask(&["DEL", &session, &fences]);
    until("it is to be ended, and is not there", || {
        cluster.nodes[primary].ask(&["GET", &fences]).trim().parse().is_ok_and(|fences: u32| fences > 0)
    });
    assert_eq!(cluster.nodes[primary].ask(&["EXISTS", &session]).trim(), "0");
    cluster.nodes[replica].resume();
}

/// A call that changes nothing tells of what was changed before. It waits for a replica all the same: what a dying primary alone knew
/// must not have been told. Each call has a store of its own, whose connection has written nothing yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_told_that_no_replica_has() {
    // So fresh that not every server has heard of every other.
    let cluster = Cluster::start(15_000);
    let options = options(&cluster.urls());
    let (first, _folder) = store(&options).await;
    let placed = || async {
        let request = request(900);
        let page = page(request.session_id);
        patiently(|| first.create(owner("a"), request.clone())).await.unwrap();
        (request, page)
    };
    let opened = || async {
        loop {
            let (request, page) = placed().await;
            // On a busy machine a replica may be slow, and the session is burned.
            if first.open(page.clone()).await.is_ok() {
                return (request.session_id, page);
            }
        }
    };
    let (waiting, _) = placed().await;
    let (_, again) = opened().await;
    let (used, _) = opened().await;
    assert_eq!(first.open(page(used)).await.map(drop), Err(StoreError::NoSuchSession));
    let (cancelled, _) = opened().await;
    patiently(|| first.cancel("a".to_owned(), cancelled)).await.unwrap();
    let (refused, of_refused) = opened().await;
    first.answer(of_refused.clone(), answer()).await.unwrap();
    patiently(|| first.verdict("a".to_owned(), refused, Verdict::refuse())).await.unwrap();
    let (accepted, of_accepted) = opened().await;
    let given = answer();
    first.answer(of_accepted.clone(), given.clone()).await.unwrap();
    let verdict = Verdict::accept(tag());
    patiently(|| first.verdict("a".to_owned(), accepted, verdict.clone())).await.unwrap();
    let (lasting, of_lasting) = opened().await;

    let mut stores = Vec::new();
    for _ in 0..13 {
        stores.push(store(&options).await);
    }
    // The history has all of it, so that nothing is written but by the calls.
    sleep(Duration::from_secs(2)).await;
    let primaries = cluster.primaries();
    let replicas = || cluster.nodes.iter().enumerate().filter(|(place, _)| !primaries.contains(place));
    replicas().for_each(|(_, node)| node.pause());
    let at = |place: usize| stores[place].0.clone();
    let agent = || "a".to_owned();
    let calls: [(&str, BoxFuture<'_, Result<(), StoreError>>); 13] = [
        ("create", Box::pin(async { at(0).create(owner("a"), waiting.clone()).await.map(drop) })),
        ("another's", Box::pin(async { at(1).create(owner("b"), waiting.clone()).await.map(drop) })),
        ("open", Box::pin(async { at(2).open(again).await.map(drop) })),
        ("open used", Box::pin(async { at(3).open(page(used)).await.map(drop) })),
        ("open cancelled", Box::pin(async { at(4).open(page(cancelled)).await.map(drop) })),
        ("refused", Box::pin(async { at(5).verdict_for(of_refused).await.map(drop) })),
        ("accepted", Box::pin(async { at(6).verdict_for(of_accepted.clone()).await.map(drop) })),
        ("answer", Box::pin(async { at(7).answer(of_accepted.clone(), given).await })),
        ("extend", Box::pin(async { at(8).extend_by_agent(agent(), lasting).await.map(drop) })),
        ("extend by page", Box::pin(async { at(9).extend_by_recipient(of_lasting).await.map(drop) })),
        ("events", Box::pin(async { at(10).events_since(agent(), 0).await.map(drop) })),
        ("newest", Box::pin(async { at(11).newest_event(agent()).await.map(drop) })),
        ("ready", Box::pin(async { at(12).ready().await })),
    ];
    let told = join_all(calls.map(|(call, said)| async move { (call, said.await) })).await;
    replicas().for_each(|(_, node)| node.resume());
    for (call, said) in told {
        assert_eq!(said, Err(StoreError::Unavailable), "{call}");
    }

    // Whose an id is, is told by another bucket than the session's. One asks after the other: the number that each claims on the way lies
    // anywhere, and where it is on the same server that alone has to wait.
    let pointer = primaries.iter().map(|place| {
        cluster.nodes[*place].ask(&["KEYS", &format!("*:p:{}", waiting.session_id)]).trim().to_owned()
    });
    let (_, replica) = cluster.holders(&pointer.collect::<String>());
    for _ in 0..3 {
        patiently(|| first.ready()).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        cluster.nodes[replica].pause();
        let said = at(0).create(owner("b"), waiting.clone()).await;
        assert_eq!(said.map(drop), Err(StoreError::Unavailable));
        cluster.nodes[replica].resume();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_replica_that_comes_later_is_waited_for() {
    let (primary, replica) = (Redis::start(), Redis::start());
    let (store, _folder) = store(&options(&[primary.url()])).await;
    store.ready().await.unwrap();
    let port = primary.url().rsplit(':').next().unwrap().to_owned();
    replica.ask(&["REPLICAOF", "127.0.0.1", &port]);
    until("it follows", || primary.ask(&["INFO", "replication"]).contains("state=online"));
    replica.pause();
    let began = Instant::now();
    while store.ready().await.is_ok() {
        assert!(began.elapsed() < PATIENCE, "nobody waits for it");
        sleep(Duration::from_millis(200)).await;
    }
    replica.resume();
    patiently(|| store.ready()).await.unwrap();
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
    println!("# {} faults, {refused} sessions ended by them", 2 * faults);
    println!("claim failover_double_completion {sessions} 0 0 ok");
}
