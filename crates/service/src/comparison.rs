//! Compares what an origin serves with a manifest of the recipient's page: from outside, on any machine, without the service's
//! data.
//!
//! Nothing of an organization stands in the page's files, they come by the API; so every file is held to its hash, and the
//! document, as every organization and session gets it, to its headers too. Each file is asked for by two readers, one who takes
//! brotli and one who takes the bytes as they are. An origin that serves another page to somebody else only is not seen from
//! here: compare from where recipients are.

use crate::origin::Origin;
use crate::page::{INDEX, media_type, policy};
use crate::secret::NoEntropy;
use crate::verification::{VerifierError, innermost, trusting};
use countersign_protocol::SessionId;
use futures_util::StreamExt as _;
use reqwest::header::{
    ACCEPT_ENCODING, ACCEPT_LANGUAGE, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap,
    LINK, REFRESH, SET_COOKIE, USER_AGENT,
};
use sha2::{Digest as _, Sha256};
use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

/// Who asks: a language, a coding, and what a browser says of itself.
const READERS: [[&str; 4]; 2] = [
    [
        "an Android phone",
        "br",
        "fr-FR,fr;q=0.9",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36",
    ],
    [
        "an iPhone",
        "identity",
        "en-GB,en;q=0.9",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1",
    ],
];
/// Largest file that is read, in bytes, compressed or not.
const MAX_FILE: usize = 4 * 1024 * 1024;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a file's address begins with.
const ASSETS: &str = "assets/";

/// Names and hashes of the page's files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest(Vec<(String, String)>);

/// Not a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A line is something else.
    #[error("line {0} of the manifest is not `HASH  NAME`, as page-manifest prints it")]
    Line(usize),
    /// There is no page without it.
    #[error("the manifest does not name {INDEX}")]
    NoDocument,
}

/// Why nothing can be compared.
#[derive(Debug, thiserror::Error)]
pub enum ComparisonError {
    /// No certificate to check the origin's with.
    #[error(transparent)]
    Tls(#[from] VerifierError),
    /// There can be no client.
    #[error("nothing can be asked: {0}")]
    Client(#[from] reqwest::Error),
    /// No address can be made up.
    #[error(transparent)]
    Random(#[from] NoEntropy),
}

/// What came of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name in the manifest.
    pub name: String,
    /// What is not as it should be: nothing, if it is the file of the manifest wherever it was asked for.
    pub differences: Vec<String>,
}

impl Manifest {
    /// Reads what [`crate::page::Page::manifest`] or `sha256sum` has printed.
    pub fn parse(text: &str) -> Result<Self, ManifestError> {
        let mut files = Vec::new();
        for (place, line) in text.lines().enumerate() {
            let line = line.trim_end();
            if line.is_empty() {
                continue;
            }
            files.push(entry(line).ok_or(ManifestError::Line(place + 1))?);
        }
        if files.iter().any(|(name, _)| name == INDEX) {
            Ok(Self(files))
        } else {
            Err(ManifestError::NoDocument)
        }
    }
}

/// One line. A name is the document's or that of a file beside it: no way leads elsewhere.
fn entry(line: &str) -> Option<(String, String)> {
    let (hash, name) = line.split_once(' ')?;
    let name = name.strip_prefix([' ', '*'])?;
    let name = name.strip_prefix("./").unwrap_or(name);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let file = name.strip_prefix(ASSETS).is_some_and(|file| !file.is_empty() && file.chars().all(plain));
    let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    ((name == INDEX || file) && is_hash).then(|| (name.to_owned(), hash.to_ascii_lowercase()))
}

/// Asks for every file of the manifest, and for the document as these organizations' and their sessions'.
pub async fn compare(
    origin: &Origin,
    manifest: &Manifest,
    orgs: &[String],
    ca_file: Option<&Path>,
) -> Result<Vec<Compared>, ComparisonError> {
    let client = reqwest::Client::builder()
        .tls_backend_preconfigured(trusting(ca_file)?)
        .redirect(reqwest::redirect::Policy::none())
        .timeout(PATIENCE)
        .build()?;
    let mut all = Vec::new();
    for (name, hash) in &manifest.0 {
        let mut addresses = Vec::new();
        if name == INDEX {
            for org in orgs {
                // The second has the form of a session's; that there is none such makes no difference.
                addresses.push(format!("{origin}/{org}"));
                addresses.push(format!("{origin}/{org}/{}", made_up()?));
            }
        } else {
            addresses.push(format!("{origin}/{name}"));
        }
        let mut differences = Vec::new();
        for address in &addresses {
            for [reader, coding, language, agent] in READERS {
                let request = client.get(address).header(USER_AGENT, agent).header(ACCEPT_ENCODING, coding);
                for difference in look(request.header(ACCEPT_LANGUAGE, language), name, hash).await {
                    differences.push(format!("{address}, asked for by {reader}: {difference}"));
                }
            }
        }
        all.push(Compared { name: name.clone(), differences });
    }
    Ok(all)
}

/// What could be a session's id, and is none's.
fn made_up() -> Result<SessionId, NoEntropy> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(SessionId::from_bytes(bytes))
}

/// What is not as it should be in one answer.
async fn look(request: reqwest::RequestBuilder, name: &str, hash: &str) -> Vec<String> {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return vec![format!("no answer ({})", innermost(&error))],
    };
    if response.status() != reqwest::StatusCode::OK {
        return vec![format!("the answer is {}", response.status())];
    }
    let headers = response.headers().clone();
    let mut differences = of_headers(&headers, name);
    match body(response, &headers).await {
        Ok(body) => {
            let found = hex(&Sha256::digest(&body));
            if found != hash {
                differences.push(format!("SHA-256 is {found}, not {hash}"));
            } else if name == INDEX {
                // The policy follows from the document, and this is the right one.
                let wanted = policy::for_document(&String::from_utf8_lossy(&body));
                let policies: Vec<_> = headers.get_all(CONTENT_SECURITY_POLICY).iter().collect();
                if policies != [wanted.as_bytes()] {
                    differences.push("the Content-Security-Policy is another".to_owned());
                }
            }
        }
        Err(reason) => differences.push(reason),
    }
    differences
}

