//! A domain is an organization's when its challenge is found: by the real program, with a real name server and a real web
//! server over TLS. What recipients are shown follows.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::program::{Serving, ask, refused, run};
use countersign_rig::port::free_address;
use countersign_rig::until;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Seek as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

const DOMAIN: &str = "acme.test";

/// A name server for [`DOMAIN`], which is at this machine.
struct NameServer {
    child: Child,
    addr: SocketAddr,
}

impl NameServer {
    /// Started with these TXT records of the challenge's name; everything else of the domain does not exist.
    fn start(texts: &[&str]) -> Self {
        let addr = free_address();
        let mut command = Command::new("dnsmasq");
        command.args([
            "--keep-in-foreground",
            "--no-resolv",
            "--no-hosts",
            "--conf-file=/dev/null",
            "--pid-file",
        ]);
        command.args(["--listen-address=127.0.0.1", "--bind-interfaces", "--user=", "--group="]);
        command.arg(format!("--port={}", addr.port())).arg(format!("--local=/{DOMAIN}/"));
        command.arg(format!("--host-record={DOMAIN},127.0.0.1"));
        for text in texts {
            command.arg(format!("--txt-record=_countersign-challenge.{DOMAIN},{text}"));
        }
        let mut log = tempfile::tempfile().unwrap();
        let (out, err) = (Stdio::null(), log.try_clone().unwrap());
        let mut child = command.stdout(out).stderr(err).spawn().expect("dnsmasq; run scripts/setup test");
        until("the name server starts", || {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "dnsmasq ended: {}", {
                let mut said = String::new();
                log.rewind().unwrap();
                log.read_to_string(&mut said).unwrap();
                said
            });
            TcpStream::connect(addr).is_ok()
        });
        Self { child, addr }
    }
}

impl Drop for NameServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A web server of [`DOMAIN`] that answers every call with what it is told to; where it listens.
async fn web_server(folder: &Path, answer: Arc<Mutex<String>>) -> u16 {
    let made = rcgen::generate_simple_self_signed([DOMAIN.to_owned()]).unwrap();
    fs::write(folder.join("ca.pem"), made.cert.pem()).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder().with_no_client_auth();
    let acceptor =
        TlsAcceptor::from(Arc::new(config.with_single_cert(vec![made.cert.der().clone()], key).unwrap()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, answer) = (acceptor.clone(), answer.clone());
            tokio::spawn(async move {
                let Ok(mut stream) = acceptor.accept(stream).await else { return };
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).await.unwrap_or(0);
                assert!(request[..read].starts_with(b"GET /.well-known/countersign-domain HTTP/1.1"));
                let answer = answer.lock().unwrap().clone();
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            });
        }
    });
    port
}

