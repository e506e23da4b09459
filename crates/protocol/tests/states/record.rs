//! A session's record on one node, and the steps that change it.

use crate::design::Design;
use countersign_protocol::stage::{Stage, Step};

/// One of the two who have the link.
pub type Who = u8;

/// What the agent is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    Opened(Who),
    Answered(Who, Guess),
    Viewed,
    Outcome(bool),
}

/// What a recipient answers with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess {
    Right,
    Wrong,
}

/// A call of a recipient's. A token is the recipient's own: nobody can send another's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Call {
    Open,
    Answer(Guess),
    View,
    Outcome(bool),
}

/// What a store holds of the one session.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Record {
    pub stage: Stage,
    pub opener: Option<Who>,
    pub answer: Option<Guess>,
    pub answers_taken: u8,
    pub viewed: bool,
    pub outcome: Option<bool>,
    /// Called off because a write of this node's was not acknowledged.
    pub burned: bool,
    pub events: Vec<Event>,
}

impl Record {
    pub fn new() -> Self {
        Self {
            stage: Stage::Waiting,
            opener: None,
            answer: None,
            answers_taken: 0,
            viewed: false,
            outcome: None,
            burned: false,
            events: Vec::new(),
        }
    }

    /// The agent's steps, and those that end the session.
    pub fn step(&mut self, design: &Design, step: Step) -> bool {
        let next = self.stage.after(step).or_else(|| (!design.stages_hold).then(|| forced(step)));
        if let Some(next) = next {
            self.stage = next;
        }
        next.is_some()
    }

    /// What a recipient's call changes: whether it is answered with success, and whether that was a repeat.
    pub fn call(&mut self, design: &Design, who: Who, call: Call) -> Option<Repeat> {
        if call != Call::Open && self.opener != Some(who) && design.one_token {
            return None;
        }
        match call {
            Call::Open => {
                if let Some(opener) = self.opener {
                    return (opener == who || !design.one_token).then_some(Repeat::Again);
                }
                self.taken(design, Step::Open, Event::Opened(who)).inspect(|_| self.opener = Some(who))
            }
            Call::Answer(guess) => match self.answer {
                Some(known) if known == guess => Some(Repeat::Again),
                Some(_) if design.one_answer => {
                    // A second, different answer ends the session for both.
                    let _ = self.step(design, Step::Refuse) || self.step(design, Step::Mismatch);
                    None
                }
                Some(_) => {
                    self.answers_taken = self.answers_taken.saturating_add(1);
                    self.answer = Some(guess);
                    Some(Repeat::First)
                }
                None => self.taken(design, Step::Answer, Event::Answered(who, guess)).inspect(|_| {
                    self.answer = Some(guess);
                    self.answers_taken = self.answers_taken.saturating_add(1);
                }),
            },
            Call::View if self.viewed => Some(Repeat::Again),
            Call::View => self.taken(design, Step::View, Event::Viewed).inspect(|_| self.viewed = true),
            Call::Outcome(matched) => {
                if let Some(known) = self.outcome {
                    return (known == matched).then_some(Repeat::Again);
                }
                let step = if matched { Step::Match } else { Step::Mismatch };
                self.taken(design, step, Event::Outcome(matched)).inspect(|_| self.outcome = Some(matched))
            }
        }
    }

    fn taken(&mut self, design: &Design, step: Step, event: Event) -> Option<Repeat> {
        self.step(design, step).then(|| {
            self.events.push(event);
            Repeat::First
        })
    }
}

/// Whether a call that succeeds changed something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    First,
    Again,
}

/// Where a step leads whose order nobody checks: the defect.
fn forced(step: Step) -> Stage {
    match step {
        Step::Open => Stage::Opened,
        Step::Answer => Stage::Answered,
        Step::Accept => Stage::Accepted,
        Step::Refuse => Stage::Refused,
        Step::View | Step::Reveal | Step::Extend => Stage::Viewed,
        Step::Match => Stage::Matched,
        Step::Mismatch => Stage::Mismatched,
        Step::Cancel => Stage::Cancelled,
    }
}
