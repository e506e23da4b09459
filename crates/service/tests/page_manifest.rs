//! An origin's page is compared with a manifest by the real program: the real service as it is, built otherwise, and behind a
//! proxy that alters what goes through, for everybody or for some.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use common::program::{Ran, Serving, ask, refused, run, tell};
use countersign_service::page::Page;
use serde_json::Value;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;

const ORIGIN: &str = "https://verify.example";

/// What a proxy does to an answer.
type Alter = fn(&Uri, &HeaderMap, &mut Response<Bytes>);

/// What goes wrong with the document, and how it is told.
const CASES: [(Alter, &str); 8] = [
    // One more byte, for who takes no brotli.
    (
        |uri, headers, answer| {
            if uri.path() == "/anybody" && headers["accept-encoding"] != "br" {
                *answer.body_mut() = [answer.body(), &b" "[..]].concat().into();
            }
        },
        "asked for by an iPhone: SHA-256 is ",
    ),
    // Sessions only.
    (
        |uri, _, answer| {
            if uri.path().starts_with("/anybody/") {
                answer.headers_mut().remove("content-encoding");
                *answer.body_mut() = Bytes::from_static(b"<script>alert(1)</script>");
            }
        },
        "SHA-256 is ",
    ),
    // The same bytes under another policy, or under two.
    (
        |uri, _, answer| {
            if uri.path().starts_with("/anybody") {
                answer.headers_mut().remove("content-security-policy");
            }
        },
        "the Content-Security-Policy is another",
    ),
    (
        |uri, _, answer| {
            if uri.path().starts_with("/anybody") {
                answer.headers_mut().append("content-security-policy", "img-src *".parse().unwrap());
            }
        },
        "the Content-Security-Policy is another",
    ),
    (
        |uri, _, answer| {
            if uri.path() == "/anybody" {
                answer.headers_mut().insert("set-cookie", "id=1".parse().unwrap());
            }
        },
        "a header that the service does not send: set-cookie",
    ),
    (
        |uri, _, answer| {
            if uri.path() == "/anybody" {
                answer.headers_mut().insert("content-type", "text/plain".parse().unwrap());
            }
        },
        "the Content-Type is not text/html; charset=utf-8",
    ),
    // Somewhere else.
    (
        |uri, _, answer| {
            if uri.path() == "/anybody" {
                *answer.status_mut() = axum::http::StatusCode::FOUND;
                answer.headers_mut().insert("location", "https://elsewhere.example/".parse().unwrap());
            }
        },
        "the answer is 302 Found",
    ),
    // What is no brotli.
    (
        |uri, headers, answer| {
            if uri.path() == "/anybody" && headers["accept-encoding"] == "br" {
                *answer.body_mut() = Bytes::from_static(b"\xff\xff\xff");
            }
        },
        "asked for by an Android phone: no brotli (",
    ),
];

#[derive(Clone, Copy)]
struct Proxy {
    behind: SocketAddr,
    alter: Alter,
}

impl Proxy {
    async fn start(behind: SocketAddr, alter: Alter) -> String {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(pass).with_state(Self { behind, alter });
        tokio::spawn(async { axum::serve(listener, router).await.unwrap() });
        address
    }
}

async fn pass(State(proxy): State<Proxy>, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    // A client wants a TLS to be chosen, even for none; one that was chosen before is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut asked = reqwest::Client::new().get(format!("http://{}{uri}", proxy.behind));
    asked = asked.headers(headers.clone());
    let answer = asked.send().await.unwrap();
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = answer.status();
    *response.headers_mut() = answer.headers().clone();
    *response.body_mut() = answer.bytes().await.unwrap();
    (proxy.alter)(&uri, &headers, &mut response);
    response.headers_mut().remove("content-length");
    response.map(Body::from)
}

/// The service with the page in the program.
fn genuine(data: &TempDir) -> Serving {
    Serving::start(data.path(), &["--public-origin", ORIGIN], "warn")
}

fn compare(data: &TempDir, origin: &str, more: &[&str]) -> Ran {
    run(data.path(), &[&["page-manifest", "--compare", origin], more].concat())
}

/// The comparison found these files to be others, and no other file.
fn found(ran: &Ran, names: &[&str], words: &str) {
    let altered = ran.out.lines().filter_map(|line| line.strip_suffix(": FAILED")).collect::<Vec<_>>();
    assert_eq!((ran.code, altered.as_slice()), (Some(1), names), "{} {}", ran.out, ran.err);
    assert!(ran.out.contains(words), "{}", ran.out);
    assert!(ran.err.contains(&format!(": {} of ", names.len())), "{}", ran.err);
}

