//! What the product is made of: every package under a licence that `deny.toml` allows, from one registry, pinned with its hash; nothing
//! unsafe of our own. The short form of what cargo-deny checks. It stands with the protocol crate because that one is built first.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included
#![allow(clippy::print_stdout)] // the claim

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

fn rules() -> toml::Table {
    read("deny.toml").parse().unwrap()
}

fn words(rules: &toml::Table, section: &str, key: &str) -> Vec<String> {
    let list = rules[section][key].as_array().unwrap();
    let name = |entry: &toml::Value| entry.as_str().or_else(|| entry["name"].as_str()).unwrap().to_owned();
    list.iter().map(name).collect()
}

/// Whether an SPDX expression can be satisfied with what is allowed. `/` is an old way to write OR.
fn allowed(expression: &str, allow: &[String]) -> bool {
    let spaced =
        expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ").replace(" WITH ", "+WITH+");
    let mut words = spaced.split_whitespace().peekable();
    let holds = either(&mut words, allow);
    assert_eq!(words.next(), None, "{expression}");
    holds
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allow: &[String]) -> bool {
    let mut holds = both(words, allow);
    while words.next_if_eq(&"OR").is_some() {
        holds |= both(words, allow);
    }
    holds
}

fn both(words: &mut Words<'_>, allow: &[String]) -> bool {
    let mut holds = one(words, allow);
    while words.next_if_eq(&"AND").is_some() {
        holds &= one(words, allow);
    }
    holds
}

fn one(words: &mut Words<'_>, allow: &[String]) -> bool {
    let word = words.next().expect("a licence");
    if word == "(" {
        let holds = either(words, allow);
        assert_eq!(words.next(), Some(")"));
        return holds;
    }
    allow.contains(&word.replace("+WITH+", " WITH "))
}

#[test]
fn licences_are_read_as_they_are_meant() {
    let allow = ["MIT".to_owned(), "ISC".to_owned(), "Apache-2.0 WITH LLVM-exception".to_owned()];
    for good in
        ["MIT", "MIT/GPL-3.0", "GPL-3.0 OR MIT", "(GPL-3.0 OR MIT) AND ISC", "Apache-2.0 WITH LLVM-exception"]
    {
        assert!(allowed(good, &allow), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND GPL-3.0", "Apache-2.0"] {
        assert!(!allowed(bad, &allow), "{bad}");
    }
}

/// What is wrong with the Rust packages, and how many there are.
fn rust(rules: &toml::Table) -> (usize, Vec<String>) {
    let arguments = ["metadata", "--offline", "--locked", "--format-version", "1"];
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (allow, banned) = (words(rules, "licenses", "allow"), words(rules, "bans", "deny"));
    let registry = format!("registry+{}", words(rules, "sources", "allow-registry")[0]);
    let packages = metadata["packages"].as_array().unwrap();
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap();
        match package["license"].as_str() {
            Some(license) if allowed(license, &allow) => {}
            license => wrong.push(format!("{name}: licence {license:?}")),
        }
        let ours = metadata["workspace_members"].as_array().unwrap().contains(&package["id"]);
        if !ours && package["source"] != registry.as_str() {
            wrong.push(format!("{name}: from {}", package["source"]));
        }
        if banned.iter().any(|banned| banned == name) {
            wrong.push(format!("{name}: banned"));
        }
    }
    // The fuzz targets are a workspace of their own.
    for file in ["Cargo.lock", "fuzz/Cargo.lock"] {
        let lock: toml::Table = read(file).parse().unwrap();
        for package in lock["package"].as_array().unwrap() {
            let source = package.get("source").map(|source| source.as_str().unwrap());
            if source.is_some_and(|source| source != registry || package.get("checksum").is_none()) {
                wrong.push(format!("{file}: {}: from {source:?}, or without a checksum", package["name"]));
            }
        }
    }
    (packages.len(), wrong)
}

/// The same for a front end's packages.
fn npm(folder: &str, rules: &toml::Table) -> (usize, Vec<String>) {
    let lock: Value = serde_json::from_str(&read(&format!("{folder}/package-lock.json"))).unwrap();
    let allow = words(rules, "licenses", "allow");
    let packages: Vec<_> =
        lock["packages"].as_object().unwrap().iter().filter(|(path, _)| !path.is_empty()).collect();
    let mut wrong = Vec::new();
    // All from one place, whichever the lock file names.
    let places: BTreeSet<_> = packages
        .iter()
        .filter_map(|(_, package)| package["resolved"].as_str())
        .map(|from| from.splitn(4, '/').take(3).collect::<Vec<_>>().join("/"))
        .collect();
    if places.len() > 1 || !places.iter().all(|place| place.starts_with("https://")) {
        wrong.push(format!("{folder}: from {places:?}"));
    }
    for (path, package) in &packages {
        if !package["integrity"].as_str().is_some_and(|hash| hash.starts_with("sha512-")) {
            wrong.push(format!("{folder}/{path}: no integrity"));
        }
        if !package["license"].as_str().is_some_and(|license| allowed(license, &allow)) {
            wrong.push(format!("{folder}/{path}: licence {}", package["license"]));
        }
    }
    (packages.len(), wrong)
}

/// Every package of ours forbids `unsafe`, by the lints of the workspace.
fn forbidding() -> (usize, Vec<String>) {
    let workspace: toml::Table = read("Cargo.toml").parse().unwrap();
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    let members = workspace["workspace"]["members"].as_array().unwrap();
    let inherits = |member: &str| {
        let manifest: toml::Table = read(&format!("{member}/Cargo.toml")).parse().unwrap();
        manifest.get("lints").and_then(|lints| lints.get("workspace")).and_then(toml::Value::as_bool)
            == Some(true)
    };
    let wrong = members
        .iter()
        .map(|member| member.as_str().unwrap())
        .filter(|member| !inherits(member))
        .map(|member| format!("{member} does not forbid unsafe"))
        .collect();
    (members.len(), wrong)
}

#[test]
fn everything_is_pinned_licensed_and_from_where_it_should_be() {
    let rules = rules();
    let (mut tried, mut wrong) = (0, Vec::new());
    for (count, found) in [rust(&rules), npm("recipient", &rules), npm("ui", &rules), forbidding()] {
        tried += count;
        wrong.extend(found);
    }
    println!("claim supply {tried} {} 0 {}", wrong.len(), if wrong.is_empty() { "ok" } else { "short" });
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 500, "{tried} packages are too few to be all");
}
