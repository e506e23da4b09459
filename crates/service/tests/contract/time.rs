//! What time does: by the store's clock, which moves when it is told to.

use super::model::{Call, Content, Model, ways};
use super::{Party, owner, page};
use crate::common::request;
use countersign_protocol::stage::Stage;
use countersign_service::clock::Clock as _;
use countersign_service::store::{
    KEPT_AFTER_MS, MAX_LIFE_MS, MORE_TIME_MS, OPEN_REFUSED_EVERY_MS, StoreError, VerdictRecord,
};
use std::sync::Arc;

const NO_SUCH: Result<(), StoreError> = Err(StoreError::NoSuchSession);

/// The last millisecond is the session's, the next is nobody's: from every stage, every call. Whether or not the sweeper has
/// been there.
pub async fn a_session_that_ran_out_is_as_one_that_never_was(party: Arc<Party>) {
    let mut runs = Vec::new();
    for way in ways() {
        let (run, mut model) = (party.run(30).await, Model::new());
        for call in &way {
            assert_eq!(run.call(*call).await, model.apply(*call));
        }
        let number = party.store.create(owner(&run.agent), run.request.clone()).await.unwrap().number;
        runs.push((way, run, model, number));
    }
    party.clock.advance(29_999);
    for (way, run, model, number) in &mut runs {
        let repeat = Call::Open(Content::Ours);
        let opens = model.stage != Stage::Waiting;
        if opens {
            assert_eq!(run.call(repeat).await, model.apply(repeat), "{way:?}");
        }
        assert_eq!(run.has_number(number).await, !opens, "{way:?}");
        run.call(Call::Create(Content::Ours)).await.unwrap();
    }
    party.clock.advance(1);
    for swept in [false, true] {
        if swept {
            party.store.expire().await.unwrap();
        }
        for (way, run, _, number) in &runs {
            for call in Call::ALL {
                let gone = if matches!(call, Call::Create(_)) { Err(StoreError::Conflict) } else { NO_SUCH };
                assert_eq!(run.call(call).await, gone, "{way:?}, then {call:?}, swept: {swept}");
            }
            assert_eq!(run.verdict().await, Err(StoreError::NoSuchSession), "{way:?}");
            assert!(!run.has_number(number).await, "{way:?}");
        }
    }
}

pub async fn the_agent_is_told_of_an_expiry_once_and_only_of_what_was_not_over(party: Arc<Party>) {
    let mut runs = Vec::new();
    for way in ways() {
        let (run, mut model) = (party.run(30).await, Model::new());
        for call in &way {
            run.call(*call).await.unwrap();
            model.apply(*call).unwrap();
        }
        runs.push((run, model));
    }
    party.clock.advance(29_999);
    party.store.expire().await.unwrap();
    let going_on = runs.iter().filter(|(_, model)| !model.stage.is_over()).count() as u64;
    assert_eq!(party.store.live().await, Ok(going_on));
    for (run, model) in &runs {
        assert_eq!(party.store.newest_event(run.agent.clone()).await, Ok(model.events.len() as u64));
    }
    party.clock.advance(1);
    assert_eq!(party.store.live().await, Ok(0), "whether or not the sweeper has been there");
    party.store.expire().await.unwrap();
    party.store.expire().await.unwrap();
    assert_eq!(party.store.live().await, Ok(0));
    for (run, model) in &mut runs {
        if !model.stage.is_over() {
            model.events.push("expired");
        }
        let events = party.store.events_since(run.agent.clone(), 0).await.unwrap();
        assert!(
            events.iter().map(|event| event.name.as_str()).eq(model.events.iter().copied()),
            "{events:?}"
        );
    }
}