fn the_same(ran: &Ran) {
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    let lines: Vec<_> = ran.out.lines().collect();
    assert!(lines.len() >= 10 && lines.contains(&"index.html: OK"), "{}", ran.out);
    assert!(lines.iter().all(|line| line.ends_with(": OK")), "{}", ran.out);
}

/// The page of the program in a folder, as another builder would have it.
fn unpacked() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(Path::new("../../recipient/dist"), folder.path());
    assert_eq!(Page::from_folder(folder.path()).unwrap().manifest(), Page::embedded().manifest());
    folder
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            fs::copy(path, to).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_serves_the_page_of_the_manifest_is_found_to() {
    let data = tempfile::tempdir().unwrap();
    let serving = genuine(&data);
    let origin = format!("http://{}", serving.addr);
    the_same(&compare(&data, &origin, &[]));
    // With a manifest from elsewhere, in a file or handed in, for named organizations, and in JSON.
    let manifest = ask(data.path(), &["page-manifest"]);
    let file = data.path().join("page.sha256");
    fs::write(&file, &manifest).unwrap();
    the_same(&compare(
        &data,
        &origin,
        &["--manifest", file.to_str().unwrap(), "--org", "acme", "--org", "bolt"],
    ));
    the_same(&tell(data.path(), &["page-manifest", "--compare", &origin, "--manifest", "-"], &manifest));
    let ran = compare(&data, &origin, &["--json"]);
    for line in ran.out.lines() {
        assert_eq!(serde_json::from_str::<Value>(line).unwrap()["same"], true, "{line}");
    }
    // A proxy that alters nothing is no difference.
    the_same(&compare(&data, &Proxy::start(serving.addr, |_, _, _| ()).await, &[]));
}

#[test]
fn another_build_is_found_by_the_byte() {
    let (data, page) = (tempfile::tempdir().unwrap(), unpacked());
    let name = fs::read_dir(page.path().join("assets")).unwrap().next().unwrap().unwrap().file_name();
    let name = format!("assets/{}", name.to_str().unwrap());
    for altered in ["index.html", &name] {
        let file = page.path().join(altered);
        let genuine = fs::read(&file).unwrap();
        let mut other = genuine.clone();
        let middle = other.len() / 2;
        other[middle] ^= 1;
        fs::write(&file, other).unwrap();
        let serving = Serving::start(
            data.path(),
            &["--public-origin", ORIGIN, "--page", page.path().to_str().unwrap()],
            "warn",
        );
        found(&compare(&data, &format!("http://{}", serving.addr), &[]), &[altered], "SHA-256 is ");
        fs::write(&file, genuine).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_proxy_alters_for_everybody_or_for_some_is_found() {
    let data = tempfile::tempdir().unwrap();
    let serving = genuine(&data);
    for (alter, words) in CASES {
        let origin = Proxy::start(serving.addr, alter).await;
        found(&compare(&data, &origin, &[]), &["index.html"], words);
    }
    // One organization's recipients.
    let origin = Proxy::start(serving.addr, |uri, _, answer| {
        if uri.path().starts_with("/acme") {
            *answer.body_mut() = Bytes::new();
        }
    });
    let origin = origin.await;
    the_same(&compare(&data, &origin, &["--org", "bolt"]));
    found(&compare(&data, &origin, &["--org", "bolt", "--org", "acme"]), &["index.html"], "/acme, asked for");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let nobody = countersign_rig::port::free_address();
    let origin = format!("http://{nobody}");
    let ran = run(data, &["page-manifest", "--compare", &origin]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.lines().next().unwrap().ends_with(": FAILED") && ran.out.contains("no answer ("));
    refused(
        data,
        &["page-manifest", "--compare", "verify.example"],
        "--compare: a public origin is https://",
    );
    refused(data, &["page-manifest", "--compare", &origin, "--org", "../x"], "a handle has 2 to 40");
    let missing = ["page-manifest", "--compare", &origin, "--manifest", "/nonexistent"];
    refused(data, &missing, "--manifest: /nonexistent cannot be read");
    let ran = tell(data, &["page-manifest", "--compare", &origin, "--manifest", "-"], "<!doctype html>\n");
    assert_eq!((ran.code, ran.out.as_str()), (Some(1), ""));
    assert!(ran.err.contains("line 1 of the manifest is not"), "{}", ran.err);
    // Without an origin there is nothing to compare with.
    assert_eq!(run(data, &["page-manifest", "--manifest", "x"]).code, Some(2));
}
