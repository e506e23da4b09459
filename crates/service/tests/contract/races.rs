//! Many at the same instant: one of them wins, and everybody is told the truth.

#![allow(clippy::print_stdout)] // the claim

use super::model::{Call, Content};
use super::{Party, owner, page};
use crate::common::{answer, request, tag};
use countersign_protocol::wire::Verdict;
use countersign_service::store::{StoreError, VerdictRecord};
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

/// How many call at once.
const MANY: usize = 16;
/// How often, unless `COUNTERSIGN_RACES` says otherwise.
const ROUNDS: usize = 50;

fn rounds() -> usize {
    std::env::var("COUNTERSIGN_RACES").ok().and_then(|text| text.parse().ok()).unwrap_or(ROUNDS)
}

/// Lets `MANY` do it at once, each with its place; their results.
async fn at_once<T, F>(act: impl Fn(usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(MANY));
    let mut all = JoinSet::new();
    for place in 0..MANY {
        let (start, act) = (start.clone(), act(place));
        all.spawn(async move {
            start.wait().await;
            act.await
        });
    }
    all.join_all().await
}

pub async fn a_link_opened_by_many_at_once_has_one_recipient(party: Arc<Party>) {
    for _ in 0..rounds() {
        let run = party.run(900).await;
        let opened = at_once(|_| {
            let (store, page) = (party.store.clone(), page(&run.agent, &run.request));
            async move { (store.open(page.clone()).await, page) }
        })
        .await;
        let (winners, losers): (Vec<_>, Vec<_>) = opened.into_iter().partition(|(opened, _)| opened.is_ok());
        assert_eq!(winners.len(), 1);
        let (record, winner) = &winners[0];
        assert_eq!(party.store.open(winner.clone()).await, *record);
        for (lost, page) in losers {
            assert_eq!(lost, Err(StoreError::NoSuchSession));
            assert_eq!(party.store.answer(page, answer()).await, Err(StoreError::NoSuchSession));
        }
        party.store.answer(winner.clone(), answer()).await.unwrap();
        let told = party.events(&run.agent, 3).await;
        let mut names: Vec<_> = told.iter().map(|event| event.name.as_str()).collect();
        assert_eq!(names[0], "opened");
        names.sort_unstable();
        assert_eq!(names, ["answered", "open_refused", "opened"]);
    }
    // The assertions above have ended the program if one of them failed.
    println!("claim double_open {} 0 0 ok", rounds());
}

pub async fn an_answer_sent_twice_over_at_once_is_one_answer(party: Arc<Party>) {
    for _ in 0..rounds() {
        let run = party.run(900).await;
        run.call(Call::Open(Content::Ours)).await.unwrap();
        let sent = answer();
        let results = at_once(|_| {
            let (store, page, sent) = (party.store.clone(), run.pages[0].clone(), sent.clone());
            async move { store.answer(page, sent).await }
        })
        .await;
        assert_eq!(results, vec![Ok(()); MANY]);
        let told = party.events(&run.agent, 2).await;
        assert!(told.iter().map(|event| event.name.as_str()).eq(["opened", "answered"]));
        run.call(Call::Accept(Content::Ours)).await.unwrap();
    }
}

pub async fn of_different_answers_at_once_one_is_told_and_the_session_is_over(party: Arc<Party>) {
    for _ in 0..rounds() {
        let run = party.run(900).await;
        run.call(Call::Open(Content::Ours)).await.unwrap();
        let results = at_once(|_| {
            let (store, page, sent) = (party.store.clone(), run.pages[0].clone(), answer());
            async move { (store.answer(page, sent.clone()).await, sent) }
        })
        .await;
        let (taken, others): (Vec<_>, Vec<_>) = results.into_iter().partition(|(result, _)| result.is_ok());
        assert_eq!(taken.len(), 1);
        assert!(others.iter().all(|(result, _)| *result == Err(StoreError::Conflict)));
        let told = party.events(&run.agent, 2).await;
        assert!(told.iter().map(|event| event.name.as_str()).eq(["opened", "answered"]));
        assert!(told[1].data.contains(&taken[0].1.tag.to_string()), "the one that was taken is told");
        let refused = party.store.verdict_for(run.pages[0].clone()).await;
        assert_eq!(refused, Ok(VerdictRecord::Refused));
        assert_eq!(run.call(Call::Accept(Content::Ours)).await, Err(StoreError::WrongState));
    }
}

pub async fn a_verdict_and_a_cancellation_at_once_are_one_of_the_two(party: Arc<Party>) {
    for _ in 0..rounds() {
        let run = party.run(900).await;
        run.call(Call::Open(Content::Ours)).await.unwrap();
        run.call(Call::Answer(Content::Ours)).await.unwrap();
        let results = at_once(|place| {
            let (store, agent, id) = (party.store.clone(), run.agent.clone(), run.id());
            async move {
                match place % 4 {
                    0 => store.cancel(agent, id).await.map(|()| "cancelled"),
                    1 => store.verdict(agent, id, Verdict::refuse()).await.map(|()| "refused"),
                    _ => store.verdict(agent, id, Verdict::accept(tag())).await.map(|()| "accepted"),
                }
            }
        })
        .await;
        let done: Vec<_> = results.iter().flatten().copied().collect();
        let verdicts: HashSet<_> = done.iter().filter(|done| **done != "cancelled").collect();
        assert!(verdicts.len() <= 1, "{results:?}");
        // Each acceptance has a tag of its own, so that one alone can stand; a refusal is the same whoever repeats it.
        assert!(done.iter().filter(|done| **done == "accepted").count() <= 1, "{results:?}");
        // What was refused is not called off; what was accepted can be.
        let cancelled = done.contains(&"cancelled");
        assert_eq!(cancelled, !done.contains(&"refused"), "{results:?}");
        let seen = party.store.verdict_for(run.pages[0].clone()).await;
        let expected = if cancelled { Err(StoreError::NoSuchSession) } else { Ok(VerdictRecord::Refused) };
        assert_eq!(seen, expected);
    }
}

pub async fn the_same_session_created_by_many_at_once_is_placed_once(party: Arc<Party>) {
    for _ in 0..rounds() {
        let request = request(900);
        let placed = at_once(|place| {
            let (store, mut request) = (party.store.clone(), request.clone());
            // Half of them want something else under this id.
            request.subject = (place % 2 == 0).then(|| "Another".to_owned());
            let owner = owner("a");
            async move { store.create(owner, request).await }
        })
        .await;
        let placements: Vec<_> = placed.iter().flatten().collect();
        assert_eq!(placements.len(), MANY / 2, "{placed:?}");
        assert!(placements.iter().all(|placement| *placement == placements[0]));
        let refused: Vec<_> = placed.iter().filter_map(|placed| placed.as_ref().err()).collect();
        assert_eq!(refused, vec![&StoreError::Conflict; MANY / 2]);
    }
}
