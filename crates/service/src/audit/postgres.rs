//! The history in PostgreSQL: one for all nodes. Session stores hand over what remains of their sessions, in batches, again and
//! again as they go on.

use super::{Audit, AuditError, AuditQuery, AuditRecord, MOST_ENTRIES};
use crate::clock::{Millis, rfc3339};
use crate::postgres::{Failure, Postgres};
use async_trait::async_trait;
use countersign_protocol::SessionId;
use countersign_protocol::wire::AuditEntry;
use std::collections::HashMap;
use std::fmt::Write as _;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// Most rows dropped at once.
const DROPPED_AT_ONCE: i64 = 10_000;
/// The advisory lock's name: "cs" and "audit" in ASCII. Rows are added by one transaction at a time: a row is then never seen
/// before one with a smaller `seq`, and who reads on from the last `seq` misses none.
const LOCK: i64 = 0x63_735f_6175_6469;

/// The history in a database.
pub struct PostgresAudit(Postgres);

impl PostgresAudit {
    /// The history in `postgres`.
    pub fn new(postgres: Postgres) -> Self {
        Self(postgres)
    }
}

impl From<Failure> for AuditError {
    fn from(failure: Failure) -> Self {
        Self(failure.into())
    }
}

impl From<tokio_postgres::Error> for AuditError {
    fn from(error: tokio_postgres::Error) -> Self {
        Failure::from(error).into()
    }
}

#[async_trait]
impl Audit for PostgresAudit {
    async fn page(&self, query: AuditQuery) -> Result<Vec<AuditEntry>, AuditError> {
        let AuditQuery { org, since, until, after, limit } = query;
        if org.as_ref().is_some_and(|org| org.contains('\0')) {
            return Ok(Vec::new());
        }
        // PostgreSQL counts to 2⁶³; nothing comes after that.
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::from(limit.min(MOST_ENTRIES));
        let mut sql = String::from(
            "SELECT seq, session, audit.org, agent, agents.name, template, kinds, created_at, opened_at, answered_at,
                    verdict_at, viewed_at, revealed_at, ended_at, outcome
             FROM audit LEFT JOIN agents ON agents.id = audit.agent WHERE seq > $1",
        );
        let mut values: Vec<&(dyn ToSql + Sync)> = vec![&after];
        for (condition, value) in [
            (" AND audit.org =", org.as_ref().map(|org| org as &(dyn ToSql + Sync))),
            (" AND created_at >=", since.as_ref().map(|since| since as _)),
            (" AND created_at <", until.as_ref().map(|until| until as _)),
            (" ORDER BY seq LIMIT", Some(&limit as _)),
        ] {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(condition);
                let _ = write!(sql, " ${}", values.len());
            }
        }
        let rows = self.0.lease().await?.query(&sql, &values).await?;
        Ok(rows.iter().map(read).collect::<Result<_, _>>()?)
    }

    async fn record(&self, records: Vec<AuditRecord>) -> Result<(), AuditError> {
        if records.is_empty() {
            return Ok(());
        }
        let columns = Columns::of(together(records));
        let mut lease = self.0.lease().await?;
        lease.begin().await?;
        lease.query("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
        lease.execute(RECORD, &columns.parameters()).await?;
        Ok(lease.commit().await?)
    }

    async fn forget(&self, before: Millis) -> Result<(), AuditError> {
        // Nodes that drop at the same time pass over what another is dropping.
        let sql = "DELETE FROM audit WHERE seq IN (SELECT seq FROM audit WHERE created_at < $1
             ORDER BY created_at LIMIT $2 FOR UPDATE SKIP LOCKED)";
        self.0.lease().await?.execute(sql, &[&before, &DROPPED_AT_ONCE]).await?;
        Ok(())
    }
}

/// A step that is known stays known; a row that learns nothing is not written.
const RECORD: &str = "
    INSERT INTO audit (session, org, agent, template, kinds, created_at, opened_at, answered_at, verdict_at, viewed_at,
                       revealed_at, ended_at, outcome)
    SELECT session, org, agent, template, kinds, created_at, opened_at, answered_at, verdict_at, viewed_at,
           revealed_at, ended_at, outcome
    FROM unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[],
                $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[])
         WITH ORDINALITY AS one (session, org, agent, template, kinds, created_at, opened_at, answered_at, verdict_at,
                                 viewed_at, revealed_at, ended_at, outcome, place)
    ORDER BY place
    ON CONFLICT (created_at, session) DO UPDATE SET
        opened_at = coalesce(audit.opened_at, excluded.opened_at),
        answered_at = coalesce(audit.answered_at, excluded.answered_at),
        verdict_at = coalesce(audit.verdict_at, excluded.verdict_at),
        viewed_at = coalesce(audit.viewed_at, excluded.viewed_at),
        revealed_at = coalesce(audit.revealed_at, excluded.revealed_at),
        ended_at = coalesce(audit.ended_at, excluded.ended_at),
        outcome = coalesce(audit.outcome, excluded.outcome)
    WHERE (audit.opened_at IS NULL AND excluded.opened_at IS NOT NULL)
       OR (audit.answered_at IS NULL AND excluded.answered_at IS NOT NULL)
       OR (audit.verdict_at IS NULL AND excluded.verdict_at IS NOT NULL)
       OR (audit.viewed_at IS NULL AND excluded.viewed_at IS NOT NULL)
       OR (audit.revealed_at IS NULL AND excluded.revealed_at IS NOT NULL)
       OR (audit.ended_at IS NULL AND excluded.ended_at IS NOT NULL)
       OR (audit.outcome IS NULL AND excluded.outcome IS NOT NULL)";

