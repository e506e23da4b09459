//! What remains of sessions.

use super::Party;
use super::directory::org;
use crate::common::random;
use countersign_protocol::SessionId;
use countersign_protocol::wire::{AuditEntry, Role};
use countersign_service::audit::{Audit, AuditQuery, AuditRecord};
use countersign_service::clock::Millis;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;

fn record(id: u8, created_at: Millis) -> AuditRecord {
    AuditRecord {
        session: SessionId::from_bytes([id; 16]),
        org: "acme".to_owned(),
        agent: "dana".to_owned(),
        template: None,
        kinds: "phone code".to_owned(),
        created_at,
        opened_at: None,
        answered_at: None,
        verdict_at: None,
        viewed_at: None,
        revealed_at: None,
        ended_at: None,
        outcome: None,
    }
}

async fn page(audit: &Arc<dyn Audit>, query: AuditQuery) -> Vec<AuditEntry> {
    audit.page(query).await.unwrap()
}

fn all() -> AuditQuery {
    AuditQuery { limit: 1000, ..AuditQuery::default() }
}

pub async fn a_session_is_one_entry_however_often_and_in_whatever_order_it_is_handed_over(party: Party) {
    let created = record(1, 1000);
    let opened = AuditRecord { opened_at: Some(2000), ..created.clone() };
    let ended = AuditRecord { ended_at: Some(3000), outcome: Some("matched".to_owned()), ..opened.clone() };
    let states = [&created, &opened, &ended, &opened, &created, &ended];
    party.audit.record(vec![record(2, 1000), record(1, 999_000)]).await.unwrap();
    party.audit.record(Vec::new()).await.unwrap();
    for (place, state) in states.into_iter().enumerate() {
        let audit = if place % 2 == 0 { &party.audit } else { &party.other_audit };
        audit.record(vec![state.clone(), state.clone()]).await.unwrap();
    }
    // Another word on what is known is too late, in one batch too.
    let late = AuditRecord { outcome: Some("expired".to_owned()), opened_at: Some(9000), ..ended.clone() };
    party.audit.record(vec![ended.clone(), late]).await.unwrap();
    let entries = page(&party.other_audit, all()).await;
    let [other, later, entry] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((&other.opened_at, &later.opened_at), (&None, &None), "another session, another time");
    assert!(other.seq < later.seq && later.seq < entry.seq);
    assert_eq!(entry.kinds, ["phone", "code"]);
    assert_eq!(entry.session_id, Some(SessionId::from_bytes([1; 16]).to_string()));
    let times = [&entry.opened_at, &entry.answered_at, &entry.ended_at].map(Option::as_deref);
    assert_eq!(times, [Some("1970-01-01T00:00:02Z"), None, Some("1970-01-01T00:00:03Z")]);
    assert_eq!(entry.outcome.as_deref(), Some("matched"));
    // What comes out of order in one batch is put together.
    let parts = vec![
        AuditRecord { viewed_at: Some(5000), ..record(3, 4000) },
        record(4, 4000),
        AuditRecord { answered_at: Some(4500), ..record(3, 4000) },
    ];
    party.audit.record(parts).await.unwrap();
    let entries = page(&party.audit, AuditQuery { after: entry.seq, ..all() }).await;
    let [both, _] = &entries[..] else { panic!("{entries:?}") };
    let times = [&both.answered_at, &both.viewed_at].map(Option::as_deref);
    assert_eq!(times, [Some("1970-01-01T00:00:04Z"), Some("1970-01-01T00:00:05Z")]);
}

pub async fn pages_follow_one_another_without_gap_or_repeat(party: Party) {
    let records: Vec<_> = (0..25).map(|id| record(id, Millis::from(id) * 1000)).collect();
    party.audit.record(records).await.unwrap();
    let whole = page(&party.audit, all()).await;
    assert_eq!(whole.len(), 25);
    assert!(whole.is_sorted_by(|one, next| one.seq < next.seq && one.created_at < next.created_at));
    for limit in [1, 7, 25, 1000] {
        let (mut after, mut read) = (0, Vec::new());
        loop {
            let entries = page(&party.audit, AuditQuery { after, limit, ..AuditQuery::default() }).await;
            assert!(entries.len() <= limit as usize);
            let Some(last) = entries.last() else { break };
            after = last.seq;
            read.extend(entries);
        }
        assert_eq!(read, whole);
    }
    assert_eq!(page(&party.audit, AuditQuery { after: u64::MAX, ..all() }).await, []);
    let many = (0..1100).map(|_| AuditRecord { session: SessionId::from_bytes(random()), ..record(0, 1) });
    party.audit.record(many.collect()).await.unwrap();
    assert_eq!(page(&party.audit, AuditQuery { limit: u32::MAX, ..AuditQuery::default() }).await.len(), 1000);
}

