//! TLS in the process, for who runs no proxy. Certificate and key are two files in PEM; they can be read again while the service
//! runs, and a pair that cannot be used leaves the one before in place.
//!
//! A handshake happens beside the others and has a few seconds, and one address has few at once: who says nothing keeps nobody
//! waiting. HTTP/1.1 is what is spoken, TLS 1.2 or 1.3 what it is wrapped in.

use crate::connections::settle;
use crate::limits::{AtOnce, Source};
use axum::serve::Listener;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Handshakes that go on at once; whoever comes then waits in the system's queue.
const HANDSHAKES: usize = 512;
/// Of one address; a connection beyond them is closed.
const HANDSHAKES_OF_AN_ADDRESS: u32 = 16;
/// Connections that are through and wait to be served.
const READY: usize = 64;

/// The two files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate, and those between it and one that browsers know.
    pub cert: PathBuf,
    /// Its key.
    pub key: PathBuf,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The file with the certificate cannot be read, or is something else.
    #[error("--tls-cert: {0} is no certificate in PEM that can be read: {1}")]
    Cert(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// The file with the key cannot be read, or is something else.
    #[error("--tls-key: {0} is no key in PEM that can be read: {1}")]
    Key(PathBuf, #[source] rustls::pki_types::pem::Error),
    /// The two do not belong together, or are of a kind that is not known.
    #[error("certificate and key cannot be used together: {0}")]
    Pair(#[from] rustls::Error),
}

/// The certificate that is shown now. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Certificate {
    files: TlsFiles,
    now: Arc<RwLock<Arc<ServerConfig>>>,
}

impl Certificate {
    /// Reads the files.
    pub(crate) fn read(files: TlsFiles) -> Result<Self, TlsError> {
        let config = config(&files)?;
        Ok(Self { files, now: Arc::new(RwLock::new(config)) })
    }

    /// Reads the files again. Connections that are open go on as they are.
    pub(crate) fn read_again(&self) -> Result<(), TlsError> {
        let config = config(&self.files)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    fn acceptor(&self) -> TlsAcceptor {
        self.now.read().unwrap_or_else(PoisonError::into_inner).clone().into()
    }
}

fn config(files: &TlsFiles) -> Result<Arc<ServerConfig>, TlsError> {
    let cert = |error| TlsError::Cert(files.cert.clone(), error);
    let chain = CertificateDer::pem_file_iter(&files.cert).map_err(cert)?;
    let chain = chain.collect::<Result<Vec<_>, _>>().map_err(cert)?;
    let key = PrivateKeyDer::from_pem_file(&files.key);
    let key = key.map_err(|error| TlsError::Key(files.key.clone(), error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Connections on which TLS is spoken.
pub(crate) struct TlsListener {
    addr: SocketAddr,
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    accepting: JoinHandle<()>,
}

impl TlsListener {
    pub(crate) fn new(listener: TcpListener, addr: SocketAddr, certificate: Certificate) -> Self {
        let (through, ready) = mpsc::channel(READY);
        Self { addr, ready, accepting: tokio::spawn(accept(listener, certificate, through)) }
    }
}

async fn accept(
    mut listener: TcpListener,
    certificate: Certificate,
    through: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let handshakes = Arc::new(Semaphore::new(HANDSHAKES));
    let going_on = AtOnce::<Source>::default();
    // The semaphore is never closed.
    while let Ok(permit) = handshakes.clone().acquire_owned().await {
        let (stream, peer) = Listener::accept(&mut listener).await;
        let Some(counted) = going_on.begin(peer.ip().into(), HANDSHAKES_OF_AN_ADDRESS) else {
            tracing::debug!("an address has too many handshakes at once");
            continue;
        };
        settle(&stream);
        let (acceptor, through) = (certificate.acceptor(), through.clone());
        tokio::spawn(async move {
            let _held = (permit, counted);
            match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                // Nobody receives once the service stops.
                Ok(Ok(stream)) => drop(through.send((stream, peer)).await),
                Ok(Err(error)) => tracing::debug!(%error, "no handshake"),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
        });
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(ready) => ready,
            // Nobody accepts any more: the service stops.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.addr)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}
