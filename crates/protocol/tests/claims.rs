//! What the documents say is shown by a test is: every test that the threat model and the page on verification name exists in the tree.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every source below `folder` that can hold a test, in one text.
fn sources(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["node_modules", "dist", "dist-peer", "target", "gen"].contains(&name.as_str())
                && !name.starts_with('.')
            {
                sources(&path, text);
            }
        } else if [".rs", ".ts", ".tsx"].iter().any(|ending| name.ends_with(ending)) {
            text.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Names in backticks that read like a test of ours: several words joined by underscores. `…` at the end stands for the rest of it.
fn named(page: &str) -> Vec<&str> {
    let word = |name: &&str| {
        let plain = name.trim_end_matches('…');
        plain.matches('_').count() >= 2
            && plain.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    page.split('`').skip(1).step_by(2).filter(word).collect()
}

#[test]
fn every_test_that_is_named_exists() {
    let mut tree = String::new();
    for folder in ["crates", "tests", "src-tauri", "recipient", "ui"] {
        sources(&root().join(folder), &mut tree);
    }
    let mut missing = Vec::new();
    for page in ["docs/threat-model.md", "docs/verification.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let names: Vec<_> = named(&text).into_iter().filter(|name| !is_claim(name)).collect();
        assert!(names.len() >= 5, "{page} names {} tests", names.len());
        for name in names {
            let found = name.strip_suffix('…').map_or_else(
                || tree.contains(&format!("fn {name}(")),
                |start| tree.contains(&format!("fn {start}")),
            );
            if !found {
                missing.push(format!("{page}: {name}"));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// Claims of `scripts/check` have names of the same form.
fn is_claim(name: &str) -> bool {
    let check = std::fs::read_to_string(root().join("scripts/check")).unwrap();
    check.lines().any(|line| line.starts_with(&format!("claim {name} ")) || line == format!("unshown {name}"))
}

#[test]
fn thirty_attacks_and_each_has_its_answer() {
    let page = std::fs::read_to_string(root().join("docs/threat-model.md")).unwrap();
    let attacks: Vec<Vec<&str>> = page
        .lines()
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 6 && cells[1].parse::<u32>().is_ok())
        .collect();
    assert!(attacks.len() >= 30, "{} attacks", attacks.len());
    for cells in attacks {
        let (stands, shown) = (cells[3], cells[4]);
        assert!(!stands.is_empty() && !shown.is_empty(), "attack {} has no answer", cells[1]);
        // What nothing shows is said to be so.
        assert!(shown != "—" || stands.contains("**not"), "attack {} is answered by nothing", cells[1]);
    }
}
