//! Secrets do not print, copy or serialize, and are gone from memory once they have served.
//!
//! The first is held at compile time. The second is looked at: a process of its own plays whole sessions, and stands still while this one
//! reads all of its memory that can be written. What is looked for is computed a second time, here, so that the search itself is not what
//! is found. While a session still needs a secret, and when one is kept on purpose, the same search has to find it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

use countersign_protocol::agent::{Accepted, Offered, Spent, Viewed};
use countersign_protocol::cpace::{Agreed, Ephemeral, Generator, Isk};
use countersign_protocol::keys::{AgentSide, Channel, ConfirmationKey, RecipientSide};
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::{Answered, Confirmed, Opened};
use countersign_protocol::{
    Began, Canonical, Compare, EntropyError, Field, Kind, Nonce, Offer, Passcode, Reading, RecipientToken,
    Salt, SessionId,
};
use curve25519_dalek::{RistrettoPoint, Scalar};
use hkdf::Hkdf;
use pakery_core::encoding::lv_cat;
use sha2::{Digest as _, Sha512};
use static_assertions::{assert_impl_all, assert_not_impl_any};
use std::collections::BTreeSet;
use std::fmt::{Debug, Display, Write as _};
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::process::{Child, ChildStdout, Command, Stdio};
use zeroize::{ZeroizeOnDrop, Zeroizing};

macro_rules! secret {
    ($($secret:ty),+ $(,)?) => { $(assert_not_impl_any!($secret: Debug, Display, Clone, serde::Serialize);)+ };
}

secret!(
    Canonical,
    Passcode,
    Generator,
    Ephemeral,
    Agreed,
    Isk,
    ConfirmationKey<AgentSide>,
    ConfirmationKey<RecipientSide>
);
secret!(Offered, Spent, Accepted, Viewed, Opened, Answered, Confirmed);

// What is a key, or would open something, is wiped when it is dropped: the compiler holds that somebody does it.
assert_impl_all!(Generator: ZeroizeOnDrop);
assert_impl_all!(Ephemeral: ZeroizeOnDrop);
assert_impl_all!(Agreed: ZeroizeOnDrop);
assert_impl_all!(Isk: ZeroizeOnDrop);
assert_impl_all!(Passcode: ZeroizeOnDrop);
assert_impl_all!(Nonce: ZeroizeOnDrop);
assert_impl_all!(RecipientToken: ZeroizeOnDrop);

// How a value was read is copied to where it is shown, and nowhere printed or sent.
assert_not_impl_any!(Reading: Debug, Display, serde::Serialize);

/// A session that both processes can play: everything in it follows from its number.
#[derive(Clone, Copy)]
struct Play(u8);

/// What is made up for a play.
#[derive(Clone, Copy)]
enum Draw {
    AgentScalar = 1,
    Nonce = 2,
    RecipientScalar = 3,
}

impl Play {
    /// Straight into where it is used: no copy is left that the protocol could not wipe.
    fn draw(self, draw: Draw, out: &mut [u8]) {
        let mut state = u64::from(self.0) << 8 | draw as u64;
        for byte in out {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *byte = (state >> 56) as u8;
        }
    }

    fn kind(self) -> Kind {
        Kind::ALL[usize::from(self.0) % Kind::ALL.len()]
    }

    /// What is typed, as long as may be: the start of what is freed is written over by the allocator.
    fn typed(self) -> Zeroizing<String> {
        let mut typed = Zeroizing::new(String::with_capacity(128));
        let digits = (0..30u8).map(|at| char::from(b'1' + (at.wrapping_mul(7) ^ self.0) % 9));
        let letters = (0..124u8).map(|at| char::from(b'a' + (at.wrapping_mul(7) ^ self.0) % 26));
        match self.kind() {
            Kind::Text => typed.extend(letters),
            Kind::Code => typed.extend(letters.take(40)),
            Kind::Email => {
                typed.extend(letters.take(50));
                typed.push_str("@example.com");
            }
            Kind::Phone => {
                typed.push_str("06 ");
                digits.take(8).enumerate().for_each(|(at, digit)| {
                    typed.push(digit);
                    if at % 2 == 1 && at < 7 {
                        typed.push(' ');
                    }
                });
            }
            Kind::Number => typed.extend(digits),
            Kind::Date => {
                write!(typed, "{}-11-{:02}", 1990 + u32::from(self.0) % 30, 10 + self.0 % 18).unwrap();
            }
        }
        typed
    }

