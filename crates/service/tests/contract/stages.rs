//! Every verb from every stage, and who may call.

use super::model::{Call, Content, Model, Run, ways};
use super::{Party, org, owner, page, turn};
use crate::common::{answer, nonce, request, tag};
use countersign_protocol::stage::Stage;
use countersign_protocol::wire::{Outcome, Verdict};
use countersign_service::store::{Owner, Recipient, StoreError};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::task::JoinSet;

/// Goes every way to every stage, makes every call there, and then every call again: the second shows what the first has
/// done. Each answer, the events, the verdict's look-up and the number's are compared with the model's.
pub async fn every_call_from_every_stage_is_answered_as_the_stages_say(party: Arc<Party>) {
    let mut sessions = JoinSet::new();
    for way in ways() {
        for call in Call::ALL {
            for next in Call::ALL {
                let (way, party) = ([way.as_slice(), &[call, next]].concat(), party.clone());
                sessions.spawn(async move {
                    let _turn = turn().await;
                    follow(&party.run(900).await, &way).await;
                });
            }
        }
    }
    let mut count = 0;
    while let Some(followed) = sessions.join_next().await {
        followed.unwrap();
        count += 1;
    }
    assert_eq!(count, ways().len() * Call::ALL.len() * Call::ALL.len());
}

async fn follow(run: &Run, calls: &[Call]) {
    let mut model = Model::new();
    let store = &run.party.store;
    let number = {
        let placed = store.create(owner(&run.agent), run.request.clone()).await.unwrap();
        placed.number
    };
    for (done, call) in calls.iter().enumerate() {
        let (so_far, stage) = (&calls[..=done], model.stage);
        assert_eq!(run.call(*call).await, model.apply(*call), "{so_far:?} from {stage:?}");
        let events = run.party.events(&run.agent, model.events.len()).await;
        let names: Vec<_> = events.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(names, model.events, "{so_far:?}");
        assert!(events.iter().map(|event| event.seq).eq(1..=names.len() as u64), "{so_far:?}");
        assert_eq!(run.verdict().await, model.verdict(&run.contents), "{so_far:?}");
        assert_eq!(run.has_number(&number).await, model.stage == Stage::Waiting, "{so_far:?}");
    }
}

/// At every stage, for every verb: another agent, another organization, another token are told that there is nothing, and
/// what they tried has changed nothing.
pub async fn a_session_is_its_agents_and_its_pages_alone(party: Arc<Party>) {
    for way in ways() {
        let run = party.run(900).await;
        let mut model = Model::new();
        for call in &way {
            assert_eq!(run.call(*call).await, model.apply(*call));
        }
        let strangers = [
            page(&run.agent, &run.request),
            Recipient { org: "other".to_owned(), ..run.pages[0].clone() },
            Recipient { id: request(900).session_id, ..run.pages[0].clone() },
        ];
        for (place, stranger) in strangers.into_iter().enumerate() {
            all_nothing(&party, stranger.clone(), &way).await;
            // A page with another token would be the first to open a session that still waits.
            if place > 0 || model.stage != Stage::Waiting {
                let opened = party.store.open(stranger).await.map(drop);
                assert_eq!(opened, Err(StoreError::NoSuchSession), "{way:?}");
            }
        }
        let (store, id, other) = (&party.store, run.id(), "other".to_owned());
        let no_such = Err(StoreError::NoSuchSession);
        assert_eq!(store.verdict(other.clone(), id, Verdict::accept(tag())).await, no_such, "{way:?}");
        assert_eq!(store.verdict(other.clone(), id, Verdict::refuse()).await, no_such, "{way:?}");
        assert_eq!(store.revealed(other.clone(), id).await, no_such, "{way:?}");
        assert_eq!(store.extend_by_agent(other.clone(), id).await.map(drop), no_such, "{way:?}");
        assert_eq!(store.cancel(other.clone(), id).await, no_such, "{way:?}");
        let taken = store.create(Owner { org: org(&run.agent), ..owner(&other) }, run.request.clone()).await;
        assert_eq!(taken, Err(StoreError::Conflict), "{way:?}");
        // It goes on as if nobody had been there. The one trace is the agent's: somebody tried the link.
        assert_eq!(run.verdict().await, model.verdict(&run.contents), "{way:?}");
        for call in [Call::Open(Content::Ours), Call::Answer(Content::Ours), Call::Accept(Content::Ours)] {
            assert_eq!(run.call(call).await, model.apply(call), "{way:?}, then {call:?}");
        }
    }
}

