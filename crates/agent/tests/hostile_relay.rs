//! A service that lies. Two honest runs go on at once; the service between them flips, swaps, drops, repeats, reorders, reflects
//! and replays messages, downgrades parameters and alters texts. Whatever it does: neither side accepts what was touched, nothing
//! panics, and two sides that both hold a passcode hold the same one.
//!
//! `COUNTERSIGN_TRIES` sets how many transcripts are tried (default 2000), `COUNTERSIGN_SEED` where they begin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers included
#![allow(clippy::print_stdout)] // the claim

use countersign_agent::session::{Effect, Entry, LiveSession, Placed};
use countersign_agent::view::{FieldSpec, Language, Outcome, Progress};
use countersign_protocol::agent::Offered;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::{Answered, Confirmed, Opened};
use countersign_protocol::wire::{self, Answer, EventKind, Verdict};
use countersign_protocol::{
    Began, Canonical, Commit, Compare, EntropyError, Field, Kind, Nonce, Salt, SessionId, Share, Tag,
};
use fastrand::Rng;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const TRIES: usize = 2000;
const VALUE: &str = "06 12 34 56 78";
const MATCHED: EventKind = EventKind::Outcome(wire::Outcome { matched: true, unexpected: false });

/// What the service does to one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lie {
    /// One bit of one of its binary members.
    Flip,
    /// A member of the other run's message in the place of its own.
    Swap,
    /// It does not arrive.
    Drop,
    /// It arrives twice.
    Repeat,
    /// A later message arrives before it.
    Reorder,
    /// Its receiver gets back what it sent itself.
    Reflect,
    /// The whole message of an earlier run about the same value.
    Replay,
    /// A parameter is weakened, or who began is turned round.
    Downgrade,
    /// A text that is shown is altered.
    Text,
}

/// Which message it does it to, and what it can do to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Message {
    Offer,
    Answer,
    Verdict,
    Viewed,
}

const LIES: [(Message, &[Lie]); 4] = [
    (
        Message::Offer,
        &[
            Lie::Flip,
            Lie::Swap,
            Lie::Drop,
            Lie::Repeat,
            Lie::Reorder,
            Lie::Reflect,
            Lie::Replay,
            Lie::Downgrade,
            Lie::Text,
        ],
    ),
    (
        Message::Answer,
        &[
            Lie::Flip,
            Lie::Swap,
            Lie::Drop,
            Lie::Repeat,
            Lie::Reorder,
            Lie::Reflect,
            Lie::Replay,
            Lie::Downgrade,
        ],
    ),
    (
        Message::Verdict,
        &[Lie::Flip, Lie::Swap, Lie::Drop, Lie::Repeat, Lie::Reorder, Lie::Reflect, Lie::Replay],
    ),
    (
        Message::Viewed,
        &[Lie::Flip, Lie::Swap, Lie::Drop, Lie::Repeat, Lie::Reorder, Lie::Reflect, Lie::Replay],
    ),
];

/// One run between an honest agent and an honest recipient, a message at a time.
struct Run {
    agent: LiveSession,
    id: SessionId,
    offer: OfferDraft,
    share: Share,
    answer: Option<Answer>,
    answered: Option<Answered>,
    verdict: Option<Tag>,
    confirmed: Option<Confirmed>,
    /// What the recipient says of who began.
    says: Began,
}

fn entropy(rng: &mut Rng) -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> + '_ {
    |out: &mut [u8]| {
        rng.fill(out);
        Ok(())
    }
}

fn channel() -> Channel {
    Channel { origin: "https://verify.example".into(), org_handle: "acme".into() }
}

