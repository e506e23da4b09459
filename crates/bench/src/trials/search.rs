//! Looking for secrets in bytes, in the forms a program could have left them in: as they are, UTF-16, hexadecimal of both cases,
//! base64 of both alphabets at each of three places, percent-encoded, escaped as in JSON, and backwards.
//!
//! A passcode has six digits, and so have many innocent things. As it is and backwards it counts where it stands by itself, and
//! where the caller cannot say what else it is: a session's number, its time that is left, the microseconds of a log's time.

use crate::load::Failure;
use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// Forms shorter than this in base64 are found everywhere.
const SHORTEST: usize = 8;

/// Every form but the plain one and the one backwards.
fn encoded(text: &str) -> Vec<(&'static str, Vec<u8>)> {
    let hex = text.bytes().fold(String::new(), |mut out, byte| {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
        out
    });
    let percent = text.bytes().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "%{byte:02X}");
        out
    });
    let json = text.encode_utf16().fold(String::new(), |mut out, unit| {
        let _ = write!(out, "\\u{unit:04x}");
        out
    });
    let mut forms = vec![
        ("UTF-16", text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("hexadecimal", hex.clone().into_bytes()),
        ("hexadecimal, upper case", hex.to_ascii_uppercase().into_bytes()),
        ("percent-encoding", percent.into_bytes()),
        ("JSON escapes", json.into_bytes()),
    ];
    // Before the text there may be bytes of something else: what is certain of each alignment, without its unsure ends.
    for before in 0..3 {
        let shifted = [&vec![0; before], text.as_bytes()].concat();
        let (first, last) = ((before * 8).div_ceil(6), shifted.len() * 8 / 6);
        for (name, engine) in [("base64", STANDARD_NO_PAD), ("base64url", URL_SAFE_NO_PAD)] {
            let certain = engine.encode(&shifted).get(first..last).map(|certain| certain.as_bytes().to_vec());
            forms.extend(certain.filter(|certain| certain.len() >= SHORTEST).map(|certain| (name, certain)));
        }
    }
    forms
}

/// What is looked for.
pub struct Search {
    finder: AhoCorasick,
    /// For each pattern: whose it is, and in which form.
    patterns: Vec<(String, &'static str)>,
    /// Six digits, as they are and backwards: whose they are.
    digits: HashMap<Vec<u8>, String>,
}

impl Search {
    /// `texts` are named and found anywhere; `codes`, six digits each, where they stand by themselves.
    pub fn new(texts: &[(String, String)], codes: &[(String, String)]) -> Result<Self, Failure> {
        let (mut patterns, mut bytes, mut digits) = (Vec::new(), Vec::new(), HashMap::new());
        for (name, text) in texts {
            let backwards: String = text.chars().rev().collect();
            for (form, pattern) in
                [("plain", text.clone().into_bytes()), ("backwards", backwards.into_bytes())]
                    .into_iter()
                    .chain(encoded(text))
            {
                patterns.push((name.clone(), form));
                bytes.push(pattern);
            }
        }
        for (name, code) in codes {
            for (form, pattern) in encoded(code) {
                patterns.push((name.clone(), form));
                bytes.push(pattern);
            }
            digits.insert(code.bytes().collect(), name.clone());
            digits.insert(code.bytes().rev().collect(), name.clone());
        }
        Ok(Self { finder: AhoCorasick::new(bytes)?, patterns, digits })
    }

