//! What a face may ask, and what is done about it. Each request is answered once; a face that is gone is not waited for.

use super::handle::{Reply, Request};
use super::{CLIPBOARD_TIME, Engine};
use crate::client::ClientError;
use crate::desktop::Desktop;
use crate::enrollment;
use crate::message;
use crate::qr;
use crate::session::{Entry, LiveSession};
use crate::subject;
use crate::templates;
use crate::view::{
    Connection, Copied, FieldSpec, Language, Message, Qr, ReadingView, Refused, RefusedCode, Revealed,
    StartRequest, TemplateName, TemplateSource,
};
use countersign_protocol::canonical::Region;
use countersign_protocol::wire::Me;
use countersign_protocol::{Kind, Reading, SessionId};
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

    pub(super) fn me(&self) -> Result<&Me, Refused> {
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

pub(super) fn answer<T>(reply: Reply<T>, with: Result<T, Refused>) {
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
