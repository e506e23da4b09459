//! What a session costs when the service has kept a million of them, over what it costs when it has kept a thousand. Both run in
//! turns, so that whatever else the machine does weighs on both.

use crate::figure::{Goal, print};
use crate::load::{Failure, many};
use crate::service::{AT_ONCE, Fixture};
use rusqlite::Connection;
use std::path::Path;

const TURNS: usize = 5;

#[allow(clippy::cast_precision_loss)] // counts
pub async fn run(sessions: usize, rows: u32) -> Result<(), Failure> {
    let (few, lot) = (Fixture::start().await?, Fixture::start().await?);
    fill(few.folder.path(), 1000)?;
    fill(lot.folder.path(), rows)?;
    let mut ratios = Vec::new();
    let each = (sessions / TURNS).max(1);
    for fixture in [&few, &lot] {
        many(each / 2, AT_ONCE, fixture.whole()).await?;
    }
    for _ in 0..TURNS {
        let small = many(each, AT_ONCE, few.whole()).await?;
        let large = many(each, AT_ONCE, lot.whole()).await?;
        ratios.push(small.as_secs_f64() / large.as_secs_f64());
    }
    ratios.sort_by(f64::total_cmp);
    println!("# growth: turns {ratios:.2?}, {rows} rows over 1000, {:.0} sessions", each as f64);
    let median = ratios.get(TURNS / 2).copied().unwrap_or_default();
    print("growth_1e6", median, "ratio", Goal::AtLeast(0.9));
    Ok(())
}

fn fill(folder: &Path, rows: u32) -> Result<(), rusqlite::Error> {
    let connection = Connection::open(folder.join("countersign.db"))?;
    connection.busy_timeout(std::time::Duration::from_mins(1))?;
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
         INSERT INTO audit (session, org, agent, template, kinds, created_at, opened_at, answered_at, verdict_at, viewed_at,
                            revealed_at, ended_at, outcome)
         SELECT randomblob(16), 'bench', 'an agent of before', 'phone', 'phone', 1700000000000 + i * 1000,
                1700000000000 + i * 1000 + 5000, 1700000000000 + i * 1000 + 9000, 1700000000000 + i * 1000 + 9100,
                1700000000000 + i * 1000 + 9500, 1700000000000 + i * 1000 + 15000, 1700000000000 + i * 1000 + 20000, 'matched'
         FROM n",
        [rows],
    )?;
    connection.pragma_update(None, "wal_checkpoint", "TRUNCATE")
}
