//! What the history has of sessions: each step with its time, and how each ended.

use super::model::{Call, Content, Model, Run, ways};
use super::{Party, org};
use crate::common::PATIENCE;
use countersign_protocol::stage::Stage;
use countersign_protocol::wire::AuditEntry;
use countersign_service::audit::AuditQuery;
use countersign_service::clock::{Clock as _, Millis, rfc3339};
use countersign_service::store::StoreError;
use std::sync::Arc;
use std::time::Duration;

/// When each step was taken, and how it ended.
#[derive(Debug, Default, PartialEq, Eq)]
struct Noted {
    /// As in an entry, from *created* to *ended*.
    times: [Option<String>; 7],
    outcome: Option<String>,
}

impl Noted {
    fn of(entry: AuditEntry) -> Self {
        let AuditEntry { opened_at, answered_at, verdict_at, viewed_at, revealed_at, ended_at, .. } = entry;
        let created_at = Some(entry.created_at);
        let times = [created_at, opened_at, answered_at, verdict_at, viewed_at, revealed_at, ended_at];
        Self { times, outcome: entry.outcome }
    }

    fn at(&mut self, place: usize, now: Millis) {
        self.times[place].get_or_insert_with(|| rfc3339(now));
    }

    fn ended(&mut self, now: Millis, outcome: &str) {
        self.at(6, now);
        self.outcome.get_or_insert_with(|| outcome.to_owned());
    }

    /// A call that was made, and where it led.
    fn call(&mut self, call: Call, stage: Stage, now: Millis) {
        let place = match call {
            Call::Open(_) => Some(1),
            Call::Answer(_) => Some(2),
            Call::Accept(_) | Call::Refuse => Some(3),
            Call::View(_) => Some(4),
            Call::Reveal => Some(5),
            _ => None,
        };
        if let Some(place) = place {
            self.at(place, now);
        }
        match (stage, call) {
            (Stage::Matched, _) => self.ended(now, "matched"),
            (Stage::Mismatched, Call::Unexpected) => self.ended(now, "unexpected"),
            (Stage::Mismatched, _) => self.ended(now, "mismatched"),
            (Stage::Refused, _) => self.ended(now, "refused"),
            (Stage::Cancelled, _) => self.ended(now, "cancelled"),
            _ => {}
        }
    }
}

/// Every way to every stage, a page that did not expect the call, and an answer after the answer. What was done is then told once more,
/// which is no step. The history may have it later than the store.
pub async fn the_history_has_each_step_with_its_time_and_each_end(party: Arc<Party>) {
    let mut all = ways();
    let ends = |way: &Vec<Call>, call| way.last() == Some(&call);
    let unexpected = |way: &Vec<Call>| [&way[..way.len() - 1], &[Call::Unexpected]].concat();
    let again = |way: &Vec<Call>| [way.as_slice(), &[Call::Answer(Content::Other)]].concat();
    let mismatches: Vec<_> = all.iter().filter(|way| ends(way, Call::Mismatch)).map(unexpected).collect();
    let answered: Vec<_> =
        all.iter().filter(|way| way.contains(&Call::Answer(Content::Ours))).map(again).collect();
    assert!(!mismatches.is_empty() && !answered.is_empty());
    all.extend(mismatches);
    all.extend(answered);

    let mut sessions = Vec::new();
    for way in all {
        let (run, mut model, mut noted) = (party.run(900).await, Model::new(), Noted::default());
        noted.at(0, party.clock.now());
        for call in &way {
            party.clock.advance(1000);
            assert_eq!(run.call(*call).await, model.apply(*call), "{way:?}");
            noted.call(*call, model.stage, party.clock.now());
        }
        party.clock.advance(1000);
        for call in &way {
            assert_ne!(run.call(*call).await, Err(StoreError::Unavailable), "{way:?}");
        }
        sessions.push((run, way, noted));
    }
    for (run, way, noted) in &sessions {
        assert_eq!(told(run, noted).await, *noted, "{way:?}");
    }
    party.clock.advance(900_000);
    party.store.expire().await.unwrap();
    for (run, way, noted) in &mut sessions {
        noted.ended(party.clock.now(), "expired");
        assert_eq!(told(run, noted).await, *noted, "{way:?}");
    }
}

/// What the history has of the session, once that is what it should be, or in the end.
async fn told(run: &Run, expected: &Noted) -> Noted {
    let query = AuditQuery { org: Some(org(&run.agent)), limit: 2, ..AuditQuery::default() };
    let began = std::time::Instant::now();
    loop {
        let mut entries = run.party.audit.page(query.clone()).await.unwrap();
        assert!(entries.len() < 2, "one session is one entry");
        let noted = entries.pop().map(Noted::of).unwrap_or_default();
        if noted == *expected || began.elapsed() > PATIENCE {
            return noted;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
