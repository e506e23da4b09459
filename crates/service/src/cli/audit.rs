//! `audit list|export`: what remains of sessions.

use super::{CliError, Lines, exists};
use crate::audit::{self, AuditQuery, MOST_ENTRIES};
use crate::clock::Millis;
use crate::directory::Directory;
use clap::{Args, Subcommand, ValueEnum};
use countersign_protocol::wire::AuditEntry;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime};

#[derive(Debug, Subcommand)]
pub(super) enum Audit {
    /// List what remains of sessions, oldest first; the first column is what to pass to --after to go on.
    List {
        #[command(flatten)]
        which: Which,
        /// So many at most.
        #[arg(long, default_value_t = 100)]
        limit: u64,
    },
    /// Print what remains of sessions, all of it, for other programs.
    Export(Export),
}

#[derive(Debug, Args)]
pub(super) struct Export {
    #[command(flatten)]
    which: Which,
    /// So many at most.
    #[arg(long)]
    limit: Option<u64>,
    /// CSV for spreadsheets, or a JSON object a line.
    #[arg(long, value_enum, default_value = "csv")]
    format: Format,
}

#[derive(Debug, Args)]
pub(super) struct Which {
    /// Of this organization.
    #[arg(long)]
    org: Option<String>,
    /// Created at this time or later, e.g. 2026-11-01 or 2026-11-01T10:00:00Z.
    #[arg(long, value_parser = time)]
    since: Option<Millis>,
    /// Created before this time.
    #[arg(long, value_parser = time)]
    until: Option<Millis>,
    /// That follow this one.
    #[arg(long, default_value_t = 0)]
    after: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Csv,
    Json,
}

impl Audit {
    pub(super) async fn run(
        self,
        directory: &dyn Directory,
        history: &dyn audit::Audit,
        out: &mut Lines<'_>,
    ) -> Result<(), CliError> {
        match self {
            Self::List { which, limit } => {
                which.exist(directory).await?;
                which.each(history, limit, |entry| Ok(out.entry(entry, &line(entry))?)).await
            }
            Self::Export(export) => export.run(directory, history, out).await,
        }
    }
}

impl Export {
    pub(super) async fn run(
        self,
        directory: &dyn Directory,
        history: &dyn audit::Audit,
        out: &mut Lines<'_>,
    ) -> Result<(), CliError> {
        self.which.exist(directory).await?;
        let csv = self.format == Format::Csv && !out.json;
        if csv {
            out.out.write_all(audit::HEADER.as_bytes())?;
        }
        let write = |entry: &AuditEntry| {
            if csv {
                Ok(out.out.write_all(audit::line(entry).as_bytes())?)
            } else {
                Ok(Lines { out: out.out, json: true }.entry(entry, "")?)
            }
        };
        self.which.each(history, self.limit.unwrap_or(u64::MAX), write).await
    }
}

impl Which {
    /// Whether the organization that is asked for is one.
    async fn exist(&self, directory: &dyn Directory) -> Result<(), CliError> {
        match &self.org {
            Some(org) => exists(directory, org).await,
            None => Ok(()),
        }
    }

    /// Goes through the entries page by page: there may be a million.
    async fn each(
        self,
        history: &dyn audit::Audit,
        mut limit: u64,
        mut act: impl FnMut(&AuditEntry) -> Result<(), CliError>,
    ) -> Result<(), CliError> {
        let Self { org, since, until, mut after } = self;
        while limit > 0 {
            let at_once = MOST_ENTRIES.min(limit.try_into().unwrap_or(u32::MAX));
            let query = AuditQuery { org: org.clone(), since, until, after, limit: at_once };
            let entries = history.page(query).await?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            limit -= entries.len() as u64;
            entries.iter().try_for_each(&mut act)?;
        }
        Ok(())
    }
}

fn line(entry: &AuditEntry) -> String {
    let agent = entry.agent_name.as_ref().unwrap_or(&entry.agent);
    let outcome = entry.outcome.as_deref().unwrap_or("live");
    let AuditEntry { seq, created_at, org, .. } = entry;
    format!("{seq}\t{created_at}\t{org}\t{agent}\t{}\t{outcome}", entry.kinds.join(" "))
}

fn time(text: &str) -> Result<Millis, String> {
    let day = || {
        Date::parse(text, format_description!("[year]-[month]-[day]")).map(|day| day.midnight().assume_utc())
    };
    let time = OffsetDateTime::parse(text, &Rfc3339).or_else(|_| day());
    let time = time.map_err(|_| "a time is 2026-11-01 or 2026-11-01T10:00:00Z".to_owned())?;
    Millis::try_from(time.unix_timestamp_nanos() / 1_000_000).map_err(|error| error.to_string())
}
