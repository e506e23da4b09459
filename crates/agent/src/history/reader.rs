//! Reading history beside the writing: pages of rows, newest first, keyed by row, so that a page's place does not move when rows
//! are added.
//!
//! A million rows answer at once because no query walks them: words of three letters and more are looked up in the trigram
//! index, outcomes and templates in theirs, dates become bounds on the row.

use super::chain::{self, ChainKey};
use super::export::{self, ExportError};
use super::{HistoryError, rows, summary};
use crate::view::{ExportFormat, HistoryPage, HistoryQuery, HistoryRow, HistorySummary, Integrity};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params_from_iter};
use std::io::Write;
use std::ops::RangeInclusive;
use std::path::Path;
use std::time::Duration;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

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
    /// The column whose order is cheap.
    key: &'static str,
}

/// What a query asks, with dates turned into rows.
struct Filter<'a> {
    rows: RangeInclusive<i64>,
    template: Option<&'a str>,
    outcomes: Vec<&'static str>,
    words: Vec<&'a str>,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, HistoryError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(Duration::from_secs(2))?;
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
        connection
            .create_scalar_function("folded", 1, flags, |call| Ok(folded(call.get_raw(0).as_str()?)))?;
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
        for plan in self.plans(query, before)? {
            let sql =
                format!("SELECT {} {} ORDER BY {} DESC LIMIT {limit}", rows::COLUMNS, plan.source, plan.key);
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

    /// The queries whose answers together are the answer.
    pub(super) fn plans(&self, query: &HistoryQuery, before: Option<i64>) -> Result<Vec<Plan>, HistoryError> {
        let filter = self.filter(query, before)?;
        let indexed = filter.words.iter().any(|word| word.chars().count() >= INDEXED_CHARS);
        if indexed && !self.leaves_few(&filter)? {
            return Ok(vec![through_words(&filter)]);
        }
        if filter.outcomes.is_empty() {
            return Ok(vec![Self::through_rows(&filter, None)]);
        }
        // One for each outcome, each in the order of its index.
        Ok(filter.outcomes.iter().map(|outcome| Self::through_rows(&filter, Some(outcome))).collect())
    }

    fn filter<'a>(&self, query: &'a HistoryQuery, before: Option<i64>) -> Result<Filter<'a>, HistoryError> {
        // Times grow with rows: the first row of a time bounds the rest.
        let row_at = |sql: &str, time: i64| {
            self.connection.prepare_cached(sql)?.query_row([time], |row| row.get::<_, i64>(0)).optional()
        };
        let mut rows = 0..=before.map_or(i64::MAX, |before| before - 1);
        if let Some(from) = query.from {
            let sql = "SELECT row FROM sessions WHERE created_at >= ?1 ORDER BY created_at, row LIMIT 1";
            rows = row_at(sql, from)?.unwrap_or(i64::MAX)..=*rows.end();
        }
        if let Some(until) = query.until {
            let sql =
                "SELECT row FROM sessions WHERE created_at < ?1 ORDER BY created_at DESC, row DESC LIMIT 1";
            rows = *rows.start()..=(*rows.end()).min(row_at(sql, until)?.unwrap_or(-1));
        }
        let words: Vec<&str> = query.text.split_whitespace().take(MAX_WORDS).collect();
        if words.iter().any(|word| word.chars().count() < INDEXED_CHARS) {
            let newest: i64 =
                self.connection
                    .query_row("SELECT coalesce(max(row), 0) FROM sessions", [], |row| row.get(0))?;
            rows = (*rows.start()).max(newest - SHORT_WORDS_REACH)..=*rows.end();
        }
        Ok(Filter {
            rows,
            template: query.template.as_deref(),
            outcomes: query.outcomes.iter().map(|outcome| rows::outcome_name(*outcome)).collect(),
            words,
        })
    }

    /// Whether so few rows are left without the words that they are better walked.
    fn leaves_few(&self, filter: &Filter<'_>) -> Result<bool, HistoryError> {
        let wordless =
            Filter { words: Vec::new(), rows: filter.rows.clone(), outcomes: Vec::new(), ..*filter };
        let outcomes: Vec<Option<&str>> = if filter.outcomes.is_empty() {
            vec![None]
        } else {
            filter.outcomes.iter().copied().map(Some).collect()
        };
        let mut count = 0;
        for outcome in outcomes {
            let plan = Self::through_rows(&wordless, outcome);
            let sql = format!("SELECT count(*) FROM (SELECT 1 {} LIMIT {})", plan.source, FEW + 1);
            let found: u32 = self
                .connection
                .prepare_cached(&sql)?
                .query_row(params_from_iter(plan.values), |row| row.get(0))?;
            count += found;
        }
        Ok(count <= FEW)
    }

    /// Walks rows, by an index if there is one for the filter, and compares words.
    fn through_rows(filter: &Filter<'_>, outcome: Option<&str>) -> Plan {
        let mut plan = Plan {
            source: "FROM sessions s WHERE s.row >= ? AND s.row <= ?".to_owned(),
            values: vec![(*filter.rows.start()).into(), (*filter.rows.end()).into()],
            key: "s.row",
        };
        if let Some(outcome) = outcome {
            plan.and("s.outcome = ?", outcome.to_owned());
        }
        if let Some(template) = filter.template {
            plan.and("s.template = ?", template.to_owned());
        }
        plan.compare(filter.words.iter().copied());
        plan
    }
}

