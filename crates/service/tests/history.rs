//! What remains of sessions: over HTTP, by the program, and for how long.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::program::ask;
use common::service::{Draft, Service, problem, read};
use countersign_protocol::wire::{AuditEntry, AuditPage, Created, Role};
use countersign_service::Operations;
use countersign_service::audit::{Audit as _, AuditQuery, SqliteAudit};
use countersign_service::sqlite::Database;
use reqwest::{Method, StatusCode};
use serde_json::Value;
use std::num::NonZeroU32;
use std::time::Instant;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

async fn supervisor(service: &Service, org: &str) -> String {
    let id = service.directory.add_agent(org, "=Sam()", Role::Supervisor).await.unwrap();
    service.directory.issue_token(&id).await.unwrap()
}

async fn page(service: &Service, token: &str, query: &str) -> AuditPage {
    read(service.get_as(&format!("/api/v1/audit{query}"), token).await, StatusCode::OK).await
}

#[tokio::test]
async fn a_supervisor_reads_the_organizations_history_in_pages() {
    let service = Service::start().await;
    let (sam, theirs) = (supervisor(&service, "acme").await, supervisor(&service, "bolt").await);
    assert_eq!(page(&service, &sam, "").await, AuditPage { entries: Vec::new(), next: None });
    let completed = service.session().await;
    let id = completed.id.clone();
    service.complete(completed).await;
    service.clock.advance(60_000);
    let cancelled = service.session().await;
    let path = format!("/api/v1/sessions/{}", cancelled.id);
    service.request(Method::DELETE, &path).bearer_auth(&service.dana.token).send().await.unwrap();
    let waiting = service.session().await;

    let all = page(&service, &sam, "").await;
    let [first, second, third] = &all.entries[..] else { panic!("{all:?}") };
    assert_eq!(all.next, None);
    let start = Some("2026-11-23T10:00:00Z".to_owned());
    let expected = AuditEntry {
        seq: first.seq,
        session_id: Some(id),
        org: "acme".to_owned(),
        agent: service.dana.id.clone(),
        agent_name: Some("Dana".to_owned()),
        template_id: None,
        kinds: vec!["phone".to_owned()],
        created_at: start.clone().unwrap(),
        opened_at: start.clone(),
        answered_at: start.clone(),
        verdict_at: start.clone(),
        viewed_at: start.clone(),
        revealed_at: start.clone(),
        ended_at: start,
        outcome: Some("matched".to_owned()),
    };
    assert_eq!(*first, expected);
    assert_eq!((second.outcome.as_deref(), &second.opened_at), (Some("cancelled"), &None));
    // The id of a link that nobody has opened is the key to it.
    assert_eq!((&third.session_id, &third.outcome), (&None, &None));
    service.open(&waiting).await;
    assert_eq!(page(&service, &sam, "").await.entries[2].session_id, Some(waiting.id));

    let mut after = 0;
    for place in 0..3 {
        let one = page(&service, &sam, &format!("?limit=1&after={after}")).await;
        assert_eq!(one.entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [all.entries[place].seq]);
        assert_eq!(one.next, (place < 2).then_some(all.entries[place].seq));
        after = one.entries[0].seq;
    }
    let since = page(&service, &sam, "?since=2026-11-23T10:01:00Z").await;
    assert_eq!(since.entries.len(), 2);
    let until = page(&service, &sam, "?until=2026-11-23T10:01:00Z").await;
    assert_eq!(until.entries.len(), 1);
    assert_eq!(page(&service, &theirs, "").await.entries, []);
    for bad in [
        "?limit=x",
        "?since=yesterday",
        "?after=-1",
        "?after=%2B1",
        "?after=",
        "?limit=%2B1",
        "?limit=4294967296",
        "?after=99999999999999999999",
        "?after=9223372036854775808",
        "?org=bolt",
    ] {
        problem(service.get_as(&format!("/api/v1/audit{bad}"), &sam).await, 400, "malformed").await;
    }
    problem(service.get_as("/api/v1/audit", &service.dana.token).await, 403, "forbidden").await;
    problem(service.get("/api/v1/audit").await, 401, "unauthorized").await;
}

#[tokio::test]
async fn the_program_lists_and_exports_it() {
    let service = Service::start().await;
    let sam = supervisor(&service, "acme").await;
    for place in 0..3 {
        let mut draft = Draft::new(&service.origin);
        draft.request.template_id = Some(format!("order-{place}"));
        let created = service.post("/api/v1/sessions", &sam, &draft.request).await;
        let session = draft.placed(read::<Created>(created, StatusCode::CREATED).await);
        service.open(&session).await;
        service.clock.advance(DAY_MS);
    }
    let data = service.data();
    // Earlier versions took any text there.
    let database = rusqlite::Connection::open(data.join("countersign.db")).unwrap();
    let earlier = "UPDATE audit SET template = replace(template, 'order-', '=HYPERLINK(\"') || '\")'";
    assert_eq!(database.execute(earlier, []).unwrap(), 3);
    let list = ask(data, &["audit", "list", "--org", "acme"]);
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].ends_with("\t2026-11-23T10:00:00Z\tacme\t=Sam()\tphone\tlive"), "{list}");
    assert_eq!(ask(data, &["audit", "list", "--org", "bolt"]), "");
    let first = lines[0].split('\t').next().unwrap();
    let rest = ask(data, &["audit", "list", "--after", first]);
    assert_eq!(rest.lines().collect::<Vec<_>>(), lines[1..]);
    assert_eq!(ask(data, &["audit", "list", "--limit", "1"]), format!("{}\n", lines[0]));
    let day = ask(data, &["audit", "list", "--since", "2026-11-24", "--until", "2026-11-25T00:00:00Z"]);
    assert_eq!(day, format!("{}\n", lines[1]));

    let csv = ask(data, &["audit", "export"]);
    let rows: Vec<_> = csv.split("\r\n").collect();
    assert!(
        rows[0].starts_with("seq,session_id,org,agent,agent_name,template_id,kinds,created_at,"),
        "{csv}"
    );
    assert_eq!((rows.len(), rows[4]), (5, ""));
    assert!(rows[1].contains(",\"'=Sam()\",\"'=HYPERLINK(\"\"0\"\")\",phone,2026-11-23T10:00:00Z,"), "{csv}");
    for form in [&["audit", "export", "--format", "json"][..], &["audit", "export", "--json"]] {
        let json = ask(data, form);
        let entries: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[2]["template_id"], "=HYPERLINK(\"2\")");
    }
    assert_eq!(ask(data, &["audit", "export", "--format", "json", "--limit", "2"]).lines().count(), 2);
}

#[tokio::test]
async fn it_is_dropped_after_as_many_days_as_the_operator_says() {
    let operations = Operations { audit_days: NonZeroU32::new(30), ..Operations::default() };
    let service = Service::start_operated(operations, |_| ()).await;
    let history = SqliteAudit::new(Database::open(service.data()).unwrap());
    let count = async || {
        let query = AuditQuery { limit: 100, ..AuditQuery::default() };
        history.page(query).await.unwrap().len()
    };
    service.session().await;
    service.clock.advance(DAY_MS);
    service.session().await;
    assert_eq!(count().await, 2);
    service.clock.advance(29 * DAY_MS + 1);
    // The sweeper comes by itself, every ten seconds.
    let began = Instant::now();
    while count().await > 1 {
        assert!(began.elapsed() < PATIENCE, "it is not dropped");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    history.forget(i64::MAX).await.unwrap();
    assert_eq!(count().await, 0);
}
