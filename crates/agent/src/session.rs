//! One live session on the agent's side, free of I/O: events and requests in, effects out, `now` an argument.
//!
//! The protocol's own steps are [`countersign_protocol::agent`]'s types; what this adds is what a person sees of them
//! (progress, outcome, what may be asked now) and what has to follow (a verdict to send, a milestone to record, a notice).
//! Values are kept only so that the session can be started over, and go when its card is closed.

use crate::desktop::NoticeKind;
use crate::history::{HistoryError, Milestone};
use crate::view::{Allowed, FieldSpec, Language, Outcome, Progress, Refused, SessionView, TemplateName};
use countersign_protocol::agent::{Accepted, Offered, Refusal, Viewed};
use countersign_protocol::wire::{self, EventKind, Verdict};
use countersign_protocol::{Began, Nonce, Passcode, SessionId, prefill};
use std::time::{Duration, Instant};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

/// Longest that a session may last, with all the time that was added (`docs/protocol.md` §5), however much the service says there is.
const LONGEST: Duration = Duration::from_mins(15);

/// What the agent entered. Holds values: no `Debug`, wiped when dropped.
#[derive(Clone)]
pub struct Entry {
    /// The template it was started from.
    pub template: Option<TemplateName>,
    /// What the recipient is asked for.
    pub fields: Vec<FieldSpec>,
    /// The values expected, as typed.
    pub values: Vec<Zeroizing<String>>,
    /// May be empty.
    pub subject: String,
    /// Who began the conversation, as the agent says it.
    pub began: Began,
    /// Seconds the session is open.
    pub ttl_secs: u32,
    /// Whether the link carries the first value.
    pub prefill: bool,
    /// The language the recipient is written to in.
    pub language: Language,
}

/// Something that has to follow from an event or a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send the verdict.
    Verdict(Verdict),
    /// Call the session off at the service.
    Cancel,
    /// Tell the service that the passcode was revealed.
    TellRevealed,
    /// Record in history.
    Record(Milestone),
    /// Tell the user.
    Notify(NoticeKind),
}

/// How many colours cards have.
pub const COLOURS: u32 = 8;

/// How far the protocol has come.
enum Stage {
    Offered(Offered),
    Accepted(Accepted),
    Viewed(Viewed),
    Over,
}

/// A session whose card is open.
pub struct LiveSession {
    id: SessionId,
    entry: Entry,
    url: String,
    number: String,
    colour: u32,
    created: Instant,
    deadline: Instant,
    /// The deadline by the service's clock, as it was last told.
    expires_at: Option<OffsetDateTime>,
    /// Seconds from the beginning to the deadline; `entry` keeps what was asked for.
    total_secs: u32,
    progress: Progress,
    outcome: Option<Outcome>,
    open_refused: u32,
    typed: bool,
    stage: Stage,
}

/// What the service said when it took the session. By default nothing: no link, and no time.
#[derive(Default)]
pub struct Placed {
    /// The link.
    pub url: String,
    /// Six digits.
    pub number: String,
    /// Time left.
    pub left: Duration,
    /// When time runs out, by the service's clock (RFC 3339).
    pub expires_at: String,
    /// The recipient types the code, and their page compares.
    pub typed: bool,
}

impl LiveSession {
    /// A session the service has just taken.
    pub fn new(
        id: SessionId,
        entry: Entry,
        offered: Offered,
        placed: Placed,
        colour: u32,
        now: Instant,
    ) -> Self {
        // However long the service says it has.
        let longest = Duration::from_secs(u64::from(entry.ttl_secs));
        Self {
            id,
            total_secs: entry.ttl_secs,
            entry,
            url: placed.url,
            number: placed.number,
            colour: colour % COLOURS,
            created: now,
            deadline: now + placed.left.min(longest),
            expires_at: time_of(&placed.expires_at),
            progress: Progress::Waiting,
            outcome: None,
            open_refused: 0,
            typed: placed.typed,
            stage: Stage::Offered(offered),
        }
    }

