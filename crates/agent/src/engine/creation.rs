//! Putting a session out: what it is made of, whether the service took it as it was meant, and the card that comes of it. One that
//! nobody here would know of is called off where it was taken.

use super::calls::{Report, START_PATIENCE, repeat, report};
use super::handle::Reply;
use super::requests::answer;
use super::{Engine, now_ms, os_entropy};
use crate::client::{Client, ClientError};
use crate::desktop::Desktop;
use crate::history::NewRow;
use crate::session::{COLOURS, Entry, LiveSession, Placed};
use crate::view::{Refused, RefusedCode};
use countersign_protocol::agent::{BeginError, Offered};
use countersign_protocol::canonical::Region;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::wire::{CreateSession, Created, Me};
use countersign_protocol::{Canonical, Compare, Field, Offer, Salt, SessionId};
use std::time::{Duration, Instant};

/// A session on its way to the service.
pub(super) struct Creation {
    id: SessionId,
    /// Where its link has to lead: the page at the other end authenticates the origin and the handle.
    link: String,
    /// The service it was put out at, and whether we have turned to another since.
    client: Client,
    generation: u64,
    entry: Entry,
    offered: Offered,
    /// The recipient types the code, and their page compares.
    typed: bool,
    /// The card it takes the place of.
    replaces: Option<SessionId>,
    reply: Reply<String>,
}

impl Creation {
    /// Whether what the service says of it can be shown and passed on.
    fn fits(&self, created: &Created) -> bool {
        let number = created.number.as_bytes();
        created.url == self.link && matches!(number.len(), 0 | 6) && number.iter().all(u8::is_ascii_digit)
    }

    /// Calls it off where it was put out, if it was: nobody here has its link.
    fn call_off(&self) {
        let (client, id) = (self.client.clone(), self.id);
        let until = Instant::now() + Duration::from_secs(u64::from(self.entry.ttl_secs));
        // What fails for good is over there anyway.
        tokio::spawn(async move { repeat(until, || client.cancel(&id)).await });
    }

    /// The live session, now that the service has taken it.
    fn into_live(
        self,
        created: &Created,
        colour: u32,
        now: Instant,
    ) -> (LiveSession, Option<SessionId>, Reply<String>) {
        let placed = Placed {
            url: created.url.clone(),
            number: created.number.clone(),
            left: Duration::from_millis(created.ttl_ms),
            expires_at: created.expires_at.clone(),
            typed: self.typed,
        };
        (LiveSession::new(self.id, self.entry, self.offered, placed, colour, now), self.replaces, self.reply)
    }
}

impl<D: Desktop> Engine<D> {
    /// Starts a session; with `replaces`, in the place of that card.
    pub(super) fn start(&mut self, entry: Entry, replaces: Option<SessionId>, reply: Reply<String>) {
        let (id, channel, request, offered) = match self.prepare(&entry) {
            Ok(prepared) => prepared,
            Err(refused) => return answer(reply, Err(refused)),
        };
        let Some(service) = &self.service else { return answer(reply, Err(ClientError::Offline.into())) };
        let creation = Creation {
            id,
            link: format!("{}/{}/{id}", channel.origin, channel.org_handle),
            client: service.client.clone(),
            generation: self.generation,
            entry,
            offered,
            typed: request.compare == Compare::Typed,
            replaces,
            reply,
        };
        self.send_create(request, creation);
    }

    /// Reads the values, draws everything the session needs, and begins the protocol's run.
    fn prepare(&mut self, entry: &Entry) -> Result<(SessionId, Channel, CreateSession, Offered), Refused> {
        self.history()?;
        let me = self.me()?;
        let values = read_all(entry, &me.organization.country)?;
        let mut entropy = os_entropy();
        let (id, salt) = SessionId::draw(&mut entropy)
            .and_then(|id| Ok((id, Salt::draw(&mut entropy)?)))
            .map_err(|error| Refused::new(RefusedCode::Internal, error.to_string()))?;
        let offer = offer_of(entry, me, salt)?;
        let channel = Channel { origin: me.origin.clone(), org_handle: me.organization.handle.clone() };
        let offered = Offered::begin(&channel, id, &offer, &values, entry.began, &mut entropy)
            .map_err(|error: BeginError| Refused::new(RefusedCode::Internal, error.to_string()))?;
        let template = entry.template.as_ref().map(|template| template.id.clone());
        let request = CreateSession::new(id, offered.share().clone(), &offer, template);
        Ok((id, channel, request, offered))
    }

