//! Options with one meaning wherever they are set: a flag, an environment variable `COUNTERSIGN_…`, a key of a TOML file; in
//! this order of precedence.

use crate::postgres::{PostgresUrl, PostgresUrlError};
use crate::proxies::Proxy;
use crate::store::redis::RedisUrls;
use clap::ValueEnum;
use serde::Deserialize;
use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// A configuration file's keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileConfig {
    /// Where the database is.
    pub data: Option<PathBuf>,
    /// Where PostgreSQL is; the URL may hold a password.
    pub postgres: Option<PostgresText>,
    /// The origin recipients' browsers see.
    pub public_origin: Option<String>,
    /// What to log.
    pub log: Option<String>,
    /// Where to listen.
    pub listen: Option<SocketAddr>,
    /// The recipient's page from a folder.
    pub page: Option<PathBuf>,
    /// Sessions one agent may have live.
    pub live_sessions_per_agent: Option<u32>,
    /// Sessions one agent may create a minute.
    pub creations_per_minute: Option<u32>,
    /// Links one address may open a minute.
    pub opens_per_minute: Option<u32>,
    /// Wait calls one address may have open.
    pub waits_per_address: Option<u32>,
    /// Days to keep what remains of sessions.
    pub audit_days: Option<NonZeroU32>,
    /// Where to listen for whoever collects metrics.
    #[serde(alias = "metrics-listen")]
    pub metrics: Option<SocketAddr>,
    /// Whose word on where a call comes from is taken.
    pub trusted_proxy: Option<Vec<Proxy>>,
    /// Where live sessions are, if not in the database.
    pub redis: Option<RedisUrls>,
    /// Replicas that have to acknowledge.
    pub redis_replicas: Option<u32>,
    /// A certificate in PEM, for TLS in the process.
    pub tls_cert: Option<PathBuf>,
    /// Its key in PEM.
    pub tls_key: Option<PathBuf>,
    /// How lines of the log are written.
    pub log_format: Option<LogFormat>,
    /// Seconds between the notice of a stop and the stop.
    pub stop_notice_secs: Option<u32>,
}

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// A JSON object a line.
    Json,
}

/// The URL of PostgreSQL as it was given: it may hold a password, so it is neither shown nor, being wrong, repeated.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct PostgresText(String);

impl PostgresText {
    /// The URL in it.
    pub fn read(&self) -> Result<PostgresUrl, PostgresUrlError> {
        self.0.parse()
    }
}

impl FromStr for PostgresText {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for PostgresText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresText")
    }
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{0} cannot be read: {1}")]
    Read(PathBuf, #[source] std::io::Error),
    /// It is not such a file.
    #[error("{path}, line {line}{key}: {said}")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where in it.
        line: usize,
        /// The key that stands there, in brackets; nothing if what stands there is none.
        key: String,
        /// What is wrong.
        said: String,
    },
}

impl FileConfig {
    /// The file's keys; none if there is no file.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::Read(path.to_owned(), error))?;
        toml::from_str(&text).map_err(|error| explained(path, &text, &error))
    }
}

/// The error without the line itself, which may hold a password. A line within an array is all value: only what can be nothing but
/// a key is shown.
fn explained(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    let line = before.matches('\n').count();
    let key = text.lines().nth(line).and_then(|line| line.split_once('=')).map(|(key, _)| key.trim());
    let plain = |key: &&str| key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    ConfigError::Parse {
        path: path.to_owned(),
        line: line + 1,
        key: key.filter(plain).map(|key| format!(" ({key})")).unwrap_or_default(),
        said: without_value(error.message().lines().next().unwrap_or_default()),
    }
}

/// What is wrong with a value, without the text that it is: it may have been meant for another key.
fn without_value(said: &str) -> String {
    let parts =
        said.split_once(" string \"").and_then(|(before, rest)| Some((before, rest.rsplit_once('"')?.1)));
    parts.map_or_else(|| said.to_owned(), |(before, after)| format!("{before} string{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_keys_are_refused() {
        let config: FileConfig =
            toml::from_str("listen = \"127.0.0.1:0\"\npublic-origin = \"https://v.example\"").unwrap();
        assert_eq!(config.public_origin.as_deref(), Some("https://v.example"));
        assert!(toml::from_str::<FileConfig>("lissten = 1").is_err());
    }

    #[test]
    fn the_example_is_one() {
        let config: FileConfig = toml::from_str(include_str!("../../../deploy/service.toml")).unwrap();
        assert_eq!(config.public_origin.as_deref(), Some("https://verify.example"));
        assert_eq!(config.trusted_proxy.map(|proxies| proxies.len()), Some(2));
        let nodes: FileConfig =
            toml::from_str(include_str!("../../../deploy/two-nodes/service.toml")).unwrap();
        assert_eq!(nodes.log_format, Some(LogFormat::Json));
    }

    /// Which line is wrong, and never what a line of an array holds: it is a URL with a password.
    #[test]
    fn an_error_shows_a_key_and_nothing_else_of_its_line() {
        let read = |text: &str| {
            let error = toml::from_str::<FileConfig>(text).unwrap_err();
            explained(Path::new("c.toml"), text, &error).to_string()
        };
        let url = |node| format!("  \"redis://:S3cret-canary@{node}/\"");
        let listed =
            |between: &str, end: &str| format!("redis = [\n{}{between}\n{}{end}", url("a"), url("b?a=1"));
        for text in [
            listed("", "\n]"),
            listed(",", ""),
            listed(",", "\nlisten = 1"),
            listed("]", "\n"),
            "redis = [\nredis://:S3cret-canary@a/=1\n]".to_owned(),
            "S3cret canary = 1\n".to_owned(),
            "redis-replicas = \"redis://:S3cret-canary@a/\"".to_owned(),
        ] {
            let said = read(&text);
            assert!(said.starts_with("c.toml, line ") && !said.contains("S3cret"), "{said}");
        }
        assert!(read("data = \"/d\"\nlisten = 1").starts_with("c.toml, line 2 (listen): "));
    }
}
