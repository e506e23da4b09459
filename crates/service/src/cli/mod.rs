//! The binary's commands. Administration is here and not over HTTP: whoever may run it may write the database.

mod agent;
mod audit;
mod lines;
mod org;
mod serving;
mod template;

use lines::Lines;

use crate::audit::{AuditError, SqliteAudit};
use crate::clock::SystemClock;
use crate::config::{ConfigError, FileConfig};
use crate::directory::{DirectoryError, SqliteDirectory};
use crate::origin::OriginError;
use crate::page::Page;
use crate::serve::ServeError;
use crate::sqlite::{Database, DatabaseError};
use clap::{Parser, Subcommand};
use countersign_protocol::canonical::RegionError;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the database is unless told otherwise.
const DATA: &str = "countersign-data";
/// What is logged unless told otherwise.
const LOG: &str = "info";

/// The verification service of Countersign.
#[derive(Debug, Parser)]
#[command(name = "countersign-service", version, about)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

/// Options of every command.
#[derive(Debug, clap::Args)]
struct Common {
    /// A TOML file with options as keys.
    #[arg(long, global = true, env = "COUNTERSIGN_CONFIG")]
    config: Option<PathBuf>,
    /// The folder the database is in.
    #[arg(long, global = true, env = "COUNTERSIGN_DATA")]
    data: Option<PathBuf>,
    /// The origin recipients' browsers see, e.g. <https://verify.example>.
    #[arg(long, global = true, env = "COUNTERSIGN_PUBLIC_ORIGIN")]
    public_origin: Option<String>,
    /// Lists as JSON, an object a line.
    #[arg(long, global = true)]
    json: bool,
    /// What to log on standard error, e.g. `warn`; `RUST_LOG` says the same.
    #[arg(long, global = true, env = "COUNTERSIGN_LOG")]
    log: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the recipient's page.
    Serve(serving::Serve),
    /// Organizations.
    #[command(subcommand)]
    Org(org::Org),
    /// Agents.
    #[command(subcommand)]
    Agent(agent::Agent),
    /// Shared templates.
    #[command(subcommand)]
    Template(template::Template),
    /// What remains of sessions.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Print the SHA-256 of every file of the recipient's page.
    PageManifest(serving::PageFolder),
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be used.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The directory refused.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The history does not answer.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// The service did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Not a country.
    #[error("--country: {0}")]
    Country(#[from] RegionError),
    /// Not an origin.
    #[error("--public-origin: {0}")]
    Origin(#[from] OriginError),
    /// An enrolment link names the service, and nobody has said where it is.
    #[error("the service's address is not known yet: run `serve` once, or pass --public-origin")]
    NoOrigin,
    /// Standard input is no template.
    #[error("this is not a template: {0}")]
    Template(#[source] serde_json::Error),
    /// The output cannot be written, or a file not read.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// A command line whose configuration file was read.
pub struct Invocation {
    common: Common,
    file: FileConfig,
    command: Command,
}

impl Cli {
    /// Reads the configuration file, if one is named.
    pub fn load(self) -> Result<Invocation, CliError> {
        let Self { common, command } = self;
        let file = FileConfig::load(common.config.as_deref())?;
        Ok(Invocation { common, file, command })
    }
}

impl Invocation {
    /// What to log. `by_custom` is `RUST_LOG`'s value.
    pub fn log(&self, by_custom: Option<String>) -> String {
        let mut given = [self.common.log.clone(), by_custom, self.file.log.clone()].into_iter().flatten();
        given.next().unwrap_or_else(|| LOG.to_owned())
    }

    /// Runs the command; what it prints goes to `out`.
    pub async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self { common, file, command } = self;
        let data = common.data.or(file.data.clone()).unwrap_or_else(|| PathBuf::from(DATA));
        let origin = common.public_origin.or(file.public_origin.clone());
        let mut lines = Lines { out, json: common.json };
        match command {
            Command::Serve(args) => args.run(&file, data, origin, lines.out).await,
            Command::Org(command) => command.run(&open(&data)?, &mut lines).await,
            Command::Agent(command) => command.run(&open(&data)?, origin, &mut lines).await,
            Command::Template(command) => command.run(&open(&data)?, &mut lines).await,
            Command::Audit(command) => {
                command.run(&SqliteAudit::new(Database::open(&data)?), &mut lines).await
            }
            Command::PageManifest(folder) => {
                let page = match folder.page.or(file.page) {
                    Some(folder) => Page::from_folder(&folder)?,
                    None => Page::embedded(),
                };
                Ok(lines.out.write_all(page.manifest().as_bytes())?)
            }
        }
    }
}

fn open(data: &Path) -> Result<SqliteDirectory, CliError> {
    Ok(SqliteDirectory::new(Database::open(data)?, Arc::new(SystemClock)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_option_has_one_name_wherever_it_is_set() {
        let command = Cli::command();
        let serve = command.find_subcommand("serve").unwrap();
        let mut count = 0;
        for argument in command.get_arguments().chain(serve.get_arguments()) {
            let Some(name) = argument.get_long().filter(|name| !["json", "help", "version"].contains(name))
            else {
                continue;
            };
            let variable = format!("COUNTERSIGN_{}", name.replace('-', "_").to_uppercase());
            assert_eq!(argument.get_env().unwrap().to_str(), Some(variable.as_str()));
            if name != "config" {
                let key: Result<FileConfig, _> = toml::from_str(&format!("{name} = {{}}"));
                let error = key.unwrap_err().to_string();
                assert!(!error.contains("unknown field"), "{error}");
                count += 1;
            }
        }
        assert!(count >= 12, "{count}");
    }
}
