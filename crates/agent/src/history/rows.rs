//! A row of history as it is stored, and the names outcomes have there.

use crate::view::{HistoryRow, Outcome};
use countersign_protocol::Began;
use rusqlite::Row;

/// The columns [`read`] takes, in its order.
pub(super) const COLUMNS: &str = "s.row, s.created_at, s.subject, s.template, s.fields, s.began, s.ttl_secs, \
     s.opened_at, s.viewed_at, s.revealed_at, s.ended_at, s.outcome";

pub(super) fn read(row: &Row<'_>) -> Result<HistoryRow, rusqlite::Error> {
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

/// An outcome's name in the file.
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
