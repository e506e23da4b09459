//! Where the store is. The addresses may hold passwords: they are read from the command line, the environment or a file and
//! handed to the client library, and are never printed, not even when they cannot be used.

use serde::Deserialize;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

/// `redis://[user:password@]host[:port][/db]`, or `rediss://` for TLS. Any text, until it is used.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct RedisUrl(String);

impl RedisUrl {
    /// The address, with its password.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl FromStr for RedisUrl {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("RedisUrl(…)")
    }
}

/// One address or several: a file's key may be either, so that the mistake of writing one does not make an error that quotes it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "OneOrMany")]
pub struct RedisUrls(pub Vec<RedisUrl>);

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(RedisUrl),
    Many(Vec<RedisUrl>),
}

impl From<OneOrMany> for RedisUrls {
    fn from(urls: OneOrMany) -> Self {
        match urls {
            OneOrMany::One(url) => Self(vec![url]),
            OneOrMany::Many(urls) => Self(urls),
        }
    }
}

/// Which Redis or Valkey, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisOptions {
    /// Its address, or those of some nodes of a cluster.
    pub urls: Vec<RedisUrl>,
    /// Replicas that have to acknowledge each step; if absent one where there are replicas at the start, and none elsewhere.
    pub replicas: Option<u32>,
    /// Whether times are the store's, so that all nodes have one; if not, those of the clock the service is given.
    pub store_time: bool,
}

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RedisStartError {
    /// An address is none.
    #[error("--redis: an address is not of the form redis://[user:password@]host:port[/db]")]
    Address,
    /// Nobody answers there, or not as a store must.
    #[error("--redis: no server answers as it must at {0}")]
    NoAnswer(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_not_printed() {
        let url: RedisUrl = "redis://:hunter2@localhost".parse().unwrap();
        let options = RedisOptions { urls: vec![url], replicas: None, store_time: true };
        assert!(!format!("{options:?}").contains("hunter2"));
    }

    #[test]
    fn a_key_may_be_one_or_several() {
        #[derive(Deserialize)]
        struct File {
            redis: RedisUrls,
        }
        let count = |text: &str| toml::from_str::<File>(text).map(|file| file.redis.0.len());
        assert_eq!(count("redis = \"redis://a\"").unwrap(), 1);
        assert_eq!(count("redis = [\"redis://a\", \"redis://b\"]").unwrap(), 2);
        assert!(count("redis = 7").is_err());
    }
}
