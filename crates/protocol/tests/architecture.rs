//! Who may know whom (`docs/architecture.md`), read from what Cargo says of the workspace and from the sources: held by a
//! test, not by goodwill. It stands with the protocol crate because that one knows nobody.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// What tests and figures stand on: no program is built with it.
const RIG: &str = "countersign-rig";
const PROTOCOL: &str = "countersign-protocol";
const AGENT: &str = "countersign-agent";
const SERVICE: &str = "countersign-service";
const DESKTOP: &str = "countersign";

/// What the protocol may be made of: arithmetic, text, and words for both. A crate that is added here does no I/O, reads no
/// clock and draws no randomness.
const PURE: [&str; 13] = [
    "base64",
    "curve25519-dalek",
    "hkdf",
    "hmac",
    "icu_properties",
    "rlibphonenumber",
    "serde",
    "sha2",
    "subtle",
    "thiserror",
    "unicode-normalization",
    "utoipa",
    "zeroize",
];

/// What the protocol's own code may not reach for in the standard library and beyond.
const IMPURE: [&str; 17] = [
    "std::env",
    "std::fs",
    "std::io",
    "std::net",
    "std::os",
    "std::process",
    "std::thread",
    "std::time::Instant",
    "std::time::SystemTime",
    "std::time::UNIX_EPOCH",
    "std::hash::RandomState",
    "std::collections::hash_map::RandomState",
    "async_std",
    "getrandom",
    "rand",
    "time",
    "tokio",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

// ---- What Cargo says ----

struct Workspace(Value);

impl Workspace {
    fn read() -> Self {
        let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
        let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Self(serde_json::from_slice(&output.stdout).unwrap())
    }

    fn package(&self, name: &str) -> &Value {
        let packages = self.0["packages"].as_array().unwrap();
        packages.iter().find(|package| package["name"] == name).unwrap_or_else(|| panic!("no package {name}"))
    }

    /// Our own crates.
    fn ours(&self) -> BTreeSet<&str> {
        self.0["packages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|package| package["name"].as_str().unwrap())
            .collect()
    }

    fn dependencies<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Value> {
        self.package(name)["dependencies"].as_array().unwrap().iter()
    }

    /// Those of our crates that `name` depends on, for whatever purpose: the program, its build, its tests. What tests alone
    /// stand on is not counted.
    fn siblings(&self, name: &str) -> BTreeSet<&str> {
        let ours = self.ours();
        self.dependencies(name)
            .filter(|dependency| dependency["name"] != RIG || dependency["kind"] != "dev")
            .map(|dependency| dependency["name"].as_str().unwrap())
            .filter(|name| ours.contains(name))
            .collect()
    }
}

#[test]
fn the_protocol_knows_nobody_and_does_no_io() {
    let workspace = Workspace::read();
    assert_eq!(workspace.siblings(PROTOCOL), BTreeSet::new());
    let used: BTreeSet<_> = workspace
        .dependencies(PROTOCOL)
        .filter(|dependency| dependency["kind"] != "dev")
        .map(|dependency| dependency["name"].as_str().unwrap())
        .collect();
    let unknown: Vec<_> = used.iter().filter(|name| !PURE.contains(name)).collect();
    assert!(
        unknown.is_empty(),
        "{unknown:?}: if pure, name it in PURE with its reason in docs/architecture.md"
    );
    let gone: Vec<_> = PURE.iter().filter(|name| !used.contains(*name)).collect();
    assert!(gone.is_empty(), "{gone:?}: no longer used; take it off PURE");
}

#[test]
fn agent_and_service_know_the_protocol_alone() {
    let workspace = Workspace::read();
    for name in [AGENT, SERVICE] {
        assert_eq!(workspace.siblings(name), BTreeSet::from([PROTOCOL]), "{name}");
    }
    assert_eq!(workspace.siblings(RIG), BTreeSet::new());
}

/// The desktop is the agent's engine and a window. The service is in it for practice, and can be left out.
#[test]
fn the_desktop_has_the_service_only_as_a_feature() {
    let workspace = Workspace::read();
    assert!(workspace.siblings(DESKTOP).is_subset(&BTreeSet::from([AGENT, PROTOCOL, SERVICE])));
    for dependency in workspace.dependencies(DESKTOP).filter(|dependency| dependency["name"] == SERVICE) {
        let optional = dependency["optional"] == true && dependency["kind"].is_null();
        assert!(optional || dependency["kind"] == "dev", "{dependency}");
    }
    let features = workspace.package(DESKTOP)["features"].as_object().unwrap();
    let bringing: Vec<_> = features
        .iter()
        .filter(|(_, means)| {
            means.as_array().unwrap().iter().any(|part| part.as_str().unwrap().contains(SERVICE))
        })
        .map(|(feature, _)| feature.as_str())
        .collect();
    assert_eq!(bringing, ["embedded-service"]);
}

// ---- What the Rust sources say ----

/// Every file below `folder` with one of these endings, but for what was built or fetched.
fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy();
            if path.is_dir() {
                if !["node_modules", "dist", "dist-peer", "target", "gen"].contains(&&*name) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Rust without comments and without what is in quotes.
fn bare(source: &str) -> String {
    let mut out = String::new();
    let mut rest = source;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            'r' if rest.starts_with("r#\"") => rest[3..].find("\"#").map_or(rest.len(), |end| end + 5),
            '"' => {
                let mut escaped = false;
                let end = rest[1..].find(|c| {
                    let ends = c == '"' && !escaped;
                    escaped = c == '\\' && !escaped;
                    ends
                });
                end.map_or(rest.len(), |end| end + 2)
            }
            // A character in quotes; a lifetime has no second quote there.
            '\'' if rest.starts_with("'\\") => rest[2..]
                .find('\'')
                .map_or(rest.len(), |end| if rest.starts_with("'\\'") { 4 } else { end + 3 }),
            '\'' if rest.chars().nth(2) == Some('\'') => {
                rest.char_indices().nth(3).map_or(rest.len(), |(at, _)| at)
            }
            _ => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        out.push(' ');
        rest = &rest[skipped..];
    }
    out
}

/// Without the items that are there for tests.
fn without_tests(bare: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = String::new();
    let mut rest = bare;
    while let Some(at) = rest.find(MARK) {
        out.push_str(&rest[..at]);
        rest = &rest[at + MARK.len()..];
        let mut depth = 0;
        let end = rest.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0 && (c == '}' || c == ';')
        });
        rest = &rest[end.map_or(rest.len(), |end| end + 1)..];
    }
    out + rest
}

