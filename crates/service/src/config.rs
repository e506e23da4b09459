//! Options with one meaning wherever they are set: a flag, an environment variable `COUNTERSIGN_…`, a key of a TOML file; in
//! this order of precedence.

use crate::proxies::Proxy;
use crate::store::redis::RedisUrls;
use serde::Deserialize;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

/// A configuration file's keys.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct FileConfig {
    /// Where the database is.
    pub data: Option<PathBuf>,
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
    pub metrics_listen: Option<SocketAddr>,
    /// Whose `X-Forwarded-For` is taken.
    pub trusted_proxy: Option<Vec<Proxy>>,
    /// Where live sessions are, if not in the database.
    pub redis: Option<RedisUrls>,
    /// Replicas that have to acknowledge.
    pub redis_replicas: Option<u32>,
    /// Seconds between the notice of a stop and the stop.
    pub stop_notice_secs: Option<u32>,
}

/// The file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// It cannot be read.
    #[error("{0} cannot be read: {1}")]
    Read(PathBuf, #[source] std::io::Error),
    /// It is not such a file.
    #[error("{0}: {1}")]
    Parse(PathBuf, #[source] toml::de::Error),
}

impl FileConfig {
    /// The file's keys; none if there is no file.
    pub fn load(path: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = path else { return Ok(Self::default()) };
        let text =
            std::fs::read_to_string(path).map_err(|error| ConfigError::Read(path.to_owned(), error))?;
        toml::from_str(&text).map_err(|error| ConfigError::Parse(path.to_owned(), error))
    }
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
    }
}