/// Headers that could have a browser take the same bytes for something else, or load more than them.
fn of_headers(headers: &HeaderMap, name: &str) -> Vec<String> {
    let mut differences = Vec::new();
    if headers.get(CONTENT_TYPE).is_none_or(|kind| kind != media_type(name)) {
        differences.push(format!("the Content-Type is not {}", media_type(name)));
    }
    for unwanted in [LINK, REFRESH, SET_COOKIE] {
        if headers.contains_key(&unwanted) {
            differences.push(format!("there is a header that the service does not send: {unwanted}"));
        }
    }
    differences
}

/// The bytes as built, or why they cannot be had.
async fn body(response: reqwest::Response, headers: &HeaderMap) -> Result<Vec<u8>, String> {
    let too_long = || format!("longer than {MAX_FILE} bytes");
    let mut sent = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        sent.extend_from_slice(&chunk.map_err(|error| format!("cut off ({})", innermost(&error)))?);
        if sent.len() > MAX_FILE {
            return Err(too_long());
        }
    }
    match headers.get(CONTENT_ENCODING).map(reqwest::header::HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(sent),
        Some(b"br") => {
            let mut plain = Vec::new();
            let mut read = brotli::Decompressor::new(&*sent, 4096).take(MAX_FILE as u64 + 1);
            read.read_to_end(&mut plain).map_err(|error| format!("no brotli ({error})"))?;
            if plain.len() > MAX_FILE { Err(too_long()) } else { Ok(plain) }
        }
        Some(_) => Err("it is compressed in a way that was not asked for".to_owned()),
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for byte in bytes {
        // Writing to a String does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn a_manifest_is_read_as_checksum_programs_write_it() {
        let ours = Manifest::parse(&format!("{HASH}  assets/en-1.js\n{HASH}  index.html\n")).unwrap();
        let theirs = format!("{}  ./assets/en-1.js\r\n\n{HASH} *index.html", HASH.to_uppercase());
        assert_eq!(Manifest::parse(&theirs), Ok(ours));
    }

    #[test]
    fn what_is_no_manifest_compares_nothing() {
        for line in [
            "x",
            "<!doctype html>",
            HASH,
            &format!("{HASH} index.html"),
            &format!("{}  index.html", &HASH[1..]),
            &format!("{HASH}  assets/../en.js"),
            &format!("{HASH}  /etc/passwd"),
            &format!("{HASH}  assets/"),
            &format!("{HASH}  api/v1/me"),
        ] {
            let text = format!("{HASH}  index.html\n{line}\n");
            assert_eq!(Manifest::parse(&text), Err(ManifestError::Line(2)), "{line}");
        }
        assert_eq!(Manifest::parse(""), Err(ManifestError::NoDocument));
        assert_eq!(Manifest::parse(&format!("{HASH}  assets/en.js")), Err(ManifestError::NoDocument));
    }
}
