//! What the service does to each message.

use crate::run::{ANOTHER, Run, accepted};
use countersign_protocol::wire::{self, EventKind, VerdictState};
use countersign_protocol::{Began, Commit, Compare, Field, Kind, Nonce, Salt, Share, Tag};
use fastrand::Rng;
use serde_json::{Map, Value};

pub(super) const MATCHED: EventKind = EventKind::Outcome(wire::Outcome { matched: true, unexpected: false });
/// A text the service would like somebody to read.
pub(super) const TEXT: &str = "Acme Bank";

/// What is done to a message's members as it is passed on.
pub(super) type OnTheWire = Box<dyn Fn(&mut Map<String, Value>)>;

/// What the service does to one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lie {
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
    /// A parameter is weakened, who began is turned round, a refusal made an acceptance, a proof cut short.
    Downgrade,
    /// A text that is shown is altered; where none is, one is put in.
    Text,
}

impl Lie {
    pub(super) const ALL: [Self; 9] = [
        Self::Flip,
        Self::Swap,
        Self::Drop,
        Self::Repeat,
        Self::Reorder,
        Self::Reflect,
        Self::Replay,
        Self::Downgrade,
        Self::Text,
    ];
}

/// Which message it does it to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Message {
    Offer,
    Answer,
    Verdict,
    Viewed,
}

impl Message {
    pub(super) const ALL: [Self; 4] = [Self::Offer, Self::Answer, Self::Verdict, Self::Viewed];
}

fn flip<const N: usize>(bytes: &[u8; N], rng: &mut Rng) -> [u8; N] {
    let mut bytes = *bytes;
    bytes[rng.usize(..N)] ^= 1 << rng.u8(..8);
    bytes
}

/// A member that the message does not have, with a text in it.
pub(super) fn put_text_in(rng: &mut Rng) -> OnTheWire {
    let name = rng.choice(["subject", "agent_name", "org_name", "note", "detail"]).unwrap();
    Box::new(move |members| {
        members.insert(name.into(), TEXT.into());
    })
}

/// A member without its last characters, down to none, or without the member itself.
pub(super) fn cut_short(member: &'static str, rng: &mut Rng) -> OnTheWire {
    let (keep, all) = (rng.usize(..43), rng.bool());
    Box::new(move |members| {
        let text = members.remove(member).unwrap();
        if !all {
            members.insert(member.into(), text.as_str().unwrap()[..keep].into());
        }
    })
}

pub(super) fn spoil_offer(run: &mut Run, other: &Run, lie: Lie, rng: &mut Rng) {
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
        (Lie::Text, 0) => offer.org_name = TEXT.into(),
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

pub(super) fn spoil_answer(run: &mut Run, other: &Run, lie: Lie, rng: &mut Rng) {
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

/// What has to be so before the answer, for the verdict on it to be lied about: half of the downgraded verdicts are refusals of a
/// wrong value or of another story of who began, made acceptances.
pub(super) fn prepare_verdict(run: &mut Run, rng: &mut Rng) {
    match rng.u8(..4) {
        0 => run.types = ANOTHER,
        1 => run.says = Began::Organization,
        _ => {}
    }
}

pub(super) fn spoil_verdict(run: &mut Run, other: &Run, lie: Lie, rng: &mut Rng) {
    let own_tag = run.answer.as_ref().unwrap().tag.clone();
    match (lie, run.verdict.take().unwrap()) {
        (Lie::Flip, VerdictState::Accepted { tag, .. }) => {
            run.verdict = Some(accepted(Tag::from_bytes(flip(tag.as_bytes(), rng))));
        }
        (Lie::Swap | Lie::Replay, _) => run.verdict.clone_from(&other.verdict),
        (Lie::Reflect, _) => run.verdict = Some(accepted(own_tag)),
        (Lie::Downgrade, VerdictState::Refused) => {
            run.verdict = match rng.u8(..3) {
                0 => other.verdict.clone(),
                1 => Some(accepted(other.answer.as_ref().unwrap().tag.clone())),
                _ => Some(accepted(own_tag)),
            };
        }
        // Half of the acceptances are made refusals, the others are cut short on their way.
        (Lie::Downgrade, _) if rng.bool() => run.verdict = Some(VerdictState::Refused),
        (_, verdict) => run.verdict = Some(verdict),
    }
    if lie == Lie::Reorder {
        run.event(&MATCHED);
    }
}

/// The nonce that is passed on in the place of the recipient's.
pub(super) fn spoil_viewed(run: &mut Run, other: &Run, lie: Lie, rng: &mut Rng) -> Option<Nonce> {
    let nonce = run.nonce();
    match lie {
        Lie::Flip => Some(Nonce::from_bytes(flip(nonce.unwrap().as_bytes(), rng))),
        Lie::Swap | Lie::Replay => other.nonce(),
        // What the service has of this kind is the commitment.
        Lie::Reflect => Some(Nonce::from_bytes(*run.answer.as_ref().unwrap().commit.as_bytes())),
        Lie::Drop => None,
        Lie::Reorder => {
            run.event(&MATCHED);
            nonce
        }
        Lie::Repeat | Lie::Downgrade | Lie::Text => nonce,
    }
}
