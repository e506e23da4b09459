//! What is claimed and can only be shown by trying: that a crash loses nothing that was acknowledged, that no secret reaches a
//! place it has no business in, that one caller's abuse is no other's loss. Each prints `claim NAME TRIED FAILED GOAL ok|short`, and
//! fails if one of its tries did.

mod abuse;
mod abuser;
mod crash_agent;
mod crash_service;
mod live;
mod places;
mod search;
mod tap;
mod zero_knowledge;

use crate::load::Failure;
use clap::Subcommand;
use std::path::PathBuf;
use std::time::Duration;

/// What to try.
#[derive(Debug, Subcommand)]
pub enum What {
    /// Others' waiting beside callers who are slow, endless, silent or in a hurry. In a release build on a quiet machine.
    Abuse,
    /// Who is that, for [`What::Abuse`].
    #[command(hide = true)]
    Abuser {
        kind: abuser::Kind,
        #[arg(long)]
        origin: String,
        /// A file of agents' tokens, a line each.
        #[arg(long)]
        tokens: PathBuf,
        /// How many abusers there have been.
        #[arg(long)]
        turn: usize,
    },
    /// The service killed at random points with many live sessions.
    CrashService {
        /// How often.
        #[arg(long, env = "COUNTERSIGN_CRASHES", default_value_t = 20)]
        kills: usize,
        /// Also count a start that took longer as failed; 0: however long.
        #[arg(long, default_value_t = 0)]
        back_within_ms: u64,
    },
    /// The agent's engine killed at random points while sessions run.
    CrashAgent {
        /// How often.
        #[arg(long, env = "COUNTERSIGN_CRASHES", default_value_t = 10)]
        kills: usize,
        /// Also count a start that took longer as failed; 0: however long.
        #[arg(long, default_value_t = 0)]
        back_within_ms: u64,
    },
    /// One life of the engine that [`What::CrashAgent`] kills.
    #[command(hide = true)]
    Desk {
        #[arg(long)]
        folder: PathBuf,
        #[arg(long)]
        origin: String,
    },
    /// Searches files and folders for secrets, as [`What::ZeroKnowledge`] does: for the end-to-end tests, whose places the window, the
    /// bus, the clipboard and the browser fill.
    #[command(hide = true)]
    Search {
        /// JSON: `{"texts": [[name, text], …], "codes": [[name, six digits], …]}`.
        #[arg(long)]
        secrets: PathBuf,
        /// Six digits that stand in these are no passcode.
        #[arg(long)]
        known: Vec<PathBuf>,
        /// Where to look.
        places: Vec<PathBuf>,
    },
    /// Canary values and passcodes in every session, then every place searched for them.
    ZeroKnowledge {
        /// Sessions.
        #[arg(long, env = "COUNTERSIGN_CANARIES", default_value_t = 60)]
        sessions: usize,
        /// Keep sessions in a Redis started for it.
        #[arg(long)]
        redis: bool,
    },
}

pub async fn run(what: What) -> Result<(), Failure> {
    match what {
        What::Abuse => abuse::run().await,
        What::Abuser { kind, origin, tokens, turn } => abuser::abuse(kind, &origin, &tokens, turn).await,
        What::CrashService { kills, back_within_ms } => crash_service::run(kills, back_within_ms).await,
        What::CrashAgent { kills, back_within_ms } => crash_agent::run(kills, back_within_ms).await,
        What::Desk { folder, origin } => crash_agent::desk(&folder, &origin).await,
        What::Search { secrets, known, places } => places::run(&secrets, &known, &places),
        What::ZeroKnowledge { sessions, redis } => zero_knowledge::run(sessions, redis).await,
    }
}

/// Prints the claim's line; an error if a try failed.
fn verdict(name: &str, tried: usize, faults: &[String]) -> Result<(), Failure> {
    for fault in faults.iter().take(20) {
        println!("# {name}: {fault}");
    }
    let word = if faults.is_empty() && tried > 0 { "ok" } else { "short" };
    println!("claim {name} {tried} {} 0 {word}", faults.len());
    if word == "ok" { Ok(()) } else { Err(format!("{name} does not hold").into()) }
}

/// What took too long to come back; 0: nothing does.
fn late(slowest: Duration, within_ms: u64) -> Option<String> {
    let late = within_ms > 0 && slowest > Duration::from_millis(within_ms);
    late.then(|| format!("it took {slowest:?} to come back"))
}

/// A pause of random length.
async fn pause(at_most_ms: u64) -> Result<(), Failure> {
    tokio::time::sleep(Duration::from_millis(below(at_most_ms + 1)?)).await;
    Ok(())
}

/// A random number below this one.
fn below(end: u64) -> Result<u64, Failure> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes) % end)
}
