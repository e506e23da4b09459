//! The tamper-evident chain over finished sessions.
//!
//! When a session ends, its record is sealed: `mac = HMAC-SHA-256(key, mac before || the row's columns)`. The key is in the
//! operating system's keyring, the chain in the file: whoever can write the file but not read the keyring cannot change,
//! remove, add or move a finished record without the chain telling from where. The chain's two ends are sealed too, so that
//! records missing at its end are noticed; the oldest end moves up when retention forgets records.
//!
//! What it does not notice: a whole older copy of the file put in its place, and whatever is done by somebody who can read the
//! keyring. Records that ended while the keyring gave no key stay outside; [`verify`] counts them.

use super::HistoryError;
use crate::view::Integrity;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Bytes of a key.
pub const KEY_BYTES: usize = 32;
/// What the chain hangs from.
const ROOT: [u8; 32] = [0; 32];
const RECORD: &[u8] = b"countersign history record 1";
const END: &[u8] = b"countersign history end 1";
/// The columns a seal covers: all.
const SEALED: &str = "row, session_id, service, created_at, subject, template, fields, began, ttl_secs, \
     opened_at, viewed_at, revealed_at, ended_at, outcome";

type Seal = [u8; 32];

/// The chain's key. No `Debug`; wiped when dropped.
#[derive(Clone)]
pub struct ChainKey(Zeroizing<[u8; KEY_BYTES]>);

impl ChainKey {
    /// A key of these bytes.
    pub fn new(bytes: [u8; KEY_BYTES]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    fn mac(&self, label: &[u8]) -> Hmac<Sha256> {
        // HMAC takes a key of any length.
        #[allow(clippy::expect_used)]
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).expect("any length is a key");
        mac.update(label);
        mac
    }

    fn record(&self, before: &Seal, row: &Row<'_>) -> Result<Seal, rusqlite::Error> {
        let mut mac = self.mac(RECORD);
        mac.update(before);
        for column in 0..row.as_ref().column_count() {
            // A tag and a length before each, so that no two rows read alike.
            let (tag, bytes) = match row.get_ref(column)? {
                ValueRef::Null => (0, Vec::new()),
                ValueRef::Integer(number) => (1, number.to_be_bytes().to_vec()),
                ValueRef::Text(bytes) => (2, bytes.to_vec()),
                ValueRef::Real(number) => (3, number.to_be_bytes().to_vec()),
                ValueRef::Blob(bytes) => (4, bytes.to_vec()),
            };
            mac.update(&[tag]);
            mac.update(&(bytes.len() as u64).to_be_bytes());
            mac.update(&bytes);
        }
        Ok(mac.finalize().into_bytes().into())
    }

    fn end(&self, which: &str, seq: i64, mac: &Seal) -> Seal {
        let mut seal = self.mac(END);
        seal.update(which.as_bytes());
        seal.update(&seq.to_be_bytes());
        seal.update(mac);
        seal.finalize().into_bytes().into()
    }
}

/// Seals records as sessions end.
#[derive(Default)]
pub(super) struct Sealer {
    key: Option<ChainKey>,
    /// Rows that ended before there was a key.
    waiting: Vec<i64>,
}

impl Sealer {
    /// Whether it seals.
    pub(super) fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Begins to seal, with what has waited.
    pub(super) fn begin(&mut self, connection: &Connection, key: ChainKey) -> Result<(), rusqlite::Error> {
        self.key = Some(key);
        for row in std::mem::take(&mut self.waiting) {
            self.seal(connection, row)?;
        }
        Ok(())
    }

    /// Seals a row that has just ended, or lets it wait. Within a transaction. Where the chain takes no more, because somebody has
    /// tampered with it or it is damaged, the row stays outside: what a session came to is worth more than its seal, and
    /// [`verify`] tells.
    pub(super) fn seal(&mut self, connection: &Connection, row: i64) -> Result<(), rusqlite::Error> {
        let Some(key) = &self.key else {
            // Once, also when what it ended with has to be written again.
            if !self.waiting.contains(&row) {
                self.waiting.push(row);
            }
            return Ok(());
        };
        connection.execute_batch("SAVEPOINT seal")?;
        if let Err(error) = Self::append(connection, key, row) {
            tracing::error!(%error, "a record could not be sealed");
            connection.execute_batch("ROLLBACK TO seal")?;
        }
        connection.execute_batch("RELEASE seal")
    }