    /// Its id.
    pub fn id(&self) -> &SessionId {
        &self.id
    }

    /// What the agent entered.
    pub fn entry(&self) -> &Entry {
        &self.entry
    }

    /// Whether nothing can happen any more.
    pub fn is_over(&self) -> bool {
        self.outcome.is_some()
    }

    /// Its colour.
    pub fn colour(&self) -> u32 {
        self.colour
    }

    /// Time left.
    pub fn left(&self, now: Instant) -> Duration {
        self.deadline.saturating_duration_since(now)
    }

    /// When time runs out, while it can.
    pub fn deadline(&self) -> Option<Instant> {
        (!self.is_over()).then_some(self.deadline)
    }

    /// Whether the link carries the first value from now on.
    pub fn set_prefill(&mut self, on: bool) {
        self.entry.prefill = on;
    }

    /// The link to hand to the recipient, with the first value in it if *prefill* is on.
    pub fn link(&self) -> Zeroizing<String> {
        match self.entry.values.first() {
            Some(value) if self.entry.prefill => prefill::link(&self.url, value),
            _ => Zeroizing::new(self.url.clone()),
        }
    }

    /// Takes an event of the service. `spend` puts it on record, durably, that the share is spent; it is called before the
    /// answer is looked at, and if it fails the answer never is.
    pub fn event(
        &mut self,
        event: &EventKind,
        now: Instant,
        spend: impl FnOnce(&SessionId) -> Result<(), HistoryError>,
    ) -> Vec<Effect> {
        if self.is_over() {
            return self.after_the_end(event);
        }
        match event {
            EventKind::Opened => self.opened(),
            EventKind::OpenRefused => {
                self.open_refused += 1;
                // Told once; the card counts.
                if self.open_refused == 1 {
                    vec![Effect::Notify(NoticeKind::LinkTriedAgain)]
                } else {
                    Vec::new()
                }
            }
            EventKind::Answered(answer) => self.answered(answer, spend),
            EventKind::Viewed { nonce } => self.viewed(nonce),
            EventKind::Extended { expires_at, ttl_ms } => {
                self.extend(expires_at, *ttl_ms, now);
                Vec::new()
            }
            EventKind::Outcome(said) => self.said(*said),
            EventKind::Expired => self.end(Outcome::Expired),
        }
    }

    fn opened(&mut self) -> Vec<Effect> {
        if self.progress >= Progress::Opened {
            return Vec::new();
        }
        self.progress = Progress::Opened;
        vec![Effect::Record(Milestone::Opened)]
    }

    fn answered(
        &mut self,
        answer: &wire::Answer,
        spend: impl FnOnce(&SessionId) -> Result<(), HistoryError>,
    ) -> Vec<Effect> {
        let Stage::Offered(offered) = std::mem::replace(&mut self.stage, Stage::Over) else {
            // A second answer. The first one stands or fell; a service that sends another gets no second guess.
            return self.ended_with(Outcome::Tampered, vec![Effect::Cancel]);
        };
        let mut effects = self.opened();
        let Ok(spent) = offered.spend(spend) else {
            effects.extend(self.ended_with(Outcome::Failed, vec![Effect::Cancel]));
            return effects;
        };
        match spent.check(answer) {
            Ok(accepted) => {
                effects.push(Effect::Verdict(Verdict::accept(accepted.tag().clone())));
                self.progress = Progress::Confirmed;
                self.stage = Stage::Accepted(accepted);
            }
            Err(refusal) => {
                let (outcome, notice) = match refusal {
                    Refusal::NotConfirmed => (Outcome::ValueRefused, Some(NoticeKind::ValueRefused)),
                    Refusal::RelaySuspected => (Outcome::RelaySuspected, Some(NoticeKind::RelaySuspected)),
                    Refusal::Share(_) => (Outcome::Tampered, None),
                };
                effects.push(Effect::Verdict(Verdict::refuse()));
                effects.extend(notice.map(Effect::Notify));
                effects.extend(self.end(outcome));
            }
        }
        effects
    }

