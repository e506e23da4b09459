//! What the store keeps on a Redis, and for how long: whatever a session leaves behind goes by itself, and nothing goes before the
//! history has it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
#[allow(dead_code, unused_macros, unused_imports, reason = "the sessions of the contract, without its suite")]
mod contract;

use common::redis::options;
use common::{PATIENCE, request};
use contract::Party;
use contract::model::{Call, Content, Run};
use countersign_protocol::wire::{AuditEntry, CreateSession};
use countersign_rig::redis::Redis;
use countersign_rig::until;
use countersign_service::audit::{AuditQuery, SqliteAudit};
use countersign_service::clock::{Clock as _, ManualClock};
use countersign_service::sqlite::Database;
use countersign_service::store::redis::RedisStore;
use countersign_service::store::{EVENTS_KEPT_MS, KEPT_AFTER_MS, MAX_LIFE_MS};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

/// A store on a server of its own.
struct Stage {
    party: Arc<Party>,
    redis: Arc<Redis>,
}

impl Stage {
    async fn set() -> Self {
        let (folder, redis) = (tempfile::tempdir().unwrap(), Arc::new(Redis::start()));
        let clock = Arc::new(ManualClock::default());
        let audit = Arc::new(SqliteAudit::new(Database::open(folder.path()).unwrap()));
        let store =
            RedisStore::connect(&options(&[redis.url()]), clock.clone(), audit.clone()).await.unwrap();
        let party = Arc::new(Party::new(Arc::new(store), clock, audit, (redis.clone(), folder)));
        Self { party, redis }
    }

    /// A session of two minutes, and where what is kept of it lies.
    async fn run(&self) -> Placed {
        let run = self.party.run(120).await;
        self.placed(run)
    }

    fn placed(&self, run: Run) -> Placed {
        let session = self.ask(&["KEYS", &format!("*:s:{}", run.id())]);
        let prefix = session.strip_suffix(&format!(":s:{}", run.id())).unwrap().to_owned();
        Placed { run, prefix, redis: self.redis.clone() }
    }

    fn ask(&self, args: &[&str]) -> String {
        self.redis.ask(args).trim().to_owned()
    }

    /// What the history has, once it has so many sessions.
    async fn history(&self, count: usize) -> Vec<AuditEntry> {
        let known = async {
            loop {
                let entries =
                    self.party.audit.page(AuditQuery { limit: 10, ..AuditQuery::default() }).await.unwrap();
                if entries.len() >= count {
                    return entries;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, known).await.expect("the history has it")
    }
}

/// A session, and the keys of its agent.
struct Placed {
    run: Run,
    prefix: String,
    redis: Arc<Redis>,
}

impl Deref for Placed {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.run
    }
}

impl Placed {
    fn key(&self, end: &str) -> String {
        format!("{}:{end}", self.prefix)
    }

    fn ask(&self, command: &str, end: &str, more: &[&str]) -> String {
        let key = self.key(end);
        self.redis.ask(&[&[command, key.as_str()], more].concat()).trim().to_owned()
    }

    /// Milliseconds until the key goes by itself; -1 for never.
    fn left(&self, end: &str) -> i64 {
        self.ask("PTTL", end, &[]).parse().unwrap()
    }

    fn to_hand_over(&self) -> bool {
        self.ask("SISMEMBER", "d", &[&self.id().to_string()]) == "1"
    }

    fn remains(&self) -> String {
        format!("a:{}", self.id())
    }

