//! One guess a session: somebody answers with a wrong value, is refused, and gets no second try; not with the right value, not by sending
//! the answer again, and not from a copy of the program's memory, for that the share is spent stands on disk.
//!
//! `COUNTERSIGN_GUESSES` sets how many wrong answers are tried (default 1000), `COUNTERSIGN_SEED` where they begin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers included
#![allow(clippy::print_stdout)] // the claim

mod common;

use common::{channel, entropy};
use countersign_agent::history::{History, HistoryError};
use countersign_agent::session::{Effect, Entry, LiveSession, Placed};
use countersign_agent::view::{Language, Outcome};
use countersign_protocol::agent::Offered;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::{Answered, Opened};
use countersign_protocol::wire::{Answer, EventKind, Verdict};
use countersign_protocol::{Began, Compare, Field, Kind, Offer, Salt, SessionId, Tag};
use fastrand::Rng;
use std::time::{Duration, Instant};

/// Every this many sessions the record of spent shares is a real file.
const ON_DISK_EVERY: usize = 20;

fn offer(rng: &mut Rng) -> Offer {
    let field = Field { name: "Customer number".into(), kind: Kind::Code, hint: String::new() };
    let draft = OfferDraft {
        salt: Salt::draw(&mut entropy(rng)).unwrap(),
        ttl_secs: 120,
        passcode_digits: 6,
        compare: Compare::Shown,
        region: "FR".parse().unwrap(),
        org_name: "Acme".into(),
        agent_name: String::new(),
        subject: String::new(),
        fields: vec![field],
    };
    draft.check().unwrap()
}

/// A value, and one that differs from it in one digit: the guess of somebody who knows nearly all of it.
fn values(rng: &mut Rng) -> (String, String) {
    let right: Vec<u8> = (0..8).map(|_| rng.u8(b'0'..=b'9')).collect();
    let mut wrong = right.clone();
    let place = rng.usize(..wrong.len());
    wrong[place] = b'0' + (wrong[place] - b'0' + rng.u8(1..10)) % 10;
    (String::from_utf8(right).unwrap(), String::from_utf8(wrong).unwrap())
}

/// One session: both sides' hands are here, the service's as well.
struct Game {
    id: SessionId,
    offer: Offer,
    agent: LiveSession,
    share: countersign_protocol::Share,
}

impl Game {
    fn begin(right: &str, rng: &mut Rng) -> Self {
        let id = SessionId::draw(&mut entropy(rng)).unwrap();
        let offer = offer(rng);
        let values = [Kind::Code.read(&offer.region, right).unwrap()];
        let offered =
            Offered::begin(&channel(), id, &offer, &values, Began::Recipient, &mut entropy(rng)).unwrap();
        let share = offered.share().clone();
        let entry = Entry {
            template: None,
            fields: Vec::new(),
            values: Vec::new(),
            subject: String::new(),
            began: Began::Recipient,
            ttl_secs: 120,
            prefill: false,
            language: Language::En,
        };
        let placed = Placed { left: Duration::from_mins(2), ..Placed::default() };
        let agent = LiveSession::new(id, entry, offered, placed, 0, Instant::now());
        Self { id, offer, agent, share }
    }

    fn answer(&self, typed: &str, rng: &mut Rng) -> (Answered, Answer) {
        let opened = Opened::new(channel(), self.id, self.offer.clone(), self.share.clone());
        let values = [Kind::Code.read(&self.offer.region, typed).unwrap()];
        opened.answer(&values, Began::Recipient, &mut entropy(rng)).unwrap()
    }

    fn send(&mut self, answer: &Answer, history: Option<&mut History>) -> Vec<Effect> {
        let event = EventKind::Answered(answer.clone());
        self.agent.event(&event, Instant::now(), |id| history.map_or(Ok(()), |history| history.spend(id, 1)))
    }
}

fn accepts(effects: &[Effect]) -> bool {
    effects.iter().any(|effect| matches!(effect, Effect::Verdict(verdict) if verdict.accepted))
}

