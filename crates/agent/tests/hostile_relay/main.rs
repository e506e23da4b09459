//! A service that lies. Two honest runs go on at once; the service between them flips, swaps, drops, repeats, reorders, reflects
//! and replays messages, downgrades parameters and alters texts. Whatever it does: neither side accepts what was touched, nothing
//! panics, and two sides that both hold a passcode hold the same one.
//!
//! Every lie is told about every message; none of the 36 cells is without a meaning. The answer, the verdict and *viewed* show no
//! text, so that the lie there is one that is put in: an answer with it cannot be read, and of the other two it is passed over and
//! comes before nobody.
//!
//! The recipient is this repository's Rust, thousands of times, and the customer's page itself (all of it but its looks, run by Node),
//! hundreds of times; the page also has to say so. *Replay* is the message of an earlier life of the same session.
//!
//! `COUNTERSIGN_TRIES` sets how many transcripts are tried (default 2000), `COUNTERSIGN_PAGE_TRIES` how many with the page (default
//! 720), `COUNTERSIGN_SEED` where they begin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests, helpers included
#![allow(clippy::print_stdout)] // the claim

#[path = "../common/mod.rs"]
mod common;
mod lies;
mod page;
mod run;

use countersign_agent::view::{Outcome, Progress};
use countersign_protocol::Began;
use countersign_protocol::wire::EventKind;
use countersign_rig::node::Peer;
use fastrand::Rng;
use lies::{Lie, Message, TEXT};
use page::Page;
use run::{Run, untouched};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Instant;

const TRIES: u64 = 2000;
const PAGE_TRIES: u64 = 720;

/// A run under one lie.
struct Play<'a> {
    run: Run,
    other: Run,
    message: Message,
    lie: Lie,
    rng: &'a mut Rng,
    /// Whether the lie altered what somebody received: a message that is repeated after it was taken alters nothing.
    altered: bool,
}

/// The run with the lie, and whether the lie altered anything. With a page, it is the recipient.
fn play(message: Message, lie: Lie, page: Option<&Rc<RefCell<Peer>>>, rng: &mut Rng) -> (Run, bool) {
    let mut run = Run::begin(rng);
    let other = if lie == Lie::Replay { run.earlier(rng) } else { Run::whole(rng) };
    run.page = page.map(|program| Page::new(program.clone()));
    let mut play = Play { run, other, message, lie, rng, altered: lie != Lie::Repeat };
    play.offer();
    play.answer();
    play.verdict();
    play.viewed();
    (play.run, play.altered)
}

impl Play<'_> {
    /// The lie, if it is about this message.
    fn lie_of(&self, message: Message) -> Option<Lie> {
        (message == self.message).then_some(self.lie)
    }

    fn offer(&mut self) {
        let lie = self.lie_of(Message::Offer);
        match self.message {
            Message::Answer if self.lie == Lie::Downgrade && self.rng.bool() => {
                self.run.says = Began::Organization;
            }
            Message::Verdict if self.lie == Lie::Downgrade => {
                lies::prepare_verdict(&mut self.run, self.rng);
            }
            _ => {}
        }
        if let Some(lie) = lie {
            lies::spoil_offer(&mut self.run, &self.other, lie, self.rng);
        }
        if lie == Some(Lie::Reorder) {
            self.run.event(&EventKind::Answered(self.other.answer.clone().unwrap()));
        }
        if lie != Some(Lie::Drop) {
            self.run.deliver_offer(self.rng);
        }
        if lie == Some(Lie::Repeat) {
            // As to a page that opens again: it draws anew, and answers once.
            self.run.deliver_offer(self.rng);
        }
    }

    fn answer(&mut self) {
        let lie = self.lie_of(Message::Answer);
        if let Some(lie) = lie {
            lies::spoil_answer(&mut self.run, &self.other, lie, self.rng);
        }
        if lie == Some(Lie::Reorder) {
            self.run.event(&EventKind::Viewed { nonce: self.other.nonce().unwrap() });
        }
        let wire = if lie == Some(Lie::Text) { lies::put_text_in(self.rng) } else { untouched() };
        if lie != Some(Lie::Drop) {
            self.run.deliver_answer(&wire);
        }
        if lie == Some(Lie::Repeat) {
            // A second answer ends the session, be it the same: there was to be one.
            self.altered = true;
            self.run.deliver_answer(&wire);
        }
    }

    fn verdict(&mut self) {
        let Some(lie) = self.lie_of(Message::Verdict) else {
            return self.run.deliver_verdict(&untouched());
        };
        let before = self.run.verdict.clone();
        lies::spoil_verdict(&mut self.run, &self.other, lie, self.rng);
        let wire = match lie {
            Lie::Text => {
                self.altered = false;
                lies::put_text_in(self.rng)
            }
            Lie::Downgrade if before == self.run.verdict => lies::cut_short("tag", self.rng),
            _ => untouched(),
        };
        if lie != Lie::Drop {
            self.run.deliver_verdict(&wire);
        }
        if lie == Lie::Repeat {
            self.run.deliver_verdict(&wire);
        }
    }

    fn viewed(&mut self) {
        let Some(lie) = self.lie_of(Message::Viewed) else {
            return self.run.deliver_viewed(self.run.nonce(), &untouched());
        };
        let nonce = lies::spoil_viewed(&mut self.run, &self.other, lie, self.rng);
        let wire = match lie {
            Lie::Text => {
                self.altered = false;
                lies::put_text_in(self.rng)
            }
            Lie::Downgrade => lies::cut_short("nonce", self.rng),
            _ => untouched(),
        };
        if lie == Lie::Repeat {
            self.run.deliver_viewed(nonce.clone(), &wire);
        }
        self.run.deliver_viewed(nonce, &wire);
    }
}

