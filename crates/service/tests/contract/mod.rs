//! What every session store is held to, as one suite: give it a store that is empty and a clock that stands, and
//! `contract::suite!` makes its tests.

pub mod events;
pub mod history;
pub mod model;
pub mod races;
pub mod stages;
pub mod time;

use crate::common::{PATIENCE, random, request};
use countersign_protocol::RecipientToken;
use countersign_protocol::wire::CreateSession;
use countersign_service::audit::Audit;
use countersign_service::clock::ManualClock;
use countersign_service::store::{Key, Owner, Recipient, SessionStore, StoredEvent};
use model::{Contents, Run};
use std::any::Any;
use std::sync::Arc;

/// A store under test.
pub struct Party {
    pub store: Arc<dyn SessionStore>,
    pub clock: Arc<ManualClock>,
    /// What remains of its sessions.
    pub audit: Arc<dyn Audit>,
    _kept: Box<dyn Any + Send + Sync>,
}

/// An agent's organization: its own, so that numbers of sessions, which are an organization's, are nobody else's in a test.
pub fn org(agent: &str) -> String {
    format!("org-{agent}")
}

/// An agent who may have as many sessions as wanted.
pub fn owner(agent: &str) -> Owner {
    Owner { org: org(agent), agent: agent.to_owned(), most_live: u32::MAX }
}

impl Party {
    /// A store, its clock and its history; `kept` is what must live as long as the store.
    pub fn new(
        store: Arc<dyn SessionStore>,
        clock: Arc<ManualClock>,
        audit: Arc<dyn Audit>,
        kept: impl Any + Send + Sync,
    ) -> Self {
        Self { store, clock, audit, _kept: Box::new(kept) }
    }

    /// A session of an agent of its own, placed.
    pub async fn run(self: &Arc<Self>, ttl_secs: u32) -> Run {
        self.run_of(&format!("{:016x}", u64::from_be_bytes(random())), ttl_secs).await
    }

    /// A session of this agent, placed.
    pub async fn run_of(self: &Arc<Self>, agent: &str, ttl_secs: u32) -> Run {
        self.place(agent, request(ttl_secs)).await
    }

    /// The session that an agent asked for.
    pub async fn place(self: &Arc<Self>, agent: &str, request: CreateSession) -> Run {
        let page = || page(agent, &request);
        let pages = [page(), page()];
        self.store.create(owner(agent), request.clone()).await.unwrap();
        Run { party: self.clone(), request, agent: agent.to_owned(), pages, contents: Contents::draw() }
    }

    /// An agent's events once there are this many.
    pub async fn events(&self, agent: &str, count: usize) -> Vec<StoredEvent> {
        let mut wake = self.store.wakes().subscribe(Key::Agent(agent.to_owned()));
        let told = async {
            loop {
                let events = self.store.events_since(agent.to_owned(), 0).await.unwrap();
                if events.len() >= count {
                    return events;
                }
                wake.changed().await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.expect("the events are told")
    }
}

/// A turn: a store that is given more than it can do in time says so, and these tests are not about that.
pub async fn turn() -> tokio::sync::SemaphorePermit<'static> {
    static TURNS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(48);
    TURNS.acquire().await.unwrap()
}

/// A page with a token of its own, of a session of this agent.
pub fn page(agent: &str, request: &CreateSession) -> Recipient {
    let token = RecipientToken::from_bytes(random());
    Recipient { org: org(agent), id: request.session_id, token: token.sha256() }
}

/// Makes the suite's tests for the store that `$party`, a function that gives a [`Party`], brings up.
macro_rules! suite {
    ($party:path: $($part:ident :: { $($test:ident),* $(,)? }),* $(,)?) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
            async fn $test() {
                crate::contract::$part::$test(std::sync::Arc::new($party())).await;
            }
        )*)*
    };
    ($party:path) => {
        $crate::contract::suite!($party:
            stages::{
                every_call_from_every_stage_is_answered_as_the_stages_say,
                a_session_is_its_agents_and_its_pages_alone,
                a_number_leads_to_a_waiting_session_and_is_no_other_sessions,
                an_agent_has_so_many_live_sessions_and_no_more,
            },
            races::{
                a_link_opened_by_many_at_once_has_one_recipient,
                an_answer_sent_twice_over_at_once_is_one_answer,
                of_different_answers_at_once_one_is_told_and_the_session_is_over,
                a_verdict_and_a_cancellation_at_once_are_one_of_the_two,
                the_same_session_created_by_many_at_once_is_placed_once,
            },
            time::{
                a_session_that_ran_out_is_as_one_that_never_was,
                the_agent_is_told_of_an_expiry_once_and_only_of_what_was_not_over,
                each_two_minutes_of_a_session_earn_two_more_up_to_fifteen,
                what_is_over_gets_no_more_time,
                a_used_link_that_is_tried_is_told_once_a_second,
                sessions_are_forgotten_a_minute_after_their_end,
            },
            events::{
                events_carry_what_happened,
                a_stream_is_resumed_from_anywhere_without_gap_or_repeat,
                streams_are_their_agents_alone,
                events_are_kept_twenty_minutes_and_their_numbers_are_not_given_again,
                whoever_waits_for_a_session_is_woken,
            },
            history::{
                the_history_has_each_step_with_its_time_and_each_end,
            },
        );
    };
}
pub(crate) use suite;
