//! The files of `testdata/cases`: for every rule of `docs/protocol.md` something to accept and something to refuse. The page's
//! implementation is held to the same files (`recipient/src/protocol/cases.test.ts`), and any other can be: `docs/vectors.md`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included
#![allow(clippy::print_stdout, clippy::format_collect)] // the claim

use countersign_protocol::agent::{Offered, Refusal, Viewed};
use countersign_protocol::canonical::Region;
use countersign_protocol::cpace::{Generator, ShareError, check_share};
use countersign_protocol::keys::Channel;
use countersign_protocol::prefill;
use countersign_protocol::recipient::{AnswerError, Opened};
use countersign_protocol::stage::{Stage, Step};
use countersign_protocol::wire::{Answer, Outcome, Verdict, ViewedRequest};
use countersign_protocol::{Began, Canonical, EntropyError, Kind, Nonce, Offer, Salt, SessionId, Share, Tag};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

struct Case {
    path: PathBuf,
    rule: String,
    check: String,
    accept: bool,
    members: Map<String, Value>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/cases")
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    for rule in std::fs::read_dir(folder()).unwrap() {
        for file in std::fs::read_dir(rule.unwrap().path()).unwrap() {
            all.push(Case::read(file.unwrap().path()));
        }
    }
    all.sort_by(|a, b| a.path.cmp(&b.path));
    all
}

impl Case {
    fn read(path: PathBuf) -> Self {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut lines = text.lines().map(|line| line.split_once(": ").expect("`key: value`"));
        let mut word = |key: &str| {
            let (found, value) = lines.next().unwrap();
            assert_eq!(found, key, "{}", path.display());
            value.to_owned()
        };
        let (rule, check, expect) = (word("rule"), word("check"), word("expect"));
        assert!(["accept", "reject"].contains(&expect.as_str()), "{}", path.display());
        let members =
            lines.map(|(key, value)| (key.to_owned(), serde_json::from_str(value).unwrap())).collect();
        Self { path, rule, check, accept: expect == "accept", members }
    }

    fn get(&self, key: &str) -> Value {
        self.members.get(key).cloned().unwrap_or(Value::Null)
    }

    fn text(&self, key: &str) -> String {
        self.members.get(key).and_then(Value::as_str).unwrap_or_else(|| panic!("no {key}")).to_owned()
    }

