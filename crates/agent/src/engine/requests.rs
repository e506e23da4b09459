//! What a face may ask, and what is done about it. Each request is answered once; a face that is gone is not waited for.

use super::calls::Creation;
use super::handle::{Reply, Request};
use super::{CLIPBOARD_TIME, Engine, now_ms, os_entropy};
use crate::client::ClientError;
use crate::desktop::Desktop;
use crate::enrollment;
use crate::history::NewRow;
use crate::message;
use crate::qr;
use crate::session::{COLOURS, Entry, LiveSession};
use crate::subject;
use crate::templates;
use crate::view::{
    Connection, Copied, FieldSpec, Language, Message, Qr, ReadingView, Refused, RefusedCode, Revealed,
    StartRequest, TemplateName, TemplateSource,
};
use countersign_protocol::agent::{BeginError, Offered};
use countersign_protocol::canonical::Region;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::wire::{CreateSession, Created, Me};
use countersign_protocol::{Canonical, Compare, Field, Kind, Offer, Reading, Salt, SessionId};
use std::time::Instant;
use zeroize::Zeroizing;

/// How long the passcode stays on the screen.
const HIDE_AFTER_MS: u64 = 20_000;

impl<D: Desktop> Engine<D> {
    pub(super) fn request(&mut self, request: Request) {
        match request {
            Request::View(reply) => {
                tracing::debug!("a face asks for the state");
                answer(reply, Ok(self.view()));
            }
            Request::ReadValue(kind, value, reply) => answer(reply, self.read_value(kind, &value)),
            Request::Start(request, reply) => {
                let entry = self.entry_of(request);
                self.start(entry, None, reply);
            }
            Request::Recreate(session, reply) => match self.card(&session) {
                Ok((id, card)) if card.view(Instant::now(), true).allowed.recreate => {
                    let entry = card.entry().clone();
                    self.start(entry, Some(id), reply);
                }
                Ok(_) => answer(reply, Err(Refused::wrong_step())),
                Err(refused) => answer(reply, Err(refused)),
            },
            Request::CopyLink(session, reply) => answer(reply, self.copy_link(&session)),
            Request::OpenLink(session, reply) => answer(reply, self.open_link(&session)),
            Request::SetPrefill(session, on, reply) => {
                let done = self.card(&session).map(|(_, card)| card.set_prefill(on));
                answer(reply, done);
                self.changed();
            }
            Request::Reveal(session, reply) => {
                answer(reply, self.reveal(&session));
                self.changed();
            }
            Request::Extend(session, reply) => match self.card(&session) {
                Ok((_, card)) if card.is_over() => answer(reply, Err(Refused::wrong_step())),
                Ok((id, _)) => self.send_extend(&id, reply),
                Err(refused) => answer(reply, Err(refused)),
            },
            Request::Cancel(session, reply) => {
                let cancelled = self.card(&session).and_then(|(id, card)| Ok((id, card.cancel()?)));
                answer(reply, cancelled.map(|(id, effects)| self.apply(&id, effects)));
                self.changed();
            }
            Request::Dismiss(session, reply) => {
                answer(reply, self.dismiss(&session));
                self.changed();
            }
            Request::Message(session, language, reply) => answer(reply, self.message(&session, language)),
            Request::CopyMessage(session, language, reply) => {
                let copied = self.message(&session, language).and_then(|m| self.copy(&session, m.text));
                answer(reply, copied);
            }
            Request::Qr(session, reply) => answer(reply, self.qr(&session)),
            Request::CheckSubject(subject, reply) => {
                answer(reply, self.region().map(|region| subject::check(&subject, &region)));
            }
            Request::TakeFill(reply) => {
                answer(reply, Ok(self.take_fill()));
                self.changed();
            }
            Request::History(query, before, limit, reply) => {
                self.read_history(reply, move |reader| Ok(reader.page(&query, before, limit)?));
            }
            Request::HistorySummary(query, reply) => {
                self.read_history(reply, move |reader| Ok(reader.summary(&query)?));
            }
            Request::ExportHistory(query, format, reply) => self.export_history(query, format, reply),
            Request::VerifyHistory(reply) => self.verify_history(reply),
            other => self.customize(other),
        }
    }