impl Run {
    fn begin(rng: &mut Rng) -> Self {
        let id = SessionId::draw(&mut entropy(rng)).unwrap();
        let salt = Salt::draw(&mut entropy(rng)).unwrap();
        let field = Field { name: "Phone number".into(), kind: Kind::Phone, hint: "The one we call".into() };
        let offer = OfferDraft {
            salt,
            ttl_secs: 120,
            passcode_digits: 6,
            compare: Compare::Typed,
            region: "FR".parse().unwrap(),
            org_name: "Acme".into(),
            agent_name: "Dana".into(),
            subject: "Ticket 4812".into(),
            fields: vec![field],
        };
        let checked = offer.clone().check().unwrap();
        let values = [Kind::Phone.read(&checked.region, VALUE).unwrap()];
        let offered =
            Offered::begin(&channel(), id, &checked, &values, Began::Recipient, &mut entropy(rng)).unwrap();
        let share = offered.share().clone();
        let entry = Entry {
            template: None,
            fields: vec![FieldSpec { name: "Phone number".into(), kind: Kind::Phone, hint: String::new() }],
            values: vec![Zeroizing::new(VALUE.into())],
            subject: String::new(),
            began: Began::Recipient,
            ttl_secs: 120,
            prefill: false,
            language: Language::En,
        };
        let placed =
            Placed { url: String::new(), number: String::new(), left: Duration::from_mins(2), typed: false };
        let agent = LiveSession::new(id, entry, offered, placed, 0, Instant::now());
        Self {
            agent,
            id,
            offer,
            share,
            answer: None,
            answered: None,
            verdict: None,
            confirmed: None,
            says: Began::Recipient,
        }
    }

    fn deliver_offer(&mut self, rng: &mut Rng) {
        // What cannot be an offer is refused as it is read.
        let Ok(offer) = self.offer.clone().check() else { return };
        let typed: Result<Vec<Canonical>, _> =
            offer.fields.iter().map(|field| field.kind.read(&offer.region, VALUE)).collect();
        let Ok(typed) = typed else { return };
        self.event(&EventKind::Opened);
        let opened = Opened::new(channel(), self.id, offer, self.share.clone());
        if let Ok((answered, answer)) = opened.answer(&typed, self.says, &mut entropy(rng)) {
            (self.answered, self.answer) = (Some(answered), Some(answer));
        }
    }

    fn deliver_answer(&mut self) {
        let Some(answer) = self.answer.clone() else { return };
        for effect in self.event(&EventKind::Answered(answer)) {
            if let Effect::Verdict(verdict) = effect {
                self.verdict = verdict_tag(verdict);
            }
        }
    }

    fn deliver_verdict(&mut self) {
        if let (Some(tag), Some(answered)) = (&self.verdict, self.answered.take()) {
            self.confirmed = answered.accept(tag).ok();
        }
    }

    fn deliver_viewed(&mut self, nonce: Option<Nonce>) {
        if let Some(nonce) = nonce {
            self.event(&EventKind::Viewed { nonce });
        }
    }

    fn whole(rng: &mut Rng) -> Self {
        let mut run = Self::begin(rng);
        run.deliver_offer(rng);
        run.deliver_answer();
        run.deliver_verdict();
        run
    }

    fn event(&mut self, event: &EventKind) -> Vec<Effect> {
        self.agent.event(event, Instant::now(), |_| Ok(()))
    }

    fn nonce(&self) -> Option<Nonce> {
        self.confirmed.as_ref().map(|confirmed| confirmed.nonce().clone())
    }

    fn agents_passcode(&mut self) -> Option<String> {
        self.agent.reveal().ok().map(|(passcode, _)| passcode.expose().to_owned())
    }

    fn recipients_passcode(&self) -> Option<String> {
        self.confirmed.as_ref().map(|confirmed| confirmed.passcode().expose().to_owned())
    }
}

fn verdict_tag(verdict: Verdict) -> Option<Tag> {
    serde_json::to_value(verdict).unwrap().get("tag").map(|tag| serde_json::from_value(tag.clone()).unwrap())
}

fn flip<const N: usize>(bytes: &[u8; N], rng: &mut Rng) -> [u8; N] {
    let mut bytes = *bytes;
    bytes[rng.usize(..N)] ^= 1 << rng.u8(..8);
    bytes
}

