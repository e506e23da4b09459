//! The thread that writes. Jobs that wait together are committed together, and each is answered after the commit: what was
//! acknowledged survives a crash. A job that breaks is undone and the others go on; if the commit fails, nothing of any of
//! them has happened and all are told so.
//!
//! There is room for so many jobs to wait and no more: who comes when it is full is told so at once, and comes again. A queue
//! without an end would answer everybody too late.

use rusqlite::{Connection, TransactionBehavior};
use std::io;
use std::sync::mpsc;
use std::thread;
use tokio::sync::oneshot;

/// Most jobs in one transaction: bounds how long the first waits for the last.
const MOST_AT_ONCE: usize = 256;
/// Most jobs that wait: a second of work, or two.
const MOST_WAITING: usize = 64 * MOST_AT_ONCE;

/// What is to become of a job's changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// They stand.
    Keep,
    /// The job broke halfway; they never were.
    Undo,
}

/// The transaction was not committed, or there was no room to wait for one. Nothing of it happened.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the database cannot be written")]
pub(crate) struct Stopped;

/// A job runs in the transaction and leaves behind what to do when it is committed. Dropped without being called, that tells
/// whoever waits that it was not.
type Job = Box<dyn FnOnce(&Connection) -> (Committed, Fate) + Send>;
type Committed = Box<dyn FnOnce() + Send>;

/// Hands jobs to the thread. The thread ends when this is dropped.
pub(super) struct Writer(mpsc::SyncSender<Job>);

impl Writer {
    pub(super) fn spawn(mut connection: Connection) -> io::Result<Self> {
        let (jobs, queue) = mpsc::sync_channel::<Job>(MOST_WAITING);
        thread::Builder::new().name("database-writer".to_owned()).spawn(move || {
            while let Ok(first) = queue.recv() {
                let waiting = std::iter::once(first).chain(queue.try_iter().take(MOST_AT_ONCE - 1));
                match run_together(&mut connection, waiting) {
                    Ok(answers) => answers.into_iter().for_each(|answer| answer()),
                    Err(error) => tracing::error!(%error, "the database cannot be written"),
                }
            }
        })?;
        Ok(Self(jobs))
    }

    /// See [`super::Database::write`].
    pub(super) async fn run<T, F, C>(&self, job: F, committed: C) -> Result<T, Stopped>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> (T, Fate) + Send + 'static,
        C: FnOnce(&T) + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let (result, fate) = job(connection);
            let tell: Committed = Box::new(move || {
                committed(&result);
                // Whoever asked may have gone.
                let _ = reply.send(result);
            });
            (tell, fate)
        });
        self.0.try_send(job).map_err(|_| Stopped)?;
        answer.await.map_err(|_| Stopped)
    }
}

/// Runs the jobs in one transaction; what to call now that it is committed.
fn run_together(
    connection: &mut Connection,
    jobs: impl Iterator<Item = Job>,
) -> Result<Vec<Committed>, rusqlite::Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let mut answers = Vec::new();
    for job in jobs {
        step(&transaction, "SAVEPOINT job")?;
        let (answer, fate) = job(&transaction);
        if fate == Fate::Undo {
            // SQLite may have undone the whole transaction by itself (disk full): this fails then, and so do all.
            step(&transaction, "ROLLBACK TO job")?;
        }
        step(&transaction, "RELEASE job")?;
        answers.push(answer);
    }
    transaction.commit()?;
    Ok(answers)
}

fn step(connection: &Connection, statement: &str) -> Result<(), rusqlite::Error> {
    connection.prepare_cached(statement)?.execute([]).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (n INTEGER NOT NULL)").unwrap();
        connection
    }

    fn insert(n: i64, fate: Fate) -> Job {
        Box::new(move |connection| {
            connection.execute("INSERT INTO t VALUES (?1)", [n]).unwrap();
            (Box::new(|| ()), fate)
        })
    }

    #[test]
    fn a_job_that_breaks_is_undone_and_its_neighbours_stand() {
        let mut connection = database();
        let jobs = [insert(1, Fate::Keep), insert(2, Fate::Undo), insert(4, Fate::Keep)];
        assert_eq!(run_together(&mut connection, jobs.into_iter()).unwrap().len(), 3);
        let sum: i64 = connection.query_row("SELECT sum(n) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(sum, 5);
    }

    #[test]
    fn a_transaction_that_is_gone_takes_all_with_it() {
        let mut connection = database();
        let lose: Job = Box::new(|connection| {
            connection.execute_batch("ROLLBACK").unwrap();
            (Box::new(|| ()), Fate::Undo)
        });
        let jobs = [insert(1, Fate::Keep), lose, insert(2, Fate::Keep)];
        assert!(run_together(&mut connection, jobs.into_iter()).is_err());
        let count: i64 = connection.query_row("SELECT count(*) FROM t", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0);
    }

    #[tokio::test]
    async fn whoever_asks_is_told_even_that_it_failed() {
        let connection = database();
        connection.pragma_update(None, "query_only", true).unwrap();
        let writer = Writer::spawn(connection).unwrap();
        let broken = writer.run(
            |connection| {
                let result = connection.execute("INSERT INTO t VALUES (1)", []);
                let fate = if result.is_ok() { Fate::Keep } else { Fate::Undo };
                (result.is_ok(), fate)
            },
            |_| (),
        );
        assert!(broken.await.is_err());
    }
}