    async fn calls(&self, calls: &[Call]) {
        for call in calls {
            self.call(*call).await.unwrap();
        }
    }
}

/// So long, or as much less as a busy machine needs to ask.
fn lasts(left: i64, expected: i64) {
    assert!((expected - 20_000..=expected).contains(&left), "{left} ms, not {expected}");
}

const TO_ITS_END: &[Call] = &[
    Call::Open(Content::Ours),
    Call::Answer(Content::Ours),
    Call::Accept(Content::Ours),
    Call::View(Content::Ours),
    Call::Reveal,
    Call::Match,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_session_leaves_goes_by_itself_once_the_history_has_it() {
    let stage = Stage::set().await;
    let run = stage.run().await;
    let id = run.id().to_string();
    let (session, live) = (format!("s:{id}"), format!("l:{}", run.agent));
    let ends = |by: i64| (stage.party.clock.now() + by).to_string();
    lasts(run.left(&session), 120_000 + KEPT_AFTER_MS);
    lasts(run.left(&live), MAX_LIFE_MS + KEPT_AFTER_MS);
    for pointer in ["*:p:*", "*:n:*"] {
        let pointer = stage.ask(&["KEYS", pointer]);
        lasts(stage.ask(&["PTTL", &pointer]).parse().unwrap(), MAX_LIFE_MS + KEPT_AFTER_MS);
    }
    for set in ["x", &live] {
        assert_eq!(run.ask("ZSCORE", set, &[&id]), ends(120_000));
    }

    // Handed over as it is. It goes on: what remains of it stays.
    until("the history has it", || !run.to_hand_over());
    assert_eq!(run.left(&run.remains()), -1);
    // As long as it has been told to last, counted from now.
    stage.party.clock.advance(60_000);
    run.ask("PEXPIRE", &live, &["100000"]);
    run.call(Call::ExtendByAgent).await.unwrap();
    lasts(run.left(&session), 180_000 + KEPT_AFTER_MS);
    lasts(run.left(&live), MAX_LIFE_MS + KEPT_AFTER_MS);
    for set in ["x", &live] {
        assert_eq!(run.ask("ZSCORE", set, &[&id]), ends(180_000));
    }

    // Over: it is nobody's live session, and its number is free.
    run.calls(TO_ITS_END).await;
    for set in ["x", &live] {
        assert_eq!(run.ask("ZCARD", set, &[]), "0");
    }
    until("the number is given back", || stage.ask(&["KEYS", "*:n:*"]).is_empty());
    until("the history has it", || !run.to_hand_over());
    lasts(run.left(&run.remains()), MAX_LIFE_MS + KEPT_AFTER_MS);
    lasts(run.left(&format!("e:{}", run.agent)), EVENTS_KEPT_MS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_has_run_out_is_nobodys_and_gives_its_number_back() {
    let stage = Stage::set().await;
    let (run, gone) = (stage.run().await, stage.run().await);
    until("the history has them", || !run.to_hand_over() && !gone.to_hand_over());
    // Of one nothing remains that could be told.
    gone.ask("DEL", &gone.remains(), &[]);
    stage.party.clock.advance(120_000);
    stage.party.store.expire().await.unwrap();
    for run in [&run, &gone] {
        assert_eq!(run.ask("ZSCORE", "x", &[&run.id().to_string()]), "", "it is not looked at again");
    }
    assert_eq!(run.ask("ZCARD", &format!("l:{}", run.agent), &[]), "0");
    let numbers = |run: &Placed| stage.ask(&["KEYS", &format!("*:n:{}/*", contract::org(&run.agent))]);
    until("the number is given back", || numbers(&run).is_empty());
    assert!(!numbers(&gone).is_empty(), "nobody knows which it was; it goes by itself");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_history_has_a_session_from_its_creation_on_with_its_template() {
    let stage = Stage::set().await;
    let from = CreateSession { template_id: Some("callback".to_owned()), ..request(120) };
    let run = stage.placed(stage.party.place("a", from).await);
    // Nothing has happened to it, and perhaps nothing ever will.
    let [entry] = &stage.history(1).await[..] else { panic!("one session") };
    assert_eq!((entry.template_id.as_deref(), &entry.opened_at), (Some("callback"), &None));
    until("it is handed over", || !run.to_hand_over());

    let run = stage.placed(stage.party.place("a", request(120)).await);
    assert_eq!(run.ask("HEXISTS", &run.remains(), &["template"]), "0");
    assert_eq!(stage.history(2).await[1].template_id, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_id_of_which_nothing_is_kept_any_more_begins_anew() {
    let stage = Stage::set().await;
    let run = stage.run().await;
    run.calls(&TO_ITS_END[..2]).await;
    until("the history has it", || !run.to_hand_over());
    // By the store's time it is forgotten, by the server's its key is still there.
    stage.party.clock.advance(120_000 + KEPT_AFTER_MS);
    let now = stage.party.clock.now().to_string();
    let again = stage.placed(stage.party.place(&run.agent, run.request.clone()).await);
    assert_eq!(again.ask("HGET", &again.remains(), &["created_at"]), now);
    assert_eq!(again.ask("HEXISTS", &again.remains(), &["opened_at"]), "0");
    again.calls(&TO_ITS_END[..2]).await;
    assert_eq!(again.ask("HGET", &again.remains(), &["opened_at"]), now);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_node_at_a_time_hands_over_and_nothing_goes_before_that() {
    let stage = Stage::set().await;
    let run = stage.run().await;
    run.calls(TO_ITS_END).await;
    until("the history has it", || !run.to_hand_over());
    let lease: i64 = run.left("lease");
    assert!((1..=5000).contains(&lease), "{lease}");

    // Another node is at it. What is told again after the end waits for that node, for as long as it takes.
    run.ask("SET", "lease", &["another"]);
    let revealed = || run.ask("HGET", &run.remains(), &["revealed_at"]);
    let first = revealed();
    stage.party.clock.advance(1000);
    run.call(Call::Reveal).await.unwrap();
    assert_eq!(revealed(), first, "when it was revealed, not when that was told again");
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(run.to_hand_over());
    assert_eq!(run.left(&run.remains()), -1);
    run.ask("DEL", "lease", &[]);
    until("the history has it", || !run.to_hand_over());
    lasts(run.left(&run.remains()), MAX_LIFE_MS + KEPT_AFTER_MS);

    // What is gone is not looked for again and again, and a step of it does not bring a part of it back.
    run.ask("SADD", "d", &["nobody's"]);
    until("it is taken away", || run.ask("SCARD", "d", &[]) == "0");
    run.ask("DEL", &run.remains(), &[]);
    run.call(Call::Reveal).await.unwrap();
    assert_eq!(run.ask("EXISTS", &run.remains(), &[]), "0");
    assert!(!run.to_hand_over());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn events_that_are_too_old_are_taken_away_as_new_ones_come() {
    let stage = Stage::set().await;
    let (agent, mut sessions) = ("a", Vec::new());
    for _ in 0..24 {
        let run = stage.party.run_of(agent, 900).await;
        run.call(Call::Open(Content::Ours)).await.unwrap();
        sessions.push(run);
    }
    stage.party.clock.advance(EVENTS_KEPT_MS);
    let stream = stage.ask(&["KEYS", "*:e:a"]);
    let length = || stage.ask(&["XLEN", &stream]);
    // Sixteen for eight.
    for (new, kept) in [(7, "31"), (1, "16"), (7, "23"), (1, "16")] {
        for _ in 0..new {
            let run = stage.party.run_of(agent, 900).await;
            run.call(Call::Open(Content::Ours)).await.unwrap();
        }
        assert_eq!(length(), kept);
    }
}
