//! This crate against the recipient's page: the same inputs, random ones, to the Rust here and to the TypeScript in
//! `recipient/src/protocol`, which runs as a program (`recipient/src/protocol/peer.ts`).
//!
//! Needs Node and `recipient/dist-peer/peer.mjs` (`scripts/setup test`). `COUNTERSIGN_DIFFERENTIAL_CASES` sets how many values are
//! read (exchanges: one for every 40), `COUNTERSIGN_DIFFERENTIAL_SEED` repeats a run that printed its seed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs
)] // a test, helpers included

mod generators {
    pub mod offers;
    pub mod phones;
    pub mod typed;
    pub mod values;
}

use countersign_protocol::agent::{Offered, Refusal};
use countersign_protocol::canonical::Region;
use countersign_protocol::cpace::ShareError;
use countersign_protocol::keys::Channel;
use countersign_protocol::recipient::{AnswerError, Opened};
use countersign_protocol::wire;
use countersign_protocol::{
    Began, Canonical, EntropyError, Field, Kind, Nonce, Offer, Reading, SessionId, Share,
};
use countersign_rig::node::Peer;
use generators::{offers, phones, typed, values};
use icu_properties::props::{EnumeratedProperty as _, GeneralCategory};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};
use rlibphonenumber::PHONE_NUMBER_UTIL;
use serde_json::{Value, json};
use std::cell::{LazyCell, RefCell};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::process::Command;

const DEFAULT_CASES: u32 = 4000;
const CASES_PER_EXCHANGE: u32 = 40;

/// Runs `test` over random inputs, shrinking what fails. The seed is printed, so that a failure can be repeated.
fn run<S: Strategy>(
    what: &str,
    cases: u32,
    strategy: &S,
    test: impl Fn(&mut Peer, S::Value) -> TestCaseResult,
) {
    let peer = RefCell::new(Peer::start("peer"));
    let seed =
        number("COUNTERSIGN_DIFFERENTIAL_SEED").unwrap_or_else(|| RandomState::new().build_hasher().finish());
    println!("{what}: {cases} cases, COUNTERSIGN_DIFFERENTIAL_SEED={seed}");
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_global_rejects: cases.saturating_mul(10),
        ..Config::default()
    };
    if let Err(error) = TestRunner::new(config).run(strategy, |value| test(&mut peer.borrow_mut(), value)) {
        panic!("COUNTERSIGN_DIFFERENTIAL_SEED={seed}: {error}");
    }
}

fn cases() -> u32 {
    number("COUNTERSIGN_DIFFERENTIAL_CASES").map_or(DEFAULT_CASES, |cases| u32::try_from(cases).unwrap())
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|value| value.parse().expect("a number"))
}

/// What this crate reads, in the form of the peer's replies.
fn read(kind: Kind, region: &Region, typed: &str) -> Value {
    match kind.read(region, typed) {
        Err(error) => json!({ "error": error.code() }),
        Ok(value) => match value.reading() {
            Reading::Phone { valid, .. } => json!({ "canonical": value.expose(), "valid": valid }),
            _ => json!({ "canonical": value.expose() }),
        },
    }
}

/// The characters that either side's edition of Unicode has and the other's has not. What becomes of them, and of
/// characters folded to them, is not ours to decide.
fn disputed() -> HashSet<char> {
    const LIST: &str =
        r"for (let c = 0; c < 0x110000; c++) if (/\p{Cn}/u.test(String.fromCodePoint(c))) console.log(c)";
    let output = Command::new("node").args(["-e", LIST]).output().expect("node starts");
    let unassigned = String::from_utf8(output.stdout).unwrap();
    let theirs: HashSet<char> =
        unassigned.lines().filter_map(|code| char::from_u32(code.parse().unwrap())).collect();
    assert!(theirs.contains(&'\u{378}') && !theirs.contains(&'a'), "{} characters", theirs.len());
    let ours = |c: &char| GeneralCategory::for_char(*c) == GeneralCategory::Unassigned;
    ('\0'..=char::MAX).filter(|c| ours(c) != theirs.contains(c)).collect()
}

