//! What the documents say is shown by a test is: every test that the threat model, the page on verification and the table of OWASP ASVS
//! name exists in the tree. Every attack has an answer, every requirement a standing.

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

/// Whether the function that is named there is run as a test: marked as one, or one of a suite that is made for several parties.
fn is_test(tree: &str, at: usize) -> bool {
    let (before, after) = tree.split_at(at);
    // Attributes stand between the last item's end and the function.
    let own = before.rsplit("}\n").next().unwrap_or_default();
    let signature = after.split('{').next().unwrap_or_default();
    let marked = own.contains("#[test]") || own.contains("#[tokio::test");
    (marked && !own.contains("#[ignore")) || signature.contains("arty: ")
}

#[test]
fn every_test_that_is_named_exists() {
    let mut tree = String::new();
    for folder in ["crates", "tests", "src-tauri", "recipient", "ui"] {
        sources(&root().join(folder), &mut tree);
    }
    let mut missing = Vec::new();
    for page in ["docs/threat-model.md", "docs/verification.md", "docs/asvs.md"] {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let names: Vec<_> = named(&text).into_iter().filter(|name| !is_claim(name)).collect();
        assert!(names.len() >= 5, "{page} names {} tests", names.len());
        for name in names {
            let function =
                name.strip_suffix('…').map_or_else(|| format!("fn {name}("), |start| format!("fn {start}"));
            if !tree.match_indices(&function).any(|(at, _)| is_test(&tree, at)) {
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

/// The requirements of levels 1 and 2 of OWASP ASVS 5.0.0, by section.
const ASVS: [&str; 17] = [
    "1.1.1-2 1.2.1-9 1.3.1-11 1.4.1-3 1.5.1-2",
    "2.1.1-3 2.2.1-3 2.3.1-4 2.4.1",
    "3.2.1-2 3.3.1-4 3.4.1-6 3.5.1-5 3.7.1-2",
    "4.1.1-3 4.2.1 4.3.1-2 4.4.1-4",
    "5.1.1 5.2.1-3 5.3.1-2 5.4.1-3",
    "6.1.1-3 6.2.1-12 6.3.1-4 6.4.1-4 6.5.1-5 6.6.1-3 6.8.1-4",
    "7.1.1-3 7.2.1-4 7.3.1-2 7.4.1-5 7.5.1-2 7.6.1-2",
    "8.1.1-2 8.2.1-3 8.3.1 8.4.1",
    "9.1.1-3 9.2.1-4",
    "10.1.1-2 10.2.1-2 10.3.1-4 10.4.1-11 10.5.1-5 10.6.1-2 10.7.1-3",
    "11.1.1-2 11.2.1-3 11.3.1-3 11.4.1-4 11.5.1 11.6.1",
    "12.1.1-3 12.2.1-2 12.3.1-4",
    "13.1.1 13.2.1-5 13.3.1-2 13.4.1-5",
    "14.1.1-2 14.2.1-4 14.3.1-3",
    "15.1.1-3 15.2.1-3 15.3.1-7",
    "16.1.1 16.2.1-5 16.3.1-4 16.4.1-3 16.5.1-3",
    "17.1.1 17.2.1-4 17.3.1-2",
];

/// Chapter, section, number.
type Requirement = [u32; 3];

fn requirement(text: &str) -> Requirement {
    let parts: Vec<u32> = text.split('.').map(|part| part.parse().unwrap()).collect();
    parts.try_into().unwrap()
}

fn requirements() -> Vec<Requirement> {
    let mut all = Vec::new();
    for run in ASVS.iter().flat_map(|chapter| chapter.split(' ')) {
        let (first, last) = run.split_once('-').map_or((run, None), |(first, last)| (first, Some(last)));
        let [chapter, section, first] = requirement(first);
        let last = last.map_or(first, |last| last.parse().unwrap());
        all.extend((first..=last).map(|number| [chapter, section, number]));
    }
    all
}

#[test]
fn every_requirement_of_the_standard_has_its_standing_once() {
    let all = requirements();
    assert_eq!(all.len(), 253);
    let page = std::fs::read_to_string(root().join("docs/asvs.md")).unwrap();
    let mut said = Vec::new();
    for line in page.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit()) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, which, asks, stands, why, _] = cells[..] else { panic!("{line}") };
        assert!(!asks.is_empty() && !why.is_empty(), "{line}");
        match stands {
            // Shown by a test or a claim, by a document, or said to be argued.
            "met" => assert!(why.contains('`') || why.contains(".md") || why.contains("rgued"), "{line}"),
            "partly" | "no" | "operator" | "none" => {}
            other => panic!("{which} is '{other}'"),
        }
        for part in which.split(", ") {
            let (first, last) = part.split_once('–').unwrap_or((part, part));
            let (first, last) = (requirement(first), requirement(last));
            let before = said.len();
            said.extend(all.iter().copied().filter(|one| (first..=last).contains(one)));
            assert!(said.len() > before, "{part} is none of levels 1 and 2");
            assert!(all.contains(&first) && all.contains(&last), "{part}");
        }
    }
    said.sort_unstable();
    assert_eq!(said, all);
}
