//! A connection on loan from the pool for one call. Every wait is bounded. What was left in the middle of a transaction, or
//! did not answer in time, does not go back: it is closed, and the server undoes what was not committed.

use deadpool_postgres::{Object, PoolError};
use std::error::Error;
use std::fmt::Write as _;
use std::time::Duration;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

/// Longest wait for an answer; the server's own patience with a statement is shorter.
const ANSWER: Duration = Duration::from_secs(6);

/// PostgreSQL did not do what was asked. The message is for the operator; it holds no parameter of a statement.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// No answer in time.
    #[error("PostgreSQL does not answer")]
    Silent,
    /// All connections are in use.
    #[error("PostgreSQL is too slow: no connection has become free")]
    Busy,
    /// It refused, or the connection broke.
    #[error("PostgreSQL: {0}")]
    Refused(String),
}

/// A statement's parameters.
pub(crate) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

pub(crate) struct Lease {
    /// Absent once it was closed.
    client: Option<Object>,
    in_transaction: bool,
}

impl Lease {
    pub(super) fn new(client: Object) -> Self {
        Self { client: Some(client), in_transaction: false }
    }

    /// The rows that a statement gives.
    pub(crate) async fn query(&mut self, sql: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, Failure> {
        let client = self.client.as_ref().ok_or(Failure::Silent)?;
        let answer = tokio::time::timeout(ANSWER, async {
            let statement = client.prepare_cached(sql).await?;
            client.query(&statement, parameters).await
        });
        match answer.await {
            Ok(rows) => Ok(rows?),
            Err(_) => self.close(),
        }
    }

    /// The one row that a statement gives, or none.
    pub(crate) async fn query_opt(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Option<Row>, Failure> {
        Ok(self.query(sql, parameters).await?.into_iter().next())
    }

    /// How many rows a statement has changed.
    pub(crate) async fn execute(&mut self, sql: &str, parameters: Parameters<'_>) -> Result<u64, Failure> {
        let client = self.client.as_ref().ok_or(Failure::Silent)?;
        let answer = tokio::time::timeout(ANSWER, async {
            let statement = client.prepare_cached(sql).await?;
            client.execute(&statement, parameters).await
        });
        match answer.await {
            Ok(changed) => Ok(changed?),
            Err(_) => self.close(),
        }
    }

    /// Runs statements that have no parameters.
    pub(crate) async fn batch(&mut self, sql: &str) -> Result<(), Failure> {
        let client = self.client.as_ref().ok_or(Failure::Silent)?;
        match tokio::time::timeout(ANSWER, client.batch_execute(sql)).await {
            Ok(done) => Ok(done?),
            Err(_) => self.close(),
        }
    }

    /// As [`Self::batch`], however long it takes.
    pub(super) async fn patiently(&mut self, sql: &str) -> Result<(), Failure> {
        let client = self.client.as_ref().ok_or(Failure::Silent)?;
        Ok(client.batch_execute(sql).await?)
    }

    /// Begins a transaction. Dropped before [`Self::commit`], nothing of it has happened.
    pub(crate) async fn begin(&mut self) -> Result<(), Failure> {
        self.in_transaction = true;
        self.batch("BEGIN").await
    }

    /// Makes it stand.
    pub(crate) async fn commit(&mut self) -> Result<(), Failure> {
        self.batch("COMMIT").await?;
        self.in_transaction = false;
        Ok(())
    }

    /// Undoes it, and keeps the connection.
    pub(crate) async fn undo(&mut self) -> Result<(), Failure> {
        self.batch("ROLLBACK").await?;
        self.in_transaction = false;
        Ok(())
    }

    fn close<T>(&mut self) -> Result<T, Failure> {
        drop(self.client.take().map(Object::take));
        Err(Failure::Silent)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.in_transaction {
            drop(self.client.take().map(Object::take));
        }
    }
}

impl From<tokio_postgres::Error> for Failure {
    /// What happened and its SQLSTATE. A detail could quote a row, and is left out.
    fn from(error: tokio_postgres::Error) -> Self {
        if let Some(said) = error.as_db_error() {
            return Self::Refused(format!("{} ({})", said.message(), said.code().code()));
        }
        let mut text = error.to_string();
        let mut source = error.source();
        while let Some(error) = source {
            let _ = write!(text, ": {error}");
            source = error.source();
        }
        Self::Refused(text)
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Self::Busy,
            PoolError::Timeout(_) => Self::Silent,
            other => Self::Refused(other.to_string()),
        }
    }
}