/// What went wrong, if anything did.
fn judge(message: Message, lie: Lie, run: &mut Run, altered: bool) -> Option<&'static str> {
    let agents = run.agents_passcode();
    let recipients = run.recipients_passcode(agents.as_deref());
    let view = run.agent.view(Instant::now(), true);
    if agents.is_some() && agents != recipients {
        return Some("the agent holds a passcode the recipient does not hold");
    }
    if serde_json::to_string(&view).unwrap().contains(TEXT) {
        return Some("a text of the service's came before the agent");
    }
    // A page that was never shown anything has nothing to take back.
    let page = run.page.as_ref().map(|page| page.step.as_str()).filter(|step| !step.is_empty());
    if page.is_some_and(|step| !matches!(step, "invalid" | "stop" | "passcode" | "confirmed")) {
        return Some("the customer was not told");
    }
    if !altered {
        return agents.is_none().then_some("an honest run did not go through");
    }
    let taken = match message {
        // The first answer was honest and so was the verdict on it; the agent's side ended at the second.
        Message::Answer if lie == Lie::Repeat => agents.is_some(),
        // The verdict was honest; what came before it was not.
        Message::Verdict if lie == Lie::Reorder => agents.is_some(),
        // Before the recipient has a passcode, neither side may come to one.
        Message::Offer | Message::Answer | Message::Verdict => agents.is_some() || recipients.is_some(),
        // The agent had accepted an honest answer; nothing more may come of it.
        Message::Viewed => agents.is_some(),
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

/// Tells every lie about every message, over and over.
fn lie(tries: u64, page: Option<&Rc<RefCell<Peer>>>) {
    let seed = setting("COUNTERSIGN_SEED", 1);
    let mut rng = Rng::with_seed(seed);
    let cells: Vec<(Message, Lie)> =
        Message::ALL.iter().flat_map(|message| Lie::ALL.map(|lie| (*message, lie))).collect();
    let mut tried = vec![0_usize; cells.len()];
    let mut failed = 0;
    for (number, cell) in (0..tries).zip((0..cells.len()).cycle()) {
        let (message, lie) = cells[cell];
        let (mut run, altered) = play(message, lie, page, &mut rng);
        tried[cell] += 1;
        if let Some(wrong) = judge(message, lie, &mut run, altered) {
            failed += 1;
            println!("{message:?} {lie:?}, seed {seed}, number {number}: {wrong}");
        }
    }
    println!("claim hostile_relay {tries} {failed} 0 {}", if failed == 0 { "ok" } else { "short" });
    assert_eq!(failed, 0);
    for ((message, lie), times) in cells.iter().zip(tried) {
        assert!(times > 0, "{message:?} {lie:?} was not tried");
    }
}

#[test]
fn neither_side_accepts_what_a_lying_service_made_of_a_message() {
    lie(setting("COUNTERSIGN_TRIES", TRIES), None);
}

#[test]
fn the_customers_page_accepts_nothing_that_a_lying_service_made_of_a_message() {
    lie(
        setting("COUNTERSIGN_PAGE_TRIES", PAGE_TRIES),
        Some(&Rc::new(RefCell::new(Peer::start("page-peer")))),
    );
}

/// Every lie about a verdict that makes one of a refusal, one by one: the recipient is left without a passcode.
#[test]
fn a_refusal_that_is_made_an_acceptance_convinces_nobody() {
    let mut rng = Rng::with_seed(2);
    let mut refused = 0;
    for _ in 0..200 {
        let (mut run, _) = play(Message::Verdict, Lie::Downgrade, None, &mut rng);
        assert!(run.recipients_passcode(None).is_none() && run.agents_passcode().is_none());
        let view = run.agent.view(Instant::now(), true);
        refused += usize::from(view.outcome.is_some());
    }
    assert!((50..150).contains(&refused), "{refused} of 200 were refusals");
}
