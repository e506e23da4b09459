//! The real service as a process of its own, and who works for it.

use crate::load::Failure;
use countersign_protocol::wire::{OrgProfile, Role};
use countersign_service::clock::SystemClock;
use countersign_service::directory::{Directory, SqliteDirectory};
use countersign_service::sqlite::Database;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;

/// The organization whose agents the benchmarks play.
pub const HANDLE: &str = "bench";
/// Its name.
pub const ORGANIZATION: &str = "Bench";
/// Limits that no benchmark meets: the load comes from one address.
const WIDE: [&str; 8] = [
    "--live-sessions-per-agent",
    "1000000000",
    "--creations-per-minute",
    "1000000000",
    "--opens-per-minute",
    "1000000000",
    "--waits-per-address",
    "1000000000",
];

/// `countersign-service serve`, until this is dropped.
pub struct Program {
    child: Child,
    pub origin: String,
}

/// How to start it.
pub struct Start<'a> {
    pub data: &'a Path,
    /// The port; 0 takes a free one.
    pub port: u16,
    /// As `--public-origin`.
    pub origin: Option<&'a str>,
    /// As `RUST_LOG`, and where the log goes.
    pub log: Option<(&'a str, &'a Path)>,
    /// Options that set limits.
    pub limits: &'a [&'a str],
    /// Further options.
    pub more: &'a [&'a str],
}

impl<'a> Start<'a> {
    pub fn on(data: &'a Path) -> Self {
        Self { data, port: 0, origin: None, log: None, limits: &WIDE, more: &[] }
    }
}

impl Program {
    /// Starts it; it listens when this returns.
    pub fn start(how: &Start<'_>) -> Result<Self, Failure> {
        let mut command = Command::new(beside("countersign-service")?);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("COUNTERSIGN_") {
                command.env_remove(name);
            }
        }
        command.args(["serve", "--listen", &format!("127.0.0.1:{}", how.port), "--data"]).arg(how.data);
        command.args(how.limits).args(how.more).stdin(Stdio::null()).stdout(Stdio::piped());
        if let Some(origin) = how.origin {
            command.args(["--public-origin", origin]);
        }
        match how.log {
            Some((level, file)) => {
                let file = File::options().create(true).append(true).open(file)?;
                command.env("RUST_LOG", level).stderr(file)
            }
            None => command.env("RUST_LOG", "error").stderr(Stdio::inherit()),
        };
        let mut child = command.spawn()?;
        let mut first = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut first)?;
        }
        let Some(origin) = first.trim_end().strip_prefix("listening on ") else {
            let _ = child.kill();
            return Err(format!("the service did not start: {first:?}").into());
        };
        Ok(Self { origin: origin.to_owned(), child })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// What it listens on.
    pub fn port(&self) -> Result<u16, Failure> {
        Ok(self.origin.rsplit(':').next().unwrap_or_default().parse()?)
    }

    /// Waits until it has ended by itself, or cannot be asked whether it has.
    pub async fn ended(&mut self) {
        while matches!(self.child.try_wait(), Ok(None)) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// SIGKILL to a program that lives; an error if it had ended before, or ends of anything else.
    pub fn kill(mut self) -> Result<(), Failure> {
        let before = self.child.try_wait()?;
        self.child.kill()?;
        killed(before, self.child.wait()?)
    }

    /// The processor's time it has had, in hundredths of a second.
    pub fn processor_time(&self) -> Result<u64, Failure> {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()))?;
        // The name in brackets may have spaces in it; times in user and system mode are the 14th and 15th field of all.
        let (_, rest) = stat.rsplit_once(')').ok_or("no stat")?;
        let times: Vec<u64> =
            rest.split_whitespace().skip(11).take(2).map(str::parse).collect::<Result<_, _>>()?;
        Ok(times.iter().sum())
    }

    /// Its resident memory, in MiB.
    pub fn resident_mib(&self) -> Result<f64, Failure> {
        self.mib("VmRSS:")
    }

    /// The most it ever held.
    pub fn most_resident_mib(&self) -> Result<f64, Failure> {
        self.mib("VmHWM:")
    }

    fn mib(&self, name: &str) -> Result<f64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
        let kib: f64 = line.trim().trim_end_matches("kB").trim().parse()?;
        Ok(kib / 1024.0)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What `kill` sends.
const SIGKILL: i32 = 9;

/// Whether a program ended of the SIGKILL it was sent, from how it had ended `before` that, if it had, and how in the `end`.
pub fn killed(before: Option<ExitStatus>, end: ExitStatus) -> Result<(), Failure> {
    match before {
        Some(status) => Err(format!("it had ended by itself: {status}").into()),
        None if end.signal() == Some(SIGKILL) => Ok(()),
        None => Err(format!("it ended by itself in the moment of the kill: {end}").into()),
    }
}

/// Another program of the workspace, built as this one is.
pub fn beside(name: &str) -> Result<PathBuf, Failure> {
    let path = std::env::current_exe()?.with_file_name(name);
    if path.exists() { Ok(path) } else { Err(format!("{} is not built", path.display()).into()) }
}

/// Puts the organization and this many agents into the data folder; their tokens.
pub async fn staff(data: &Path, count: usize) -> Result<Vec<String>, Failure> {
    let directory = Arc::new(SqliteDirectory::new(Database::open(data)?, Arc::new(SystemClock)));
    if directory.org(HANDLE).await?.is_none() {
        let profile = OrgProfile {
            handle: HANDLE.to_owned(),
            name: ORGANIZATION.to_owned(),
            country: "US".parse()?,
            description: String::new(),
            website: String::new(),
            logo_url: None,
            domains: Vec::new(),
            channels: Vec::new(),
            numbers: true,
            practice: false,
        };
        directory.add_org(profile).await?;
    }
    let mut hired = JoinSet::new();
    let mut tokens = Vec::with_capacity(count);
    for number in 0..count {
        let directory = directory.clone();
        hired.spawn(async move {
            let id = directory.add_agent(HANDLE, &format!("Agent {number}"), Role::Agent).await?;
            Ok::<_, Failure>(directory.issue_token(&id).await?)
        });
        if hired.len() >= 256
            && let Some(token) = hired.join_next().await
        {
            tokens.push(token??);
        }
    }
    while let Some(token) = hired.join_next().await {
        tokens.push(token??);
    }
    Ok(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end_of(script: &str) -> ExitStatus {
        Command::new("sh").args(["-c", script]).status().unwrap()
    }

    #[test]
    fn only_what_lived_and_was_killed_counts_as_killed() {
        let kill = end_of("kill -KILL $$");
        assert!(killed(None, kill).is_ok());
        assert!(killed(Some(kill), kill).is_err());
        assert!(killed(None, end_of("kill -ABRT $$")).is_err());
        assert!(killed(None, end_of("exit 0")).is_err());
    }
}