/// Walks what the words' index finds, newest first, and looks at each row for the rest.
fn through_words(filter: &Filter<'_>) -> Plan {
    let (indexed, short): (Vec<&str>, Vec<&str>) =
        filter.words.iter().partition(|word| word.chars().count() >= INDEXED_CHARS);
    let quoted: Vec<_> = indexed.iter().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    // CROSS JOIN and the plus signs keep the planner from looking each row of a filter up in the words' index.
    let mut plan = Plan {
        source: "FROM search CROSS JOIN sessions s ON s.row = search.rowid
                 WHERE search MATCH ? AND search.rowid >= ? AND search.rowid <= ?"
            .to_owned(),
        values: vec![quoted.join(" ").into(), (*filter.rows.start()).into(), (*filter.rows.end()).into()],
        key: "search.rowid",
    };
    if let Some(template) = filter.template {
        plan.and("+s.template = ?", template.to_owned());
    }
    if !filter.outcomes.is_empty() {
        let marks = vec!["?"; filter.outcomes.len()].join(", ");
        plan.source.push_str(" AND +s.outcome IN (");
        plan.source.push_str(&marks);
        plan.source.push(')');
        plan.values.extend(filter.outcomes.iter().map(|outcome| Value::from((*outcome).to_owned())));
    }
    plan.compare(short.into_iter());
    plan
}

impl Plan {
    fn and(&mut self, condition: &str, value: String) {
        self.source.push_str(" AND ");
        self.source.push_str(condition);
        self.values.push(value.into());
    }

    /// Each of these words must be found: as the words' index would find them, or, too short for it, by their letters.
    fn compare<'a>(&mut self, words: impl Iterator<Item = &'a str>) {
        for word in words {
            if word.chars().count() >= INDEXED_CHARS {
                self.and(
                    "instr(folded(s.subject || char(10) || coalesce(s.template, '') || char(10) || s.fields), ?) > 0",
                    folded(word),
                );
                continue;
            }
            let escaped = word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            self.and(
                "(s.subject || char(10) || coalesce(s.template, '') || char(10) || s.fields) LIKE ? ESCAPE '\\'",
                format!("%{escaped}%"),
            );
        }
    }
}

/// Without case and accents, as the words' index (`trigram remove_diacritics 1`) compares: how many rows there are must not decide
/// what is found.
fn folded(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::{History, NewRow};
    use countersign_protocol::{Began, SessionId};

    /// A walk over few rows and the words' index find the same, whatever the case and the accents.
    #[test]
    fn few_rows_and_many_are_searched_alike() {
        let folder = tempfile::tempdir().unwrap();
        let mut history = History::open(folder.path(), 0).unwrap().history;
        let subjects =
            ["Réclamation numéro 7", "RÉCLAMATION 8", "reclamation 9", "Größe 4812", "Ticket 4812"];
        for (number, subject) in subjects.into_iter().enumerate() {
            let id = SessionId::from_bytes([u8::try_from(number).unwrap(); 16]);
            let row = NewRow {
                id: &id,
                service: "practice",
                created_at: 1000,
                subject,
                template: Some("Téléphone"),
                fields: vec!["Número"],
                began: Began::Organization,
                ttl_secs: 120,
            };
            history.insert(&row).unwrap();
        }
        let reader = history.reader().unwrap();
        let found = |plan: Plan| -> Vec<i64> {
            let sql = format!("SELECT s.row {} ORDER BY {}", plan.source, plan.key);
            let mut statement = reader.connection.prepare(&sql).unwrap();
            let rows = statement.query_map(params_from_iter(plan.values), |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        for (text, count) in [
            ("réclamation", 3),
            ("RECLAMATION", 3),
            ("numero", 5),
            ("GRÖSSE", 0),
            ("gröẞe", 1),
            ("4812 ticket", 1),
            ("telephone 8", 3),
            ("100%", 0),
        ] {
            let words = text.split(' ').collect();
            let filter = Filter { rows: 0..=i64::MAX, template: None, outcomes: Vec::new(), words };
            let walked = found(Reader::through_rows(&filter, None));
            assert_eq!(walked, found(through_words(&filter)), "{text}");
            assert_eq!(walked.len(), count, "{text}");
        }
    }
}