    fn read_as<T: DeserializeOwned>(&self, key: &str) -> T {
        serde_json::from_value(self.get(key)).unwrap()
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex<const N: usize>(text: &str) -> [u8; N] {
    let bytes: Vec<u8> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

/// Hands out prepared bytes, draw by draw.
fn prepared(draws: Vec<Vec<u8>>) -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    let mut draws = draws.into_iter();
    move |out| {
        out.copy_from_slice(&draws.next().unwrap());
        Ok(())
    }
}

/// What the case's check comes to: the members it accepts with, or the reason for which it refuses.
type Found = Result<Value, &'static str>;

fn decide(case: &Case) -> Found {
    match case.check.as_str() {
        "session_id" => {
            let id: SessionId = case.text("input").parse().map_err(|_| "")?;
            Ok(json!({ "bytes": hex(id.as_bytes()) }))
        }
        "base64url" => base64url(&case.text("input"), &case.get("size")),
        "value" => {
            let kind: Kind = case.read_as("kind");
            let value = kind
                .read(&case.text("region").parse().unwrap(), &case.text("typed"))
                .map_err(countersign_protocol::ValueError::code)?;
            Ok(json!({ "canonical": value.expose() }))
        }
        "offer" => {
            let offer: Offer = serde_json::from_value(case.get("offer")).map_err(|_| "")?;
            Ok(json!({ "bytes": hex(&offer.to_bytes()) }))
        }
        "share" => {
            check_share(&Share::from_bytes(unhex(&case.text("share")))).map_err(share_code)?;
            Ok(json!({}))
        }
        "agent" => agent(case).map(|(found, _)| found),
        "gate" => {
            let (_, passcode) = agent(case)?;
            let passcode = passcode.ok_or("")?;
            if passcode == case.text("passcode") { Ok(json!({})) } else { Err("") }
        }
        "recipient" => recipient(case),
        "scalar" => scalar(case),
        "step" => step(case),
        "message" => message(&case.text("message"), &case.text("json")),
        "typed" => {
            // Compared by the page alone; its digits are read by the rule that numbers follow.
            let region: Region = "FR".parse().unwrap();
            let digits: String = case
                .text("typed")
                .chars()
                .filter_map(|c| Kind::Number.read(&region, &c.to_string()).ok())
                .map(|digit| digit.expose().to_owned())
                .collect();
            if digits == case.text("passcode") { Ok(json!({})) } else { Err("") }
        }
        "prefill" if case.accept => {
            let link = prefill::link("", &case.text("value"));
            assert_eq!(*link, case.text("fragment"));
            Ok(json!({ "value": case.text("value") }))
        }
        // Fragments are read by the page alone.
        "prefill" => Err(""),
        other => panic!("unknown check {other}"),
    }
}

fn base64url(text: &str, size: &Value) -> Found {
    let bytes = match size.as_u64().unwrap() {
        16 => text.parse::<Salt>().map(|value| value.as_bytes().to_vec()),
        32 => text.parse::<Nonce>().map(|value| value.as_bytes().to_vec()),
        _ => text.parse::<Tag>().map(|value| value.as_bytes().to_vec()),
    };
    Ok(json!({ "bytes": hex(&bytes.map_err(|_| "")?) }))
}

fn share_code(error: ShareError) -> &'static str {
    match error {
        ShareError::NotAnElement => "not_an_element",
        ShareError::Identity => "identity",
        ShareError::Reflected => "reflected",
    }
}

fn values(case: &Case, offer: &Offer) -> Vec<Canonical> {
    let typed: Vec<String> = case.read_as("typed");
    let read = |(field, typed): (&countersign_protocol::Field, String)| {
        field.kind.read(&offer.region, &typed).ok().unwrap()
    };
    offer.fields.iter().zip(typed).map(read).collect()
}

fn channel(case: &Case) -> Channel {
    Channel { origin: case.text("origin"), org_handle: case.text("handle") }
}

/// The agent gets the answer, and the nonce if there is one.
fn agent(case: &Case) -> Result<(Value, Option<String>), &'static str> {
    let offer: Offer = case.read_as("offer");
    let began: Began = case.read_as("began");
    let mut entropy = prepared(vec![unhex::<32>(&case.text("ya")).to_vec()]);
    let id: SessionId = case.text("session_id").parse().unwrap();
    let offered =
        Offered::begin(&channel(case), id, &offer, &values(case, &offer), began, &mut entropy).unwrap();
    assert_eq!(offered.share().to_string(), case.text("share_a"));
    let answer: Answer = case.read_as("answer");
    let accepted =
        offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer).map_err(
            |refusal| match refusal {
                Refusal::NotConfirmed => "not_confirmed",
                Refusal::RelaySuspected => "relay_suspected",
                Refusal::Share(error) => share_code(error),
            },
        )?;
    let mut found = json!({ "tag_a": accepted.tag().to_string() });
    let viewed: Option<Viewed> = accepted.viewed(&case.read_as("nonce")).ok();
    let passcode = viewed.map(|viewed| viewed.passcode().expose().to_owned());
    found["passcode"] = json!(passcode);
    Ok((found, passcode))
}

fn recipient(case: &Case) -> Found {
    let offer: Offer = case.read_as("offer");
    let values = values(case, &offer);
    let id: SessionId = case.text("session_id").parse().unwrap();
    let opened = Opened::new(channel(case), id, offer, case.read_as("share_a"));
    let nonce: Nonce = case.read_as("nonce");
    let mut entropy = prepared(vec![nonce.as_bytes().to_vec(), unhex::<32>(&case.text("yb")).to_vec()]);
    let (answered, answer) =
        opened.answer(&values, case.read_as("began"), &mut entropy).map_err(|error| match error {
            AnswerError::Share(error) => share_code(error),
            AnswerError::Begin(error) => panic!("{error}"),
        })?;
    let confirmed = answered.accept(&case.read_as("tag_a")).map_err(|_| "not_confirmed")?;
    Ok(json!({ "answer": answer, "passcode": confirmed.passcode().expose() }))
}