    /// Everything found in `bytes`. `known` are six digits that something else accounts for.
    pub fn find(&self, bytes: &[u8], known: &HashSet<Vec<u8>>) -> Vec<String> {
        let mut found = HashSet::new();
        for hit in self.finder.find_overlapping_iter(bytes) {
            if let Some((name, form)) = self.patterns.get(hit.pattern().as_usize()) {
                found.insert(format!("{name}, {form}"));
            }
        }
        for run in lone_digits(bytes) {
            if let Some(name) = self.digits.get(run).filter(|_| !known.contains(run)) {
                found.insert(format!("{name}, plain or backwards"));
            }
        }
        let mut found: Vec<_> = found.into_iter().collect();
        found.sort();
        found
    }
}

/// Runs of six digits with neither a letter nor a digit beside them, that are no fraction of a second (`.123456Z`).
pub fn lone_digits(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = bytes.get(at..)?;
            let begin = at + rest.iter().position(u8::is_ascii_digit)?;
            let run = bytes.get(begin..)?;
            let length = run.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(run.len());
            at = begin + length;
            let before = begin.checked_sub(1).and_then(|before| bytes.get(before)).copied();
            let after = bytes.get(at).copied();
            let lone = |byte: Option<u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
            let fraction = before == Some(b'.') && after == Some(b'Z');
            if length == 6 && lone(before) && lone(after) && !fraction {
                return bytes.get(begin..at);
            }
        }
    })
}

/// The digits that a message has as the member of this name, wherever it stands: `"ttl_ms":119873`.
pub fn member(bytes: &[u8], name: &str) -> Result<HashSet<Vec<u8>>, Failure> {
    let finder = AhoCorasick::new([format!("\"{name}\":")])?;
    let rest = finder.find_iter(bytes).filter_map(|hit| bytes.get(hit.end()..));
    Ok(rest.map(|rest| rest.iter().copied().take_while(u8::is_ascii_digit).collect()).collect())
}

/// Plants each form of each kind of secret in a copy of `sink`, one at a time; those that were not found.
pub fn blind_spots(search: &Search, sink: &[u8], text: (&str, &str), code: (&str, &str)) -> Vec<String> {
    let mut missed = Vec::new();
    // Near its end, so that what is searched is short and still what the sink is made of.
    let tail = sink.get(sink.len().saturating_sub(64 * 1024)..).unwrap_or(sink);
    for (name, secret) in [text, code] {
        let backwards: String = secret.chars().rev().collect();
        let plain = [("plain", secret.as_bytes().to_vec()), ("backwards", backwards.into_bytes())];
        for (form, planted) in plain.into_iter().chain(encoded(secret)) {
            let bytes = [tail, b" ", &planted, b" "].concat();
            if !search.find(&bytes, &HashSet::new()).iter().any(|hit| hit.starts_with(name)) {
                missed.push(format!("a planted {name}, {form}, was not found"));
            }
        }
    }
    missed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_members_digits_are_those_that_follow_its_name() {
        let told =
            member(br#"{"ttl_ms":119873,"number":"482913"} {"ttl_ms":90} "ttl_ms" "ttl_ms":"#, "ttl_ms")
                .unwrap();
        assert_eq!(told, HashSet::from([b"119873".to_vec(), b"90".to_vec(), Vec::new()]));
    }

    #[test]
    fn every_form_is_found_wherever_it_stands() {
        let texts = [("value".to_owned(), "+33612345678".to_owned())];
        let search = Search::new(&texts, &[("code".to_owned(), "482913".to_owned())]).unwrap();
        let known = HashSet::new();
        assert_eq!(
            blind_spots(&search, b"what else is there", ("value", "+33612345678"), ("code", "482913")),
            [""; 0]
        );
        for before in ["", "a", "ab", "abc"] {
            let inside = URL_SAFE_NO_PAD.encode(format!("{before}+33612345678 and more"));
            assert!(!search.find(inside.as_bytes(), &known).is_empty(), "{before}");
        }
        for innocent in ["1482913", "4829130", "T10:00:00.482913Z", "x482913", "+3361234567"] {
            assert_eq!(search.find(innocent.as_bytes(), &known), [""; 0], "{innocent}");
        }
        assert!(!search.find(b"\"319284\"", &known).is_empty());
        assert!(search.find(b"\"482913\"", &HashSet::from([b"482913".to_vec()])).is_empty());
    }
}
