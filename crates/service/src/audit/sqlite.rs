//! The history in the embedded database. The embedded session store writes it in the transactions of its verbs; any other hands
//! over what remains of its sessions.

use super::{Audit, AuditError, AuditQuery, AuditRecord, MOST_ENTRIES};
use crate::clock::{Millis, rfc3339};
use crate::sqlite::{Database, Fate};
use async_trait::async_trait;
use countersign_protocol::SessionId;
use countersign_protocol::wire::AuditEntry;
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params, params_from_iter};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Most rows dropped at once: others who write wait as long.
const DROPPED_AT_ONCE: u32 = 10_000;

/// The history in a database.
pub struct SqliteAudit {
    database: Database,
    /// Whoever reads a page at the moment.
    reading: Arc<Semaphore>,
}

impl SqliteAudit {
    /// The history in `database`.
    pub fn new(database: Database) -> Self {
        Self { database, reading: Arc::new(Semaphore::new(1)) }
    }
}

impl From<rusqlite::Error> for AuditError {
    fn from(error: rusqlite::Error) -> Self {
        Self(error.into())
    }
}

#[async_trait]
impl Audit for SqliteAudit {
    async fn page(&self, query: AuditQuery) -> Result<Vec<AuditEntry>, AuditError> {
        // A filter that few of many records pass reads them all: not where everybody's calls are answered, and one at a time.
        let reading =
            self.reading.clone().acquire_owned().await.map_err(|closed| AuditError(closed.into()))?;
        let database = self.database.clone();
        let read = tokio::task::spawn_blocking(move || {
            let _reading = reading;
            database.read(|connection| page(connection, query))
        });
        read.await.map_err(|failed| AuditError(failed.into()))?
    }

    async fn record(&self, records: Vec<AuditRecord>) -> Result<(), AuditError> {
        self.write(move |connection| records.iter().try_for_each(|record| put(connection, record))).await
    }

    async fn forget(&self, before: Millis) -> Result<(), AuditError> {
        // Nearly always there is nothing to drop, and looking costs the writer nothing.
        if !self.database.read(|connection| is_old(connection, before))? {
            return Ok(());
        }
        self.write(move |connection| forget(connection, before)).await
    }
}

impl SqliteAudit {
    /// Runs a job in the writer's transaction, whole or not at all.
    async fn write<F>(&self, job: F) -> Result<(), AuditError>
    where
        F: FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
    {
        let job = move |connection: &Connection| {
            let done = job(connection);
            let fate = if done.is_ok() { Fate::Keep } else { Fate::Undo };
            (done, fate)
        };
        let written = self.database.write(job, |_| ()).await;
        Ok(written.map_err(|stopped| AuditError(stopped.into()))??)
    }
}

fn put(connection: &Connection, record: &AuditRecord) -> Result<(), rusqlite::Error> {
    let AuditRecord { session, org, agent, template, kinds, created_at, .. } = record;
    connection
        .prepare_cached(
            "INSERT INTO audit (session, org, agent, template, kinds, created_at, opened_at, answered_at, verdict_at,
                                viewed_at, revealed_at, ended_at, outcome, recorded)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, 1)
             ON CONFLICT (created_at, session) WHERE recorded = 1 DO UPDATE SET
                 opened_at = coalesce(opened_at, excluded.opened_at),
                 answered_at = coalesce(answered_at, excluded.answered_at),
                 verdict_at = coalesce(verdict_at, excluded.verdict_at),
                 viewed_at = coalesce(viewed_at, excluded.viewed_at),
                 revealed_at = coalesce(revealed_at, excluded.revealed_at),
                 ended_at = coalesce(ended_at, excluded.ended_at),
                 outcome = coalesce(outcome, excluded.outcome)",
        )?
        .execute(params![
            session.as_bytes(),
            org,
            agent,
            template,
            kinds,
            created_at,
            record.opened_at,
            record.answered_at,
            record.verdict_at,
            record.viewed_at,
            record.revealed_at,
            record.ended_at,
            record.outcome
        ])
        .map(drop)
}

fn page(connection: &Connection, query: AuditQuery) -> Result<Vec<AuditEntry>, AuditError> {
    let AuditQuery { org, since, until, after, limit } = query;
    let mut sql = String::from(
        "SELECT audit.row, session, audit.org, agent, agents.name, template, kinds, created_at, opened_at, answered_at,
                verdict_at, viewed_at, revealed_at, ended_at, outcome
         FROM audit LEFT JOIN agents ON agents.id = audit.agent WHERE audit.row > ?",
    );
    // SQLite counts to 2⁶³; nothing comes after that.
    let mut values = vec![Value::from(i64::try_from(after).unwrap_or(i64::MAX))];
    let conditions = [
        (" AND audit.org = ?", org.map(Value::from)),
        (" AND created_at >= ?", since.map(Value::from)),
        (" AND created_at < ?", until.map(Value::from)),
        (" ORDER BY audit.row LIMIT ?", Some(Value::from(limit.min(MOST_ENTRIES)))),
    ];
    for (condition, value) in conditions {
        if let Some(value) = value {
            sql.push_str(condition);
            values.push(value);
        }
    }
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params_from_iter(values), read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<AuditEntry, rusqlite::Error> {
    let time = |column| Ok::<_, rusqlite::Error>(row.get::<_, Option<Millis>>(column)?.map(rfc3339));
    let (opened_at, ended_at) = (time(8)?, time(13)?);
    let kinds: String = row.get(6)?;
    let id = SessionId::from_bytes(row.get(1)?).to_string();
    Ok(AuditEntry {
        seq: row.get::<_, i64>(0)?.unsigned_abs(),
        session_id: (opened_at.is_some() || ended_at.is_some()).then_some(id),
        org: row.get(2)?,
        agent: row.get(3)?,
        agent_name: row.get(4)?,
        template_id: row.get(5)?,
        kinds: kinds.split(' ').map(str::to_owned).collect(),
        created_at: rfc3339(row.get(7)?),
        opened_at,
        answered_at: time(9)?,
        verdict_at: time(10)?,
        viewed_at: time(11)?,
        revealed_at: time(12)?,
        ended_at,
        outcome: row.get(14)?,
    })
}

/// Whether the oldest row is as old.
fn is_old(connection: &Connection, before: Millis) -> Result<bool, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT 1 FROM (SELECT created_at FROM audit ORDER BY row LIMIT 1) WHERE created_at < ?1",
    )?;
    statement.exists([before])
}

/// Rows lie in the order of their times: the oldest are looked at and nothing else.
fn forget(connection: &Connection, before: Millis) -> Result<(), rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM audit WHERE row IN (SELECT row FROM audit ORDER BY row LIMIT ?2) AND created_at < ?1",
    )?;
    statement.execute((before, DROPPED_AT_ONCE)).map(drop)
}