/// Each session once, in the order of its first record: one statement cannot change a row twice.
fn together(records: Vec<AuditRecord>) -> Vec<AuditRecord> {
    let mut places = HashMap::new();
    let mut merged: Vec<AuditRecord> = Vec::with_capacity(records.len());
    for record in records {
        let key = (record.created_at, *record.session.as_bytes());
        if let Some(known) = places.get(&key).and_then(|place: &usize| merged.get_mut(*place)) {
            known.opened_at = known.opened_at.or(record.opened_at);
            known.answered_at = known.answered_at.or(record.answered_at);
            known.verdict_at = known.verdict_at.or(record.verdict_at);
            known.viewed_at = known.viewed_at.or(record.viewed_at);
            known.revealed_at = known.revealed_at.or(record.revealed_at);
            known.ended_at = known.ended_at.or(record.ended_at);
            known.outcome = known.outcome.take().or(record.outcome);
        } else {
            places.insert(key, merged.len());
            merged.push(record);
        }
    }
    merged
}

/// The records, a column at a time.
struct Columns {
    sessions: Vec<Vec<u8>>,
    texts: [Vec<Option<String>>; 5],
    times: [Vec<Option<Millis>>; 7],
}

impl Columns {
    fn of(records: Vec<AuditRecord>) -> Self {
        let mut columns = Self {
            sessions: Vec::with_capacity(records.len()),
            texts: Default::default(),
            times: Default::default(),
        };
        for record in records {
            columns.sessions.push(record.session.as_bytes().to_vec());
            let texts =
                [Some(record.org), Some(record.agent), record.template, Some(record.kinds), record.outcome];
            for (column, text) in columns.texts.iter_mut().zip(texts) {
                // PostgreSQL keeps no text with a NUL in it.
                column.push(text.map(|text| text.replace('\0', "\u{fffd}")));
            }
            let times = [
                Some(record.created_at),
                record.opened_at,
                record.answered_at,
                record.verdict_at,
                record.viewed_at,
                record.revealed_at,
                record.ended_at,
            ];
            for (column, time) in columns.times.iter_mut().zip(times) {
                column.push(time);
            }
        }
        columns
    }

    fn parameters(&self) -> [&(dyn ToSql + Sync); 13] {
        let [org, agent, template, kinds, outcome] = &self.texts;
        let [created, opened, answered, verdict, viewed, revealed, ended] = &self.times;
        [
            &self.sessions,
            org,
            agent,
            template,
            kinds,
            created,
            opened,
            answered,
            verdict,
            viewed,
            revealed,
            ended,
            outcome,
        ]
    }
}

fn read(row: &Row) -> Result<AuditEntry, tokio_postgres::Error> {
    let time = |column: usize| {
        Ok::<_, tokio_postgres::Error>(row.try_get::<_, Option<Millis>>(column)?.map(rfc3339))
    };
    let (opened_at, ended_at) = (time(8)?, time(13)?);
    let session: &[u8] = row.try_get(1)?;
    let session = session.try_into().ok().map(|bytes| SessionId::from_bytes(bytes).to_string());
    Ok(AuditEntry {
        seq: row.try_get::<_, i64>(0)?.unsigned_abs(),
        session_id: session.filter(|_| opened_at.is_some() || ended_at.is_some()),
        org: row.try_get(2)?,
        agent: row.try_get(3)?,
        agent_name: row.try_get(4)?,
        template_id: row.try_get(5)?,
        kinds: row.try_get::<_, &str>(6)?.split(' ').map(str::to_owned).collect(),
        created_at: rfc3339(row.try_get(7)?),
        opened_at,
        answered_at: time(9)?,
        verdict_at: time(10)?,
        viewed_at: time(11)?,
        revealed_at: time(12)?,
        ended_at,
        outcome: row.try_get(14)?,
    })
}