fn spoil_offer(run: &mut Run, other: &Run, lie: Lie, rng: &mut Rng) {
    let offer = &mut run.offer;
    match (lie, rng.u8(..7)) {
        (Lie::Flip, 0..4) => run.share = Share::from_bytes(flip(run.share.as_bytes(), rng)),
        (Lie::Flip, _) => offer.salt = Salt::from_bytes(flip(offer.salt.as_bytes(), rng)),
        (Lie::Swap, 0..4) => run.share = other.share.clone(),
        (Lie::Swap, _) => offer.salt = other.offer.salt.clone(),
        (Lie::Replay, _) => (run.share, run.offer) = (other.share.clone(), other.offer.clone()),
        // The recipient has sent nothing yet that could come back; what another recipient sent can.
        (Lie::Reflect, _) => run.share = other.answer.as_ref().unwrap().share.clone(),
        (Lie::Downgrade, 0..2) => offer.passcode_digits = 4,
        (Lie::Downgrade, 2..4) => offer.compare = Compare::Shown,
        (Lie::Downgrade, 4..6) => offer.ttl_secs = 900,
        (Lie::Downgrade, _) => offer.region = "CH".parse().unwrap(),
        (Lie::Text, 0) => offer.org_name = "Acme Bank".into(),
        (Lie::Text, 1) => offer.agent_name.clear(),
        (Lie::Text, 2) => offer.subject.push('.'),
        (Lie::Text, 3) => offer.fields[0].name = "Your phone".into(),
        (Lie::Text, 4) => offer.fields[0].hint.clear(),
        (Lie::Text, 5) => offer.fields[0].kind = Kind::Text,
        (Lie::Text, _) => {
            offer.fields.push(Field { name: "PIN".into(), kind: Kind::Code, hint: String::new() });
        }
        (Lie::Drop | Lie::Repeat | Lie::Reorder, _) => {}
    }
}

fn spoil_answer(run: &mut Run, other: &Run, lie: Lie, rng: &mut Rng) {
    let own_share = run.share.clone();
    let answer = run.answer.as_mut().unwrap();
    let theirs = other.answer.clone().unwrap();
    match (lie, rng.u8(..3)) {
        (Lie::Flip, 0) => answer.share = Share::from_bytes(flip(answer.share.as_bytes(), rng)),
        (Lie::Flip, 1) => answer.commit = Commit::from_bytes(flip(answer.commit.as_bytes(), rng)),
        (Lie::Flip, _) => answer.tag = Tag::from_bytes(flip(answer.tag.as_bytes(), rng)),
        (Lie::Swap, 0) => answer.share = theirs.share,
        (Lie::Swap, 1) => answer.commit = theirs.commit,
        (Lie::Swap, _) => answer.tag = theirs.tag,
        (Lie::Replay, _) => *answer = theirs,
        (Lie::Reflect, _) => answer.share = own_share,
        // Turned round: an honest answer made to look like a relay, or a relay's made to look honest.
        (Lie::Downgrade, _) => {
            answer.began = match answer.began {
                Began::Organization => Began::Recipient,
                Began::Recipient => Began::Organization,
            };
        }
        _ => {}
    }
}