/// The scalar that is used shows in the share: twice the same draws, once as given and once as they have to be used.
fn scalar(case: &Case) -> Found {
    let draws: Vec<String> = case.read_as("draws");
    let used: [u8; 32] = unhex(&case.text("used"));
    // A scalar that would be changed, or drawn again, is none that is used.
    if used[31] > 0x0f || used == [0; 32] {
        return Err("");
    }
    let base = Generator::derive(b"prs", b"ci", b"sid");
    let given =
        base.share(&mut prepared(draws.iter().map(|draw| unhex::<32>(draw).to_vec()).collect())).unwrap();
    let expected = base.share(&mut prepared(vec![used.to_vec()])).unwrap();
    if given.share() == expected.share() { Ok(json!({})) } else { Err("") }
}

fn step(case: &Case) -> Found {
    let stage: Stage = case.read_as("stage");
    let step = match case.text("step").as_str() {
        "open" => Step::Open,
        "answer" => Step::Answer,
        "accept" => Step::Accept,
        "refuse" => Step::Refuse,
        "view" => Step::View,
        "reveal" => Step::Reveal,
        "match" => Step::Match,
        "mismatch" => Step::Mismatch,
        "cancel" => Step::Cancel,
        "extend" => Step::Extend,
        other => panic!("unknown step {other}"),
    };
    stage.after(step).map(|after| json!({ "after": after })).ok_or("")
}

fn message(name: &str, text: &str) -> Found {
    let read = match name {
        "answer" => serde_json::from_str::<Answer>(text).map(|_| ()),
        "verdict" => serde_json::from_str::<Verdict>(text).map(|_| ()),
        "viewed" => serde_json::from_str::<ViewedRequest>(text).map(|_| ()),
        _ => serde_json::from_str::<Outcome>(text).map(|_| ()),
    };
    read.map(|()| json!({})).map_err(|_| "")
}

#[test]
fn every_file_has_its_verdict() {
    let all = cases();
    let mut wrong = Vec::new();
    for case in &all {
        let found = decide(case);
        let right = match &found {
            Ok(members) => {
                case.accept && members.as_object().unwrap().iter().all(|(key, value)| case.get(key) == *value)
            }
            Err(code) => !case.accept && case.members.get("code").is_none_or(|expected| expected == code),
        };
        if !right {
            wrong.push(format!("{}: {found:?}", case.path.display()));
        }
    }
    println!(
        "claim vectors {} {} 0 {}",
        all.len(),
        wrong.len(),
        if wrong.is_empty() { "ok" } else { "short" }
    );
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(all.len() >= 150, "{} files", all.len());
}

/// The list in `docs/vectors.md` is the files' own, and each rule has both verdicts.
#[test]
fn every_rule_has_something_to_accept_and_something_to_refuse() {
    let page =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/vectors.md")).unwrap();
    // Rule, section, what it says, files to accept, files to refuse.
    let listed: BTreeMap<String, [usize; 2]> = page
        .lines()
        .map(|line| line.split('|').map(str::trim).collect::<Vec<_>>())
        .filter(|cells| cells.len() == 7 && cells[1].starts_with('`') && cells[1].contains('.'))
        .map(|cells| {
            (cells[1].trim_matches('`').to_owned(), [cells[4], cells[5]].map(|count| count.parse().unwrap()))
        })
        .collect();
    let mut files: BTreeMap<String, [usize; 2]> = BTreeMap::new();
    for case in cases() {
        assert_eq!(case.path.parent().unwrap().file_name().unwrap().to_str(), Some(case.rule.as_str()));
        files.entry(case.rule).or_default()[usize::from(!case.accept)] += 1;
    }
    for (rule, both) in &files {
        assert!(!both.contains(&0), "{rule} lacks a file to accept or to refuse");
    }
    assert_eq!(files, listed, "docs/vectors.md counts the files");
}
