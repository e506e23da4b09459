//! The history as CSV (RFC 4180), for spreadsheets: a cell that a spreadsheet would take for a formula is marked as text.

use countersign_protocol::wire::AuditEntry;

/// The first line.
pub const HEADER: &str = "seq,session_id,org,agent,agent_name,template_id,kinds,created_at,opened_at,answered_at,\
    verdict_at,viewed_at,revealed_at,ended_at,outcome\r\n";

/// An entry's line.
pub fn line(entry: &AuditEntry) -> String {
    let kinds = entry.kinds.join(" ");
    let seq = entry.seq.to_string();
    let cells = [
        Some(&seq),
        entry.session_id.as_ref(),
        Some(&entry.org),
        Some(&entry.agent),
        entry.agent_name.as_ref(),
        entry.template_id.as_ref(),
        Some(&kinds),
        Some(&entry.created_at),
        entry.opened_at.as_ref(),
        entry.answered_at.as_ref(),
        entry.verdict_at.as_ref(),
        entry.viewed_at.as_ref(),
        entry.revealed_at.as_ref(),
        entry.ended_at.as_ref(),
        entry.outcome.as_ref(),
    ];
    let cells: Vec<_> = cells.into_iter().map(|text| cell(text.map_or("", String::as_str))).collect();
    format!("{}\r\n", cells.join(","))
}

fn cell(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    if text.starts_with(['\t', '\r', '\n']) {
        written.push('\'');
    }
    // Where lists are separated by semicolons, and for a program that knows no quotes, another cell begins within this one.
    for part in text.split_inclusive([';', '\t', '\r', '\n']) {
        // Spreadsheets skip leading space, and know full-width forms of these.
        if part.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) {
            written.push('\'');
        }
        written.push_str(part);
    }
    if written.contains([',', ';', '\t', '"', '\r', '\n', '\'']) || written.trim() != written {
        format!("\"{}\"", written.replace('"', "\"\""))
    } else {
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (text, written) in [
            ("Dana", "Dana"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"a\"", "\"say \"\"a\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("+33", "\"'+33\""),
            ("-1", "\"'-1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("  =1", "\"'  =1\""),
            ("\t=1", "\"'\t'=1\""),
            ("\r\n=1", "\"'\r\n'=1\""),
            ("a;=1;b; +2;c-3", "\"a;'=1;b;' +2;c-3\""),
            ("a\t@x\nb\n-1", "\"a\t'@x\nb\n'-1\""),
            ("a;b", "\"a;b\""),
            ("＝1", "\"'＝1\""),
            ("a=1", "a=1"),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }
}
