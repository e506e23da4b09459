//! The agent's stream: complete, in order, and the agent's alone.

use super::Party;
use super::model::{Call, Content};
use crate::common::{PATIENCE, answer, nonce};
use countersign_protocol::wire::{AgentEvent, EventKind, Outcome};
use countersign_service::clock::{Clock as _, rfc3339};
use countersign_service::store::{EVENTS_KEPT_MS, Key, StoreError, StoredEvent, Wake};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// An event as a client reads it: its name put among its data.
fn read(stored: &StoredEvent) -> AgentEvent {
    let mut data: Value = serde_json::from_str(&stored.data).unwrap();
    data.as_object_mut().unwrap().insert("event".to_owned(), json!(stored.name));
    serde_json::from_value(data).unwrap()
}

pub async fn events_carry_what_happened(party: Arc<Party>) {
    let run = party.run(900).await;
    let (sent, shown) = (answer(), nonce());
    run.call(Call::Open(Content::Ours)).await.unwrap();
    party.clock.advance(1000);
    party.store.answer(run.pages[0].clone(), sent.clone()).await.unwrap();
    run.call(Call::Accept(Content::Ours)).await.unwrap();
    party.clock.advance(1000);
    party.store.viewed(run.pages[0].clone(), shown.clone()).await.unwrap();
    run.call(Call::Reveal).await.unwrap();
    run.call(Call::Unexpected).await.unwrap();
    let began = party.clock.now() - 2000;
    let outcome = Outcome { matched: false, unexpected: true };
    let expected = [
        (0, EventKind::Opened),
        (1000, EventKind::Answered(sent)),
        (2000, EventKind::Viewed { nonce: shown }),
        (2000, EventKind::Outcome(outcome)),
    ];
    let events = party.events(&run.agent, expected.len()).await;
    assert_eq!(events.len(), expected.len());
    for (stored, (after, what)) in events.iter().zip(expected) {
        assert_eq!(*read(stored).session_id.as_bytes(), *run.id().as_bytes());
        assert_eq!(stored.name, what.name());
        assert_eq!(read(stored).at, rfc3339(began + after));
        assert_eq!(read(stored).what, what);
    }

    // A second answer after the verdict is a mismatch that nobody has declared.
    let run = party.run(900).await;
    for call in [Call::Open(Content::Ours), Call::Answer(Content::Ours), Call::Accept(Content::Ours)] {
        run.call(call).await.unwrap();
    }
    assert_eq!(run.call(Call::Answer(Content::Other)).await, Err(StoreError::Conflict));
    let told = party.events(&run.agent, 3).await;
    let mismatched = Outcome { matched: false, unexpected: false };
    assert_eq!(told.last().map(|stored| read(stored).what), Some(EventKind::Outcome(mismatched)));
}

pub async fn a_stream_is_resumed_from_anywhere_without_gap_or_repeat(party: Arc<Party>) {
    // More than a store hands out at once, from sessions that go on side by side.
    const SESSIONS: usize = 120;
    let mut going = tokio::task::JoinSet::new();
    for _ in 0..SESSIONS {
        let party = party.clone();
        going.spawn(async move {
            let _turn = super::turn().await;
            let run = party.run_of("a", 900).await;
            for call in [
                Call::Open(Content::Ours),
                Call::Answer(Content::Ours),
                Call::Accept(Content::Ours),
                Call::View(Content::Ours),
                Call::Match,
            ] {
                run.call(call).await.unwrap();
            }
            run.id()
        });
    }
    // Somebody reads along, and comes back again and again with the last that was seen.
    let mut seen: Vec<StoredEvent> = Vec::new();
    let began = std::time::Instant::now();
    while seen.len() < SESSIONS * 4 {
        let last = seen.last().map_or(0, |event| event.seq);
        let more = party.store.events_since("a".to_owned(), last).await.unwrap();
        seen.extend(more);
        assert!(began.elapsed() < PATIENCE, "{} events are told", seen.len());
        tokio::task::yield_now().await;
    }
    assert!(seen.iter().map(|event| event.seq).eq(1..=SESSIONS as u64 * 4));
    for id in going.join_all().await {
        let of_one = seen.iter().filter(|event| read(event).session_id == id);
        assert!(of_one.map(|event| event.name.as_str()).eq(["opened", "answered", "viewed", "outcome"]));
    }
    assert_eq!(party.store.newest_event("a".to_owned()).await, Ok(SESSIONS as u64 * 4));
    for after in [0, 1, 200, 255, 256, 257, SESSIONS as u64 * 4 - 1] {
        let mut resumed = Vec::new();
        loop {
            let last = resumed.last().map_or(after, |event: &StoredEvent| event.seq);
            let more = party.store.events_since("a".to_owned(), last).await.unwrap();
            if more.is_empty() {
                break;
            }
            resumed.extend(more);
        }
        assert!(resumed.iter().eq(seen.iter().filter(|event| event.seq > after)), "after {after}");
    }
    for beyond in [SESSIONS as u64 * 4, u64::MAX] {
        assert_eq!(party.store.events_since("a".to_owned(), beyond).await, Ok(Vec::new()));
    }
}