/// Where the two phone libraries are known to part: a number typed with its country's own calling code but without `+`
/// (`1 345 1234` on the Cayman Islands), of which something is left that could lose a trunk prefix as well. The page's
/// library takes it as it stands and calls it invalid; ours takes the prefix off, or puts the missing area code on, as
/// Google's does.
fn calling_code_without_plus(region: &Region, typed: &str, theirs: &Value) -> bool {
    let known = rlibphonenumber::Region::from_code(region.as_str()).ok();
    let Some(code) = known.and_then(|known| PHONE_NUMBER_UTIL.get_country_code_for_region(known)) else {
        return false;
    };
    let own = theirs["canonical"].as_str().is_some_and(|number| number.starts_with(&format!("+{code}")));
    own && theirs["valid"] == false && !typed.contains(['+', '＋'])
}

#[test]
fn values_are_read_alike() {
    let disputed = LazyCell::new(disputed);
    run("values", cases(), &typed::input(), |peer, (kind, region, typed)| {
        let mut ours = read(kind, &region, &typed);
        let request = json!({ "op": "canonical", "kind": kind, "region": region, "input": typed });
        let mut theirs = peer.ask(&request);
        if ours["canonical"] != theirs["canonical"] || ours["error"] != theirs["error"] {
            let texts = [
                &typed,
                ours["canonical"].as_str().unwrap_or(""),
                theirs["canonical"].as_str().unwrap_or(""),
            ];
            prop_assume!(!texts.iter().any(|text| text.chars().any(|c| disputed.contains(&c))));
            prop_assume!(kind != Kind::Phone || !calling_code_without_plus(&region, &typed, &theirs));
        }
        // Whether a number exists depends on the edition of the numbering plans; it is a warning and not part of the
        // value. Numbers that have long existed: `numbers_that_exist_are_known_to_both`.
        for reply in [&mut ours, &mut theirs] {
            reply.as_object_mut().unwrap().remove("valid");
        }
        prop_assert_eq!(ours, theirs);
        Ok(())
    });
}

#[test]
fn numbers_that_exist_are_known_to_both() {
    run("numbers", cases() / 10, &phones::existing(), |peer, (region, typed)| {
        let request = json!({ "op": "canonical", "kind": "phone", "region": region, "input": typed });
        let reply = peer.ask(&request);
        prop_assert_eq!(&reply["valid"], true);
        prop_assert_eq!(reply, read(Kind::Phone, &region, &typed));
        Ok(())
    });
}

/// What goes wrong on the recipient's side, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    None,
    WrongValue,
    BeganContradicts,
    WrongValueAndBeganContradicts,
    /// Someone between altered what the recipient is shown.
    OfferAltered,
    /// Someone between put the page behind another name.
    OriginAltered,
}

#[derive(Debug, Clone)]
struct Exchange {
    channel: Channel,
    id: SessionId,
    offer: Offer,
    typed: Vec<String>,
    began: Began,
    trouble: Trouble,
    ya: [u8; 32],
    yb: [u8; 32],
    nonce: [u8; 32],
}

fn exchange() -> impl Strategy<Value = Exchange> {
    let offer_and_typed = offers::offer().prop_flat_map(|offer| {
        let typed: Vec<_> = offer.fields.iter().map(|field| values::acceptable(field.kind)).collect();
        (Just(offer), typed)
    });
    let trouble = prop_oneof![
        2 => Just(Trouble::None),
        1 => Just(Trouble::WrongValue),
        1 => Just(Trouble::BeganContradicts),
        1 => Just(Trouble::WrongValueAndBeganContradicts),
        1 => Just(Trouble::OfferAltered),
        1 => Just(Trouble::OriginAltered),
    ];
    // A scalar of zero is drawn again; the peer is given one draw.
    let scalar = || any::<[u8; 32]>().prop_filter("not zero", |bytes| bytes[..31] != [0; 31]);
    let random = (any::<[u8; 16]>(), scalar(), scalar(), any::<[u8; 32]>());
    (offers::channel(), offer_and_typed, offers::began(), trouble, random).prop_map(
        |(channel, (offer, typed), began, trouble, (id, ya, yb, nonce))| {
            let id = SessionId::from_bytes(id);
            Exchange { channel, id, offer, typed, began, trouble, ya, yb, nonce }
        },
    )
}

