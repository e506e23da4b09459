//! The binary's commands. Administration is here and not over HTTP: whoever may run it may write the database.

mod agent;
mod audit;
mod domain;
mod lines;
mod org;
mod page;
mod serving;
mod template;

use lines::Lines;

use crate::audit::AuditError;
use crate::clock::SystemClock;
use crate::comparison::{ComparisonError, ManifestError};
use crate::config::{ConfigError, FileConfig, LogFormat, PostgresText};
use crate::directory::{Directory, DirectoryError, LogoError};
use crate::kept::{KeepError, Kept, Place};
use crate::origin::OriginError;
use crate::postgres::PostgresUrlError;
use crate::serve::ServeError;
use crate::verification::VerifierError;
use clap::{Parser, Subcommand};
use countersign_protocol::canonical::RegionError;
use serde_json::json;
use std::io::{self, Write};
use std::path::PathBuf;
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
    /// PostgreSQL for directory and audit, e.g. `postgres://countersign@db.example/countersign`; the folder's database unless given. Other
    /// users of the machine can read a command line: use the environment or the file for one with a password.
    #[arg(long, global = true, env = "COUNTERSIGN_POSTGRES", hide_env_values = true)]
    postgres: Option<PostgresText>,
    /// Answer in JSON, an object a line.
    #[arg(long, global = true)]
    json: bool,
    /// What to log on standard error, e.g. `warn`; `RUST_LOG` says the same.
    #[arg(long, global = true, env = "COUNTERSIGN_LOG")]
    log: Option<String>,
    /// Lines of the log as text, or as a JSON object each.
    #[arg(long, global = true, env = "COUNTERSIGN_LOG_FORMAT", value_enum)]
    log_format: Option<LogFormat>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the recipient's page.
    Serve(serving::Serve),
    /// Organizations.
    #[command(subcommand)]
    Org(org::Org),
    /// Organizations' domains.
    #[command(subcommand)]
    Domain(domain::Domain),
    /// Agents.
    #[command(subcommand)]
    Agent(agent::Agent),
    /// Shared templates.
    #[command(subcommand)]
    Template(template::Template),
    /// What remains of sessions.
    #[command(subcommand)]
    Audit(audit::Audit),
    /// Print what remains of sessions, all of it, for other programs: `audit export`.
    Export(audit::Export),
    /// Bring the database's tables to this version's. The other commands do so too, where they may.
    Migrate,
    /// Print the SHA-256 of every file of the recipient's page, or compare what an origin serves with them.
    PageManifest(page::PageManifest),
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The database cannot be used.
    #[error(transparent)]
    Keep(#[from] KeepError),
    /// A certificate without a key, or the other way round.
    #[error("--tls-cert and --tls-key go together")]
    HalfTls,
    /// Not where PostgreSQL could be.
    #[error("--postgres: {0}")]
    Postgres(#[from] PostgresUrlError),
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
    /// A file is no logo.
    #[error(transparent)]
    Logo(#[from] LogoError),
    /// Nothing can be looked up.
    #[error(transparent)]
    Verifier(#[from] VerifierError),
    /// What was looked for was not there: a timer hears of it by the exit status.
    #[error("{0} not verified: publish what is missing and look again")]
    Unproved(usize),
    /// Not an origin.
    #[error("--compare: {0}")]
    Compare(#[source] OriginError),
    /// The manifest cannot be read.
    #[error("--manifest: {0} cannot be read: {1}")]
    ManifestFile(PathBuf, #[source] io::Error),
    /// A file or standard input is no manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Nothing can be compared.
    #[error(transparent)]
    Comparison(#[from] ComparisonError),
    /// The page is not the one of the manifest.
    #[error(
        "{0} of {1} files are not those of the manifest: recipients may get another page than the one that was built"
    )]
    Altered(usize, usize),
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

    /// How to write it.
    pub fn log_format(&self) -> LogFormat {
        self.common.log_format.or(self.file.log_format).unwrap_or_default()
    }

    /// Runs the command; what it prints goes to `out`.
    pub async fn run(self, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
        let Self { common, file, command } = self;
        let data = common.data.or(file.data.clone()).unwrap_or_else(|| PathBuf::from(DATA));
        let origin = common.public_origin.or(file.public_origin.clone());
        let postgres = common.postgres.as_ref().or(file.postgres.as_ref());
        let place = Place { data, postgres: postgres.map(PostgresText::read).transpose()? };
        let mut lines = Lines { out, json: common.json };
        match command {
            Command::Serve(args) => args.run(&file, place, origin, lines.out).await,
            Command::PageManifest(command) => command.run(file.page, &mut lines).await,
            other => other.administer(&place.open(Arc::new(SystemClock)).await?, origin, &mut lines).await,
        }
    }
}

impl Command {
    /// The commands that read and write what is kept, beside a running service or without one.
    async fn administer(
        self,
        kept: &Kept,
        origin: Option<String>,
        lines: &mut Lines<'_>,
    ) -> Result<(), CliError> {
        let (directory, history) = (kept.directory.as_ref(), kept.audit.as_ref());
        match self {
            Self::Org(command) => command.run(directory, lines).await,
            Self::Domain(command) => command.run(directory, lines).await,
            Self::Agent(command) => command.run(directory, origin, lines).await,
            Self::Template(command) => command.run(directory, lines).await,
            Self::Audit(command) => command.run(directory, history, lines).await,
            Self::Export(command) => command.run(directory, history, lines).await,
            Self::Migrate => {
                let (database, version) = kept.schema;
                let line = format!("{database}: version {version}");
                Ok(lines.done(&json!({ "database": database, "version": version }), &line)?)
            }
            // They open what they need themselves.
            Self::Serve(_) | Self::PageManifest(_) => Ok(()),
        }
    }
}

/// What is asked of an organization that does not exist is a mistake in its name, and nothing to be silent about.
async fn exists(directory: &dyn Directory, org: &str) -> Result<(), CliError> {
    let known = directory.org(org).await?;
    known.map(drop).ok_or_else(|| DirectoryError::Unknown(org.to_owned()).into())
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
