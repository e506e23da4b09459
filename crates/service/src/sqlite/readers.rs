//! The connections that read. There are as many as threads that could read at once; each is behind a lock that is nearly
//! always free, held for one look-up.

use rusqlite::Connection;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

/// Most connections; more would not make a machine faster.
const MOST: usize = 8;

pub(super) struct Readers {
    first: Mutex<Connection>,
    others: Vec<Mutex<Connection>>,
}

impl Readers {
    /// Opens the connections with `connect`.
    pub(super) fn open(
        connect: impl Fn() -> Result<Connection, rusqlite::Error>,
    ) -> Result<Self, rusqlite::Error> {
        let reading = || -> Result<_, rusqlite::Error> {
            let connection = connect()?;
            connection.pragma_update(None, "query_only", true)?;
            Ok(Mutex::new(connection))
        };
        let others = thread::available_parallelism().map_or(1, |threads| threads.get().min(MOST)) - 1;
        Ok(Self { first: reading()?, others: (0..others).map(|_| reading()).collect::<Result<_, _>>()? })
    }

    /// Runs `job` on a connection that is free.
    pub(super) fn run<T>(&self, job: impl FnOnce(&Connection) -> T) -> T {
        job(&self.free())
    }

    fn free(&self) -> MutexGuard<'_, Connection> {
        let mut all = std::iter::once(&self.first).chain(&self.others);
        let free = all.find_map(|connection| connection.try_lock().ok());
        free.unwrap_or_else(|| self.first.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