pub async fn a_page_is_of_whom_and_when_it_was_asked_for(party: Party) {
    let of = |org: &str, id, at| AuditRecord { org: org.to_owned(), ..record(id, at) };
    let records = vec![of("acme", 1, 1000), of("bolt", 2, 2000), of("acme", 3, 3000), of("acme", 4, 4000)];
    party.audit.record(records).await.unwrap();
    for (org, since, until, expected) in [
        (None, None, None, &[1, 2, 3, 4][..]),
        (Some("acme"), None, None, &[1, 3, 4]),
        (Some("acme"), Some(3000), None, &[3, 4]),
        (None, Some(1001), Some(4000), &[2, 3]),
        (Some("bolt"), Some(2000), Some(2001), &[2]),
        (Some("bolt"), Some(2001), None, &[]),
        (Some("b%"), None, None, &[]),
        (Some("acme\0"), None, None, &[]),
        (Some("' OR '1' = '1"), None, None, &[]),
    ] {
        let query = AuditQuery { org: org.map(str::to_owned), since, until, ..all() };
        let times: Vec<_> =
            page(&party.audit, query).await.into_iter().map(|entry| entry.created_at).collect();
        let expected: Vec<_> = expected.iter().map(|second| format!("1970-01-01T00:00:0{second}Z")).collect();
        assert_eq!(times, expected, "{org:?} {since:?} {until:?}");
    }
}

pub async fn an_id_is_not_told_while_it_is_the_key(party: Party) {
    let opened = AuditRecord { opened_at: Some(2), ..record(2, 1) };
    let cancelled = AuditRecord { ended_at: Some(2), outcome: Some("cancelled".to_owned()), ..record(3, 1) };
    party.audit.record(vec![record(1, 1), opened, cancelled]).await.unwrap();
    let told: Vec<_> =
        page(&party.audit, all()).await.into_iter().map(|entry| entry.session_id.is_some()).collect();
    assert_eq!(told, [false, true, true]);
}

pub async fn the_name_is_the_directorys(party: Party) {
    party.directory.add_org(org("acme")).await.unwrap();
    let agent = party.directory.add_agent("acme", "Dana", Role::Agent).await.unwrap();
    party
        .audit
        .record(vec![AuditRecord { agent: agent.clone(), ..record(1, 1) }, record(2, 1)])
        .await
        .unwrap();
    let entries = page(&party.audit, all()).await;
    assert_eq!((entries[0].agent.as_str(), entries[0].agent_name.as_deref()), (&*agent, Some("Dana")));
    assert_eq!(entries[1].agent_name, None);
}

pub async fn what_is_old_is_dropped_and_nothing_else(party: Party) {
    party.audit.record((1..=9).map(|id| record(id, Millis::from(id) * 1000)).collect()).await.unwrap();
    party.audit.forget(1000).await.unwrap();
    assert_eq!(page(&party.audit, all()).await.len(), 9);
    party.audit.forget(4001).await.unwrap();
    let left: Vec<_> = page(&party.audit, all()).await.into_iter().map(|entry| entry.created_at).collect();
    assert_eq!((left.len(), left[0].as_str()), (5, "1970-01-01T00:00:05Z"));
    party.other_audit.forget(Millis::MAX).await.unwrap();
    assert_eq!(page(&party.audit, all()).await, []);
    party.audit.record(vec![record(1, 10_000)]).await.unwrap();
    assert_eq!(page(&party.audit, all()).await.len(), 1);
}

/// Whoever exports page by page, and goes on where the last page ended, has everything: also what was being written meanwhile.
pub async fn who_reads_on_while_two_nodes_write_misses_nothing(party: Party) {
    let mut writing = JoinSet::new();
    for node in 0..4_u8 {
        let audit = if node % 2 == 0 { party.audit.clone() } else { party.other_audit.clone() };
        writing.spawn(async move {
            for _ in 0..25 {
                let batch = (0..=random::<1>()[0] % 8)
                    .map(|_| AuditRecord { session: SessionId::from_bytes(random()), ..record(0, 1) });
                audit.record(batch.collect()).await.unwrap();
            }
        });
    }
    let (mut after, mut seen, mut done) = (0, BTreeSet::new(), false);
    loop {
        let entries = page(&party.audit, AuditQuery { after, limit: 16, ..AuditQuery::default() }).await;
        match entries.last() {
            Some(last) => after = last.seq,
            // Once more after the last was written.
            None if done => break,
            None => done = writing.is_empty(),
        }
        seen.extend(entries.into_iter().map(|entry| entry.seq));
        while let Some(ended) = writing.try_join_next() {
            ended.unwrap();
        }
    }
    let (mut after, mut whole) = (0, BTreeSet::new());
    while let entries = page(&party.audit, AuditQuery { after, ..all() }).await
        && let Some(last) = entries.last()
    {
        after = last.seq;
        whole.extend(entries.iter().map(|entry| entry.seq));
    }
    assert_eq!(seen, whole);
}

pub async fn texts_come_back_as_they_were(party: Party) {
    let texts = ["", "=HYPERLINK(\"x\")", "'; DROP TABLE audit; --", "😀 \u{202e} é", "a\nb\tc\\"];
    for (id, text) in (0..).zip(texts) {
        let odd = AuditRecord { template: Some(text.to_owned()), ..record(id, 1) };
        party.audit.record(vec![odd]).await.unwrap();
    }
    let read: Vec<_> =
        page(&party.audit, all()).await.into_iter().map(|entry| entry.template_id.unwrap()).collect();
    assert_eq!(read, texts);
    // A NUL is kept as it is, or shown as what cannot be shown; it does not lose the record.
    party
        .audit
        .record(vec![AuditRecord { template: Some("a\0b".to_owned()), ..record(99, 1) }])
        .await
        .unwrap();
    let kept = page(&party.audit, all()).await.pop().unwrap().template_id.unwrap();
    assert!(["a\0b", "a\u{fffd}b"].contains(&kept.as_str()), "{kept:?}");
}
