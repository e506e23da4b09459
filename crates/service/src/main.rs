//! The binary: reads the command line, sets the log up, and hands over.

use clap::Parser as _;
use countersign_service::cli::Cli;
use countersign_service::config::LogFormat;
use countersign_service::postgres::may_be_logged;
use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // A closed standard error leaves nobody to tell.
            let _ = writeln!(io::stderr(), "countersign-service: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let invocation = Cli::parse().load()?;
    let filter = EnvFilter::try_new(invocation.log(std::env::var("RUST_LOG").ok()))?;
    let never_values = filter_fn(|said| may_be_logged(said.target(), said.level()));
    let log = tracing_subscriber::registry().with(filter).with(never_values);
    let lines =
        tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    match invocation.log_format() {
        LogFormat::Text => log.with(lines).init(),
        LogFormat::Json => log.with(lines.json()).init(),
    }
    Ok(invocation.run(&mut io::stdout()).await?)
}