/// Every path that is spelled, `use a::{b, c::d}` as `a::b` and `a::c::d`; single names as well.
fn paths(bare: &str) -> BTreeSet<String> {
    fn names(text: &mut &str, before: &str, found: &mut BTreeSet<String>) {
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
        let path = format!("{before}{}", &text[..end]);
        *text = text[end..].trim_start();
        let Some(after) = text.strip_prefix("::") else {
            found.insert(path);
            return;
        };
        *text = after.trim_start();
        let path = path + "::";
        if let Some(inside) = text.strip_prefix('{') {
            *text = inside.trim_start();
            while !text.is_empty() && !text.starts_with('}') {
                if text.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
                    names(text, &path, found);
                } else {
                    *text = text[text.chars().next().map_or(0, char::len_utf8)..].trim_start();
                }
            }
        } else if text.starts_with(|c: char| c.is_alphanumeric() || c == '_') {
            names(text, &path, found);
        } else {
            found.insert(path.trim_end_matches(':').to_owned());
        }
    }
    let mut found = BTreeSet::new();
    let mut rest = bare;
    while let Some(at) = rest.find(|c: char| c.is_alphabetic() || c == '_') {
        rest = &rest[at..];
        names(&mut rest, "", &mut found);
    }
    found
}

/// Whether `path` is `module` or something in it.
fn within(path: &str, module: &str) -> bool {
    path.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

#[test]
fn the_reader_of_rust_reads_rust() {
    let source = r#"
        use std::{fmt, net::{self, TcpStream}}; // std::fs
        /* tokio::spawn */ fn f<'a>(c: char) { if c == '"' || c == '\'' { std::env::var("std::io\" getrandom"); } }
        #[cfg(test)] mod tests { fn g() { { std::process::exit(1) } } }
        #[cfg(test)] use std::thread;
        fn h() { x :: y() }
    "#;
    let found = paths(&without_tests(&bare(source)));
    for path in ["std::fmt", "std::net::self", "std::net::TcpStream", "std::env::var", "x::y", "h"] {
        assert!(found.contains(path), "{path} in {found:?}");
    }
    for absent in ["std::fs", "std::io", "std::process", "std::thread", "tokio", "getrandom"] {
        assert!(!found.iter().any(|path| within(path, absent)), "{absent} in {found:?}");
    }
}