/// What the recipient sees and does.
struct Seen {
    channel: Channel,
    offer: Offer,
    typed: Vec<String>,
    began: Began,
}

impl Exchange {
    /// The recipient types the same in another way, unless there is trouble.
    fn seen(&self) -> Seen {
        let kinds = self.offer.fields.iter().map(|field| field.kind);
        let mut typed: Vec<_> =
            kinds.zip(&self.typed).map(|(kind, typed)| values::respelled(kind, typed)).collect();
        let mut seen = (self.channel.clone(), self.offer.clone(), self.began);
        if matches!(self.trouble, Trouble::WrongValue | Trouble::WrongValueAndBeganContradicts) {
            typed[0] = values::other(self.offer.fields[0].kind, &self.typed[0]);
        }
        if matches!(self.trouble, Trouble::BeganContradicts | Trouble::WrongValueAndBeganContradicts) {
            seen.2 = match self.began {
                Began::Organization => Began::Recipient,
                Began::Recipient => Began::Organization,
            };
        }
        if self.trouble == Trouble::OfferAltered {
            let mut draft = (*self.offer).clone();
            let text = [&mut draft.org_name, &mut draft.agent_name, &mut draft.subject];
            let text = &mut *text.into_iter().min_by_key(|text| text.chars().count()).unwrap();
            // The shortest of three, so that it stays within bounds unless all are at them.
            if text.chars().count() < 120 {
                text.push('.');
            } else {
                text.pop();
            }
            seen.1 = draft.check().unwrap();
        }
        if self.trouble == Trouble::OriginAltered {
            seen.0.origin.push('x');
        }
        Seen { channel: seen.0, offer: seen.1, typed, began: seen.2 }
    }

    fn expected(&self) -> Option<Refusal> {
        match self.trouble {
            Trouble::None => None,
            Trouble::BeganContradicts => Some(Refusal::RelaySuspected),
            // Only an authenticated recipient can disagree on who began.
            _ => Some(Refusal::NotConfirmed),
        }
    }
}

/// Hands out prepared bytes, draw by draw.
fn prepared<const N: usize>(draws: [[u8; 32]; N]) -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> {
    let mut draws = draws.into_iter();
    move |out| {
        out.copy_from_slice(&draws.next().unwrap());
        Ok(())
    }
}

