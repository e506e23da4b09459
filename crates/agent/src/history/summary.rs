//! History in numbers: how many, how they ended by day, how long a match takes.

use super::HistoryError;
use super::reader::Reader;
use crate::view::{HistoryDay, HistoryQuery, HistorySummary};
use rusqlite::params_from_iter;
use std::collections::BTreeMap;

/// Days in the chart.
const DAYS: i64 = 31;
const DAY_MS: i64 = 24 * 3600 * 1000;

pub(super) fn of(reader: &Reader, query: &HistoryQuery) -> Result<HistorySummary, HistoryError> {
    let (mut count, mut days, mut seconds) = (0, BTreeMap::new(), Vec::new());
    let newest = reader.page(query, None, 1)?.rows.first().map_or(0, |row| row.created_at);
    let recent = newest - DAYS * DAY_MS;
    for plan in reader.plans(query, None)? {
        let sql = format!("SELECT count(*) {}", plan.source);
        let found: u64 = reader
            .connection()
            .prepare_cached(&sql)?
            .query_row(params_from_iter(&plan.values), |row| row.get(0))?;
        count += found;
    }
    let query =
        HistoryQuery { from: Some(query.from.map_or(recent, |from| from.max(recent))), ..query.clone() };
    for plan in reader.plans(&query, None)? {
        let sql = format!(
            "SELECT date(s.created_at / 1000, 'unixepoch', 'localtime'), s.outcome, s.ended_at - s.created_at {}",
            plan.source
        );
        let mut statement = reader.connection().prepare_cached(&sql)?;
        let mut rows = statement.query(params_from_iter(&plan.values))?;
        while let Some(row) = rows.next()? {
            let (day, outcome, took): (String, Option<String>, Option<i64>) =
                (row.get(0)?, row.get(1)?, row.get(2)?);
            let of_day =
                days.entry(day.clone()).or_insert(HistoryDay { day, matched: 0, failed: 0, unfinished: 0 });
            match outcome.as_deref() {
                Some("matched") => {
                    of_day.matched += 1;
                    seconds.extend(took);
                }
                Some("mismatched" | "unexpected" | "value_refused" | "relay_suspected" | "tampered") => {
                    of_day.failed += 1;
                }
                _ => of_day.unfinished += 1,
            }
        }
    }
    let skip = days.len().saturating_sub(usize::try_from(DAYS).unwrap_or_default());
    Ok(HistorySummary {
        count,
        days: days.into_values().skip(skip).collect(),
        median_secs: median(seconds),
        templates: templates(reader)?,
    })
}

/// In seconds, of milliseconds.
#[allow(clippy::cast_precision_loss)] // a session lasts minutes
fn median(mut times: Vec<i64>) -> Option<f64> {
    times.sort_unstable();
    let middle = times.len() / 2;
    let upper = *times.get(middle)? as f64;
    let lower = if times.len().is_multiple_of(2) { *times.get(middle - 1)? as f64 } else { upper };
    Some(f64::midpoint(lower, upper) / 1000.0)
}

/// Each template's name once: from one to the next in the index, not through the rows.
fn templates(reader: &Reader) -> Result<Vec<String>, HistoryError> {
    let mut statement = reader.connection().prepare_cached(
        "WITH RECURSIVE names (name) AS (
             SELECT min(template) FROM sessions
             UNION ALL
             SELECT (SELECT min(template) FROM sessions WHERE template > names.name) FROM names WHERE name IS NOT NULL
         ) SELECT name FROM names WHERE name IS NOT NULL",
    )?;
    Ok(statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
