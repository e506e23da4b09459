//! TLS to PostgreSQL. The server's certificate has to be good for its name; who may vouch for it is in a file, or is whom the
//! system trusts.

use super::address::Tls;
use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_postgres_rustls::MakeRustlsConnect;

/// The certificates to check PostgreSQL's with cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RootsError {
    /// The file cannot be read, or holds something else.
    #[error("sslrootcert: {0} cannot be used: {1}")]
    File(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// No certificate is there.
    #[error("no certificate to check PostgreSQL's with: pass sslrootcert=FILE in its URL")]
    None,
    /// This build of rustls cannot speak the protocol.
    #[error(transparent)]
    Rustls(#[from] rustls::Error),
}

pub(super) fn connector(tls: &Tls) -> Result<MakeRustlsConnect, RootsError> {
    let mut roots = RootCertStore::empty();
    let certificates = match &tls.roots {
        Some(path) => CertificateDer::pem_file_iter(path)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| RootsError::File(path.clone(), error))?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        return Err(RootsError::None);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}
