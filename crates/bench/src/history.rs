//! The agent's history with many rows: opening, searching as somebody types, and a session's durable writes.

use crate::figure::{Goal, print, quantile};
use countersign_agent::history::chain::ChainKey;
use countersign_agent::history::{History, Milestone, NewRow};
use countersign_agent::view::{HistoryQuery, Outcome};
use countersign_protocol::{Began, SessionId};
use rusqlite::Connection;
use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

/// Sessions written for the insert figure.
const WRITES: u32 = 2000;

pub fn run(rows: u32) -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    drop(History::open(folder.path(), 0)?);
    fill(folder.path(), rows)?;
    println!("# {rows} rows");

    let mut opens = Vec::new();
    for _ in 0..20 {
        let begin = Instant::now();
        let opened = History::open(folder.path(), 0)?;
        // What the screen needs first is part of it.
        opened.history.reader()?.page(&HistoryQuery::default(), None, 50)?;
        opens.push(begin.elapsed());
    }
    print("history_open_ms", quantile(&mut opens, 0.99), "ms", Goal::AtMost(100.0));

    let mut history = History::open(folder.path(), 0)?.history;
    let mut searches = search(&history, rows)?;
    print("history_search_p99_ms", quantile(&mut searches, 0.99), "ms", Goal::AtMost(50.0));

    history.seal_with(ChainKey::new([1; 32]))?;
    let mut writes = write(&mut history)?;
    print("history_insert_p99_ms", quantile(&mut writes, 0.99), "ms", Goal::AtMost(5.0));
    Ok(())
}

fn fill(folder: &Path, rows: u32) -> Result<(), rusqlite::Error> {
    let connection = Connection::open(folder.join("history.db"))?;
    connection.pragma_update(None, "synchronous", "OFF")?;
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO sessions (session_id, service, created_at, subject, template, fields, began, ttl_secs, opened_at,
                               viewed_at, ended_at, outcome)
         SELECT printf('%026d', i), 'https://verify.example', 1700000000000 + i * 60000,
                CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN 'Ticket ' || (i * 7919 % 1000003)
                           ELSE 'Order ' || (i * 104729 % 999983) || ' ' || char(97 + i % 26) || 'son' END,
                CASE i % 4 WHEN 0 THEN 'Phone number' WHEN 1 THEN 'Customer number' WHEN 2 THEN 'Order number' END,
                json_array('Phone number'), 'recipient', 120, 1700000000000 + i * 60000 + 5000,
                1700000000000 + i * 60000 + 9000, 1700000000000 + i * 60000 + 20000,
                CASE WHEN i % 100003 = 0 THEN 'relay_suspected' WHEN i % 50 = 0 THEN 'value_refused'
                     WHEN i % 11 = 0 THEN 'expired' ELSE 'matched' END
         FROM n",
        [rows],
    )?;
    Ok(())
}

/// What somebody types and clicks: words that are common, rare and absent, whole and begun, with and without filters.
fn search(history: &History, rows: u32) -> Result<Vec<Duration>, Box<dyn Error>> {
    let reader = history.reader()?;
    let base = 1_700_000_000_000_i64;
    let middle = base + i64::from(rows / 2) * 60_000;
    let mut queries = Vec::new();
    for text in [
        "",
        "t",
        "ti",
        "tic",
        "tick",
        "ticket",
        "ticket 4812",
        "812",
        "order",
        "son",
        "ason 99",
        "phone",
        "phone ticket",
        "nothing like this",
        "zzz",
        "number",
        "77777",
        "order 5 z",
    ] {
        let plain = HistoryQuery { text: text.to_owned(), ..HistoryQuery::default() };
        queries.push(HistoryQuery { outcomes: vec![Outcome::RelaySuspected], ..plain.clone() });
        queries
            .push(HistoryQuery { outcomes: vec![Outcome::ValueRefused, Outcome::Expired], ..plain.clone() });
        queries.push(HistoryQuery { template: Some("Order number".to_owned()), ..plain.clone() });
        queries.push(HistoryQuery { from: Some(middle), until: Some(middle + 86_400_000), ..plain.clone() });
        queries.push(plain);
    }
    let mut times = Vec::new();
    for _ in 0..10 {
        for query in &queries {
            let begin = Instant::now();
            let page = reader.page(query, None, 50)?;
            times.push(begin.elapsed());
            if let Some(next) = page.next {
                let begin = Instant::now();
                reader.page(query, Some(next), 50)?;
                times.push(begin.elapsed());
            }
        }
    }
    let mut slow: Vec<_> = queries
        .iter()
        .map(|query| -> Result<_, Box<dyn Error>> {
            let begin = Instant::now();
            reader.page(query, None, 50)?;
            Ok((begin.elapsed(), query))
        })
        .collect::<Result<_, _>>()?;
    slow.sort_by_key(|(time, _)| std::cmp::Reverse(*time));
    for (time, query) in slow.iter().take(3) {
        println!(
            "# slowest: {:.1} ms {:?} {:?} {:?}",
            time.as_secs_f64() * 1000.0,
            query.text,
            query.outcomes,
            query.template
        );
    }
    Ok(times)
}

/// Each write of a session, as the engine makes them: created, opened, spent, viewed, revealed, ended and sealed.
fn write(history: &mut History) -> Result<Vec<Duration>, Box<dyn Error>> {
    let mut times = Vec::new();
    for number in 0..WRITES {
        let mut bytes = [0xab; 16];
        bytes.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
        let id = SessionId::from_bytes(bytes);
        let row = NewRow {
            id: &id,
            service: "https://verify.example",
            created_at: 1_900_000_000_000,
            subject: "Ticket 4812",
            template: Some("Phone number"),
            fields: vec!["Phone number"],
            began: Began::Recipient,
            ttl_secs: 120,
        };
        let begin = Instant::now();
        history.insert(&row)?;
        times.push(begin.elapsed());
        let begin = Instant::now();
        history.spend(&id, 0)?;
        times.push(begin.elapsed());
        for milestone in
            [Milestone::Opened, Milestone::Viewed, Milestone::Revealed, Milestone::Ended(Outcome::Matched)]
        {
            let begin = Instant::now();
            history.mark(&id, milestone, 1)?;
            times.push(begin.elapsed());
        }
    }
    Ok(times)
}
