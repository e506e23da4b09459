//! The binary: reads the command line, sets the log up, and hands over.

use clap::Parser as _;
use countersign_service::cli::Cli;
use countersign_service::config::LogFormat;
use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

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
    let colours = io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_ansi(colours);
    match invocation.log_format() {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().init(),
    }
    Ok(invocation.run(&mut io::stdout()).await?)
}