#[test]
fn the_protocol_reaches_for_nothing_outside() {
    let sources = files(&root().join("crates/protocol/src"), &[".rs"]);
    assert!(sources.len() > 10);
    for source in sources {
        let code = without_tests(&bare(&std::fs::read_to_string(&source).unwrap()));
        for path in paths(&code).iter().filter(|path| path.contains("::")) {
            // `use std::net::{self}` names the module itself.
            let path = path.trim_end_matches("::self");
            let impure = IMPURE.iter().any(|module| within(path, module));
            assert!(!impure, "{}: {path}", source.display());
        }
        for macro_ in ["println!", "eprintln!", "print!", "eprint!", "dbg!", "thread_local!"] {
            assert!(!code.contains(macro_), "{}: {macro_}", source.display());
        }
    }
}

/// By name and not only by dependency: nobody is reached through another.
#[test]
fn nobody_names_a_crate_they_do_not_know() {
    let all = ["countersign_protocol", "countersign_agent", "countersign_service"];
    for (folder, known) in [
        ("crates/protocol/src", &[][..]),
        ("crates/protocol/tests", &["countersign_protocol"]),
        ("crates/agent", &["countersign_protocol", "countersign_agent"]),
        ("crates/service", &["countersign_protocol", "countersign_service"]),
    ] {
        let sources = files(&root().join(folder), &[".rs"]);
        assert!(!sources.is_empty(), "{folder}");
        for source in sources {
            let spelled = paths(&bare(&std::fs::read_to_string(&source).unwrap()));
            for crate_ in all.iter().filter(|crate_| !known.contains(crate_)) {
                let named = spelled.iter().find(|path| within(path, crate_));
                assert_eq!(named, None, "{} in {}", crate_, source.display());
            }
        }
    }
}

/// One module of the desktop knows the service, and that one is not there without the feature.
#[test]
fn the_desktop_keeps_the_service_in_one_module() {
    let folder = root().join("src-tauri");
    let main = std::fs::read_to_string(folder.join("main.rs")).unwrap();
    for source in files(&folder, &[".rs"]) {
        let spelled = paths(&bare(&std::fs::read_to_string(&source).unwrap()));
        if spelled.iter().any(|path| within(path, "countersign_service")) {
            let module = source
                .strip_prefix(&folder)
                .unwrap()
                .components()
                .next()
                .unwrap()
                .as_os_str()
                .to_string_lossy();
            let declared =
                format!("#[cfg(feature = \"embedded-service\")]\nmod {};", module.trim_end_matches(".rs"));
            assert!(main.contains(&declared), "{} is not declared as {declared:?}", source.display());
        }
    }
}

// ---- What the front ends say ----

