//! The thread that writes. Jobs that wait together are committed together; each is answered after the commit. If the commit
//! fails, every job in it is answered *unavailable*, and nothing of it happened.

use super::super::StoreError;
use rusqlite::Connection;
use std::sync::mpsc;
use std::thread;
use tokio::sync::oneshot;

/// Most jobs in one transaction: bounds how long the first waits for the last.
const MOST_AT_ONCE: usize = 256;

/// A job runs in the transaction and leaves behind what to do when its fate is known.
type Job = Box<dyn FnOnce(&Connection) -> Answer + Send>;
/// Told whether the transaction was committed.
type Answer = Box<dyn FnOnce(bool) + Send>;

/// Hands jobs to the thread. The thread ends when this is dropped.
pub(super) struct Writer(mpsc::Sender<Job>);

impl Writer {
    pub(super) fn spawn(mut connection: Connection) -> Self {
        let (jobs, queue) = mpsc::channel::<Job>();
        thread::spawn(move || {
            while let Ok(first) = queue.recv() {
                let batch = std::iter::once(first).chain(queue.try_iter().take(MOST_AT_ONCE - 1)).collect();
                commit(&mut connection, batch);
            }
        });
        Self(jobs)
    }

    /// Runs `job` in a transaction; its result once that is on disk.
    pub(super) async fn run<T, F>(&self, job: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> T + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let boxed: Job = Box::new(move |connection| {
            let result = job(connection);
            Box::new(move |committed| {
                if committed {
                    // Whoever asked may have gone.
                    let _ = reply.send(result);
                }
            })
        });
        self.0.send(boxed).map_err(|_| StoreError::Unavailable)?;
        // Dropped without a word: not committed.
        answer.await.map_err(|_| StoreError::Unavailable)
    }
}

fn commit(connection: &mut Connection, batch: Vec<Job>) {
    let transaction = match connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate) {
        Ok(transaction) => transaction,
        Err(error) => {
            tracing::error!(%error, "the session store cannot begin a transaction");
            return;
        }
    };
    let answers: Vec<_> = batch.into_iter().map(|job| job(&transaction)).collect();
    let committed =
        transaction.commit().inspect_err(|error| tracing::error!(%error, "the session store cannot commit"));
    for answer in answers {
        answer(committed.is_ok());
    }
}