    fn viewed(&mut self, nonce: &Nonce) -> Vec<Effect> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Accepted(accepted) => match accepted.viewed(nonce) {
                Ok(viewed) => {
                    self.stage = Stage::Viewed(viewed);
                    self.progress = Progress::Viewed;
                    vec![Effect::Record(Milestone::Viewed), Effect::Notify(NoticeKind::RevealUnlocked)]
                }
                Err(_) => self.ended_with(Outcome::Tampered, vec![Effect::Cancel]),
            },
            // A repeat of an event we had.
            viewed @ Stage::Viewed(_) => {
                self.stage = viewed;
                Vec::new()
            }
            // Nobody can have seen a passcode before we accepted.
            Stage::Offered(_) | Stage::Over => self.ended_with(Outcome::Tampered, vec![Effect::Cancel]),
        }
    }

    fn said(&mut self, said: wire::Outcome) -> Vec<Effect> {
        let outcome = match said {
            wire::Outcome { matched: true, .. }
                if matches!(self.stage, Stage::Viewed(_)) && self.progress == Progress::Revealed =>
            {
                Outcome::Matched
            }
            // "It matches" from somebody who has not shown to have seen a code, or to whom nobody can have said it: no person has
            // compared. A program that presses through a prefilled link says so.
            wire::Outcome { matched: true, .. } => Outcome::Tampered,
            wire::Outcome { unexpected: true, .. } => Outcome::Unexpected,
            wire::Outcome { .. } => Outcome::Mismatched,
        };
        let mut effects = Vec::new();
        if outcome != Outcome::Matched {
            effects.push(Effect::Notify(NoticeKind::Mismatched));
        }
        effects.extend(self.end(outcome));
        effects
    }

    /// The recipient's last word where the card had ended without one: it was under way when time ran out here, or when the agent
    /// called off. A customer who says no has to be heard; every other end stands.
    fn after_the_end(&mut self, event: &EventKind) -> Vec<Effect> {
        let (EventKind::Outcome(said), Some(outcome @ (Outcome::Expired | Outcome::Cancelled))) =
            (event, self.outcome)
        else {
            return Vec::new();
        };
        let compared = self.progress == Progress::Revealed;
        match said {
            wire::Outcome { matched: true, .. } if outcome == Outcome::Expired && compared => {
                self.end(Outcome::Matched)
            }
            wire::Outcome { matched: true, .. } => Vec::new(),
            wire::Outcome { unexpected, .. } => {
                let outcome = if *unexpected { Outcome::Unexpected } else { Outcome::Mismatched };
                self.ended_with(outcome, vec![Effect::Notify(NoticeKind::Mismatched)])
            }
        }
    }

    fn extend(&mut self, expires_at: &str, ttl_ms: u64, now: Instant) {
        // How much was left is true of the moment it was said, and an event may come long after or twice; how far the end has moved
        // stays true. More time only ever moves it away.
        let deadline = match (self.expires_at, time_of(expires_at)) {
            (Some(known), Some(told)) => {
                self.expires_at = Some(told.max(known));
                self.deadline.checked_add(Duration::try_from(told - known).unwrap_or_default())
            }
            _ => now.checked_add(Duration::from_millis(ttl_ms)),
        };
        let longest = self.created + LONGEST;
        self.deadline = deadline.map_or(self.deadline, |deadline| deadline.min(longest).max(self.deadline));
        let total = (self.deadline.duration_since(self.created) + Duration::from_millis(500)).as_secs();
        self.total_secs = self.total_secs.max(u32::try_from(total).unwrap_or(u32::MAX));
    }

    /// The service gave more time.
    pub fn extended(&mut self, extended: &wire::Extended, now: Instant) {
        if !self.is_over() {
            self.extend(&extended.expires_at, extended.ttl_ms, now);
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, now: Instant) -> Vec<Effect> {
        if self.is_over() || now < self.deadline { Vec::new() } else { self.end(Outcome::Expired) }
    }

    /// The agent calls it off.
    pub fn cancel(&mut self) -> Result<Vec<Effect>, Refused> {
        if self.is_over() {
            return Err(Refused::wrong_step());
        }
        Ok(self.ended_with(Outcome::Cancelled, vec![Effect::Cancel]))
    }

    /// The service would not take what we sent: the session is over there.
    pub fn lost(&mut self) -> Vec<Effect> {
        if self.is_over() { Vec::new() } else { self.end(Outcome::Failed) }
    }

    /// The passcode, once the recipient has seen it and not before.
    pub fn reveal(&mut self) -> Result<(&Passcode, Vec<Effect>), Refused> {
        match &self.stage {
            Stage::Viewed(viewed) => {
                let mut effects = Vec::new();
                if self.progress < Progress::Revealed {
                    self.progress = Progress::Revealed;
                    effects = vec![Effect::Record(Milestone::Revealed), Effect::TellRevealed];
                }
                Ok((viewed.passcode(), effects))
            }
            Stage::Offered(_) | Stage::Accepted(_) => Err(Refused::not_viewed()),
            Stage::Over => Err(Refused::wrong_step()),
        }
    }

    fn ended_with(&mut self, outcome: Outcome, mut first: Vec<Effect>) -> Vec<Effect> {
        first.extend(self.end(outcome));
        first
    }

    fn end(&mut self, outcome: Outcome) -> Vec<Effect> {
        // Whatever secret the protocol still held is wiped here.
        self.stage = Stage::Over;
        self.outcome = Some(outcome);
        vec![Effect::Record(Milestone::Ended(outcome))]
    }

    /// What a window shows of it.
    pub fn view(&self, now: Instant, online: bool) -> SessionView {
        let over = self.is_over();
        SessionView {
            id: self.id.to_string(),
            initials: initials(&self.entry),
            colour: self.colour,
            subject: self.entry.subject.clone(),
            template: self.entry.template.clone(),
            fields: self.entry.fields.clone(),
            began: self.entry.began,
            url: Some(self.url.clone()),
            number: (!self.number.is_empty()).then(|| self.number.clone()),
            prefill: self.entry.prefill,
            language: self.entry.language,
            typed: self.typed,
            progress: self.progress,
            outcome: self.outcome,
            remaining_ms: if over { 0 } else { millis(self.deadline.saturating_duration_since(now)) },
            ttl_secs: self.total_secs,
            open_refused: self.open_refused,
            reconnecting: !over && !online,
            allowed: Allowed {
                copy: !over && self.progress == Progress::Waiting,
                reveal: matches!(self.stage, Stage::Viewed(_)),
                extend: !over,
                // Nothing to redo after a match; after a suspected relay the only right thing is to hang up.
                recreate: !matches!(self.outcome, Some(Outcome::Matched | Outcome::RelaySuspected)),
                cancel: !over,
            },
        }
    }
}

/// The first letters of the subject's words, or of the template's: what tells cards apart at a glance.
fn initials(entry: &Entry) -> String {
    let template = entry.template.as_ref().map_or("", |template| template.name.as_str());
    let name = if entry.subject.is_empty() { template } else { &entry.subject };
    // A number tells more by its last digits than by its first.
    let number = name
        .split(|c: char| !c.is_alphanumeric())
        .rfind(|word| word.chars().all(char::is_numeric) && word.chars().count() > 1);
    if let Some(number) = number {
        let skip = number.chars().count() - 2;
        return number.chars().skip(skip).collect();
    }
    let words = name.split(|c: char| !c.is_alphanumeric()).filter_map(|word| word.chars().next());
    words.take(2).flat_map(char::to_uppercase).collect()
}

/// A time the service names; another version may name it otherwise.
fn time_of(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