    /// Requests that change what the user has made their own.
    fn customize(&mut self, request: Request) {
        match request {
            Request::Fill(fill) => self.fill(fill),
            Request::DeepLink(link) => self.deep_link(&link),
            Request::SetPreferences(preferences, reply) => answer(reply, self.set_preferences(preferences)),
            Request::ToggleNotifications(reply) => answer(reply, self.toggle_notifications()),
            Request::SaveTemplate(draft, reply) => answer(reply, self.save_template(draft)),
            Request::DeleteTemplate(id, reply) => {
                answer(reply, self.templates.delete(&id).map_err(Into::into));
            }
            Request::FavourTemplate(id, on, reply) => {
                answer(reply, self.templates.favour(&id, on).map_err(Into::into));
            }
            Request::MoveTemplate(id, before, reply) => {
                answer(reply, self.templates.place(&id, before.as_deref()).map_err(Into::into));
            }
            Request::ExportTemplates(reply) => answer(reply, self.export_templates()),
            Request::ImportTemplates(text, reply) => answer(reply, self.import_templates(&text)),
            Request::AskKeyring(reply) => {
                self.ask_keyring();
                answer(reply, Ok(()));
            }
            Request::Enroll(link, reply) => self.enroll(&link, reply),
            Request::Leave(reply) => self.leave(reply),
            // The loop takes it before it gets here.
            _ => {}
        }
        self.changed();
    }

    fn card(&mut self, session: &str) -> Result<(SessionId, &mut LiveSession), Refused> {
        let id: SessionId = session.parse().map_err(|_| Refused::no_such_session())?;
        let card = self.session_mut(&id).ok_or_else(Refused::no_such_session)?;
        Ok((id, card))
    }

    fn me(&self) -> Result<&Me, Refused> {
        match (&self.me, self.connection) {
            (_, Connection::Unauthorized) => Err(ClientError::Unauthorized.into()),
            (Some(me), _) => Ok(me),
            (None, _) => Err(ClientError::Offline.into()),
        }
    }

    fn read_value(&self, kind: Kind, value: &str) -> Result<ReadingView, Refused> {
        let region = self.region()?;
        let canonical = kind.read(&region, value).map_err(|error| Refused::value(error, 0))?;
        Ok(match canonical.reading().clone() {
            Reading::AsTyped => ReadingView::AsTyped,
            Reading::Phone { international, region, valid } => {
                ReadingView::Phone { international, region, valid }
            }
            Reading::Number { canonical } => ReadingView::Number { canonical },
            Reading::Date { iso } => ReadingView::Date { iso },
        })
    }

    fn region(&self) -> Result<Region, Refused> {
        Ok(self.me()?.organization.country.clone())
    }

