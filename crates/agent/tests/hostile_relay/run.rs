//! One run between an honest agent and an honest recipient, a message at a time, each in its form on the wire.

use crate::common::{channel, entropy};
use crate::lies::OnTheWire;
use crate::page::Page;
use countersign_agent::session::{Effect, Entry, LiveSession, Placed};
use countersign_agent::view::{FieldSpec, Language};
use countersign_protocol::agent::Offered;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::{Answered, Confirmed, Opened};
use countersign_protocol::wire::{AgentEvent, Answer, EventKind, Verdict, VerdictState};
use countersign_protocol::{Began, Canonical, Compare, Field, Kind, Nonce, Salt, SessionId, Share};
use fastrand::Rng;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

const VALUE: &str = "06 12 34 56 78";
pub(super) const ANOTHER: &str = "06 12 34 56 79";
const TTL_MS: u64 = 120_000;

pub(super) struct Run {
    pub(super) agent: LiveSession,
    id: SessionId,
    pub(super) offer: OfferDraft,
    pub(super) share: Share,
    pub(super) answer: Option<Answer>,
    answered: Option<Answered>,
    pub(super) verdict: Option<VerdictState>,
    pub(super) confirmed: Option<Confirmed>,
    /// The customer's page, where it is the recipient and not this crate's own.
    pub(super) page: Option<Page>,
    /// What the recipient says of who began.
    pub(super) says: Began,
    /// What the recipient types.
    pub(super) types: &'static str,
}

/// A message after what the service did to its members.
fn spoilt<M: Serialize>(message: &M, spoil: &OnTheWire) -> Value {
    let mut members = serde_json::to_value(message).unwrap();
    spoil(members.as_object_mut().unwrap());
    members
}

/// The same as its receiver reads it; `None` if it cannot be read.
fn over_the_wire<M: Serialize + DeserializeOwned>(message: &M, spoil: &OnTheWire) -> Option<M> {
    serde_json::from_str(&spoilt(message, spoil).to_string()).ok()
}

/// Nothing is done to the message.
pub(super) fn untouched() -> OnTheWire {
    Box::new(|_| ())
}

pub(super) fn accepted(tag: countersign_protocol::Tag) -> VerdictState {
    VerdictState::Accepted { tag, ttl_ms: TTL_MS }
}

impl Run {
    pub(super) fn begin(rng: &mut Rng) -> Self {
        let id = SessionId::draw(&mut entropy(rng)).unwrap();
        Self::begin_as(id, rng)
    }

    /// A session of this id: also one that there was before, in an earlier life of the agent's program.
    fn begin_as(id: SessionId, rng: &mut Rng) -> Self {
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
        let placed = Placed { left: Duration::from_mins(2), ..Placed::default() };
        let agent = LiveSession::new(id, entry, offered, placed, 0, Instant::now());
        let (answer, answered, verdict, confirmed) = (None, None, None, None);
        let says = Began::Recipient;
        Self { agent, id, offer, share, answer, answered, verdict, confirmed, page: None, says, types: VALUE }
    }

    pub(super) fn deliver_offer(&mut self, rng: &mut Rng) {
        if self.page.is_some() {
            self.event(&EventKind::Opened);
            self.answer = self.show_offer();
            return;
        }
        // What cannot be an offer is refused as it is read.
        let Ok(offer) = self.offer.clone().check() else { return };
        let typed: Result<Vec<Canonical>, _> =
            offer.fields.iter().map(|field| field.kind.read(&offer.region, self.types)).collect();
        let Ok(typed) = typed else { return };
        self.event(&EventKind::Opened);
        let opened = Opened::new(channel(), self.id, offer, self.share.clone());
        if let Ok((answered, answer)) = opened.answer(&typed, self.says, &mut entropy(rng)) {
            (self.answered, self.answer) = (Some(answered), Some(answer));
        }
    }

