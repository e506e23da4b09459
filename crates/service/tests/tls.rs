//! TLS in the process: who is meant is who answers, certificates change while it runs, and nobody waits for a silent client.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::program::{Serving, ask, refused};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// Writes a new certificate for `localhost` and its key; the certificate.
fn certify(folder: &Path) -> String {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    fs::write(folder.join("cert.pem"), made.cert.pem()).unwrap();
    made.cert.pem()
}

/// A call over TLS to whom this certificate vouches for; the whole response.
async fn call(addr: SocketAddr, certificate: &str, path: &str) -> std::io::Result<String> {
    call_on(TcpStream::connect(addr).await?, certificate, path).await
}

async fn call_on(stream: TcpStream, certificate: &str, path: &str) -> std::io::Result<String> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()).unwrap();
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    let mut stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await?;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response).await?;
    Ok(String::from_utf8_lossy(&response).into_owned())
}

fn hang_up(serving: &Serving) {
    let sent = std::process::Command::new("kill").args(["-HUP", &serving.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[tokio::test]
async fn who_is_meant_answers_and_a_new_certificate_is_taken_while_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let first = certify(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let serving = Serving::start(folder.path(), &["--tls-cert", &cert, "--tls-key", &key], "info");
    let addr = serving.addr;
    // Those who connect and say nothing, or not what is expected, hold nobody up.
    let mut silent = Vec::new();
    for _ in 0..10 {
        silent.push(TcpStream::connect(addr).await.unwrap());
    }
    let mut plain = TcpStream::connect(addr).await.unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP"), "nothing is said in the clear");
    let response = call(addr, &first, "/healthz").await.unwrap();
    assert!(response.starts_with("HTTP/1.1 200 OK\r\n") && response.ends_with("ok\n"), "{response}");
    assert!(response.contains("strict-transport-security: "), "it is https as browsers see it");

    // A pair that cannot be used leaves the one before in place.
    fs::write(&cert, "no certificate").unwrap();
    hang_up(&serving);
    assert!(call(addr, &first, "/healthz").await.is_ok());
    let second = certify(folder.path());
    assert!(call(addr, &second, "/healthz").await.is_err());
    let began = Instant::now();
    while call(addr, &second, "/healthz").await.is_err() {
        hang_up(&serving);
        assert!(began.elapsed() < PATIENCE, "the new one is not taken");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(call(addr, &first, "/healthz").await.is_err());
    let origin = ask(folder.path(), &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    assert_eq!(origin, "");
    let link = ask(folder.path(), &["agent", "add", "--org", "acme", "--name", "Dana"]);
    assert!(link.contains("service=https%3A%2F%2F127.0.0.1%3A"), "{link}");
    let (out, err) = serving.kill();
    assert!(out.starts_with(&format!("listening on https://{addr}\n")), "{out}");
    assert!(
        err.contains("certificate and key stay as they were") && err.contains("were read again"),
        "{err}"
    );
}

/// More connections than there are handshakes at once, from one address, that say nothing: everybody else is served at once.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn an_address_that_begins_many_handshakes_keeps_nobody_else_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = certify(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let args = ["--tls-cert", &path("cert.pem"), "--tls-key", &path("key.pem")];
    let serving = Serving::start(folder.path(), &args, "warn");
    let mut silent = Vec::new();
    for _ in 0..600 {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        silent.push(socket.connect(serving.addr).await.unwrap());
    }
    let began = Instant::now();
    assert!(call(serving.addr, &certificate, "/healthz").await.unwrap().ends_with("ok\n"));
    // A handshake may take ten seconds.
    assert!(began.elapsed() < std::time::Duration::from_secs(5), "{:?}", began.elapsed());
    // The address itself is served again once what it began has ended.
    drop(silent);
    let again = async || {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.2:0".parse().unwrap()).unwrap();
        call_on(socket.connect(serving.addr).await?, &certificate, "/healthz").await
    };
    while again().await.is_err() {
        assert!(began.elapsed() < PATIENCE, "it is shut out");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
}

#[test]
fn a_certificate_that_cannot_be_used_is_said_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    certify(folder.path());
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (cert, key, other) = (path("cert.pem"), path("key.pem"), path("other.pem"));
    let other_key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    fs::write(&other, other_key.signing_key.serialize_pem()).unwrap();
    for (args, words) in [
        (vec!["--tls-cert", &cert], "--tls-cert and --tls-key go together"),
        (vec!["--tls-key", &key], "--tls-cert and --tls-key go together"),
        (vec!["--tls-cert", "/nonexistent.pem", "--tls-key", &key], "--tls-cert: /nonexistent.pem"),
        (vec!["--tls-cert", &cert, "--tls-key", &cert], "--tls-key: "),
        (vec!["--tls-cert", &key, "--tls-key", &key], "cannot be used together"),
        (vec!["--tls-cert", &cert, "--tls-key", &other], "cannot be used together"),
    ] {
        refused(folder.path(), &[&["serve", "--listen", "127.0.0.1:0"], &args[..]].concat(), words);
    }
}