    fn append(connection: &Connection, key: &ChainKey, row: i64) -> Result<(), rusqlite::Error> {
        let (seq, before) = end(connection, "newest")?.unwrap_or((0, ROOT));
        let mac = sealed(connection, key, &before, row)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
        connection.prepare_cached("INSERT INTO chain VALUES (?1, ?2, ?3)")?.execute(params![
            seq + 1,
            row,
            mac
        ])?;
        set_end(connection, key, "newest", seq + 1, &mac)
    }

    /// Changes a row that has ended, and seals it anew with what came after it. Only where all of that is as it was sealed: a chain that
    /// somebody has broken is not mended by us, and its row stays what it was. Within a transaction.
    pub(super) fn amend(
        &self,
        connection: &Connection,
        row: i64,
        change: impl FnOnce() -> Result<(), rusqlite::Error>,
    ) -> Result<(), rusqlite::Error> {
        let place: Option<i64> = connection
            .prepare_cached("SELECT seq FROM chain WHERE row = ?1")?
            .query_row([row], |columns| columns.get(0))
            .optional()?;
        let (key, first) = match (&self.key, place) {
            // Outside the chain so far.
            (_, None) => return change(),
            (None, Some(_)) => return Ok(()),
            (Some(key), Some(first)) => (key, first),
        };
        let before: Option<Seal> = connection
            .prepare_cached("SELECT mac FROM chain WHERE seq = ?1")?
            .query_row([first - 1], |columns| columns.get(0))
            .optional()?;
        let oldest = end(connection, "oldest")?.unwrap_or((0, ROOT));
        let Some(before) = before.or((oldest.0 == first - 1).then_some(oldest.1)) else { return Ok(()) };
        let links: Vec<(i64, i64, Seal)> = connection
            .prepare_cached("SELECT seq, row, mac FROM chain WHERE seq >= ?1 ORDER BY seq")?
            .query_map([first], |link| Ok((link.get(0)?, link.get(1)?, link.get(2)?)))?
            .collect::<Result<_, _>>()?;
        let (mut seq, mut mac) = (first - 1, before);
        for (number, row, stored) in &links {
            if *number != seq + 1 || sealed(connection, key, &mac, *row)? != Some(*stored) {
                return Ok(());
            }
            (seq, mac) = (*number, *stored);
        }
        if !is_newest(connection, key, seq, &mac)? {
            return Ok(());
        }
        change()?;
        mac = before;
        for (number, row, _) in &links {
            mac = sealed(connection, key, &mac, *row)?.ok_or(rusqlite::Error::QueryReturnedNoRows)?;
            connection
                .prepare_cached("UPDATE chain SET mac = ?2 WHERE seq = ?1")?
                .execute(params![number, mac])?;
        }
        set_end(connection, key, "newest", seq, &mac)
    }

    /// Drops the oldest records, as far as they were created before `cutoff`; the chain then begins after them.
    pub(super) fn forget_before(&self, connection: &Connection, cutoff: i64) -> Result<u64, rusqlite::Error> {
        let Some(key) = &self.key else { return Ok(0) };
        let kept: Option<i64> = connection
            .query_row(
                "SELECT seq FROM chain JOIN sessions USING (row) WHERE created_at >= ?1 ORDER BY seq LIMIT 1",
                [cutoff],
                |row| row.get(0),
            )
            .optional()?;
        let last = connection
            .query_row(
                "SELECT seq, mac FROM chain WHERE seq < ?1 ORDER BY seq DESC LIMIT 1",
                [kept.unwrap_or(i64::MAX)],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, Seal>(1)?)),
            )
            .optional()?;
        let Some((seq, mac)) = last else { return Ok(0) };
        set_end(connection, key, "oldest", seq, &mac)?;
        let gone = connection
            .execute("DELETE FROM sessions WHERE row IN (SELECT row FROM chain WHERE seq <= ?1)", [seq])?;
        connection.execute("DELETE FROM chain WHERE seq <= ?1", [seq])?;
        Ok(gone as u64)
    }
}