/// What went wrong, if anything did.
fn guess(rng: &mut Rng, mut history: Option<&mut History>) -> Option<&'static str> {
    let (right, wrong) = values(rng);
    let mut game = Game::begin(&right, rng);
    let (guessing, guessed) = game.answer(&wrong, rng);
    let (_, second) = game.answer(if rng.bool() { &right } else { &wrong }, rng);

    let effects = game.send(&guessed, history.as_deref_mut());
    if accepts(&effects) || !effects.contains(&Effect::Verdict(Verdict::refuse())) {
        return Some("a wrong answer was not refused");
    }
    if !game.agent.is_over() || game.agent.view(Instant::now(), true).outcome != Some(Outcome::ValueRefused) {
        return Some("the session went on after a wrong answer, or its agent was not told");
    }
    for again in [&second, &guessed] {
        if !game.send(again, history.as_deref_mut()).is_empty() {
            return Some("another answer was looked at");
        }
    }
    // Nobody makes the agent's tag up.
    let mut tag = [0; Tag::LEN];
    rng.fill(&mut tag);
    if guessing.accept(&Tag::from_bytes(tag)).is_ok() || game.agent.reveal().is_ok() {
        return Some("a passcode came of a wrong answer");
    }
    // A copy of the program as it was before the answer, started beside the same disk: another session with this one's id.
    let history = history?;
    let mut copy = Game::begin(&right, rng);
    copy.id = game.id;
    let offered = Offered::begin(
        &channel(),
        game.id,
        &copy.offer,
        &[Kind::Code.read(&copy.offer.region, &right).unwrap()],
        Began::Recipient,
        &mut entropy(rng),
    )
    .unwrap();
    copy.share = offered.share().clone();
    let placed = Placed { left: Duration::from_mins(2), ..Placed::default() };
    copy.agent = LiveSession::new(game.id, copy.agent.entry().clone(), offered, placed, 0, Instant::now());
    let (_, true_answer) = copy.answer(&right, rng);
    let effects = copy.send(&true_answer, Some(history));
    accepts(&effects).then_some("a share that is on record as spent was used again")
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn a_wrong_answer_ends_its_session_and_nobody_gets_a_second_try() {
    let tries = usize::try_from(setting("COUNTERSIGN_GUESSES", 1000)).unwrap();
    let seed = setting("COUNTERSIGN_SEED", 1);
    let mut rng = Rng::with_seed(seed);
    let folder = tempfile::tempdir().unwrap();
    let mut history = History::open(folder.path(), 0).unwrap().history;
    let mut failed = 0;
    for number in 0..tries {
        let on_disk = (number % ON_DISK_EVERY == 0).then_some(&mut history);
        if let Some(wrong) = guess(&mut rng, on_disk) {
            failed += 1;
            println!("seed {seed}, number {number}: {wrong}");
        }
    }
    println!("claim one_guess {tries} {failed} 0 {}", if failed == 0 { "ok" } else { "short" });
    assert_eq!(failed, 0);
}

/// The same hands with the right value come through: it is the value that is refused, and nothing else.
#[test]
fn a_right_answer_is_accepted() {
    let mut rng = Rng::with_seed(3);
    let (right, _) = values(&mut rng);
    let mut game = Game::begin(&right, &mut rng);
    let (_, answer) = game.answer(&right, &mut rng);
    assert!(accepts(&game.send(&answer, None)));
}

/// Where it cannot be put on record that the share is spent, no answer is looked at: the right one is not told from a wrong one.
#[test]
fn an_answer_whose_share_cannot_be_put_on_record_as_spent_is_not_looked_at() {
    let mut rng = Rng::with_seed(4);
    let (right, wrong) = values(&mut rng);
    let told = [&right, &wrong].map(|typed| {
        let mut game = Game::begin(&right, &mut rng);
        let (_, answer) = game.answer(typed, &mut rng);
        let event = EventKind::Answered(answer.clone());
        let effects = game.agent.event(&event, Instant::now(), |_| Err(HistoryError::AlreadySpent));
        assert!(!effects.iter().any(|effect| matches!(effect, Effect::Verdict(_))), "{effects:?}");
        assert_eq!(game.agent.view(Instant::now(), true).outcome, Some(Outcome::Failed));
        assert!(game.send(&answer, None).is_empty(), "nor is it once the record can be written");
        effects
    });
    assert_eq!(told[0], told[1]);
}
