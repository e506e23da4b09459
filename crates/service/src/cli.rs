//! The binary's commands. Administration is here and not over HTTP: whoever may run it may write the database.

use crate::clock::SystemClock;
use crate::config::{ConfigError, FileConfig};
use crate::directory::{Directory, DirectoryError, role_name};
use crate::limits::Limits;
use crate::page::Page;
use crate::serve::{ServeError, ServeOptions, serve};
use clap::{Args, Parser, Subcommand, ValueEnum};
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::{OrgProfile, Role};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where `serve` listens unless told otherwise.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 8080);
/// Where the database is unless told otherwise.
const DATA: &str = "countersign-data";

/// The verification service of Countersign.
#[derive(Debug, Parser)]
#[command(name = "countersign-service", version, about)]
pub struct Cli {
    /// A TOML file with these options as keys.
    #[arg(long, global = true, env = "COUNTERSIGN_CONFIG")]
    config: Option<PathBuf>,
    /// Where the database is.
    #[arg(long, global = true, env = "COUNTERSIGN_DATA")]
    data: Option<PathBuf>,
    /// The origin recipients' browsers see, e.g. <https://verify.example>.
    #[arg(long, global = true, env = "COUNTERSIGN_PUBLIC_ORIGIN")]
    public_origin: Option<String>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API and the recipient's page.
    Serve(Serve),
    /// Organizations.
    #[command(subcommand)]
    Org(Org),
    /// Agents.
    #[command(subcommand)]
    Agent(AgentCommand),
    /// Print the SHA-256 of every file of the recipient's page.
    PageManifest,
}

#[derive(Debug, Args)]
struct Serve {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, env = "COUNTERSIGN_LISTEN")]
    listen: Option<SocketAddr>,
    /// The recipient's page from a folder, for development.
    #[arg(long, env = "COUNTERSIGN_PAGE")]
    page: Option<PathBuf>,
    /// Links one address may open a minute.
    #[arg(long, env = "COUNTERSIGN_OPENS_PER_MINUTE")]
    opens_per_minute: Option<u32>,
}

#[derive(Debug, Subcommand)]
enum Org {
    /// Add an organization.
    Add(OrgArgs),
    /// Replace an organization's profile.
    Edit(OrgArgs),
    /// List organizations.
    List,
}