/// The seal of a row that has ended.
fn sealed(
    connection: &Connection,
    key: &ChainKey,
    before: &Seal,
    row: i64,
) -> Result<Option<Seal>, rusqlite::Error> {
    connection
        .prepare_cached(&format!("SELECT {SEALED} FROM sessions WHERE row = ?1 AND outcome IS NOT NULL"))?
        .query_row([row], |columns| key.record(before, columns))
        .optional()
}

/// Whether this is where the chain was sealed to end.
fn is_newest(connection: &Connection, key: &ChainKey, seq: i64, mac: &Seal) -> Result<bool, rusqlite::Error> {
    let stored: Option<(i64, Seal, Seal)> = connection
        .prepare_cached("SELECT seq, mac, seal FROM chain_ends WHERE which = 'newest'")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    Ok(stored == Some((seq, *mac, key.end("newest", seq, mac))))
}

fn end(connection: &Connection, which: &str) -> Result<Option<(i64, Seal)>, rusqlite::Error> {
    connection
        .prepare_cached("SELECT seq, mac FROM chain_ends WHERE which = ?1")?
        .query_row([which], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
}

fn set_end(
    connection: &Connection,
    key: &ChainKey,
    which: &str,
    seq: i64,
    mac: &Seal,
) -> Result<(), rusqlite::Error> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO chain_ends VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![which, seq, mac, key.end(which, seq, mac)])
        .map(drop)
}

/// Walks the whole chain.
pub(super) fn verify(connection: &Connection, key: &ChainKey) -> Result<Integrity, HistoryError> {
    // One look at one state of the file, however long it takes.
    let transaction = connection.unchecked_transaction()?;
    let mut ends = [(0, ROOT); 2];
    for (which, place) in ["oldest", "newest"].into_iter().zip(&mut ends) {
        let stored: Option<(i64, Seal, Seal)> = transaction
            .query_row("SELECT seq, mac, seal FROM chain_ends WHERE which = ?1", [which], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()?;
        if let Some((seq, mac, seal)) = stored {
            if key.end(which, seq, &mac) != seal {
                return Ok(Integrity::Broken { row: 0, created_at: None });
            }
            *place = (seq, mac);
        }
    }
    let [(mut seq, mut before), newest] = ends;
    let (mut last, mut records) = (0, 0);
    let mut statement = transaction.prepare("SELECT c.seq, c.mac, c.row, s.created_at FROM chain c LEFT JOIN sessions s USING (row) ORDER BY c.seq")?;
    let mut rows = statement.query([])?;
    let mut columns = transaction.prepare(&format!("SELECT {SEALED} FROM sessions WHERE row = ?1"))?;
    while let Some(record) = rows.next()? {
        let (number, mac, row): (i64, Seal, i64) = (record.get(0)?, record.get(1)?, record.get(2)?);
        let fits = columns.query_row([row], |columns| key.record(&before, columns)).optional()?;
        if number != seq + 1 || fits != Some(mac) {
            return Ok(Integrity::Broken { row, created_at: record.get(3)? });
        }
        (seq, before, last) = (number, mac, row);
        records += 1;
    }
    if (seq, before) != newest {
        return Ok(Integrity::Broken { row: last, created_at: None });
    }
    let unsealed = transaction.query_row(
        "SELECT count(*) FROM sessions WHERE outcome IS NOT NULL AND row NOT IN (SELECT row FROM chain)",
        [],
        |row| row.get(0),
    )?;
    Ok(Integrity::Whole { records, unsealed })
}

#[cfg(test)]
mod tests;