fn page(content: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{content}", content.len())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A server that is busy, or shut, says nothing about the file; one that has moved or dropped it does.
const STATUSES: [(&str, &str); 8] = [
    ("429 Too Many Requests", "verified"),
    ("408 Request Timeout", "verified"),
    ("403 Forbidden", "verified"),
    ("503 Service Unavailable", "verified"),
    ("204 No Content", "verified"),
    ("404 Not Found", "lost"),
    ("410 Gone", "lost"),
    ("301 Moved Permanently", "lost"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_is_verified_by_a_record_or_a_file_and_shown_until_it_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.as_path();
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let added = ask(data, &["domain", "add", "--org", "acme", "Acme.test", "--json"]);
    let added = &lines(&added)[0];
    assert_eq!(
        (&added["state"], &added["record_name"]),
        (&json!("pending"), &json!("_countersign-challenge.acme.test"))
    );
    assert_eq!(added["file_url"], "https://acme.test/.well-known/countersign-domain");
    let publish = added["publish"].as_str().unwrap().to_owned();
    assert!(publish.starts_with("countersign-domain="), "{publish}");
    let answer = Arc::new(Mutex::new(page("nothing")));
    let port = web_server(folder.path(), answer.clone()).await.to_string();
    let ca = folder.path().join("ca.pem").to_str().unwrap().to_owned();
    let serving = Serving::start(data, &[], "info");
    let profile = || async {
        let url = format!("http://{}/api/v1/orgs/acme", serving.addr);
        let text = reqwest::get(url).await.unwrap().text().await.unwrap();
        serde_json::from_str::<Value>(&text).unwrap()["domains"].clone()
    };
    let verify = |server: &NameServer, more: &[&str]| {
        let server = server.addr.to_string();
        let args = ["domain", "verify", "--org", "acme", "--json", "--dns-server", &server, "--ca-file", &ca];
        let args = [&args[..], &["--https-port", &port], more].concat();
        let (data, args) = (data.to_owned(), args.into_iter().map(str::to_owned).collect::<Vec<_>>());
        tokio::task::spawn_blocking(move || run(&data, &args.iter().map(String::as_str).collect::<Vec<_>>()))
    };

    // Nothing is published, or something else, or not where anybody on the internet could find it.
    let empty = NameServer::start(&["v=spf1 -all", "countersign-domain=another"]);
    for (more, missing) in [
        (&["--allow-private"][..], "https://acme.test/.well-known/countersign-domain has another content"),
        (&[], "--allow-private"),
        (&["--method", "dns"], "has another TXT record"),
    ] {
        let ran = verify(&empty, more).await.unwrap();
        assert_eq!(ran.code, Some(1), "{}", ran.err);
        let entry = &lines(&ran.out)[0];
        assert_eq!(entry["state"], "pending");
        assert!(entry["missing"].to_string().contains(missing), "{entry}");
    }
    // A file behind a redirect, one that is too long, one that is not all of it.
    for bad in [
        "HTTP/1.1 302 Found\r\nLocation: https://acme.test/.well-known/countersign-domain\r\nContent-Length: 0\r\n\r\n".to_owned(),
        page(&format!("{publish}{}", " ".repeat(5000))),
        page(&format!("{publish} and more")),
        "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_owned(),
    ] {
        *answer.lock().unwrap() = bad;
        let ran = verify(&empty, &["--allow-private"]).await.unwrap();
        assert_eq!((ran.code, &lines(&ran.out)[0]["state"]), (Some(1), &json!("pending")));
    }
    assert_eq!(profile().await, Value::Null);

    // The file.
    *answer.lock().unwrap() = page(&format!("{publish}\n"));
    let ran = verify(&empty, &["--allow-private"]).await.unwrap();
    assert_eq!((ran.code, &lines(&ran.out)[0]["method"]), (Some(0), &json!("well-known")), "{}", ran.err);
    assert_eq!(profile().await[0]["method"], "well-known");
    for (status, state) in STATUSES {
        *answer.lock().unwrap() = page(&format!("{publish}\n"));
        assert_eq!(verify(&empty, &["--allow-private"]).await.unwrap().code, Some(0));
        *answer.lock().unwrap() =
            format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let ran = verify(&empty, &["--allow-private"]).await.unwrap();
        let entry = &lines(&ran.out)[0];
        assert_eq!(entry["state"], state, "{status}");
        assert!(entry["missing"].to_string().contains(&status[..3]), "{entry}");
    }
    *answer.lock().unwrap() = page(&format!("{publish}\n"));
    assert_eq!(verify(&empty, &["--allow-private"]).await.unwrap().code, Some(0));
    // Whom nobody vouches for is not believed, and takes nothing away.
    let stranger = folder.path().join("other.pem");
    let other = rcgen::generate_simple_self_signed(["else.test".to_owned()]).unwrap();
    fs::write(&stranger, other.cert.pem()).unwrap();
    let server = empty.addr.to_string();
    let args =
        ["domain", "verify", "--all", "--dns-server", &server, "--ca-file", stranger.to_str().unwrap()];
    let args = [&args[..], &["--https-port", &port, "--allow-private"]].concat();
    let ran = run(data, &args);
    assert!(ran.out.contains("could not be read") && ran.code == Some(0), "{} {}", ran.out, ran.err);
    assert_eq!(profile().await[0]["name"], DOMAIN);

    // The record takes over; a name server that is away takes nothing away; one that says that the record is gone does.
    drop(empty);
    *answer.lock().unwrap() = page("gone");
    let published = NameServer::start(&["v=spf1 -all", &publish]);
    let ran = verify(&published, &[]).await.unwrap();
    assert_eq!((ran.code, &lines(&ran.out)[0]["method"]), (Some(0), &json!("dns")));
    assert_eq!(profile().await[0]["method"], "dns");
    let away = NameServer { child: Command::new("true").spawn().unwrap(), addr: published.addr };
    drop(published);
    let ran = verify(&away, &[]).await.unwrap();
    assert!(
        lines(&ran.out)[0]["state"] == "verified" && ran.out.contains("could not be looked up"),
        "{}",
        ran.out
    );
    assert_eq!(profile().await[0]["method"], "dns");
    let withdrawn = NameServer::start(&[]);
    let ran = verify(&withdrawn, &["--allow-private"]).await.unwrap();
    assert_eq!((ran.code, &lines(&ran.out)[0]["state"]), (Some(1), &json!("lost")));
    assert_eq!(profile().await, Value::Null);
    assert!(ask(data, &["domain", "list", "--org", "acme"]).starts_with("acme\tacme.test\tlost\tdns\t"));
    ask(data, &["domain", "remove", "--org", "acme", "acme.test"]);
    refused(data, &["domain", "verify", "--org", "acme", "acme.test"], "acme.test does not exist");
}

/// The command of the example's timer, with its own configuration file: every organization's domains, and a failure when one is gone.
#[test]
fn the_timers_command_looks_at_every_domain() {
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy");
    let unit = fs::read_to_string(deploy.join("countersign-domains.service")).unwrap();
    let command = unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap();
    let command = command.strip_prefix("/usr/local/bin/countersign-service ").unwrap();
    let command = command.strip_suffix(" --data ${STATE_DIRECTORY}").unwrap();
    let config = deploy.join("service.toml");
    let command = command.replace("/etc/countersign/service.toml", config.to_str().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    let mut publish = Vec::new();
    for handle in ["acme", "bolt"] {
        ask(data, &["org", "add", handle, "--name", handle, "--country", "FR"]);
        let added = ask(data, &["domain", "add", "--org", handle, DOMAIN, "--json"]);
        publish.push(lines(&added)[0]["publish"].as_str().unwrap().to_owned());
    }
    for (texts, code, states) in [
        ([&publish[0], &publish[1]], 0, ["verified"; 2]),
        ([&publish[0], &publish[0]], 1, ["verified", "lost"]),
    ] {
        let server = NameServer::start(&texts.map(String::as_str));
        let address = server.addr.to_string();
        let more = ["--method", "dns", "--dns-server", &address];
        let ran = run(data, &command.split(' ').chain(more).collect::<Vec<_>>());
        assert_eq!(ran.code, Some(code), "{} {}", ran.out, ran.err);
        for (handle, state) in ["acme", "bolt"].into_iter().zip(states) {
            assert!(ran.out.contains(&format!("{handle}\t{DOMAIN}\t{state}\tdns")), "{}", ran.out);
        }
    }
    // One that somebody removes while it is looked at keeps no other from being looked at.
    let changes =
        "CREATE TRIGGER gone BEFORE UPDATE ON domains WHEN OLD.org = 'acme' BEGIN SELECT RAISE(IGNORE); END";
    rusqlite::Connection::open(data.join("countersign.db")).unwrap().execute_batch(changes).unwrap();
    let server = NameServer::start(&[&publish[0], &publish[1]]);
    let address = server.addr.to_string();
    let more = ["--method", "dns", "--dns-server", &address];
    let ran = run(data, &command.split(' ').chain(more).collect::<Vec<_>>());
    assert!(ran.out.starts_with(&format!("acme\t{DOMAIN}\tchanged\t")), "{} {}", ran.out, ran.err);
    assert!(
        ran.out.contains("meanwhile") && ran.out.contains(&format!("bolt\t{DOMAIN}\tverified\tdns")),
        "{}",
        ran.out
    );
    assert_eq!(ran.code, Some(0));
    refused(
        data,
        &["domain", "verify", "--org", "acme", DOMAIN, more[0], more[1], more[2], more[3]],
        "acme.test does not exist",
    );
}

#[tokio::test]
async fn a_logo_is_pixels_of_ours_and_a_policy_holds() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.as_path();
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let picture = folder.path().join("logo.png");
    image::RgbImage::from_fn(300, 100, |x, _| image::Rgb([0, u8::try_from(x % 256).unwrap(), 90]))
        .save(&picture)
        .unwrap();
    let path = picture.to_str().unwrap();
    let org = ask(data, &["org", "logo", "acme", "--file", path, "--json"]);
    let url = lines(&org)[0]["logo_url"].as_str().unwrap().to_owned();
    let serving = Serving::start(data, &[], "info");
    let get = |path: String| reqwest::get(format!("http://{}{path}", serving.addr));
    let response = get(url.clone()).await.unwrap();
    let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(
        (header("content-type"), header("x-content-type-options")),
        ("image/png".into(), "nosniff".into())
    );
    assert!(header("cache-control").contains("immutable"));
    assert!(header("content-security-policy").starts_with("default-src 'none'"));
    let served = image::load_from_memory(&response.bytes().await.unwrap()).unwrap();
    assert_eq!((served.width(), served.height()), (144, 144));
    assert_eq!(get("/static/none.png".to_owned()).await.unwrap().status(), 404);

    let drawing = folder.path().join("logo.svg");
    fs::write(&drawing, "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>").unwrap();
    refused(data, &["org", "logo", "acme", "--file", drawing.to_str().unwrap()], "an SVG can carry scripts");
    ask(data, &["org", "logo", "acme", "--remove"]);
    assert_eq!(get(url).await.unwrap().status(), 404);

    let policy = ask(
        data,
        &["org", "policy", "acme", "--ttl-max", "300", "--kinds", "phone,code", "--numbers", "off"],
    );
    assert!(
        policy.contains("30-300 s")
            && policy.contains("phone,code")
            && policy.ends_with("numbers\toff\ncreations a minute\t-\n"),
        "{policy}"
    );
    refused(data, &["org", "policy", "acme", "--kinds", "fax"], "fax is no kind of field");
    let token = ask(data, &["agent", "add", "--org", "acme", "--name", "Dana", "--token"]);
    let me =
        reqwest::Client::new().get(format!("http://{}/api/v1/me", serving.addr)).bearer_auth(token.trim());
    let me: Value = serde_json::from_str(&me.send().await.unwrap().text().await.unwrap()).unwrap();
    assert_eq!((&me["policy"]["ttl_max_secs"], &me["policy"]["numbers"]), (&json!(300), &json!(false)));
    assert_eq!(me["organization"]["numbers"], false);
}
