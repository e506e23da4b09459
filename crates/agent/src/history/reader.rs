//! Reading history beside the writing: pages of rows, newest first, keyed by row, so that a page's place does not move when rows
//! are added.
//!
//! A million rows answer at once because no query walks them: words of three letters and more are looked up in the trigram
//! index, outcomes and templates in theirs, dates become bounds on the row.

use super::chain::{self, ChainKey};
use super::export::{self, ExportError};
use super::{HistoryError, rows, summary};
use crate::view::{ExportFormat, HistoryPage, HistoryQuery, HistoryRow, HistorySummary, Integrity};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params_from_iter};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

/// Most rows in one page.
const MAX_PAGE: u32 = 500;
/// A filter that leaves no more rows than this is walked, and words are compared; a wider one is met through the words' index.
const FEW: u32 = 5000;
/// Words of one or two letters are looked for in the newest rows only.
const SHORT_WORDS_REACH: i64 = 50_000;
/// Letters the index needs.
const INDEXED_CHARS: usize = 3;
/// Most words of a query that count.
const MAX_WORDS: usize = 8;

/// A connection that only reads.
pub struct Reader {
    connection: Connection,
}

/// What a query comes down to in SQL.
pub(super) struct Plan {
    /// `FROM … WHERE …`
    pub(super) source: String,
    /// What stands for its question marks.
    pub(super) values: Vec<Value>,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, HistoryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        Ok(Self { connection })
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Up to `limit` rows older than row `before` that `query` finds, newest first.
    pub fn page(
        &self,
        query: &HistoryQuery,
        before: Option<i64>,
        limit: u32,
    ) -> Result<HistoryPage, HistoryError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let mut found: Vec<HistoryRow> = Vec::new();
        for mut plan in self.plans(query)? {
            plan.and("s.row < ?", before.unwrap_or(i64::MAX).into());
            let sql = format!("SELECT {} {} ORDER BY s.row DESC LIMIT {limit}", rows::COLUMNS, plan.source);
            let mut statement = self.connection.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(plan.values), rows::read)?;
            found.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        found.sort_by_key(|row| std::cmp::Reverse(row.row));
        found.truncate(limit as usize);
        let full = found.len() == limit as usize;
        let next = found.last().filter(|_| full).map(|row| row.row);
        Ok(HistoryPage { rows: found, next })
    }

    /// What `query` finds, in numbers.
    pub fn summary(&self, query: &HistoryQuery) -> Result<HistorySummary, HistoryError> {
        summary::of(self, query)
    }

    /// Writes what `query` finds, newest first; how many rows.
    pub fn export(
        &self,
        query: &HistoryQuery,
        format: ExportFormat,
        out: &mut dyn Write,
    ) -> Result<u64, ExportError> {
        export::write(self, query, format, out)
    }

    /// Whether the finished records are what was sealed.
    pub fn verify(&self, key: &ChainKey) -> Result<Integrity, HistoryError> {
        chain::verify(&self.connection, key)
    }

    /// The queries whose answers together are the answer: one for each outcome, each in the order of its index.
    pub(super) fn plans(&self, query: &HistoryQuery) -> Result<Vec<Plan>, HistoryError> {
        let mut common = Plan { source: String::new(), values: Vec::new() };
        if let Some(template) = &query.template {
            common.and("s.template = ?", template.clone().into());
        }
        if let Some(from) = query.from {
            // Times grow with rows: the first row of the time bounds the rest.
            let first = self.row_at(
                "SELECT row FROM sessions WHERE created_at >= ?1 ORDER BY created_at, row LIMIT 1",
                from,
            )?;
            common.and("s.row >= ?", first.unwrap_or(i64::MAX).into());
        }
        if let Some(until) = query.until {
            let last = self.row_at(
                "SELECT row FROM sessions WHERE created_at < ?1 ORDER BY created_at DESC, row DESC LIMIT 1",
                until,
            )?;
            common.and("s.row <= ?", last.unwrap_or(0).into());
        }
        let mut branches = Vec::new();
        if query.outcomes.is_empty() {
            branches.push(common);
        } else {
            for outcome in &query.outcomes {
                let mut branch = Plan { source: common.source.clone(), values: common.values.clone() };
                branch.and("s.outcome = ?", rows::outcome_name(*outcome).to_owned().into());
                branches.push(branch);
            }
        }
        branches.into_iter().map(|branch| self.with_words(branch, &query.text)).collect()
    }

    fn row_at(&self, sql: &str, time: i64) -> Result<Option<i64>, HistoryError> {
        Ok(self.connection.prepare_cached(sql)?.query_row([time], |row| row.get(0)).optional()?)
    }

    fn with_words(&self, filters: Plan, text: &str) -> Result<Plan, HistoryError> {
        let words: Vec<&str> = text.split_whitespace().take(MAX_WORDS).collect();
        let long: Vec<&str> =
            words.iter().copied().filter(|word| word.chars().count() >= INDEXED_CHARS).collect();
        let walked = filters.source.contains("s.outcome") || filters.source.contains("s.template");
        let mut plan = Plan { source: "FROM sessions s WHERE TRUE".to_owned(), values: Vec::new() };
        let few = walked && self.are_few(&filters)?;
        let by_index = !(long.is_empty() || few);
        if by_index {
            "FROM search JOIN sessions s ON s.row = search.rowid WHERE search MATCH ?"
                .clone_into(&mut plan.source);
            let quoted: Vec<_> =
                long.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
            plan.values.push(quoted.join(" ").into());
        }
        // The index's own rowid keeps its order usable.
        let own = if by_index { filters.source.replace("s.row", "search.rowid") } else { filters.source };
        plan.source.push_str(&own);
        plan.values.extend(filters.values);
        let compared = if by_index {
            words.into_iter().filter(|word| word.chars().count() < INDEXED_CHARS).collect()
        } else {
            words
        };
        for word in &compared {
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            plan.and(
                "(s.subject || char(10) || coalesce(s.template, '') || char(10) || s.fields) LIKE ? ESCAPE '\\'",
                format!("%{escaped}%").into(),
            );
        }
        if !compared.is_empty() && !by_index && !walked {
            plan.and("s.row > (SELECT coalesce(max(row), 0) FROM sessions) - ?", SHORT_WORDS_REACH.into());
        }
        Ok(plan)
    }

    fn are_few(&self, filters: &Plan) -> Result<bool, HistoryError> {
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM sessions s WHERE TRUE{} LIMIT {})",
            filters.source,
            FEW + 1
        );
        let count: u32 = self
            .connection
            .prepare_cached(&sql)?
            .query_row(params_from_iter(&filters.values), |row| row.get(0))?;
        Ok(count <= FEW)
    }
}

impl Plan {
    fn and(&mut self, condition: &str, value: Value) {
        self.source.push_str(" AND ");
        let own = if self.source.contains("search MATCH") {
            condition.replace("s.row <", "search.rowid <")
        } else {
            condition.to_owned()
        };
        self.source.push_str(&own);
        self.values.push(value);
    }
}