/// Plays a run under one lie. The run with the lie, and whether the lie altered what somebody received (a message that is
/// repeated after it was taken alters nothing).
fn play(message: Message, lie: Lie, rng: &mut Rng) -> (Run, bool) {
    let (mut run, other) = (Run::begin(rng), Run::whole(rng));
    let here = |at: Message| at == message;
    let mut altered = lie != Lie::Repeat;
    if here(Message::Answer) && lie == Lie::Downgrade && rng.bool() {
        run.says = Began::Organization;
    }
    if here(Message::Offer) {
        spoil_offer(&mut run, &other, lie, rng);
        if lie == Lie::Reorder {
            run.event(&EventKind::Answered(other.answer.clone().unwrap()));
        }
    }
    if !(here(Message::Offer) && lie == Lie::Drop) {
        run.deliver_offer(rng);
    }
    if here(Message::Answer) && run.answer.is_some() {
        spoil_answer(&mut run, &other, lie, rng);
        if lie == Lie::Reorder {
            run.event(&EventKind::Viewed { nonce: other.nonce().unwrap() });
        }
    }
    if !(here(Message::Answer) && lie == Lie::Drop) {
        run.deliver_answer();
    }
    if here(Message::Answer) && lie == Lie::Repeat {
        // A second answer ends the session, be it the same: there was to be one.
        altered = true;
        run.deliver_answer();
    }
    if here(Message::Verdict) {
        match lie {
            Lie::Flip => {
                run.verdict = Some(Tag::from_bytes(flip(run.verdict.as_ref().unwrap().as_bytes(), rng)));
            }
            Lie::Swap | Lie::Replay => run.verdict.clone_from(&other.verdict),
            Lie::Reflect => run.verdict = run.answer.as_ref().map(|answer| answer.tag.clone()),
            Lie::Reorder => drop(run.event(&MATCHED)),
            _ => {}
        }
    }
    if !(here(Message::Verdict) && lie == Lie::Drop) {
        run.deliver_verdict();
    }
    let mut nonce = run.nonce();
    if here(Message::Viewed) {
        match lie {
            Lie::Flip => nonce = Some(Nonce::from_bytes(flip(nonce.unwrap().as_bytes(), rng))),
            Lie::Swap | Lie::Replay => nonce = other.nonce(),
            // What the service has of this kind is the commitment.
            Lie::Reflect => nonce = Some(Nonce::from_bytes(*run.answer.as_ref().unwrap().commit.as_bytes())),
            Lie::Drop => nonce = None,
            Lie::Repeat => run.deliver_viewed(nonce.clone()),
            Lie::Reorder => drop(run.event(&MATCHED)),
            _ => {}
        }
    }
    run.deliver_viewed(nonce);
    (run, altered)
}

/// What went wrong, if anything did.
fn judge(message: Message, lie: Lie, run: &mut Run, altered: bool) -> Option<&'static str> {
    let (agents, recipients) = (run.agents_passcode(), run.recipients_passcode());
    let view = run.agent.view(Instant::now(), true);
    if agents.is_some() && agents != recipients {
        return Some("the agent holds a passcode the recipient does not hold");
    }
    if !altered {
        return agents.is_none().then_some("an honest run did not go through");
    }
    let taken = match message {
        // The first answer was honest and so was the verdict on it; the agent's side ended at the second.
        Message::Answer if lie == Lie::Repeat => agents.is_some(),
        // Before the recipient has a passcode, neither side may come to one.
        Message::Offer | Message::Answer => agents.is_some() || recipients.is_some(),
        // The agent had accepted an honest answer; nothing more may come of it.
        Message::Verdict | Message::Viewed => agents.is_some(),
    };
    if taken {
        return Some("what was touched was accepted");
    }
    let told = view.outcome.is_some_and(|outcome| outcome != Outcome::Matched);
    (!told && view.progress >= Progress::Viewed).then_some("the agent was not told")
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[test]
fn neither_side_accepts_what_a_lying_service_made_of_a_message() {
    let tries = usize::try_from(setting("COUNTERSIGN_TRIES", TRIES as u64)).unwrap();
    let seed = setting("COUNTERSIGN_SEED", 1);
    let mut rng = Rng::with_seed(seed);
    let all: Vec<(Message, Lie)> =
        LIES.iter().flat_map(|(message, lies)| lies.iter().map(|lie| (*message, *lie))).collect();
    let mut failed = 0;
    for number in 0..tries {
        let (message, lie) = all[number % all.len()];
        let (mut run, altered) = play(message, lie, &mut rng);
        if let Some(wrong) = judge(message, lie, &mut run, altered) {
            failed += 1;
            println!("{message:?} {lie:?}, seed {seed}, number {number}: {wrong}");
        }
    }
    println!("claim hostile_relay {tries} {failed} 0 {}", if failed == 0 { "ok" } else { "short" });
    assert_eq!(failed, 0);
}

#[test]
fn a_verdict_that_is_not_the_agents_leaves_the_recipient_without_a_passcode() {
    let mut rng = Rng::with_seed(2);
    for lie in [Lie::Flip, Lie::Swap, Lie::Reflect, Lie::Replay] {
        let (run, _) = play(Message::Verdict, lie, &mut rng);
        assert!(run.recipients_passcode().is_none(), "{lie:?}");
    }
}
