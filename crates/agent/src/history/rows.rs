//! Reading history: pages of rows, newest first, keyed by row so that a page's place does not move when rows are added.

use super::{History, HistoryError};
use crate::view::{HistoryPage, HistoryRow, Outcome};
use countersign_protocol::Began;
use rusqlite::{Row, params};

/// Most rows in one page.
const MAX_PAGE: u32 = 500;

impl History {
    /// Up to `limit` rows older than row `before`, newest first.
    pub fn page(&self, before: Option<i64>, limit: u32) -> Result<HistoryPage, HistoryError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let mut statement = self.connection.prepare_cached(
            "SELECT row, created_at, subject, template, fields, began, ttl_secs,
                    opened_at, viewed_at, revealed_at, ended_at, outcome
             FROM sessions WHERE row < ?1 ORDER BY row DESC LIMIT ?2",
        )?;
        let rows = statement
            .query_map(params![before.unwrap_or(i64::MAX), limit], read)?
            .collect::<Result<Vec<_>, _>>()?;
        let full = u32::try_from(rows.len()).is_ok_and(|len| len == limit);
        let next = rows.last().filter(|_| full).map(|row| row.row);
        Ok(HistoryPage { rows, next })
    }
}

fn read(row: &Row<'_>) -> Result<HistoryRow, rusqlite::Error> {
    let fields: String = row.get(4)?;
    let began: String = row.get(5)?;
    let outcome: Option<String> = row.get(11)?;
    Ok(HistoryRow {
        row: row.get(0)?,
        created_at: row.get(1)?,
        subject: row.get(2)?,
        template: row.get(3)?,
        fields: serde_json::from_str(&fields).unwrap_or_default(),
        began: if began == Began::Recipient.as_str() { Began::Recipient } else { Began::Organization },
        ttl_secs: row.get(6)?,
        opened_at: row.get(7)?,
        viewed_at: row.get(8)?,
        revealed_at: row.get(9)?,
        ended_at: row.get(10)?,
        outcome: outcome.as_deref().and_then(outcome_named),
    })
}

const OUTCOMES: [(Outcome, &str); 10] = [
    (Outcome::Matched, "matched"),
    (Outcome::Mismatched, "mismatched"),
    (Outcome::Unexpected, "unexpected"),
    (Outcome::ValueRefused, "value_refused"),
    (Outcome::RelaySuspected, "relay_suspected"),
    (Outcome::Tampered, "tampered"),
    (Outcome::Expired, "expired"),
    (Outcome::Cancelled, "cancelled"),
    (Outcome::Interrupted, "interrupted"),
    (Outcome::Failed, "failed"),
];

pub(super) fn outcome_name(outcome: Outcome) -> &'static str {
    OUTCOMES.iter().find(|(known, _)| *known == outcome).map_or("failed", |(_, name)| *name)
}

fn outcome_named(name: &str) -> Option<Outcome> {
    OUTCOMES.iter().find(|(_, known)| *known == name).map(|(outcome, _)| *outcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_the_name_it_has_on_the_seam() {
        for (outcome, name) in OUTCOMES {
            assert_eq!(serde_json::to_value(outcome).unwrap(), name);
            assert_eq!((outcome_name(outcome), outcome_named(name)), (name, Some(outcome)));
        }
    }
}