    /// The service has taken a session, or not.
    pub(super) fn created(&mut self, creation: Creation, result: Result<Created, ClientError>) {
        let created = match result {
            Ok(created) => created,
            Err(error) => {
                // It may have been taken, and the answer lost.
                if error.is_passing() || error == ClientError::Malformed {
                    creation.call_off();
                }
                self.not_created(creation.reply, error);
                return;
            }
        };
        let id = creation.id;
        if creation.generation != self.generation {
            creation.call_off();
            answer(creation.reply, Err(ClientError::Offline.into()));
            return;
        }
        if !creation.fits(&created) {
            tracing::error!("the service answered with another link than the session's");
            creation.call_off();
            answer(creation.reply, Err(ClientError::Elsewhere.into()));
            return;
        }
        // Asked for twice, or dismissed meanwhile: there is no card for it, and nobody would see what becomes of it.
        if creation.replaces.is_some_and(|old| self.session(&old).is_none()) {
            creation.call_off();
            answer(creation.reply, Err(Refused::no_such_session()));
            return;
        }
        if let Err(refused) = self.enter_history(&creation) {
            creation.call_off();
            answer(creation.reply, Err(refused));
            return;
        }
        self.cards += 1;
        let colour = self.free_colour(creation.replaces);
        let (session, replaces, reply) = creation.into_live(&created, colour, Instant::now());
        self.place(session, replaces);
        answer(reply, Ok(id.to_string()));
    }

    fn enter_history(&mut self, creation: &Creation) -> Result<(), Refused> {
        let service = self.service.as_ref().map(|service| service.name().to_owned()).unwrap_or_default();
        let entry = &creation.entry;
        let row = NewRow {
            id: &creation.id,
            service: &service,
            created_at: now_ms(),
            subject: &entry.subject,
            template: entry.template.as_ref().map(|template| template.name.as_str()),
            fields: entry.fields.iter().map(|field| field.name.as_str()).collect(),
            began: entry.began,
            ttl_secs: entry.ttl_secs,
        };
        self.history()?.insert(&row)?;
        self.history_is_written();
        Ok(())
    }

    /// Lays the card on the table; one that it replaces is called off and cleared away.
    fn place(&mut self, session: LiveSession, replaces: Option<SessionId>) {
        let Some(old) = replaces.and_then(|old| self.sessions.iter().position(|s| *s.id() == old)) else {
            self.sessions.push(session);
            return;
        };
        let mut left = None;
        if let Some(place) = self.sessions.get_mut(old) {
            let effects = place.cancel().unwrap_or_default();
            left = Some((*place.id(), effects));
            *place = session;
        }
        if let Some((id, effects)) = left {
            self.apply(&id, effects);
        }
    }

    /// A refused start, in the user's words; where what we know of the organization is old, after asking again.
    fn not_created(&self, reply: Reply<String>, error: ClientError) {
        let stale = match &error {
            ClientError::Refused { code, .. } if code == "profile_changed" => Refused::new(
                RefusedCode::Offline,
                "Your organization's profile has changed. Start the session again.",
            ),
            // The policy we went by may be yesterday's.
            ClientError::Refused { code, .. } if code == "out_of_policy" => error.into(),
            _ => {
                answer(reply, Err(error.into()));
                return;
            }
        };
        self.send_refresh(reply, stale);
    }

    /// A colour no other open card has, as long as there is one.
    fn free_colour(&self, replaces: Option<SessionId>) -> u32 {
        if let Some(old) = replaces.and_then(|old| self.session(&old)) {
            return old.colour();
        }
        let taken = |colour: &u32| self.sessions.iter().any(|session| session.colour() == *colour);
        let next = self.cards.wrapping_sub(1);
        (next..next.saturating_add(COLOURS))
            .map(|n| n % COLOURS)
            .find(|colour| !taken(colour))
            .unwrap_or(next % COLOURS)
    }

    /// Puts a session out.
    fn send_create(&self, request: CreateSession, creation: Creation) {
        let (client, reports) = (creation.client.clone(), self.reports.clone());
        let until = Instant::now() + START_PATIENCE;
        tokio::spawn(async move {
            let result = repeat(until, || client.create(&request)).await;
            report(&reports, Report::Created(Box::new(creation), result));
        });
    }
}

fn read_all(entry: &Entry, region: &Region) -> Result<Vec<Canonical>, Refused> {
    let fields = entry.fields.iter().zip(&entry.values).enumerate();
    fields
        .map(|(place, (field, value))| {
            field.kind.read(region, value).map_err(|error| Refused::value(error, place))
        })
        .collect()
}

fn offer_of(entry: &Entry, me: &Me, salt: Salt) -> Result<Offer, Refused> {
    let fields = entry.fields.iter().map(|field| Field {
        name: field.name.clone(),
        kind: field.kind,
        hint: field.hint.clone(),
    });
    let draft = OfferDraft {
        salt,
        ttl_secs: entry.ttl_secs,
        passcode_digits: me.policy.passcode_digits,
        compare: me.policy.compare,
        region: me.organization.country.clone(),
        org_name: me.organization.name.clone(),
        agent_name: me.agent.name.clone(),
        subject: entry.subject.clone(),
        fields: fields.collect(),
    };
    Ok(draft.check()?)
}