const WEB: [&str; 8] = [".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".css", ".html"];

/// The lines that are not comments.
fn without_comments(source: &str) -> String {
    let mut inside = false;
    let mut out = String::new();
    for line in source.lines() {
        let trimmed = line.trim_start();
        inside |= ["/*", "<!--"].iter().any(|start| trimmed.starts_with(start));
        if !inside && !trimmed.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
        inside &= !["*/", "-->"].iter().any(|end| line.contains(end));
    }
    out
}

/// What stands in quotes and begins with a dot: imports, style sheets, files that are read.
fn relative_paths(source: &str) -> Vec<&str> {
    source
        .match_indices(['\'', '"', '`', '('])
        .filter_map(|(at, _)| {
            let inside = &source[at + 1..];
            let end = inside.find(['\'', '"', '`', ')', '\n'])?;
            let path = &inside[..end];
            (path.starts_with("./") || path.starts_with("../") || path == "..").then_some(path)
        })
        .collect()
}

/// `path` as seen from the folder `from`, without `..`.
fn resolved(from: &Path, path: &str) -> PathBuf {
    let mut whole = PathBuf::new();
    for component in from.join(path).components() {
        match component {
            Component::ParentDir => drop(whole.pop()),
            Component::CurDir => {}
            other => whole.push(other),
        }
    }
    whole
}

/// Whether `name` stands in `source` as a word of its own.
fn names(source: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
    source
        .match_indices(name)
        .any(|(at, _)| !source[..at].ends_with(part) && !source[at + name.len()..].starts_with(part))
}

fn is_test(path: &Path) -> bool {
    let name = path.file_name().unwrap().to_string_lossy();
    name.contains(".test.") || path.components().any(|part| part.as_os_str() == "testing")
}

#[test]
fn the_front_ends_share_the_tokens_and_nothing_else() {
    let root = root();
    let shared = root.join("ui/tokens.css");
    assert!(shared.exists());
    let mut sharing = BTreeSet::new();
    for (own, other) in [("recipient", "ui"), ("ui", "recipient")] {
        for source in files(&root.join(own), &WEB) {
            let text = std::fs::read_to_string(&source).unwrap();
            for path in relative_paths(&text) {
                let target = resolved(source.parent().unwrap(), path);
                if target == shared {
                    sharing.insert(own);
                } else {
                    assert!(!target.starts_with(root.join(other)), "{}: {path}", source.display());
                }
            }
        }
    }
    // Both do share them: otherwise nothing was looked at.
    assert_eq!(sharing, BTreeSet::from(["recipient", "ui"]));
}

/// No front end reaches into the Rust sources, or the other way round, but for the vectors in tests.
#[test]
fn the_front_ends_stay_in_their_folders() {
    let root = root();
    for own in ["recipient", "ui"] {
        for source in files(&root.join(own).join("src"), &WEB).iter().filter(|source| !is_test(source)) {
            let text = without_comments(&std::fs::read_to_string(source).unwrap());
            for path in relative_paths(&text) {
                let target = resolved(source.parent().unwrap(), path);
                let at_home = target.starts_with(root.join(own)) || target == root.join("ui/tokens.css");
                assert!(at_home, "{}: {path}", source.display());
            }
        }
    }
}

/// Nothing that the recipient's page shows is ever markup, and nothing stays in the browser.
#[test]
fn the_recipients_page_writes_no_markup_and_keeps_nothing() {
    let forbidden = [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "dangerouslySetInnerHTML",
        "createContextualFragment",
        "document.write",
        "eval",
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "document.cookie",
        "cookieStore",
        "caches",
        "serviceWorker",
    ];
    hold("recipient", &forbidden);
}

/// The agent's screens talk to the engine and to nobody else.
#[test]
fn the_agents_screens_have_no_network() {
    let forbidden = [
        "fetch",
        "XMLHttpRequest",
        "WebSocket",
        "EventSource",
        "sendBeacon",
        "RTCPeerConnection",
        "WebTransport",
        "importScripts",
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "dangerouslySetInnerHTML",
        "document.cookie",
    ];
    hold("ui", &forbidden);
}

fn hold(front_end: &str, forbidden: &[&str]) {
    let folder = root().join(front_end);
    let mut sources = files(&folder.join("src"), &WEB);
    sources.push(folder.join("index.html"));
    assert!(sources.len() > 10);
    for source in sources.iter().filter(|source| !is_test(source)) {
        let text = without_comments(&std::fs::read_to_string(source).unwrap());
        for name in forbidden {
            assert!(!names(&text, name), "{}: {name}", source.display());
        }
    }
}

/// `recipient/src/protocol` is as pure as this crate: no page, no network, no clock, no randomness of its own.
#[test]
fn the_pages_protocol_is_pure() {
    let forbidden = [
        "document",
        "window",
        "globalThis",
        "navigator",
        "location",
        "fetch",
        "setTimeout",
        "setInterval",
        "performance",
        "Date.now",
        "new Date",
        "Math.random",
        "getRandomValues",
        "console",
    ];
    let folder = root().join("recipient/src/protocol");
    let sources = files(&folder, &WEB);
    let sources: Vec<_> = sources.iter().filter(|source| !is_test(source)).collect();
    assert!(sources.len() > 10);
    for source in sources {
        let text = without_comments(&std::fs::read_to_string(source).unwrap());
        for name in forbidden {
            assert!(!names(&text, name), "{}: {name}", source.display());
        }
        for path in relative_paths(&text) {
            let target = resolved(source.parent().unwrap(), path);
            assert!(target.starts_with(&folder), "{}: {path}", source.display());
        }
    }
}
