//! History as a file for other programs: CSV for spreadsheets, JSON for the rest. Metadata only, as all of history.

use super::HistoryError;
use super::reader::Reader;
use super::rows::outcome_name;
use crate::view::{ExportFormat, HistoryQuery, HistoryRow};
use serde::ser::{SerializeSeq as _, Serializer as _};
use std::io::{self, Write};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Rows read at once.
const PAGE: u32 = 500;
/// Tells spreadsheets that the file is UTF-8.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();
const HEADINGS: [&str; 12] = [
    "created",
    "subject",
    "template",
    "fields",
    "who_began",
    "duration_secs",
    "opened",
    "viewed",
    "revealed",
    "ended",
    "outcome",
    "seconds_to_match",
];

/// The export stopped halfway.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The history cannot be read.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The file cannot be written.
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
}

impl From<csv::Error> for ExportError {
    fn from(error: csv::Error) -> Self {
        Self::Io(io::Error::other(error))
    }
}

impl From<serde_json::Error> for ExportError {
    fn from(error: serde_json::Error) -> Self {
        Self::Io(error.into())
    }
}

pub(super) fn write(
    reader: &Reader,
    query: &HistoryQuery,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<u64, ExportError> {
    match format {
        ExportFormat::Csv => {
            out.write_all(BYTE_ORDER_MARK)?;
            let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
            csv.write_record(HEADINGS)?;
            let count =
                each(reader, query, |row| Ok(csv.write_record(record(row).map(|cell| inert(&cell)))?))?;
            csv.flush()?;
            Ok(count)
        }
        ExportFormat::Json => {
            let mut json = serde_json::Serializer::pretty(&mut *out);
            let mut rows = json.serialize_seq(None)?;
            let count = each(reader, query, |row| {
                let named: serde_json::Map<_, _> = HEADINGS
                    .iter()
                    .map(|name| (*name).to_owned())
                    .zip(
                        record(row)
                            .into_iter()
                            .map(|cell| if cell.is_empty() { serde_json::Value::Null } else { cell.into() }),
                    )
                    .collect();
                Ok(rows.serialize_element(&named)?)
            })?;
            rows.end()?;
            out.write_all(b"\n")?;
            Ok(count)
        }
    }
}

fn each(
    reader: &Reader,
    query: &HistoryQuery,
    mut take: impl FnMut(&HistoryRow) -> Result<(), ExportError>,
) -> Result<u64, ExportError> {
    let (mut before, mut count) = (None, 0);
    loop {
        let page = reader.page(query, before, PAGE)?;
        for row in &page.rows {
            take(row)?;
        }
        count += page.rows.len() as u64;
        before = page.next;
        if before.is_none() {
            return Ok(count);
        }
    }
}

fn record(row: &HistoryRow) -> [String; HEADINGS.len()] {
    let at = |time: Option<i64>| time.map(rfc3339).unwrap_or_default();
    let matched = row.outcome == Some(crate::view::Outcome::Matched);
    let took = row.ended_at.filter(|_| matched).map(|ended| (ended - row.created_at + 500) / 1000);
    [
        rfc3339(row.created_at),
        row.subject.clone(),
        row.template.clone().unwrap_or_default(),
        row.fields.join("; "),
        row.began.as_str().to_owned(),
        row.ttl_secs.to_string(),
        at(row.opened_at),
        at(row.viewed_at),
        at(row.revealed_at),
        at(row.ended_at),
        row.outcome.map(outcome_name).unwrap_or_default().to_owned(),
        took.map(|seconds| seconds.to_string()).unwrap_or_default(),
    ]
}

fn rfc3339(ms: i64) -> String {
    let time = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    time.format(&Rfc3339).unwrap_or_default()
}

/// A cell no spreadsheet takes for a formula (OWASP, *CSV Injection*), by the rule that the service's audit has for its own.
fn inert(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len() + 2);
    if cell.starts_with(['\t', '\r', '\n']) {
        out.push('\'');
    }
    // Where lists are separated by semicolons, and for a program that knows no quotes, another cell begins within this one.
    for part in cell.split_inclusive([';', '\t', '\r', '\n']) {
        // Spreadsheets skip leading space, and know full-width forms of these.
        if part.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
            out.push('\'');
        }
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (cell, written) in [
            ("Ticket 4812", "Ticket 4812"),
            ("=1+1", "'=1+1"),
            ("-1", "'-1"),
            ("  =1", "'  =1"),
            ("＝1", "'＝1"),
            ("\t=1", "'\t'=1"),
            ("a;=1;b; +2;c-3", "a;'=1;b;' +2;c-3"),
            ("Name; Plate", "Name; Plate"),
            ("a\n@x", "a\n'@x"),
            ("a=1", "a=1"),
        ] {
            assert_eq!(inert(cell), written);
        }
    }
}
