//! The agent's program: what it holds in memory, what is on its disk, and what it makes of events.

use crate::design::Design;
use crate::record::{Event, Guess};

/// How far its side of the run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Progress {
    Offered,
    Accepted,
    Viewed,
    Over,
}

/// What it has asked of the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Says {
    Nothing,
    Accept,
    Refuse,
}

/// The program. A crash takes its memory back to what a copy from the start would hold: worse than the program, which keeps nothing
/// of a session over a restart, so that what is on disk alone has to stand against a second guess.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[allow(clippy::struct_excessive_bools)] // each is a fact of its own
pub struct Agent {
    pub progress: Progress,
    /// On disk.
    pub spent: bool,
    /// This process has put that on disk.
    pub recorded: bool,
    /// An answer lies before it and has not been looked at.
    pub answer: Option<Guess>,
    /// Answers it has looked at.
    pub looked_at: u8,
    /// What it has sent; a message that was sent may arrive at any time.
    pub says: Says,
    /// How far its stream of events has come, and the place of the newest event it has.
    pub stream: usize,
    pub newest: usize,
    /// Whether some event reached it twice, or after one was left out.
    pub out_of_turn: bool,
    pub revealed: bool,
}

impl Agent {
    pub fn new() -> Self {
        Self {
            progress: Progress::Offered,
            spent: false,
            recorded: false,
            answer: None,
            looked_at: 0,
            says: Says::Nothing,
            stream: 0,
            newest: 0,
            out_of_turn: false,
            revealed: false,
        }
    }

    /// Takes the event at `place`, from 1. An answer is only laid before it: looking at it is a step of its own, and between the two
    /// the program may crash.
    pub fn take(&mut self, place: usize, event: Event) {
        self.out_of_turn |= place != self.newest + 1;
        (self.stream, self.newest) = (place, self.newest.max(place));
        match event {
            Event::Answered(_, guess) if self.progress == Progress::Offered && self.answer.is_none() => {
                self.answer = Some(guess);
            }
            Event::Viewed if self.progress == Progress::Accepted => self.progress = Progress::Viewed,
            Event::Outcome(_) => self.progress = Progress::Over,
            Event::Opened(_) | Event::Answered(..) | Event::Viewed => {}
        }
    }

    /// Its stream breaks and is asked for again.
    pub fn reconnect(&mut self, design: &Design) {
        self.stream = if design.resumes { self.newest } else { 0 };
    }

    /// Puts it on disk that the share is spent. If it is there already, the answer is never looked at.
    pub fn spend(&mut self) {
        if self.answer.is_none() || self.recorded {
            return;
        }
        if self.spent {
            (self.answer, self.progress) = (None, Progress::Over);
        }
        (self.spent, self.recorded) = (true, true);
    }

    /// Looks at the answer.
    pub fn look(&mut self, design: &Design) {
        let may = if design.spent_first { self.recorded } else { !self.spent };
        let Some(guess) = self.answer.filter(|_| may && self.progress == Progress::Offered) else { return };
        self.looked_at += 1;
        (self.progress, self.says) = if guess == Guess::Right {
            (Progress::Accepted, Says::Accept)
        } else {
            (Progress::Over, Says::Refuse)
        };
    }

    /// Presses *Reveal*.
    pub fn reveal(&mut self, design: &Design) {
        let may =
            self.progress == Progress::Viewed || (!design.reveal_gate && self.progress == Progress::Accepted);
        self.revealed |= may;
    }

    /// Starts again from a copy of its memory.
    pub fn crash(&mut self) {
        (self.progress, self.answer, self.recorded) = (Progress::Offered, None, false);
        (self.stream, self.newest) = (0, 0);
    }
}
