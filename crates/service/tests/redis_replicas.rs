//! What a replica has not heard of is not told: whoever is answered can rely on it when the primary dies.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::redis::{holders, options, owner, page, patiently, store};
use common::{PATIENCE, answer, request, tag};
use countersign_protocol::SessionId;
use countersign_protocol::wire::{Answer, CreateSession, Verdict};
use countersign_rig::redis::{Cluster, Redis};
use countersign_rig::until;
use countersign_service::store::redis::RedisStore;
use countersign_service::store::{Key, Recipient, SessionStore, StoreError};
use futures_util::future::{BoxFuture, join_all};
use std::time::{Duration, Instant};
use tokio::time::sleep;

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

/// Sessions at stages at which a call changes nothing, and tells of what was changed before.
struct Standing {
    waiting: CreateSession,
    opened: Recipient,
    used: SessionId,
    cancelled: SessionId,
    refused: Recipient,
    accepted: Recipient,
    given: Answer,
    lasting: Recipient,
}

const AGENT: &str = "a";

async fn placed(store: &RedisStore) -> CreateSession {
    let request = request(900);
    patiently(|| store.create(owner(AGENT), request.clone())).await.unwrap();
    request
}

async fn opened(store: &RedisStore) -> Recipient {
    loop {
        let page = page(placed(store).await.session_id);
        // On a busy machine a replica may be slow, and the session is burned.
        if store.open(page.clone()).await.is_ok() {
            return page;
        }
    }
}

impl Standing {
    async fn on(store: &RedisStore) -> Self {
        let agent = || AGENT.to_owned();
        let used = opened(store).await.id;
        assert_eq!(store.open(page(used)).await.map(drop), Err(StoreError::NoSuchSession));
        let cancelled = opened(store).await.id;
        patiently(|| store.cancel(agent(), cancelled)).await.unwrap();
        let refused = opened(store).await;
        store.answer(refused.clone(), answer()).await.unwrap();
        patiently(|| store.verdict(agent(), refused.id, Verdict::refuse())).await.unwrap();
        let (accepted, given) = (opened(store).await, answer());
        store.answer(accepted.clone(), given.clone()).await.unwrap();
        let verdict = Verdict::accept(tag());
        patiently(|| store.verdict(agent(), accepted.id, verdict.clone())).await.unwrap();
        let (waiting, opened, lasting) = (placed(store).await, opened(store).await, opened(store).await);
        // The history has all of it, so that from now on nothing is written but by calls.
        sleep(Duration::from_secs(2)).await;
        Self { waiting, opened, used, cancelled, refused, accepted, given, lasting }
    }

    /// Each on the store that `at` has for its place; and how many of its scripts have only read.
    fn calls<'a>(&'a self, at: impl Fn(usize) -> &'a RedisStore) -> [(&'static str, Said<'a>, u64); 13] {
        let agent = || AGENT.to_owned();
        let created = |place: usize, agent: &str| {
            let (store, owner) = (at(place), owner(agent));
            async move { store.create(owner, self.waiting.clone()).await.map(drop) }
        };
        let opened = |place: usize, page: Recipient| {
            let store = at(place);
            async move { store.open(page).await.map(drop) }
        };
        let verdict = |place: usize, page: &Recipient| {
            let (store, page) = (at(place), page.clone());
            async move { store.verdict_for(page).await.map(drop) }
        };
        let extended = at(8).extend_by_agent(agent(), self.lasting.id);
        let extended_by_page = at(9).extend_by_recipient(self.lasting.clone());
        let (events, newest) = (at(10).events_since(agent(), 0), at(11).newest_event(agent()));
        [
            // Whose the id is, and what was placed.
            ("create", Box::pin(created(0, AGENT)), 2),
            ("another's", Box::pin(created(1, "b")), 1),
            ("open", Box::pin(opened(2, self.opened.clone())), 1),
            ("open used", Box::pin(opened(3, page(self.used))), 1),
            ("open cancelled", Box::pin(opened(4, page(self.cancelled))), 1),
            ("refused", Box::pin(verdict(5, &self.refused)), 1),
            ("accepted", Box::pin(verdict(6, &self.accepted)), 1),
            ("answer", Box::pin(at(7).answer(self.accepted.clone(), self.given.clone())), 1),
            ("extend", Box::pin(async { extended.await.map(drop) }), 1),
            ("extend by page", Box::pin(async { extended_by_page.await.map(drop) }), 1),
            ("events", Box::pin(async { events.await.map(drop) }), 1),
            ("newest", Box::pin(async { newest.await.map(drop) }), 1),
            // All of what the store keeps, in all its parts.
            ("ready", Box::pin(at(12).ready()), 64),
        ]
    }
}

type Said<'a> = BoxFuture<'a, Result<(), StoreError>>;

/// A call that changes nothing tells of what was changed before. It waits for a replica all the same: what a dying primary alone knew
/// must not have been told. Each call has a store of its own, whose connection has written nothing yet.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_is_told_that_no_replica_has() {
    // So fresh that not every server has heard of every other.
    let cluster = Cluster::start(15_000);
    let options = options(&cluster.urls());
    let (first, _folder) = store(&options).await;
    let standing = Standing::on(&first).await;
    let mut stores = Vec::new();
    for _ in 0..13 {
        stores.push(store(&options).await);
    }
    let primaries = cluster.primaries();
    let replicas = || cluster.nodes.iter().enumerate().filter(|(place, _)| !primaries.contains(place));
    replicas().for_each(|(_, node)| node.pause());
    let calls = standing.calls(|place| &stores[place].0);
    let told = join_all(calls.map(|(call, said, _)| async move { (call, said.await) })).await;
    replicas().for_each(|(_, node)| node.resume());
    for (call, said) in told {
        assert_eq!(said, Err(StoreError::Unavailable), "{call}");
    }

    // Whose an id is, is told by another bucket than the session's. One asks after the other: the number that each claims on the way lies
    // anywhere, and where it is on the same server that alone has to wait.
    let waiting = &standing.waiting;
    let pointer = primaries.iter().map(|place| {
        cluster.nodes[*place].ask(&["KEYS", &format!("*:p:{}", waiting.session_id)]).trim().to_owned()
    });
    let (_, replica) = cluster.holders(&pointer.collect::<String>());
    for _ in 0..3 {
        patiently(|| first.ready()).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        cluster.nodes[replica].pause();
        let said = stores[0].0.create(owner("b"), waiting.clone()).await;
        assert_eq!(said.map(drop), Err(StoreError::Unavailable));
        cluster.nodes[replica].resume();
    }
}

/// `WAIT` is promised to stand behind what its connection has written, and stands behind whatever the server had. What has only read
/// does not count on that: it writes something to wait for.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_only_read_has_a_write_to_wait_for() {
    let cluster = Cluster::start(15_000);
    let (store, _folder) = store(&options(&cluster.urls())).await;
    let standing = Standing::on(&store).await;
    let primaries = cluster.primaries();
    let fences = || -> u64 {
        let nodes = primaries.iter().map(|place| &cluster.nodes[*place]);
        let counts = nodes.map(|node| {
            let keys = node.ask(&["KEYS", "*:f"]);
            keys.split_whitespace()
                .map(|key| node.ask(&["GET", key]).trim().parse::<u64>().unwrap())
                .sum::<u64>()
        });
        counts.sum()
    };
    for (call, said, read) in standing.calls(|_| &store) {
        let before = fences();
        let _ = said.await;
        assert_eq!(fences() - before, read, "{call}");
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
