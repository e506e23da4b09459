//! A run as the service sees it: which call moves a session from which stage to which (`docs/protocol.md` §5).
//!
//! A pure function, the reference every store's transitions are held to. The service knows no more of a run than this:
//! neither the value nor the passcode is in it.

use serde::{Deserialize, Serialize};

/// How far a session has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Created; nobody has opened the link.
    Waiting,
    /// One page has opened it and is the recipient from here on.
    Opened,
    /// The one answer is in.
    Answered,
    /// The agent accepted the answer.
    Accepted,
    /// The agent refused it. Over.
    Refused,
    /// The recipient has seen the passcode and given the nonce away.
    Viewed,
    /// The recipient says the codes match. Over.
    Matched,
    /// The recipient says they do not, or that they did not ask for this. Over.
    Mismatched,
    /// The agent called it off. Over.
    Cancelled,
}

/// What someone asks the service to record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Recipient: open the link.
    Open,
    /// Recipient: the answer.
    Answer,
    /// Agent: the answer is accepted.
    Accept,
    /// Agent: the answer is refused.
    Refuse,
    /// Recipient: the passcode is on the screen.
    View,
    /// Agent: the passcode was revealed. Recorded, and moves nothing.
    Reveal,
    /// Recipient: the codes match.
    Match,
    /// Recipient: they do not match, or this was unexpected.
    Mismatch,
    /// Agent: call it off.
    Cancel,
    /// Either: more time. Moves nothing.
    Extend,
}

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 9] = [
        Self::Waiting,
        Self::Opened,
        Self::Answered,
        Self::Accepted,
        Self::Refused,
        Self::Viewed,
        Self::Matched,
        Self::Mismatched,
        Self::Cancelled,
    ];

    /// The stage's name in stores.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Opened => "opened",
            Self::Answered => "answered",
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Viewed => "viewed",
            Self::Matched => "matched",
            Self::Mismatched => "mismatched",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing can happen any more.
    pub fn is_over(self) -> bool {
        matches!(self, Self::Refused | Self::Matched | Self::Mismatched | Self::Cancelled)
    }

    /// Where `step` leads from here, or `None` if it is out of order. Repeats of the same step with the same bytes are
    /// answered by the service from what it has recorded; they are not transitions.
    pub fn after(self, step: Step) -> Option<Self> {
        match (self, step) {
            (Self::Waiting, Step::Open) => Some(Self::Opened),
            (Self::Opened, Step::Answer) => Some(Self::Answered),
            (Self::Answered, Step::Accept) => Some(Self::Accepted),
            (Self::Answered, Step::Refuse) => Some(Self::Refused),
            (Self::Accepted, Step::View) => Some(Self::Viewed),
            (Self::Viewed, Step::Match) => Some(Self::Matched),
            // Before the passcode is shown too: the page's check of the agent's tag may fail, or its reader did not ask for this.
            (Self::Accepted | Self::Viewed, Step::Mismatch) => Some(Self::Mismatched),
            (Self::Viewed | Self::Matched | Self::Mismatched, Step::Reveal) => Some(self),
            (stage, Step::Cancel) if !stage.is_over() => Some(Self::Cancelled),
            (stage, Step::Extend) if !stage.is_over() => Some(stage),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STEPS: [Step; 10] = [
        Step::Open,
        Step::Answer,
        Step::Accept,
        Step::Refuse,
        Step::View,
        Step::Reveal,
        Step::Match,
        Step::Mismatch,
        Step::Cancel,
        Step::Extend,
    ];

    #[test]
    fn what_is_over_stays_over() {
        for stage in Stage::ALL.into_iter().filter(|stage| stage.is_over()) {
            for step in STEPS {
                assert!(stage.after(step).is_none_or(|next| next == stage), "{stage:?} {step:?}");
            }
        }
    }

    #[test]
    fn a_session_is_opened_answered_and_viewed_once() {
        for step in [Step::Open, Step::Answer, Step::Accept, Step::View] {
            let mut from = Stage::ALL.into_iter().filter(|stage| stage.after(step).is_some());
            let Some(stage) = from.next() else { panic!("{step:?} is never possible") };
            assert_eq!(from.next(), None);
            let mut reachable = vec![stage.after(step).unwrap()];
            while let Some(next) = reachable.pop() {
                assert_eq!(next.after(step), None, "{step:?} twice, from {next:?}");
                reachable.extend(STEPS.iter().filter_map(|s| next.after(*s)).filter(|n| *n != next));
            }
        }
    }
}