#[derive(Debug, Args)]
struct OrgArgs {
    /// Its place in every link, e.g. acme.
    handle: String,
    /// Its name, as recipients read it.
    #[arg(long)]
    name: String,
    /// Its country (ISO 3166), e.g. FR.
    #[arg(long)]
    country: String,
    /// What it does, in a sentence.
    #[arg(long, default_value = "")]
    description: String,
    /// Its web site.
    #[arg(long, default_value = "")]
    website: String,
    /// A way to reach it independently; may be repeated.
    #[arg(long = "channel")]
    channels: Vec<String>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum RoleArg {
    Agent,
    Supervisor,
}

#[derive(Debug, Subcommand)]
enum AgentCommand {
    /// Add an agent; prints a one-time enrolment link, valid 15 minutes.
    Add {
        /// The organization's handle.
        #[arg(long)]
        org: String,
        /// The agent's name, as recipients read it.
        #[arg(long)]
        name: String,
        /// What the agent may do.
        #[arg(long, value_enum, default_value = "agent")]
        role: RoleArg,
        /// Print a bearer token instead of a link.
        #[arg(long)]
        token: bool,
    },
    /// List an organization's agents.
    List {
        /// The organization's handle.
        #[arg(long)]
        org: String,
    },
    /// Make an agent's token void.
    Revoke {
        /// The agent's id, from `agent list`.
        id: String,
    },
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The directory refused.
    #[error(transparent)]
    Directory(#[from] DirectoryError),
    /// The service did not start.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// Not a country.
    #[error("--country: {0}")]
    Country(#[from] countersign_protocol::canonical::RegionError),
    /// An enrolment link names the service, and nobody has said where it is.
    #[error("the service's address is not known yet: run `serve` once, or pass --public-origin")]
    NoOrigin,
    /// The output cannot be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Runs a command; what it prints goes to `out`.
pub async fn run(cli: Cli, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    let file = FileConfig::load(cli.config.as_deref())?;
    let data = cli.data.or(file.data.clone()).unwrap_or_else(|| PathBuf::from(DATA));
    let public_origin = cli.public_origin.or(file.public_origin.clone());
    match cli.command {
        Command::Serve(args) => run_serve(args, &file, data, public_origin, out).await,
        Command::PageManifest => Ok(out.write_all(Page::embedded().manifest().as_bytes())?),
        Command::Org(command) => run_org(command, &open(&data)?, out),
        Command::Agent(command) => run_agent(command, &open(&data)?, public_origin, out),
    }
}

async fn run_serve(
    args: Serve,
    file: &FileConfig,
    data: PathBuf,
    public_origin: Option<String>,
    out: &mut (dyn Write + Send),
) -> Result<(), CliError> {
    let mut limits = Limits::default();
    if let Some(opens) = args.opens_per_minute.or(file.opens_per_minute) {
        limits.opens_per_minute = opens;
    }
    let options = ServeOptions {
        listen: args.listen.or(file.listen).unwrap_or(LISTEN),
        public_origin,
        data,
        page: args.page.or(file.page.clone()),
        limits,
        practice: None,
    };
    let served = serve(options).await?;
    writeln!(out, "listening on http://{}", served.addr())?;
    out.flush()?;
    stop_signal().await?;
    served.stop().await;
    Ok(())
}

/// Returns when the process is asked to stop.
async fn stop_signal() -> io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            _ = terminate.recv() => Ok(()),
            interrupted = tokio::signal::ctrl_c() => interrupted,
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}

fn open(data: &Path) -> Result<Directory, CliError> {
    std::fs::create_dir_all(data)?;
    Ok(Directory::open(data, Arc::new(SystemClock))?)
}

fn run_org(command: Org, directory: &Directory, out: &mut (dyn Write + Send)) -> Result<(), CliError> {
    match command {
        Org::Add(args) => directory.add_org(&profile(args)?)?,
        Org::Edit(args) => directory.edit_org(&profile(args)?)?,
        Org::List => {
            for org in directory.orgs()? {
                writeln!(out, "{}\t{}\t{}", org.handle, org.country.as_str(), org.name)?;
            }
        }
    }
    Ok(())
}

fn profile(args: OrgArgs) -> Result<OrgProfile, CliError> {
    let country: Region = args.country.parse()?;
    Ok(OrgProfile {
        handle: args.handle,
        name: args.name,
        country,
        description: args.description,
        website: args.website,
        logo_url: None,
        domains: Vec::new(),
        channels: args.channels,
        practice: false,
    })
}

fn run_agent(
    command: AgentCommand,
    directory: &Directory,
    public_origin: Option<String>,
    out: &mut (dyn Write + Send),
) -> Result<(), CliError> {
    match command {
        AgentCommand::Add { org, name, role, token } => {
            let origin = match public_origin {
                Some(origin) => Some(origin),
                None => directory.origin()?,
            };
            if !token && origin.is_none() {
                return Err(CliError::NoOrigin);
            }
            let role = match role {
                RoleArg::Agent => Role::Agent,
                RoleArg::Supervisor => Role::Supervisor,
            };
            let id = directory.add_agent(&org, &name, role)?;
            if token {
                writeln!(out, "{}", directory.issue_token(&id)?)?;
            } else {
                let origin = origin.unwrap_or_default();
                let service = utf8_percent_encode(&origin, NON_ALPHANUMERIC);
                writeln!(out, "countersign://enroll?service={service}&code={}", directory.issue_code(&id)?)?;
            }
        }
        AgentCommand::List { org } => {
            for listed in directory.agents(&org)? {
                let state = match (listed.revoked, listed.enrolled) {
                    (true, _) => "revoked",
                    (false, true) => "enrolled",
                    (false, false) => "invited",
                };
                let agent = listed.agent;
                writeln!(
                    out,
                    "{}\t{state}\t{}\t{}",
                    agent.profile.id,
                    role_name(agent.role),
                    agent.profile.name
                )?;
            }
        }
        AgentCommand::Revoke { id } => directory.revoke(&id)?,
    }
    Ok(())
}