    fn value(self, offer: &Offer) -> Canonical {
        self.kind().read(&offer.region, &self.typed()).ok().unwrap()
    }
}

fn id() -> SessionId {
    SessionId::from_bytes([7; 16])
}

fn channel() -> Channel {
    Channel { origin: "https://verify.example".into(), org_handle: "acme".into() }
}

fn offer(kind: Kind) -> Offer {
    let draft = OfferDraft {
        salt: Salt::from_bytes([1; 16]),
        ttl_secs: 120,
        passcode_digits: 8,
        compare: Compare::Shown,
        region: "FR".parse().unwrap(),
        org_name: "Acme".into(),
        agent_name: String::new(),
        subject: String::new(),
        fields: vec![Field { name: "Word".into(), kind, hint: String::new() }],
    };
    draft.check().unwrap()
}

/// What a person is shown of how their value was read.
fn reading(value: &Canonical) -> Vec<u8> {
    let shown = match value.reading() {
        Reading::AsTyped => "",
        Reading::Phone { international, .. } => international,
        Reading::Number { canonical } => canonical,
        Reading::Date { iso } => iso,
    };
    shown.as_bytes().to_vec()
}

/// A telephone number as its library keeps it, without its country's code. Of other values nothing.
fn national_number(value: &Canonical) -> Vec<u8> {
    let digits = value.expose().strip_prefix("+33").filter(|_| value.kind() == Kind::Phone);
    digits.map(|digits| digits.parse::<u64>().unwrap().to_le_bytes().to_vec()).unwrap_or_default()
}

