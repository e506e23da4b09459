//! Sessions in the embedded database and the history in another: what remains of a session is written beside the session, in
//! one transaction with it, and is handed over from there. Triggers note which rows have changed; a row is crossed off once the
//! other database has it, and not if it has changed again meanwhile. So nothing that was acknowledged is lost while that
//! database is away, and nothing waits for it.
//!
//! What was in the embedded history before is handed over as well. Here rows go once their session cannot change any more.

use super::{Audit, AuditError, AuditRecord};
use crate::clock::{Clock, Millis};
use crate::sqlite::{Database, Fate};
use crate::store::{KEPT_AFTER_MS, MAX_LIFE_MS};
use countersign_protocol::SessionId;
use rusqlite::{Connection, Row};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{MissedTickBehavior, interval};

/// How often it is looked for rows that have changed.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// How often rows that are done with are dropped.
const DROP_EVERY: Duration = Duration::from_secs(10);
/// Most rows handed over at once.
const AT_ONCE: usize = 500;

const KEEP: &str = "
    CREATE TABLE IF NOT EXISTS audit_outbox (row INTEGER PRIMARY KEY, changes INTEGER NOT NULL) STRICT;
    INSERT OR IGNORE INTO audit_outbox SELECT row, 1 FROM audit WHERE NOT EXISTS (
        SELECT 1 FROM sqlite_schema WHERE type = 'trigger' AND name = 'audit_added');
    CREATE TRIGGER IF NOT EXISTS audit_added AFTER INSERT ON audit BEGIN
        INSERT INTO audit_outbox VALUES (NEW.row, 1);
    END;
    CREATE TRIGGER IF NOT EXISTS audit_changed AFTER UPDATE ON audit BEGIN
        INSERT INTO audit_outbox VALUES (NEW.row, 1) ON CONFLICT DO UPDATE SET changes = changes + 1;
    END;
    CREATE TRIGGER IF NOT EXISTS audit_dropped AFTER DELETE ON audit BEGIN
        DELETE FROM audit_outbox WHERE row = OLD.row;
    END;";

const LEAVE: &str = "
    DROP TRIGGER IF EXISTS audit_added;
    DROP TRIGGER IF EXISTS audit_changed;
    DROP TRIGGER IF EXISTS audit_dropped;
    DROP TABLE IF EXISTS audit_outbox;";

/// A row that has changed, and how often by when it was read.
struct Changed {
    row: i64,
    changes: i64,
    record: AuditRecord,
}

/// Notes from now on what changes in the embedded history.
pub(crate) async fn keep(database: &Database) -> Result<(), AuditError> {
    write(database, |connection| connection.execute_batch(KEEP)).await
}

/// Notes nothing: the embedded history is the history.
pub(crate) async fn leave(database: &Database) -> Result<(), AuditError> {
    write(database, |connection| connection.execute_batch(LEAVE)).await
}

/// Hands over what has changed, for as long as it is let.
pub(crate) async fn hand_over(database: Database, audit: Arc<dyn Audit>, clock: Arc<dyn Clock>) {
    let every = |period| {
        let mut ticks = interval(period);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks
    };
    let (mut look, mut old) = (every(LOOK_EVERY), every(DROP_EVERY));
    let mut failing = false;
    loop {
        tokio::select! {
            _ = look.tick() => {
                let handed = hand_over_all(&database, audit.as_ref()).await;
                match &handed {
                    Err(error) if !failing => {
                        tracing::error!(%error, "the history takes no records; they are kept until it does");
                    }
                    Ok(()) if failing => tracing::info!("the history takes records again"),
                    _ => {}
                }
                failing = handed.is_err();
            }
            _ = old.tick() => {
                if let Err(error) = drop_old(&database, clock.now()).await {
                    tracing::error!(%error, "what was handed over to the history could not be dropped");
                }
            }
        }
    }
}

async fn hand_over_all(database: &Database, audit: &dyn Audit) -> Result<(), AuditError> {
    loop {
        let changed = database.read(changed)?;
        let more = changed.len() == AT_ONCE;
        if changed.is_empty() {
            return Ok(());
        }
        audit.record(changed.iter().map(|changed| changed.record.clone()).collect()).await?;
        write(database, move |connection| cross_off(connection, &changed)).await?;
        if !more {
            return Ok(());
        }
    }
}