async fn all_nothing(party: &Party, who: Recipient, way: &[Call]) {
    let (store, no_such) = (&party.store, Err(StoreError::NoSuchSession));
    assert_eq!(store.answer(who.clone(), answer()).await, no_such, "{way:?}");
    assert_eq!(store.verdict_for(who.clone()).await.map(drop), no_such, "{way:?}");
    assert_eq!(store.viewed(who.clone(), nonce()).await, no_such, "{way:?}");
    for matched in [true, false] {
        let told = Outcome { matched, unexpected: false };
        assert_eq!(store.outcome(who.clone(), told).await, no_such, "{way:?}");
    }
    assert_eq!(store.extend_by_recipient(who).await.map(drop), no_such, "{way:?}");
}

pub async fn a_number_leads_to_a_waiting_session_and_is_no_other_sessions(party: Arc<Party>) {
    // Of so many, drawn blindly, two would all but surely meet.
    const COUNT: usize = 4000;
    let mut placing = JoinSet::new();
    for _ in 0..COUNT {
        let party = party.clone();
        placing.spawn(async move {
            let _turn = turn().await;
            let request = request(900);
            let id = request.session_id;
            (id, party.store.create(owner("a"), request).await.unwrap().number)
        });
    }
    let placed = placing.join_all().await;
    let numbers: HashSet<_> = placed.iter().map(|(_, number)| number.as_str()).collect();
    assert_eq!(numbers.len(), COUNT);
    for (id, number) in &placed {
        assert!(number.len() == 6 && number.bytes().all(|b| b.is_ascii_digit()), "{number}");
        assert_eq!(party.store.numbered(org("a"), number.clone()).await, Ok(*id));
        let elsewhere = party.store.numbered("other".to_owned(), number.clone()).await;
        assert_eq!(elsewhere, Err(StoreError::NoSuchSession));
    }
    for nothing in ["", "12345", "1234567", "abcdef", "' OR 1=1"] {
        let found = party.store.numbered(org("a"), nothing.to_owned()).await;
        assert_eq!(found, Err(StoreError::NoSuchSession), "{nothing}");
    }
}

pub async fn an_agent_has_so_many_live_sessions_and_no_more(party: Arc<Party>) {
    let two = |agent: &str| Owner { most_live: 2, ..owner(agent) };
    let (first, second) = (request(30), request(60));
    party.store.create(two("a"), first.clone()).await.unwrap();
    party.store.create(two("a"), second.clone()).await.unwrap();
    let refused = |result: Result<_, StoreError>| assert_eq!(result.map(drop), Err(StoreError::TooManyLive));
    refused(party.store.create(two("a"), request(30)).await);
    // What is there is still answered, and another agent is another count.
    party.store.create(two("a"), first).await.unwrap();
    party.store.create(two("b"), request(30)).await.unwrap();
    // One that is called off or has run out makes room for one.
    party.store.cancel("a".to_owned(), second.session_id).await.unwrap();
    party.store.create(two("a"), request(60)).await.unwrap();
    refused(party.store.create(two("a"), request(30)).await);
    party.clock.advance(30_000);
    party.store.create(two("a"), request(30)).await.unwrap();
    refused(party.store.create(two("a"), request(30)).await);
}
