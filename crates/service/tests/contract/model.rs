//! What a store's session must be, said once more and independently: a stage, moved by [`Stage::after`] and by nothing else,
//! and what each verb has recorded.

use super::{Party, org, owner};
use crate::common::{answer, nonce, tag};
use countersign_protocol::stage::{Stage, Step};
use countersign_protocol::wire::{Answer, CreateSession, Outcome, Verdict};
use countersign_protocol::{Nonce, SessionId, Tag};
use countersign_service::store::{Recipient, StoreError, VerdictRecord};
use std::mem::discriminant;
use std::sync::Arc;

/// One of two contents a verb can come with: the one of the run, or another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Content {
    Ours,
    Other,
}
use Content::{Other, Ours};

/// A call of the store about one session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Create(Content),
    Open(Content),
    Answer(Content),
    Accept(Content),
    Refuse,
    View(Content),
    Reveal,
    Match,
    Mismatch,
    Unexpected,
    Cancel,
    ExtendByAgent,
    ExtendByRecipient,
}

impl Call {
    pub const ALL: [Self; 18] = [
        Self::Create(Ours),
        Self::Create(Other),
        Self::Open(Ours),
        Self::Open(Other),
        Self::Answer(Ours),
        Self::Answer(Other),
        Self::Accept(Ours),
        Self::Accept(Other),
        Self::Refuse,
        Self::View(Ours),
        Self::View(Other),
        Self::Reveal,
        Self::Match,
        Self::Mismatch,
        Self::Unexpected,
        Self::Cancel,
        Self::ExtendByAgent,
        Self::ExtendByRecipient,
    ];

    /// The step the call asks for.
    fn step(self) -> Option<Step> {
        match self {
            Self::Create(_) => None,
            Self::Open(_) => Some(Step::Open),
            Self::Answer(_) => Some(Step::Answer),
            Self::Accept(_) => Some(Step::Accept),
            Self::Refuse => Some(Step::Refuse),
            Self::View(_) => Some(Step::View),
            Self::Reveal => Some(Step::Reveal),
            Self::Match => Some(Step::Match),
            Self::Mismatch | Self::Unexpected => Some(Step::Mismatch),
            Self::Cancel => Some(Step::Cancel),
            Self::ExtendByAgent | Self::ExtendByRecipient => Some(Step::Extend),
        }
    }

    /// Whether the page that opened the link makes it.
    fn is_recipients(self) -> bool {
        matches!(
            self,
            Self::Answer(_)
                | Self::View(_)
                | Self::Match
                | Self::Mismatch
                | Self::Unexpected
                | Self::ExtendByRecipient
        )
    }

    /// The verb: calls of one verb stand in each other's way.
    fn verb(self) -> Self {
        match self {
            Self::Refuse => Self::Accept(Ours),
            Self::Mismatch | Self::Unexpected => Self::Match,
            other => other,
        }
    }
}

/// Every way to every stage, as [`Stage::after`] has it; what moves nothing is left out.
pub fn ways() -> Vec<Vec<Call>> {
    let mut all = vec![(Stage::Waiting, Vec::new())];
    let mut at = 0;
    while let Some((stage, way)) = all.get(at).cloned() {
        for call in Call::ALL {
            let moves = call.step().and_then(|step| stage.after(step)).filter(|next| *next != stage);
            let repeats = call == Call::Unexpected
                || matches!(
                    call,
                    Call::Open(Other) | Call::Answer(Other) | Call::Accept(Other) | Call::View(Other)
                );
            if let Some(next) = moves.filter(|_| !repeats) {
                all.push((next, [way.as_slice(), &[call]].concat()));
            }
        }
        at += 1;
    }
    for stage in Stage::ALL {
        assert!(all.iter().any(|(reached, _)| *reached == stage), "{stage:?} is never reached");
    }
    all.into_iter().map(|(_, way)| way).collect()
}

/// What calls of one session say.
pub struct Contents {
    answers: [Answer; 2],
    tags: [Tag; 2],
    nonces: [Nonce; 2],
}

impl Contents {
    pub fn draw() -> Self {
        Self { answers: [answer(), answer()], tags: [tag(), tag()], nonces: [nonce(), nonce()] }
    }

    fn of<T>(pair: &[T; 2], content: Content) -> &T {
        let [ours, other] = pair;
        if content == Ours { ours } else { other }
    }
}

/// What the model says of a session.
pub struct Model {
    pub stage: Stage,
    /// Calls that were recorded.
    done: Vec<Call>,
    refused_told: bool,
    /// The agent's events so far, by name.
    pub events: Vec<&'static str>,
}

impl Model {
    pub fn new() -> Self {
        Self { stage: Stage::Waiting, done: Vec::new(), refused_told: false, events: Vec::new() }
    }