fn read_all(offer: &Offer, typed: &[String]) -> Vec<Canonical> {
    let read = |(field, typed): (&Field, &String)| field.kind.read(&offer.region, typed).ok().unwrap();
    offer.fields.iter().zip(typed).map(read).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn request(exchange: &Exchange, seen: &Seen, share: &Share) -> Value {
    json!({
        "op": "answer",
        "session_id": exchange.id,
        "origin": seen.channel.origin,
        "handle": seen.channel.org_handle,
        "offer": seen.offer,
        "share": share,
        "values": seen.typed,
        "began": seen.began,
        "y": hex(&exchange.yb),
        "nonce": hex(&exchange.nonce),
    })
}

/// This crate's own recipient on the same terms, in the form of the peer's replies. `tag_a` is the agent's to make.
fn twin(exchange: &Exchange, seen: &Seen, share: &Share) -> Value {
    let opened = Opened::new(seen.channel.clone(), exchange.id, seen.offer.clone(), share.clone());
    let mut entropy = prepared([exchange.nonce, exchange.yb]);
    let values = read_all(&seen.offer, &seen.typed);
    match opened.answer(&values, seen.began, &mut entropy) {
        Ok((_, answer)) => json!({ "share": answer.share, "commit": answer.commit, "tag": answer.tag }),
        Err(AnswerError::Share(ShareError::NotAnElement)) => json!({ "error": "not_an_element" }),
        Err(AnswerError::Share(ShareError::Identity)) => json!({ "error": "identity" }),
        Err(AnswerError::Share(ShareError::Reflected)) => json!({ "error": "reflected" }),
        Err(AnswerError::Begin(error)) => panic!("{error}"),
    }
}

#[test]
fn whole_exchanges_end_alike() {
    let count = (cases() / CASES_PER_EXCHANGE).max(60);
    run("exchanges", count, &exchange(), |peer, exchange| {
        let Exchange { channel, id, offer, typed, began, .. } = &exchange;
        let mut entropy = prepared([exchange.ya]);
        let values = read_all(offer, typed);
        let offered = Offered::begin(channel, *id, offer, &values, *began, &mut entropy).unwrap();
        let seen = exchange.seen();

        let reply = peer.ask(&request(&exchange, &seen, offered.share()));
        let twin = twin(&exchange, &seen, offered.share());
        for name in ["share", "commit", "tag"] {
            prop_assert_eq!(&reply[name], &twin[name], "{}", name);
        }
        let part = |name: &str| reply[name].as_str().unwrap();
        let answer = wire::Answer {
            share: part("share").parse().unwrap(),
            commit: part("commit").parse().unwrap(),
            began: seen.began,
            tag: part("tag").parse().unwrap(),
        };
        match offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer) {
            Err(refusal) => prop_assert_eq!(Some(refusal), exchange.expected()),
            Ok(accepted) => {
                prop_assert_eq!(None, exchange.expected());
                prop_assert_eq!(accepted.tag().to_string(), part("tag_a"));
                let viewed = accepted.viewed(&Nonce::from_bytes(exchange.nonce)).ok().unwrap();
                prop_assert_eq!(viewed.passcode().expose(), part("passcode"));
            }
        }
        Ok(())
    });
}

/// Shares that no honest agent sends: both refuse the same ones, for the same reason.
#[test]
fn shares_are_refused_alike() {
    // Half of all strings with these bits clear encode an element. The identity is thirty-two zeros.
    let share = prop_oneof![
        1 => Just([0; 32]),
        3 => any::<[u8; 32]>(),
        6 => any::<[u8; 32]>().prop_map(|mut bytes| {
            bytes[0] &= 0xfe;
            bytes[31] &= 0x7f;
            bytes
        }),
        // Not below the field's prime: 2²⁵⁵ - 19 and what follows.
        1 => (0xed..=0xffu8).prop_map(|low| {
            let mut bytes = [0xff; 32];
            (bytes[0], bytes[31]) = (low, 0x7f);
            bytes
        }),
    ];
    run("shares", 60, &(exchange(), share, any::<bool>()), |peer, (exchange, bytes, reflect)| {
        let seen = exchange.seen();
        let mut share = Share::from_bytes(bytes);
        if reflect {
            // The recipient's own share, had it been asked with any other.
            let mut entropy = prepared([exchange.yb]);
            let values = read_all(&seen.offer, &seen.typed);
            let own =
                Offered::begin(&seen.channel, exchange.id, &seen.offer, &values, seen.began, &mut entropy);
            share = own.unwrap().share().clone();
        }
        let twin = twin(&exchange, &seen, &share);
        let reply = peer.ask(&request(&exchange, &seen, &share));
        prop_assert_eq!(reply.get("error"), twin.get("error"));
        prop_assert!(!reflect || twin["error"] == "reflected");
        prop_assert_eq!(reply.get("tag"), twin.get("tag"));
        Ok(())
    });
}
