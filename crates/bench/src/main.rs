//! Prints the figures the product is judged by, one line each: `figure NAME VALUE UNIT GOAL ok|short`.
//!
//! A slow machine never fails: what is short says so and the exit code stays 0. Run it built with `--release`, on a machine
//! that does nothing else.

#![allow(clippy::print_stdout)] // printing is its work

mod figure;
mod history;
mod load;
mod service;

use clap::{Parser, Subcommand};
use std::error::Error;

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
    },
}

fn main() -> Result<(), Box<dyn Error>> {
    match Cli::parse().what {
        What::History { rows } => history::run(rows),
        What::Service { sessions } => service::run(sessions),
    }
}