    /// What the call must answer; the model is then what the session must be.
    pub fn apply(&mut self, call: Call) -> Result<(), StoreError> {
        let (opened, cancelled) = (self.done.contains(&Call::Open(Ours)), self.stage == Stage::Cancelled);
        if call.is_recipients() && (!opened || cancelled) {
            return Err(StoreError::NoSuchSession);
        }
        let recorded = self.done.iter().find(|done| discriminant(&done.verb()) == discriminant(&call.verb()));
        match (call, recorded.copied()) {
            (Call::Create(content), _) => {
                if content == Ours {
                    Ok(())
                } else {
                    Err(StoreError::Conflict)
                }
            }
            (Call::Open(_), _) if cancelled => Err(StoreError::NoSuchSession),
            (Call::Open(content), Some(done)) => {
                if done == Call::Open(content) {
                    return Ok(());
                }
                if !self.refused_told {
                    self.refused_told = true;
                    self.events.push("open_refused");
                }
                Err(StoreError::NoSuchSession)
            }
            (_, Some(done)) if done == call => Ok(()),
            (Call::Answer(_), Some(_)) => {
                if let Some(over) = self.stage.after(Step::Refuse) {
                    self.stage = over;
                } else if let Some(over) = self.stage.after(Step::Mismatch) {
                    self.stage = over;
                    self.events.push("outcome");
                }
                Err(StoreError::Conflict)
            }
            (_, Some(_)) => Err(StoreError::Conflict),
            (_, None) => self.step(call),
        }
    }

    fn step(&mut self, call: Call) -> Result<(), StoreError> {
        let step = call.step().unwrap();
        self.stage = self.stage.after(step).ok_or(StoreError::WrongState)?;
        match step {
            Step::Open => self.events.push("opened"),
            Step::Answer => self.events.push("answered"),
            Step::View => self.events.push("viewed"),
            Step::Match | Step::Mismatch => self.events.push("outcome"),
            Step::Accept | Step::Refuse | Step::Cancel => {}
            // They leave no record that a repeat is held to. Sessions here have as much time as there is to give.
            Step::Reveal | Step::Extend => return Ok(()),
        }
        self.done.push(call);
        Ok(())
    }

    /// What our page may know of the verdict; the end of the session is left out.
    pub fn verdict(&self, contents: &Contents) -> Result<VerdictRecord, StoreError> {
        let has = |verb: Call| {
            self.done.iter().copied().find(|done| discriminant(&done.verb()) == discriminant(&verb))
        };
        if !self.done.contains(&Call::Open(Ours)) || self.stage == Stage::Cancelled {
            return Err(StoreError::NoSuchSession);
        }
        if has(Call::Answer(Ours)).is_none() {
            return Err(StoreError::WrongState);
        }
        let undeclared = self.stage == Stage::Mismatched && has(Call::Match).is_none();
        Ok(match has(Call::Accept(Ours)) {
            _ if undeclared || self.stage == Stage::Refused => VerdictRecord::Refused,
            Some(Call::Accept(content)) => {
                VerdictRecord::Accepted(Contents::of(&contents.tags, content).clone(), 0)
            }
            _ => VerdictRecord::Pending,
        })
    }
}

/// A session in a store, with the pages and the agent that call about it.
pub struct Run {
    pub party: Arc<Party>,
    pub request: CreateSession,
    pub agent: String,
    pub pages: [Recipient; 2],
    pub contents: Contents,
}

impl Run {
    pub fn id(&self) -> SessionId {
        self.request.session_id
    }

    pub async fn call(&self, call: Call) -> Result<(), StoreError> {
        let (store, id, agent) = (&self.party.store, self.id(), self.agent.clone());
        let page = self.pages[0].clone();
        let told = |matched, unexpected| Outcome { matched, unexpected };
        match call {
            Call::Create(content) => {
                let mut request = self.request.clone();
                if content == Other {
                    request.subject = Some("Another".to_owned());
                }
                store.create(owner(&agent), request).await.map(drop)
            }
            Call::Open(content) => {
                let opened = store.open(Contents::of(&self.pages, content).clone()).await?;
                assert_eq!(opened.request, self.request);
                Ok(())
            }
            Call::Answer(content) => {
                store.answer(page, Contents::of(&self.contents.answers, content).clone()).await
            }
            Call::Accept(content) => {
                let tag = Contents::of(&self.contents.tags, content).clone();
                store.verdict(agent, id, Verdict::accept(tag)).await
            }
            Call::Refuse => store.verdict(agent, id, Verdict::refuse()).await,
            Call::View(content) => {
                store.viewed(page, Contents::of(&self.contents.nonces, content).clone()).await
            }
            Call::Reveal => store.revealed(agent, id).await,
            Call::Match => store.outcome(page, told(true, false)).await,
            Call::Mismatch => store.outcome(page, told(false, false)).await,
            Call::Unexpected => store.outcome(page, told(false, true)).await,
            Call::Cancel => store.cancel(agent, id).await,
            Call::ExtendByAgent => store.extend_by_agent(agent, id).await.map(drop),
            Call::ExtendByRecipient => store.extend_by_recipient(page).await.map(drop),
        }
    }

    /// Whether the number leads to this session; otherwise it leads nowhere.
    pub async fn has_number(&self, number: &str) -> bool {
        match self.party.store.numbered(org(&self.agent), number.to_owned()).await {
            Ok(found) => {
                assert_eq!(found, self.id());
                true
            }
            Err(error) => {
                assert_eq!(error, StoreError::NoSuchSession);
                false
            }
        }
    }

    /// What the page may know of the verdict; the end of the session is left out.
    pub async fn verdict(&self) -> Result<VerdictRecord, StoreError> {
        match self.party.store.verdict_for(self.pages[0].clone()).await? {
            VerdictRecord::Accepted(tag, _) => Ok(VerdictRecord::Accepted(tag, 0)),
            other => Ok(other),
        }
    }
}
