//! Prints the figures the product is judged by, one line each: `figure NAME VALUE UNIT GOAL ok|short`; and, as `trial`, tries what
//! is claimed of crashes, secrets and abuse: `claim NAME TRIED FAILED GOAL ok|short`.
//!
//! A slow machine never fails a figure: what is short says so and the exit code stays 0. Run them built with `--release`, on a
//! machine that does nothing else. A trial that fails does fail.

#![allow(clippy::print_stdout)] // printing is its work

mod desk;
mod figure;
mod flow;
mod growth;
mod history;
mod load;
mod nodes;
mod page;
mod program;
mod relay;
mod service;
mod streams;
mod trials;

use clap::{Parser, Subcommand};
use load::Failure;

/// Measures Countersign.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The agent's history with many rows.
    History {
        /// Rows.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u32,
    },
    /// The service under load.
    Service {
        /// Whole sessions.
        #[arg(long, default_value_t = 6000)]
        sessions: usize,
        /// Rounds of a hundred sessions whose answers are timed.
        #[arg(long, default_value_t = 10)]
        rounds: usize,
        /// Open streams that wait.
        #[arg(long, default_value_t = 10_000)]
        streams: usize,
        /// Rows the audit has kept.
        #[arg(long, default_value_t = 1_000_000)]
        rows: u32,
    },
    /// From tap to passcode in a real browser.
    Flow {
        /// Whole sessions.
        #[arg(long, default_value_t = 200)]
        sessions: usize,
    },
    /// Tries what is claimed.
    Trial {
        #[command(subcommand)]
        what: trials::What,
    },
}

fn main() -> Result<(), Failure> {
    // The client is built with TLS in this workspace; a provider that was installed before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match Cli::parse().what {
        What::History { rows } => Ok(history::run(rows).map_err(|error| error.to_string())?),
        What::Service { sessions, rounds, streams, rows } => runtime.block_on(async {
            service::run(sessions).await?;
            nodes::run(sessions).await?;
            relay::run(rounds).await?;
            relay::idle(streams, rounds).await?;
            growth::run(sessions, rows).await
        }),
        What::Flow { sessions } => runtime.block_on(flow::run(sessions)),
        What::Trial { what } => runtime.block_on(trials::run(what)),
    }
}
