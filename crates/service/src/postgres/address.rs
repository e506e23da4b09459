//! Where PostgreSQL is, as one URL, and how it is spoken to. The password in it is never shown.
//!
//! `sslmode` is read more strictly than libpq does: where there is TLS, the server has to show a certificate for its name. A
//! mode that falls back to plain text, or that trusts whoever answers, protects against nobody who could listen.

use percent_encoding::percent_decode_str;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

/// How the server is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tls {
    /// Certificates of those who may vouch for it, in PEM; the system's if absent.
    pub(super) roots: Option<PathBuf>,
}

/// `postgres://USER:PASSWORD@HOST:PORT/DATABASE?sslmode=…`, several hosts separated by commas.
#[derive(Clone)]
pub struct PostgresUrl {
    config: Config,
    tls: Option<Tls>,
}

/// The text is no such URL. It may hold a password, so it is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlError {
    /// It is something else.
    #[error("a URL of PostgreSQL is postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Form,
    /// No such mode, or one that protects against nobody.
    #[error(
        "sslmode is disable or verify-full (require and verify-ca mean the same as verify-full; allow and prefer would fall \
         back to plain text)"
    )]
    Mode,
}

impl PostgresUrl {
    /// What to connect with.
    pub(super) fn config(&self) -> &Config {
        &self.config
    }

    /// How the server is known; absent without TLS.
    pub(super) fn tls(&self) -> Option<&Tls> {
        self.tls.as_ref()
    }

    /// Hosts and database, for messages.
    pub(super) fn place(&self) -> String {
        let hosts: Vec<_> =
            self.config.get_hosts().iter().map(|host| shown(host, self.config.get_ports())).collect();
        format!("{}/{}", hosts.join(","), self.config.get_dbname().unwrap_or_default())
    }
}

impl FromStr for PostgresUrl {
    type Err = PostgresUrlError;

    fn from_str(text: &str) -> Result<Self, PostgresUrlError> {
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(PostgresUrlError::Form);
        }
        let (address, query) = text.split_once('?').unwrap_or((text, ""));
        let (mut mode, mut roots, mut rest) = (None, None, Vec::new());
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            match pair.split_once('=') {
                Some(("sslmode", value)) => mode = Some(value),
                Some(("sslrootcert", value)) => {
                    let path = percent_decode_str(value).decode_utf8().map_err(|_| PostgresUrlError::Form)?;
                    roots = Some(PathBuf::from(path.as_ref())).filter(|path| path.as_os_str() != "system");
                }
                _ => rest.push(pair),
            }
        }
        let mut config: Config =
            format!("{address}?{}", rest.join("&")).parse().map_err(|_| PostgresUrlError::Form)?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(PostgresUrlError::Form);
        }
        let encrypted = match mode {
            Some("disable") => false,
            Some("require" | "verify-ca" | "verify-full") => true,
            Some(_) => return Err(PostgresUrlError::Mode),
            None => roots.is_some() || !config.get_hosts().iter().all(is_here),
        };
        config.ssl_mode(if encrypted { SslMode::Require } else { SslMode::Disable });
        Ok(Self { config, tls: encrypted.then_some(Tls { roots }) })
    }
}

/// Whether what is sent there stays on this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

fn shown(host: &Host, ports: &[u16]) -> String {
    match host {
        Host::Tcp(name) => match ports {
            [port] => format!("{name}:{port}"),
            _ => name.clone(),
        },
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    }
}

/// Without user and password.
impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({})", self.place())
    }
}

impl PartialEq for PostgresUrl {
    fn eq(&self, other: &Self) -> bool {
        self.config == other.config && self.tls == other.tls
    }
}

impl Eq for PostgresUrl {}

impl TryFrom<String> for PostgresUrl {
    type Error = PostgresUrlError;

    fn try_from(text: String) -> Result<Self, PostgresUrlError> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tls(url: &str) -> Result<bool, PostgresUrlError> {
        url.parse::<PostgresUrl>().map(|url| url.tls().is_some())
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_it_is_said_otherwise() {
        for (url, encrypted) in [
            ("postgres://c:secret@db.example/countersign", true),
            ("postgres://c:secret@a.example,b.example/countersign?target_session_attrs=read-write", true),
            ("postgres://c:secret@db.example/countersign?sslmode=disable", false),
            ("postgres://c@127.0.0.1:5433/countersign", false),
            ("postgres://c@localhost/countersign", false),
            ("postgres://c@[::1]/countersign", false),
            ("postgres://c@%2Frun%2Fpostgresql/countersign", false),
            ("postgres://c@localhost/countersign?sslmode=require", true),
            ("postgresql://c@localhost/countersign?sslrootcert=%2Fetc%2Fca.pem", true),
            ("postgres://c@localhost,db.example/countersign", true),
        ] {
            assert_eq!(tls(url), Ok(encrypted), "{url}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_and_not_repeated() {
        for (url, error) in [
            ("", PostgresUrlError::Form),
            ("host=localhost password=secret", PostgresUrlError::Form),
            ("mysql://c:secret@db.example/x", PostgresUrlError::Form),
            ("postgres://", PostgresUrlError::Form),
            ("postgres://c:secret@db.example:port/x", PostgresUrlError::Form),
            ("postgres://c:secret@db.example/x?unknown=1", PostgresUrlError::Form),
            ("postgres://c:secret@db.example/x?sslmode=prefer", PostgresUrlError::Mode),
            ("postgres://c:secret@db.example/x?sslmode=", PostgresUrlError::Mode),
        ] {
            let refused = url.parse::<PostgresUrl>().unwrap_err();
            assert_eq!(refused, error, "{url}");
            assert!(!format!("{refused} {refused:?}").contains("secret"));
        }
    }

    #[test]
    fn the_password_is_not_shown() {
        let url: PostgresUrl = "postgres://countersign:secret@db.example:5433/cs".parse().unwrap();
        assert_eq!(format!("{url:?}"), "PostgresUrl(db.example:5433/cs)");
        assert_eq!(url.config().get_password(), Some(&b"secret"[..]));
    }
}