pub async fn streams_are_their_agents_alone(party: Arc<Party>) {
    let (a, b) = (party.run_of("a", 900).await, party.run_of("b", 900).await);
    for run in [&a, &b, &a, &b] {
        run.call(Call::Open(Content::Ours)).await.unwrap();
    }
    a.call(Call::Answer(Content::Ours)).await.unwrap();
    for (agent, id, count) in [("a", a.id(), 2), ("b", b.id(), 1)] {
        let events = party.store.events_since(agent.to_owned(), 0).await.unwrap();
        assert!(events.iter().map(|event| event.seq).eq(1..=count), "{events:?}");
        assert!(events.iter().all(|event| read(event).session_id == id));
    }
    assert_eq!(party.store.events_since("c".to_owned(), 0).await, Ok(Vec::new()));
    assert_eq!(party.store.newest_event("c".to_owned()).await, Ok(0));
}

pub async fn events_are_kept_twenty_minutes_and_their_numbers_are_not_given_again(party: Arc<Party>) {
    let since = |seq| party.store.events_since("a".to_owned(), seq);
    let seqs = |events: Vec<StoredEvent>| events.iter().map(|event| event.seq).collect::<Vec<_>>();
    let early = party.run_of("a", 900).await;
    early.call(Call::Open(Content::Ours)).await.unwrap();
    party.clock.advance(1);
    early.call(Call::Answer(Content::Ours)).await.unwrap();
    // It is over, and will not run out.
    early.call(Call::Cancel).await.unwrap();
    party.clock.advance(EVENTS_KEPT_MS - 2);
    for forget in [false, true] {
        if forget {
            party.store.forget().await.unwrap();
        }
        assert_eq!(seqs(since(0).await.unwrap()), [1, 2], "forgotten: {forget}");
    }
    party.clock.advance(1);
    for forget in [false, true] {
        if forget {
            party.store.forget().await.unwrap();
        }
        assert_eq!(seqs(since(0).await.unwrap()), [2], "forgotten: {forget}");
    }
    party.clock.advance(1);
    party.store.forget().await.unwrap();
    assert_eq!(seqs(since(0).await.unwrap()), [0; 0]);
    assert_eq!(party.store.newest_event("a".to_owned()).await, Ok(2));
    party.run_of("a", 900).await.call(Call::Open(Content::Ours)).await.unwrap();
    assert_eq!(seqs(since(0).await.unwrap()), [3]);
}

/// A page that waits for the verdict looks again when something became of its session, and does not have to ask.
pub async fn whoever_waits_for_a_session_is_woken(party: Arc<Party>) {
    use Content::{Other, Ours};
    // A store may wake everybody as it begins to listen.
    tokio::time::sleep(Duration::from_secs(1)).await;
    let answered = [Call::Open(Ours), Call::Answer(Ours)];
    let accepted = [answered.as_slice(), &[Call::Accept(Ours)]].concat();
    let ways: [(&[Call], Call); 7] = [
        (&answered, Call::Accept(Ours)),
        (&answered, Call::Refuse),
        (&answered, Call::Cancel),
        (&answered, Call::ExtendByAgent),
        (&answered, Call::ExtendByRecipient),
        (&answered, Call::Answer(Other)),
        (&accepted, Call::Answer(Other)),
    ];
    for (way, call) in ways {
        let run = party.run(120).await;
        let mut wake = party.store.wakes().subscribe(Key::Session(run.id()));
        for call in way {
            run.call(*call).await.unwrap();
            // Or what comes of it later would be taken for what is asked about.
            if *call == Call::Accept(Ours) {
                woken(&mut wake, *call).await;
            }
        }
        let _ = run.call(call).await;
        woken(&mut wake, call).await;
    }
    let run = party.run(120).await;
    let mut wake = party.store.wakes().subscribe(Key::Session(run.id()));
    party.clock.advance(120_000);
    party.store.expire().await.unwrap();
    woken(&mut wake, "its end").await;
}

async fn woken(wake: &mut Wake, why: impl std::fmt::Debug) {
    let woken = tokio::time::timeout(PATIENCE, wake.changed()).await;
    woken.unwrap_or_else(|_| panic!("{why:?} wakes nobody"));
}