/// The secrets of a play by their names, computed from `docs/protocol.md` §4 with nothing of this crate.
struct Secrets(Vec<(&'static str, Vec<u8>)>);

impl Secrets {
    fn of(play: Play) -> Self {
        let offer = offer(play.kind());
        let typed = play.typed();
        let value = play.value(&offer);
        let drawn = |draw| {
            let mut bytes = [0; 32];
            play.draw(draw, &mut bytes);
            bytes
        };
        let scalar = |draw| {
            let mut bytes = drawn(draw);
            bytes[31] &= 0x0f;
            bytes
        };
        let (a, b) = (scalar(Draw::AgentScalar), scalar(Draw::RecipientScalar));
        let nonce = drawn(Draw::Nonce);

        let values = lv_cat(&[play.kind().as_str().as_bytes(), value.expose().as_bytes()]);
        let prs = Sha512::digest(lv_cat(&[b"countersign/v1/digest", &[1; 16], &values])).to_vec();
        let ci = lv_cat(&[b"countersign/v1", b"https://verify.example", b"acme", b"agent", b"recipient"]);
        let dsi = b"CPaceRistretto255".as_slice();
        // One block of 128: the label and the digest, each with a byte for its length, the zeros' length, the zeros.
        let zeros = vec![0; 128 - (1 + dsi.len()) - (1 + prs.len()) - 1];
        let generator = lv_cat(&[dsi, &prs, &zeros, &ci, id().as_bytes()]);
        let hashed = <[u8; 64]>::from(Sha512::digest(generator));
        let generator = RistrettoPoint::from_uniform_bytes(&hashed);
        let share = |scalar: [u8; 32]| generator * Scalar::from_bytes_mod_order(scalar);
        let k = (share(a) * Scalar::from_bytes_mod_order(b)).compress().to_bytes().to_vec();

        let commit = &Sha512::digest(lv_cat(&[b"countersign/v1/commit", &nonce]))[..32];
        let (ya, yb) = (share(a).compress().to_bytes(), share(b).compress().to_bytes());
        let transcript = [
            lv_cat(&[b"CPaceRistretto255_ISK", id().as_bytes(), &k]),
            lv_cat(&[&ya, &offer.to_bytes()]),
            lv_cat(&[&yb, &lv_cat(&[b"answer", commit, b"recipient"])]),
        ];
        let isk = Sha512::digest(transcript.concat()).to_vec();
        let mac_key = Sha512::digest([b"CPaceMac", id().as_bytes().as_slice(), &isk].concat()).to_vec();
        let mut okm = [0; 8];
        Hkdf::<Sha512>::new(Some(&nonce), &isk).expand(b"countersign/v1/passcode", &mut okm).unwrap();
        let passcode = format!("{:08}", u64::from_be_bytes(okm) % 100_000_000).into_bytes();

        let padded = |with: u8| mac_key.iter().map(|byte| byte ^ with).collect();
        Self(vec![
            ("typed", typed.as_bytes().to_vec()),
            ("value", value.expose().as_bytes().to_vec()),
            ("reading", reading(&value)),
            ("national number", national_number(&value)),
            ("generator's hash", hashed.to_vec()),
            ("PRS", prs),
            ("agent's scalar", a.to_vec()),
            ("recipient's scalar", b.to_vec()),
            ("K", k),
            ("ISK", isk),
            ("MAC key, inner", padded(0x36)),
            ("MAC key, outer", padded(0x5c)),
            ("MAC key", mac_key),
            ("passcode's bytes", okm.to_vec()),
            ("passcode", passcode),
        ])
    }

    fn named(&self, name: &str) -> &[u8] {
        &self.0.iter().find(|(named, _)| *named == name).unwrap().1
    }

    /// Which of them lie in `memory`, by a piece of sixteen bytes: the start of what is freed is written over by the allocator.
    fn found_in(&self, memory: &[u8]) -> BTreeSet<&'static str> {
        let pieces: Vec<_> = self
            .0
            .iter()
            .flat_map(|(name, secret)| secret.chunks(16).map(move |piece| (*name, piece)))
            .filter(|(_, piece)| piece.len() >= 8)
            .collect();
        let search = aho_corasick::AhoCorasick::new(pieces.iter().map(|(_, piece)| piece)).unwrap();
        search.find_overlapping_iter(memory).map(|found| pieces[found.pattern().as_usize()].0).collect()
    }
}

/// Where a session stands that is not over, and what it still holds.
enum Held<'a> {
    Offered(#[expect(dead_code, reason = "held")] &'a Offered),
    Answered(#[expect(dead_code, reason = "held")] &'a Answered),
    Accepted(#[expect(dead_code, reason = "held")] &'a Accepted),
    Shown(&'a Confirmed),
}

/// Both sides of a play. `at` is called wherever one of them waits for the other.
fn session(play: Play, mut at: impl FnMut(Held<'_>)) {
    let offer = offer(play.kind());
    let values = || [play.value(&offer)];
    let mut agent = |out: &mut [u8]| {
        play.draw(Draw::AgentScalar, out);
        Ok::<(), EntropyError>(())
    };
    let mut draws = [Draw::Nonce, Draw::RecipientScalar].into_iter();
    let mut recipient = |out: &mut [u8]| {
        play.draw(draws.next().unwrap(), out);
        Ok::<(), EntropyError>(())
    };
    let offered = Offered::begin(&channel(), id(), &offer, &values(), Began::Recipient, &mut agent).unwrap();
    at(Held::Offered(&offered));
    let opened = Opened::new(channel(), id(), offer.clone(), offered.share().clone());
    let (answered, answer) = opened.answer(&values(), Began::Recipient, &mut recipient).unwrap();
    at(Held::Answered(&answered));
    let accepted = offered.spend(|_| Ok::<(), ()>(())).ok().unwrap().check(&answer).ok().unwrap();
    at(Held::Accepted(&accepted));
    let confirmed = answered.accept(accepted.tag()).ok().unwrap();
    at(Held::Shown(&confirmed));
    let viewed = accepted.viewed(confirmed.nonce()).ok().unwrap();
    assert_eq!(viewed.passcode().expose(), confirmed.passcode().expose());
}

/// How many sessions are played to their end.
const PLAYS: u8 = 12;
/// From here on plays of which only the value is read.
const READ: u8 = 50;
/// One that stops on its way, and one whose secrets are kept.
const STOPPED: Play = Play(100);
const KEPT: Play = Play(103);

/// Tells the other process that this one stands still, and waits until it has looked.
fn stand_still(what: &str) {
    std::io::Write::write_all(&mut std::io::stdout(), format!("\nSTANDS {what}\n").as_bytes()).unwrap();
    let mut line = [0];
    std::io::stdin().read_exact(&mut line).unwrap();
}

#[test]
#[ignore = "the process that is looked into: started by the test that looks"]
fn plays_sessions_and_stands_still() {
    for number in 0..PLAYS {
        let play = Play(READ + number);
        drop(play.value(&offer(play.kind())));
        stand_still("read");
        session(Play(number), |_| ());
        stand_still("played");
    }
    session(STOPPED, |held| {
        stand_still(match held {
            Held::Offered(_) => "offered",
            Held::Answered(_) => "answered",
            Held::Accepted(_) => "accepted",
            Held::Shown(_) => "shown",
        });
    });
    let kept = Secrets::of(KEPT);
    stand_still("kept");
    drop(kept);
}

/// The process that plays, of this same program.
struct Player {
    child: Child,
    output: BufReader<ChildStdout>,
}

impl Player {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "plays_sessions_and_stands_still", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Self { child, output }
    }

    /// What it can write to, heap, stacks and data, while it stands where it says `what`; then it goes on.
    fn memory(&mut self, what: &str) -> Vec<u8> {
        let stands = (&mut self.output)
            .lines()
            .map(Result::unwrap)
            .find_map(|line| line.strip_prefix("STANDS ").map(str::to_owned));
        assert_eq!(stands.as_deref(), Some(what));
        let of = |file| format!("/proc/{}/{file}", self.child.id());
        let maps = std::fs::read_to_string(of("maps")).unwrap();
        let mut file = std::fs::File::open(of("mem")).unwrap();
        let mut memory = Vec::new();
        for line in
            maps.lines().filter(|line| line.split(' ').nth(1).is_some_and(|may| may.starts_with("rw")))
        {
            let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
            let at = |text| u64::from_str_radix(text, 16).unwrap();
            file.seek(SeekFrom::Start(at(start))).unwrap();
            (&mut file).take(at(end) - at(start)).read_to_end(&mut memory).unwrap();
        }
        std::io::Write::write_all(self.child.stdin.as_mut().unwrap(), b"\n").unwrap();
        memory
    }
}

#[test]
fn what_is_looked_for_is_what_a_session_has() {
    let play = Play(0);
    let secrets = Secrets::of(play);
    session(play, |held| {
        if let Held::Shown(confirmed) = held {
            // The passcode follows from all of the others.
            assert_eq!(confirmed.passcode().expose().as_bytes(), secrets.named("passcode"));
        }
    });
}

#[test]
fn nothing_secret_is_in_memory_after_its_session() {
    let mut player = Player::start();
    for number in 0..PLAYS {
        let memory = player.memory("read");
        assert_eq!(Secrets::of(Play(READ + number)).found_in(&memory), BTreeSet::new(), "read {number}");
        let memory = player.memory("played");
        assert_eq!(Secrets::of(Play(number)).found_in(&memory), BTreeSet::new(), "of play {number}");
    }

    // What a session still needs is found by the same search, and what has served is not.
    let secrets = Secrets::of(STOPPED);
    for (stands, needed) in [
        ("offered", &["agent's scalar"][..]),
        ("answered", &["agent's scalar", "ISK", "MAC key"]),
        ("accepted", &["ISK", "MAC key"]),
        ("shown", &["ISK", "passcode"]),
    ] {
        let found = secrets.found_in(&player.memory(stands));
        assert_eq!(found, needed.iter().copied().collect(), "{stands}");
    }

    // And so is each of them when it is kept.
    let secrets = Secrets::of(KEPT);
    let found = secrets.found_in(&player.memory("kept"));
    let all: BTreeSet<_> = secrets.0.iter().map(|(name, _)| *name).collect();
    assert_eq!(found, all);
    assert!(player.child.wait().unwrap().success());
}
