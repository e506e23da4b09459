//! Calls on one primary. Calls that wait together are sent together, with one `WAIT` behind them where replicas have to
//! acknowledge, and each is answered after that: many callers share one round trip and one acknowledgement, as writers of the
//! embedded database share one `fsync`. Nothing is sent twice from here.

use super::connect::Connector;
use redis::aio::MultiplexedConnection;
use redis::{Cmd, ServerErrorKind, Value};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};

/// Most calls sent together.
const MOST_TOGETHER: usize = 128;
/// Most calls that wait to be sent; beyond that callers are told to come back rather than queued.
const MOST_WAITING: usize = 8192;
/// Batches under way at once, each on a connection of its own.
const LANES: usize = 2;
/// How long replicas may take to acknowledge.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_millis(500);

/// What became of a call that has no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lost {
    /// It was not sent, or was turned away: nothing has happened.
    NotDone,
    /// Another primary has to be asked: nothing has happened.
    Elsewhere,
    /// It was sent, and nobody knows whether it was done or whether that lasts.
    Unknown,
}

const QUEUED: u8 = 0;
const SENT: u8 = 1;
const ABANDONED: u8 = 2;

/// A call on its way.
struct Job {
    command: Cmd,
    /// Whether replicas have to have what it did before its caller is told.
    acknowledged: bool,
    fate: Arc<AtomicU8>,
    reply: oneshot::Sender<Result<Value, Lost>>,
}

impl Job {
    /// Whether it is still wanted; if so its caller counts it as sent from now on.
    fn begin(&self) -> bool {
        self.fate.compare_exchange(QUEUED, SENT, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    fn end(self, result: Result<Value, Lost>) {
        // Whoever asked may have gone.
        let _ = self.reply.send(result);
    }
}

/// The way to one primary. Dropped, it is closed.
pub(super) struct Link {
    jobs: mpsc::Sender<Job>,
    lanes: Vec<JoinHandle<()>>,
}

impl Drop for Link {
    fn drop(&mut self) {
        self.lanes.iter().for_each(JoinHandle::abort);
    }
}

impl Link {
    pub(super) fn open(connector: &Arc<Connector>, address: &str) -> Self {
        let (jobs, queue) = mpsc::channel(MOST_WAITING);
        let queue = Arc::new(Mutex::new(queue));
        let lane = |_| {
            let lane = Lane { connector: connector.clone(), address: address.to_owned(), connection: None };
            tokio::spawn(lane.work(queue.clone()))
        };
        Self { jobs, lanes: (0..LANES).map(lane).collect() }
    }

    /// Calls, and waits until `deadline` at most.
    pub(super) async fn call(
        &self,
        command: Cmd,
        acknowledged: bool,
        deadline: Instant,
    ) -> Result<Value, Lost> {
        let (reply, answer) = oneshot::channel();
        let fate = Arc::new(AtomicU8::new(QUEUED));
        let job = Job { command, acknowledged, fate: fate.clone(), reply };
        self.jobs.try_send(job).map_err(|_| Lost::NotDone)?;
        if let Ok(Ok(result)) = timeout_at(deadline, answer).await {
            return result;
        }
        let sent = fate.compare_exchange(QUEUED, ABANDONED, Ordering::SeqCst, Ordering::SeqCst).is_err();
        Err(if sent { Lost::Unknown } else { Lost::NotDone })
    }
}

/// One of the connections and what goes over it.
struct Lane {
    connector: Arc<Connector>,
    address: String,
    connection: Option<MultiplexedConnection>,
}

impl Lane {
    async fn work(mut self, queue: Arc<Mutex<mpsc::Receiver<Job>>>) {
        loop {
            let mut jobs = Vec::new();
            {
                let mut queue = queue.lock().await;
                if queue.recv_many(&mut jobs, MOST_TOGETHER).await == 0 {
                    return;
                }
            }
            if self.connection.is_none() {
                match self.connector.connect(&self.address).await {
                    Ok(connection) => self.connection = Some(connection),
                    Err(error) => {
                        tracing::warn!(address = self.address, %error, "the session store cannot be reached");
                        fail(jobs, Lost::NotDone);
                        continue;
                    }
                }
            }
            jobs.retain(Job::begin);
            self.send(jobs).await;
        }
    }

    /// Sends them, and once more those whose script the server does not know (any more).
    async fn send(&mut self, jobs: Vec<Job>) {
        let unknown = self.send_once(jobs).await;
        if unknown.is_empty() {
            return;
        }
        let loaded = match &mut self.connection {
            Some(connection) => self.connector.load(connection).await.is_ok(),
            None => false,
        };
        if loaded {
            let lost = self.send_once(unknown).await;
            fail(lost, Lost::NotDone);
        } else {
            fail(unknown, Lost::NotDone);
        }
    }

    /// Those that the server turned away because it does not know their script.
    async fn send_once(&mut self, jobs: Vec<Job>) -> Vec<Job> {
        let Some(connection) = self.connection.as_mut().filter(|_| !jobs.is_empty()) else {
            return jobs;
        };
        let mut pipeline = redis::Pipeline::with_capacity(jobs.len() + 1);
        for job in &jobs {
            pipeline.add_command(job.command.clone());
        }
        let replicas = self.connector.replicas();
        let wait = replicas > 0 && jobs.iter().any(|job| job.acknowledged);
        if wait {
            pipeline.cmd("WAIT").arg(replicas).arg(ACKNOWLEDGED_WITHIN.as_millis().to_string());
        }
        let count = jobs.len() + usize::from(wait);
        let mut values = match connection.send_packed_commands(&pipeline, 0, count).await {
            Ok(values) if values.len() == count => values,
            other => {
                if let Err(error) = other {
                    tracing::warn!(address = self.address, %error, "the session store did not answer");
                }
                self.connection = None;
                fail(jobs, Lost::Unknown);
                return Vec::new();
            }
        };
        let everywhere = !wait || matches!(values.pop(), Some(Value::Int(had)) if had >= i64::from(replicas));
        if !everywhere {
            tracing::warn!(address = self.address, "no replica has acknowledged");
        }
        let mut unknown = Vec::new();
        for (job, value) in jobs.into_iter().zip(values) {
            match refused(&value) {
                Some(Refusal::Script) => unknown.push(job),
                Some(Refusal::Other(lost)) => job.end(Err(lost)),
                None if job.acknowledged && !everywhere => job.end(Err(Lost::Unknown)),
                None => job.end(Ok(value)),
            }
        }
        unknown
    }
}

fn fail(jobs: Vec<Job>, lost: Lost) {
    for job in jobs {
        job.end(Err(lost));
    }
}

enum Refusal {
    Script,
    Other(Lost),
}

/// Whether the server has turned the call away.
fn refused(value: &Value) -> Option<Refusal> {
    let Value::ServerError(error) = value else { return None };
    Some(match error.kind() {
        Some(ServerErrorKind::NoScript) => Refusal::Script,
        Some(ServerErrorKind::Moved | ServerErrorKind::ReadOnly) => Refusal::Other(Lost::Elsewhere),
        _ => {
            tracing::warn!(code = error.code(), details = error.details(), "the session store refuses");
            Refusal::Other(Lost::NotDone)
        }
    })
}
