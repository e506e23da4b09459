//! Looks whether a domain's challenge is published: in a TXT record, or in a file on the domain's own web server. Done by the
//! operator's commands, never by a running service, and recorded by the directory.
//!
//! What was found is told from what is not there and from what could not be looked at: a name server that is away for a minute
//! takes nobody's domain. The web server's certificate has to be good for the domain's name, redirects are not followed, and
//! addresses that are nobody's on the internet are not asked: a name may point anywhere.

use crate::directory::{Domain, Method};
use futures_util::StreamExt as _;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{ConnectionConfig, NameServerConfig, ResolverConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{RData, RecordType};
use ipnet::IpNet;
use reqwest::StatusCode;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Before the domain's name in the name of the TXT record.
const RECORD: &str = "_countersign-challenge.";
/// Before the challenge, in the record and in the file.
const LABEL: &str = "countersign-domain=";
/// The file.
const PATH: &str = "/.well-known/countersign-domain";
/// Longest file that is read, in bytes.
const MAX_FILE: usize = 4096;
/// How long a web server may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a name server may take, and how often it is asked again.
const DNS_PATIENCE: Duration = Duration::from_secs(3);
const DNS_TRIES: usize = 1;
/// Networks that are nobody's on the internet.
const PRIVATE: [&str; 16] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/127",
    "64:ff9b:1::/48",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// How to look.
#[derive(Debug, Clone)]
pub struct VerifierOptions {
    /// The name server to ask; the system's if absent.
    pub dns_server: Option<SocketAddr>,
    /// Who may vouch for web servers, as PEM; whom the system trusts if absent.
    pub ca_file: Option<PathBuf>,
    /// Whether web servers at private addresses are asked too.
    pub private: bool,
    /// Where web servers listen.
    pub https_port: u16,
}

/// Why nothing can be looked up.
#[derive(Debug, thiserror::Error)]
pub enum VerifierError {
    /// No name server is known.
    #[error("no name server can be asked ({0}): pass --dns-server ADDR:PORT")]
    Resolver(#[source] NetError),
    /// The certificates cannot be read.
    #[error("--ca-file: {0} cannot be used: {1}")]
    Roots(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// No certificate to check web servers' with.
    #[error("no certificate to check web servers' with: pass --ca-file FILE")]
    NoRoots,
    /// This build of rustls cannot speak the protocol.
    #[error(transparent)]
    Rustls(#[from] rustls::Error),
    /// There can be no client.
    #[error("web servers cannot be asked: {0}")]
    Client(#[from] reqwest::Error),
}

/// What came of looking in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// The challenge is there.
    Found,
    /// It is not; this is what is missing.
    Absent(String),
    /// Nobody could be asked; this is why.
    Unknown(String),
}

/// Looks.
pub struct Verifier {
    resolver: TokioResolver,
    tls: ClientConfig,
    private: bool,
    https_port: u16,
}

/// The name and the text of the TXT record that proves a domain.
pub fn record(domain: &Domain) -> (String, String) {
    (format!("{RECORD}{}", domain.name), text(domain))
}

/// The address and the content of the file that proves a domain.
pub fn file(domain: &Domain) -> (String, String) {
    (format!("https://{}{PATH}", domain.name), text(domain))
}

fn text(domain: &Domain) -> String {
    format!("{LABEL}{}", domain.challenge)
}

impl Verifier {
    /// Prepares to look.
    pub fn new(options: &VerifierOptions) -> Result<Self, VerifierError> {
        let builder = match options.dns_server {
            Some(server) => {
                let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
                    connection.port = server.port();
                    connection
                });
                let server = NameServerConfig::new(server.ip(), true, connections.into());
                let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().map_err(VerifierError::Resolver)?,
        };
        let mut builder = builder;
        // What was true an hour ago is of no use here.
        let asked = builder.options_mut();
        asked.cache_size = 0;
        (asked.timeout, asked.attempts) = (DNS_PATIENCE, DNS_TRIES);
        let resolver = builder.build().map_err(VerifierError::Resolver)?;
        Ok(Self {
            resolver,
            tls: trusting(options.ca_file.as_deref())?,
            private: options.private,
            https_port: options.https_port,
        })
    }

    /// Looks in one place.
    pub async fn look(&self, domain: &Domain, method: Method) -> Finding {
        match method {
            Method::Dns => self.look_in_dns(domain).await,
            Method::WellKnown => self.look_on_the_web(domain).await,
        }
    }

    async fn look_in_dns(&self, domain: &Domain) -> Finding {
        let (name, text) = record(domain);
        match self.resolver.lookup(format!("{name}."), RecordType::TXT).await {
            Ok(lookup) => {
                let texts = lookup.answers().iter().filter_map(|record| match &record.data {
                    RData::TXT(txt) => Some(txt.txt_data.concat()),
                    _ => None,
                });
                if texts.into_iter().any(|found| found == text.as_bytes()) {
                    Finding::Found
                } else {
                    Finding::Absent(format!("{name} has another TXT record, not \"{text}\""))
                }
            }
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => {
                Finding::Absent(format!("{name} has no TXT record"))
            }
            Err(error) => Finding::Unknown(format!("{name} could not be looked up: {error}")),
        }
    }

    async fn look_on_the_web(&self, domain: &Domain) -> Finding {
        let addresses = match self.resolver.lookup_ip(format!("{}.", domain.name)).await {
            Ok(found) => found.iter().collect::<Vec<_>>(),
            Err(error) if error.is_nx_domain() || error.is_no_records_found() => {
                return Finding::Absent(format!("{} has no address", domain.name));
            }
            Err(error) => {
                return Finding::Unknown(format!("{} could not be looked up: {error}", domain.name));
            }
        };
        let reachable = addresses.into_iter().filter(|address| self.private || !is_private(*address));
        let reachable: Vec<_> = reachable.map(|address| SocketAddr::new(address, self.https_port)).collect();
        if reachable.is_empty() {
            let reason = "has private addresses only, which are not asked (--allow-private)";
            return Finding::Absent(format!("{} {reason}", domain.name));
        }
        self.fetch(domain, &reachable).await.unwrap_or_else(|error| {
            let url = file(domain).0;
            Finding::Unknown(format!("{url} could not be read: {}", innermost(&error)))
        })
    }

    async fn fetch(&self, domain: &Domain, addresses: &[SocketAddr]) -> Result<Finding, reqwest::Error> {
        let (url, text) = file(domain);
        let client = reqwest::Client::builder()
            .tls_backend_preconfigured(self.tls.clone())
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .https_only(true)
            .timeout(PATIENCE)
            .resolve_to_addrs(&domain.name, addresses)
            .build()?;
        let port = if self.https_port == 443 { String::new() } else { format!(":{}", self.https_port) };
        let response = client.get(format!("https://{}{port}{PATH}", domain.name)).send().await?;
        let status = response.status();
        let gone = status.is_redirection() || [StatusCode::NOT_FOUND, StatusCode::GONE].contains(&status);
        if gone {
            return Ok(Finding::Absent(format!("{url} answers {status}")));
        }
        // Too many calls, a time-out, a gate in front of it: this server does not say today what is there.
        if status != StatusCode::OK {
            return Ok(Finding::Unknown(format!("{url} answers {status}")));
        }
        let mut content = Vec::new();
        let mut stream = response.bytes_stream();
        while let Some(chunk) = stream.next().await {
            content.extend_from_slice(&chunk?);
            if content.len() > MAX_FILE {
                return Ok(Finding::Absent(format!("{url} is longer than {MAX_FILE} bytes")));
            }
        }
        if content.trim_ascii() == text.as_bytes() {
            Ok(Finding::Found)
        } else {
            Ok(Finding::Absent(format!("{url} has another content, not \"{text}\"")))
        }
    }
}

/// TLS to servers that these certificates vouch for; those the system trusts if absent.
pub(crate) fn trusting(ca_file: Option<&Path>) -> Result<ClientConfig, VerifierError> {
    let certificates = match ca_file {
        Some(path) => CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| VerifierError::Roots(path.to_owned(), error))?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        return Err(VerifierError::NoRoots);
    }
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Whether an address is nobody's on the internet. One that IPv6 only wraps is what it wraps.
fn is_private(address: IpAddr) -> bool {
    let address = address.to_canonical();
    PRIVATE.iter().filter_map(|net| net.parse::<IpNet>().ok()).any(|net| net.contains(&address))
}

/// The last cause is the one that says something.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nobodys_on_the_internet_is_not_asked() {
        assert!(PRIVATE.iter().all(|net| net.parse::<IpNet>().is_ok()));
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "169.254.169.254",
            "192.168.1.1",
            "::1",
            "::",
            "fd00::1",
            "fe80::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_private(address.parse().unwrap()), "{address}");
        }
        for address in ["8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(!is_private(address.parse().unwrap()), "{address}");
        }
    }
}