/// The rows that have changed, oldest first.
fn changed(connection: &Connection) -> Result<Vec<Changed>, rusqlite::Error> {
    let mut statement = connection.prepare_cached(
        "SELECT audit.row, changes, session, org, agent, template, kinds, created_at, opened_at, answered_at,
                verdict_at, viewed_at, revealed_at, ended_at, outcome
         FROM audit_outbox JOIN audit USING (row) ORDER BY audit.row LIMIT ?1",
    )?;
    statement.query_map([AT_ONCE], read)?.collect()
}

fn read(row: &Row<'_>) -> Result<Changed, rusqlite::Error> {
    let record = AuditRecord {
        session: SessionId::from_bytes(row.get(2)?),
        org: row.get(3)?,
        agent: row.get(4)?,
        template: row.get(5)?,
        kinds: row.get(6)?,
        created_at: row.get(7)?,
        opened_at: row.get(8)?,
        answered_at: row.get(9)?,
        verdict_at: row.get(10)?,
        viewed_at: row.get(11)?,
        revealed_at: row.get(12)?,
        ended_at: row.get(13)?,
        outcome: row.get(14)?,
    };
    Ok(Changed { row: row.get(0)?, changes: row.get(1)?, record })
}

fn cross_off(connection: &Connection, done: &[Changed]) -> Result<(), rusqlite::Error> {
    let mut statement =
        connection.prepare_cached("DELETE FROM audit_outbox WHERE row = ?1 AND changes = ?2")?;
    done.iter().try_for_each(|changed| statement.execute([changed.row, changed.changes]).map(drop))
}

/// Drops rows of sessions that are not kept any more, once they were handed over. A session that is kept may have its end before
/// it however old it is: the service may have been down when it ran out.
async fn drop_old(database: &Database, now: Millis) -> Result<(), AuditError> {
    let before = now - MAX_LIFE_MS - 2 * KEPT_AFTER_MS;
    let drop_them = "DELETE FROM audit WHERE row IN (
             SELECT row FROM audit WHERE created_at < ?1 AND row NOT IN (SELECT row FROM audit_outbox)
             AND row NOT IN (SELECT audit FROM sessions) ORDER BY row LIMIT 10000)";
    write(database, move |connection| connection.prepare_cached(drop_them)?.execute([before]).map(drop)).await
}

async fn write<F>(database: &Database, job: F) -> Result<(), AuditError>
where
    F: FnOnce(&Connection) -> Result<(), rusqlite::Error> + Send + 'static,
{
    let job = |connection: &Connection| {
        let done = job(connection);
        let fate = if done.is_ok() { Fate::Keep } else { Fate::Undo };
        (done, fate)
    };
    let written = database.write(job, |_| ()).await;
    Ok(written.map_err(|stopped| AuditError(stopped.into()))??)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The service was down when the session ran out: its row, handed over long ago, waits for how it ended.
    #[tokio::test]
    async fn a_row_is_kept_for_as_long_as_its_session() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(folder.path()).unwrap();
        keep(&database).await.unwrap();
        let placed = "INSERT INTO audit (session, org, agent, kinds, created_at) VALUES (x'00', 'acme', 'dana', 'phone', 0);
             INSERT INTO sessions (id, org, agent, number, request, created_at, expires_at, stage, audit)
                 SELECT session, org, agent, '000000', '', 0, 30000, 'waiting', row FROM audit;
             DELETE FROM audit_outbox;";
        write(&database, |connection| connection.execute_batch(placed)).await.unwrap();
        let count = || {
            database.read(|connection| {
                connection.query_row("SELECT count(*) FROM audit", [], |row| row.get::<_, i64>(0)).unwrap()
            })
        };
        let later = MAX_LIFE_MS + 2 * KEPT_AFTER_MS + 1;
        drop_old(&database, later).await.unwrap();
        assert_eq!(count(), 1);
        write(&database, |connection| connection.execute_batch("DELETE FROM sessions")).await.unwrap();
        drop_old(&database, later).await.unwrap();
        assert_eq!(count(), 0);
    }
}