    /// Starts a session; with `replaces`, in the place of that card.
    fn start(&mut self, entry: Entry, replaces: Option<SessionId>, reply: Reply<String>) {
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

    fn copy_link(&mut self, session: &str) -> Result<Copied, Refused> {
        let (_, card) = self.card(session)?;
        if !card.view(Instant::now(), true).allowed.copy {
            return Err(Refused::wrong_step());
        }
        let link = card.link();
        self.copy(session, link)
    }

    /// Puts a text with a session's link on the clipboard, for a while.
    fn copy(&mut self, session: &str, text: Zeroizing<String>) -> Result<Copied, Refused> {
        let (_, card) = self.card(session)?;
        let prefilled = card.entry().prefill;
        self.desktop.copy(&text).map_err(|error| Refused::new(RefusedCode::Clipboard, error.to_string()))?;
        self.copied = Some((Instant::now() + CLIPBOARD_TIME, text));
        Ok(Copied { prefilled })
    }

    fn message(&mut self, session: &str, language: Language) -> Result<Message, Refused> {
        let organization = self.me()?.organization.name.clone();
        let now = Instant::now();
        let (_, card) = self.card(session)?;
        let language = if language == Language::System { card.entry().language } else { language };
        if !card.view(now, true).allowed.copy {
            return Err(Refused::wrong_step());
        }
        let minutes = card.left(now).as_secs().div_ceil(60).max(1);
        let text = message::text(language, &organization, minutes, &card.link());
        Ok(Message { sms_parts: message::sms_parts(&text), text, language })
    }

    fn qr(&mut self, session: &str) -> Result<Qr, Refused> {
        let (_, card) = self.card(session)?;
        if !card.view(Instant::now(), true).allowed.copy {
            return Err(Refused::wrong_step());
        }
        qr::draw(&card.link()).ok_or_else(Refused::internal)
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

    fn entry_of(&mut self, request: StartRequest) -> Entry {
        let template = request.template.as_deref().and_then(|id| self.templates.find(id, self.language()));
        self.last_template = template.as_ref().map(|template| template.id.clone());
        let template = template.filter(|template| template.id != templates::FROM_SCRATCH);
        let language = if request.language == Language::System { self.language() } else { request.language };
        let mut entry = entry_of(request, language);
        if let Some(template) = template {
            if template.source == TemplateSource::BuiltIn {
                templates::put_into(language, &template.id, &mut entry.fields);
            }
            entry.template = Some(TemplateName { id: template.id, name: template.name });
        }
        entry
    }

    fn open_link(&mut self, session: &str) -> Result<(), Refused> {
        let practice = self.service.as_ref().is_some_and(|service| service.credential.practice);
        let (_, card) = self.card(session)?;
        if !practice || card.is_over() {
            return Err(Refused::wrong_step());
        }
        let link = card.link();
        self.desktop.open(&link);
        Ok(())
    }

    fn reveal(&mut self, session: &str) -> Result<Revealed, Refused> {
        let (id, card) = self.card(session)?;
        let (passcode, effects) = card.reveal()?;
        let passcode = Zeroizing::new(passcode.expose().to_owned());
        self.apply(&id, effects);
        Ok(Revealed { passcode, hide_after_ms: HIDE_AFTER_MS })
    }

    fn dismiss(&mut self, session: &str) -> Result<(), Refused> {
        let (id, card) = self.card(session)?;
        if !card.is_over() {
            return Err(Refused::wrong_step());
        }
        self.sessions.retain(|session| *session.id() != id);
        Ok(())
    }

    fn enroll(&mut self, link: &str, reply: Reply<()>) {
        let live = self.sessions.iter().any(|session| !session.is_over());
        match enrollment::parse(link) {
            Ok(_) if live => {
                answer(
                    reply,
                    Err(Refused::new(RefusedCode::WrongStep, "Finish or cancel your live sessions first.")),
                );
            }
            Ok(link) => {
                self.sessions.clear();
                self.send_enroll(link.service, link.code, reply);
            }
            Err(error) => answer(reply, Err(Refused::new(RefusedCode::EnrollmentLink, error.to_string()))),
        }
    }
}

fn answer<T>(reply: Reply<T>, with: Result<T, Refused>) {
    // A face that went away while it waited needs no answer.
    let _ = reply.send(with);
}

fn entry_of(request: StartRequest, language: Language) -> Entry {
    let StartRequest { fields, subject, began, ttl_secs, prefill, .. } = request;
    let (fields, values) = fields
        .into_iter()
        .map(|entry| {
            let FieldSpec { name, kind, hint } = entry.field;
            (FieldSpec { name: name.trim().to_owned(), kind, hint: hint.trim().to_owned() }, entry.value)
        })
        .unzip();
    let subject = subject.trim().to_owned();
    Entry { template: None, fields, values, subject, began, ttl_secs, prefill, language }
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
