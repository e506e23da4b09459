//! From a recipient's answer to the verdict in the recipient's hands: page, service, event stream, the agent's engine with its
//! record of the spent share on disk, and back. All parts are the real ones; service and agents are processes of one machine.
//!
//! A hundred sessions are live at once, ten at each of ten agents; their answers come when people give them, at random within two
//! seconds.

use crate::desk::Desk;
use crate::figure::{Goal, print, quantile};
use crate::load::Failure;
use crate::page::Page;
use crate::program::{Program, Start, staff};
use countersign_protocol::Kind;
use reqwest::Client;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinSet;

const DESKS: usize = 10;
const SESSIONS_A_DESK: usize = 10;
const SPREAD_MS: u64 = 2000;
const VALUE: &str = "A-77 4812";

/// Agents who sit at a service, and the folders their engines live in.
pub struct Floor {
    pub desks: Vec<Desk>,
    _folder: TempDir,
}

impl Floor {
    /// An agent for each token.
    pub async fn fill(origin: &str, tokens: &[String]) -> Result<Self, Failure> {
        let folder = tempfile::tempdir()?;
        let mut desks = Vec::new();
        for (number, token) in tokens.iter().enumerate() {
            desks.push(Desk::sit(&folder.path().join(number.to_string()), origin, token).await?);
        }
        Ok(Self { desks, _folder: folder })
    }

    /// Rounds of a hundred sessions; how long each answer took.
    pub async fn relay(&self, rounds: usize) -> Result<Vec<Duration>, Failure> {
        let client = Client::builder().no_proxy().build()?;
        let mut times = Vec::new();
        for _ in 0..rounds {
            let mut sessions = JoinSet::new();
            for desk in &self.desks {
                for _ in 0..SESSIONS_A_DESK {
                    sessions.spawn(one(desk.clone(), client.clone()));
                }
            }
            while let Some(time) = sessions.join_next().await {
                times.push(time??);
            }
        }
        Ok(times)
    }
}

async fn one(desk: Desk, client: Client) -> Result<Duration, Failure> {
    let values = [(Kind::Code, VALUE.to_owned())];
    let (card, link) = desk.start(&values, "").await?;
    let page = Page::of(&client, &link)?;
    let (answered, answer) = Page::compute(page.open().await?, &values)?;
    let mut chance = [0; 8];
    getrandom::fill(&mut chance)?;
    tokio::time::sleep(Duration::from_millis(u64::from_le_bytes(chance) % SPREAD_MS)).await;
    let begin = Instant::now();
    let verdict = page.answer(&answer).await?;
    let took = begin.elapsed();
    let confirmed = Page::confirm(answered, &verdict)?;
    page.viewed(&confirmed).await?;
    page.matches().await?;
    desk.close(&card).await?;
    Ok(took)
}

pub async fn run(rounds: usize) -> Result<(), Failure> {
    let data = tempfile::tempdir()?;
    let tokens = staff(data.path(), DESKS).await?;
    let program = Program::start(&Start::on(data.path()))?;
    let floor = Floor::fill(&program.origin, &tokens).await?;
    floor.relay(1).await?;
    let mut times = floor.relay(rounds).await?;
    println!("# relay: {} answers, {} sessions live at once", times.len(), DESKS * SESSIONS_A_DESK);
    print("relay_p50_ms", quantile(&mut times, 0.5), "ms", Goal::AtMost(10.0));
    print("relay_p99_ms", quantile(&mut times, 0.99), "ms", Goal::AtMost(50.0));
    Ok(())
}

/// Ten thousand agents, each with a session that waits and an open stream, and a floor that works beside them.
pub async fn idle(streams: usize, rounds: usize) -> Result<(), Failure> {
    let data = tempfile::tempdir()?;
    let tokens = staff(data.path(), streams + DESKS).await?;
    let (idle, working) = tokens.split_at_checked(streams).ok_or("too few agents")?;
    let program = Program::start(&Start::on(data.path()))?;
    let before = program.resident_mib()?;
    let open = crate::streams::open(&program.origin, idle).await?;
    crate::streams::sessions(&program, idle).await?;
    let floor = Floor::fill(&program.origin, working).await?;
    floor.relay(1).await?;
    let mut times = floor.relay(rounds).await?;
    let resident = program.resident_mib()?;
    println!("# idle: {} streams of {streams} were ended", open.ended());
    println!("# idle: {streams} agents with a session and a stream each; {before:.0} MiB before them");
    print("idle_10k_rss_mib", resident, "MiB", Goal::AtMost(1024.0));
    print("idle_10k_relay_p99_ms", quantile(&mut times, 0.99), "ms", Goal::AtMost(50.0));
    Ok(())
}