    /// As the page is shown it. A service that alters who asks does so in the profile too, which is its word alone.
    fn show_offer(&mut self) -> Option<Answer> {
        let channel = channel();
        let visit = json!({
            "op": "visit",
            "session_id": self.id.to_string(),
            "origin": channel.origin,
            "handle": channel.org_handle,
            "profile": {
                "handle": channel.org_handle,
                "name": self.offer.org_name,
                "country": self.offer.region.as_str(),
            },
            "value": self.types,
            "began": self.says.as_str(),
        });
        let opened = json!({ "offer": self.offer, "share": self.share, "ttl_ms": TTL_MS });
        self.page.as_mut()?.visit(&visit, &opened)
    }

    pub(super) fn deliver_answer(&mut self, spoil: &OnTheWire) {
        let Some(answer) = self.answer.clone() else { return };
        for effect in self.event_spoilt(&EventKind::Answered(answer), spoil) {
            if let Effect::Verdict(Verdict { tag, .. }) = effect {
                self.verdict = Some(tag.map_or(VerdictState::Refused, accepted));
            }
        }
    }

    pub(super) fn deliver_verdict(&mut self, spoil: &OnTheWire) {
        let Some(sent) = &self.verdict else { return };
        if let Some(page) = &mut self.page {
            return page.verdict(&spoilt(sent, spoil));
        }
        match over_the_wire(sent, spoil) {
            Some(VerdictState::Accepted { tag, .. }) => {
                if let Some(answered) = self.answered.take() {
                    self.confirmed = answered.accept(&tag).ok();
                }
            }
            Some(VerdictState::Refused) => self.answered = None,
            Some(VerdictState::Pending) | None => {}
        }
    }

    pub(super) fn deliver_viewed(&mut self, nonce: Option<Nonce>, spoil: &OnTheWire) {
        if let Some(nonce) = nonce {
            self.event_spoilt(&EventKind::Viewed { nonce }, spoil);
        }
    }

    pub(super) fn whole(rng: &mut Rng) -> Self {
        Self::begin(rng).played_out(rng)
    }

    /// The session of the same id and value in an earlier life of the agent's program.
    pub(super) fn earlier(&self, rng: &mut Rng) -> Self {
        Self::begin_as(self.id, rng).played_out(rng)
    }

    fn played_out(mut self, rng: &mut Rng) -> Self {
        let run = &mut self;
        run.deliver_offer(rng);
        run.deliver_answer(&untouched());
        run.deliver_verdict(&untouched());
        self
    }

    pub(super) fn event(&mut self, event: &EventKind) -> Vec<Effect> {
        self.event_spoilt(event, &untouched())
    }

    /// An event that cannot be read is passed over, as the agent's program does.
    fn event_spoilt(&mut self, event: &EventKind, spoil: &OnTheWire) -> Vec<Effect> {
        let sent = AgentEvent { session_id: self.id, at: String::new(), what: event.clone() };
        let Some(read) = over_the_wire(&sent, spoil) else { return Vec::new() };
        self.agent.event(&read.what, Instant::now(), |_| Ok(()))
    }

    pub(super) fn nonce(&self) -> Option<Nonce> {
        if let Some(page) = &self.page {
            return page.nonce.clone();
        }
        self.confirmed.as_ref().map(|confirmed| confirmed.nonce().clone())
    }

    pub(super) fn agents_passcode(&mut self) -> Option<String> {
        self.agent.reveal().ok().map(|(passcode, _)| passcode.expose().to_owned())
    }

    /// The page's is known by comparing it with the agent's, which its visitor does too; without one there is nothing to compare.
    pub(super) fn recipients_passcode(&mut self, agents: Option<&str>) -> Option<String> {
        let Some(page) = &mut self.page else {
            return self.confirmed.as_ref().map(|confirmed| confirmed.passcode().expose().to_owned());
        };
        page.over();
        if page.step != "passcode" {
            return None;
        }
        let Some(agents) = agents else { return Some(String::new()) };
        page.compare(agents);
        Some(if page.step == "confirmed" { agents.to_owned() } else { String::new() })
    }
}