pub async fn each_two_minutes_of_a_session_earn_two_more_up_to_fifteen(party: Arc<Party>) {
    let created = party.clock.now();
    let run = party.run(30).await;
    run.call(Call::Open(Content::Ours)).await.unwrap();
    let (agent, page) = (|| run.agent.clone(), || run.pages[0].clone());
    let (mut told, mut ends) = (1, created + 30_000);
    // Long enough to meet the end of all time there is.
    while ends < created + MAX_LIFE_MS {
        ends = (ends + MORE_TIME_MS).min(created + MAX_LIFE_MS);
        assert_eq!(party.store.extend_by_recipient(page()).await, Ok(ends), "more than it had");
        assert_eq!(party.store.extend_by_agent(agent(), run.id()).await, Ok(ends), "twice at once is once");
        told += 1;
        let events = party.events(&run.agent, told).await;
        assert_eq!(events.len(), told, "told when it changes and only then");
        let data: serde_json::Value = serde_json::from_str(&events[told - 1].data).unwrap();
        assert_eq!(events[told - 1].name, "extended");
        assert_eq!(data["ttl_ms"], ends - party.clock.now());
        assert_eq!(data["expires_at"], countersign_service::clock::rfc3339(ends));
        party.clock.advance(MORE_TIME_MS);
    }
    party.clock.advance(created + MAX_LIFE_MS - 1 - party.clock.now());
    assert_eq!(party.store.extend_by_agent(agent(), run.id()).await, Ok(created + MAX_LIFE_MS));
    party.clock.advance(1);
    let gone = Err(StoreError::NoSuchSession);
    assert_eq!(party.store.extend_by_agent(agent(), run.id()).await, gone);
    assert_eq!(party.store.extend_by_recipient(page()).await, gone);

    // At its very last moment a session gets its two minutes, however long it was made for.
    let long = party.run(600).await;
    party.clock.advance(599_999);
    let given = party.store.extend_by_agent(long.agent.clone(), long.id()).await.unwrap();
    assert!(given >= party.clock.now() + MORE_TIME_MS);
}

pub async fn what_is_over_gets_no_more_time(party: Arc<Party>) {
    for way in ways() {
        let (run, mut model) = (party.run(30).await, Model::new());
        for call in &way {
            run.call(*call).await.unwrap();
            model.apply(*call).unwrap();
        }
        let ends = party.clock.now() + 30_000 + MORE_TIME_MS;
        let over = model.stage.is_over();
        let given = party.store.extend_by_agent(run.agent.clone(), run.id()).await;
        assert_eq!(given, if over { Err(StoreError::WrongState) } else { Ok(ends) }, "{way:?}");
        if let Ok(VerdictRecord::Accepted(_, seen)) = party.store.verdict_for(run.pages[0].clone()).await {
            assert_eq!(seen == ends, !over, "{way:?}");
        }
    }
}

pub async fn a_used_link_that_is_tried_is_told_once_a_second(party: Arc<Party>) {
    let run = party.run(900).await;
    run.call(Call::Open(Content::Ours)).await.unwrap();
    for second in 0..3 {
        for _ in 0..8 {
            assert_eq!(
                party.store.open(page(&run.agent, &run.request)).await,
                Err(StoreError::NoSuchSession)
            );
        }
        let told = party.events(&run.agent, second + 2).await;
        assert_eq!(told.len(), second + 2);
        party.clock.advance(OPEN_REFUSED_EVERY_MS);
    }
    // What was opened is its page's all the same.
    run.call(Call::Answer(Content::Ours)).await.unwrap();
    run.call(Call::Open(Content::Ours)).await.unwrap();
}

pub async fn sessions_are_forgotten_a_minute_after_their_end(party: Arc<Party>) {
    let kept = request(30);
    party.store.create(owner("a"), kept.clone()).await.unwrap();
    party.clock.advance(30_000 + KEPT_AFTER_MS - 1);
    party.store.forget().await.unwrap();
    let again = party.store.create(owner("a"), kept.clone()).await;
    assert_eq!(again, Err(StoreError::Conflict), "its record is there");
    party.clock.advance(1);
    party.store.forget().await.unwrap();
    let anew = party.store.create(owner("a"), kept).await.unwrap();
    assert_eq!(anew.created_at, party.clock.now(), "nothing of it is left");
}
