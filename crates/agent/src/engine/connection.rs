//! Being connected: learning who we are, listening to events, and what each report changes.

use super::calls::{Report, report};
use super::{Engine, Service, now_ms};
use crate::client::{Client, ClientError, Delivered};
use crate::credentials::Credential;
use crate::desktop::Desktop;
use crate::history::HistoryError;
use crate::view::{Connection, Refused, RefusedCode, Warning};
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// First pause before the service is tried again; it doubles, with up to a quarter of chance on top so that a floor of
/// agents does not come back in one instant.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

impl<D: Desktop> Engine<D> {
    /// Takes what a task has to say.
    pub(super) fn report(&mut self, what: Report) {
        match what {
            Report::Credential(generation, found) if generation == self.generation => self.credential(found),
            Report::Enrolled(credential, saved, reply) => {
                if saved.is_err() {
                    self.warn(Warning::KeyringUnavailable);
                } else {
                    self.unwarn(Warning::KeyringUnavailable);
                    self.settle(Some(credential.service.clone()));
                }
                self.connect(credential);
                let _ = reply.send(Ok(()));
            }
            Report::ChainKey(found) => self.chain_key(found),
            Report::Left(reply) => {
                self.find_credential();
                let _ = reply.send(Ok(()));
            }
            Report::Identified(generation, me) if generation == self.generation => {
                self.unwarn(Warning::ServiceElsewhere);
                self.me = Some(me);
            }
            Report::Refreshed(generation, me, reply, refused) => {
                if let Some(me) = me.filter(|_| generation == self.generation) {
                    self.me = Some(me);
                }
                let _ = reply.send(Err(refused));
            }
            Report::Shared(generation, shared) if generation == self.generation => {
                self.templates.set_shared(shared);
            }
            Report::Online(generation) if generation == self.generation => {
                self.connection = Connection::Online;
                self.cancel_interrupted();
            }
            Report::Elsewhere(generation) if generation == self.generation => {
                self.warn(Warning::ServiceElsewhere);
            }
            Report::Lost(generation) if generation == self.generation => {
                self.connection = Connection::Offline;
            }
            Report::Unauthorized(generation) if generation == self.generation => {
                self.connection = Connection::Unauthorized;
            }
            Report::Event(generation, delivered) if generation == self.generation => self.event(delivered),
            // Of a service we have left.
            Report::Credential(..)
            | Report::Identified(..)
            | Report::Shared(..)
            | Report::Online(_)
            | Report::Elsewhere(_)
            | Report::Lost(_)
            | Report::Unauthorized(_)
            | Report::Event(..) => {
                return;
            }
            Report::Created(creation, result) => self.created(*creation, result),
            Report::Extended(id, result, reply) => {
                let answer = result.map(|extended| {
                    if let Some(session) = self.session_mut(&id) {
                        session.extended(&extended, Instant::now());
                    }
                });
                let _ = reply.send(answer.map_err(Into::into));
            }
            Report::VerdictRefused(id) => {
                let effects = self.session_mut(&id).map(super::LiveSession::lost).unwrap_or_default();
                self.apply(&id, effects);
            }
        }
        self.changed();
    }

    /// Remembers which service we are enrolled with.
    fn settle(&mut self, service: Option<String>) {
        self.settings.service = service;
        if let Err(error) = self.settings_file.save(&self.settings) {
            tracing::error!(%error, "settings cannot be written");
        }
    }

    /// Turns to a service.
    pub(super) fn connect(&mut self, credential: Credential) {
        self.disconnect();
        let client = match Client::new(&credential) {
            Ok(client) => client,
            Err(error) => {
                tracing::error!(%error, "no client");
                self.connection = Connection::Offline;
                return;
            }
        };
        let listener =
            tokio::spawn(listen(client.clone(), self.generation, self.reports.clone())).abort_handle();
        self.service = Some(Service { client, credential, listener });
    }

    /// Turns away from the service, if there is one.
    pub(super) fn disconnect(&mut self) {
        if let Some(service) = self.service.take() {
            service.listener.abort();
        }
        self.generation += 1;
        self.me = None;
        // What was said of the service, and of the way to it.
        self.unwarn(Warning::ServiceElsewhere);
        self.unwarn(Warning::KeyringClosed);
        self.connection = Connection::Connecting;
    }

    fn event(&mut self, delivered: Delivered) {
        let Some(event) = delivered.event else { return };
        let Some(session) = self.sessions.iter_mut().find(|session| *session.id() == event.session_id) else {
            return;
        };
        let history = &mut self.history;
        let effects = session.event(&event.what, Instant::now(), |id| match history {
            Ok(history) => history.spend(id, now_ms()),
            Err(_) => Err(HistoryError::AlreadySpent),
        });
        self.apply(&event.session_id, effects);
    }

    /// Live sessions are called off, for as long as that takes at most a moment.
    pub(super) async fn quit(&mut self) {
        let live: Vec<_> =
            self.sessions.iter().filter(|session| !session.is_over()).map(|s| *s.id()).collect();
        let client = self.service.as_ref().map(|service| service.client.clone());
        for id in &live {
            let effects = self.session_mut(id).and_then(|session| session.cancel().ok()).unwrap_or_default();
            let recorded =
                effects.into_iter().filter(|effect| matches!(effect, crate::session::Effect::Record(_)));
            self.apply(id, recorded.collect());
        }
        // The last chance for what history would not take.
        self.write_down();
        if let Some((_, text)) = self.copied.take() {
            self.desktop.forget_copied(&text);
        }
        let calls = async {
            for id in &live {
                if let Some(client) = &client {
                    // The sessions run out by themselves if the service cannot be told.
                    let _ = client.cancel(id).await;
                }
            }
        };
        let _ = tokio::time::timeout(Duration::from_secs(2), calls).await;
    }

    /// Leaves the service: the token goes from the keyring, practice begins.
    pub(super) fn leave(&mut self, reply: super::handle::Reply<()>) {
        if self.sessions.iter().any(|session| !session.is_over()) {
            let _ = reply.send(Err(Refused::new(
                RefusedCode::WrongStep,
                "Finish or cancel your live sessions first.",
            )));
            return;
        }
        self.sessions.clear();
        let enrolled = self.settings.service.clone();
        self.settle(None);
        self.disconnect();
        self.unwarn(Warning::KeyringUnavailable);
        let (reports, store) = (self.reports.clone(), self.store.clone());
        tokio::spawn(async move {
            if let Some(service) = enrolled {
                let forgotten = tokio::task::spawn_blocking(move || store.forget(&service)).await;
                if !matches!(forgotten, Ok(Ok(()))) {
                    tracing::warn!(
                        "the token could not be removed from the keyring; ask for it to be revoked"
                    );
                }
            }
            report(&reports, Report::Left(reply));
        });
        self.changed();
    }
}

/// Learns who we are and listens to events, for as long as the engine wants; comes back by itself.
async fn listen(client: Client, generation: u64, reports: UnboundedSender<Report>) {
    let mut pause = FIRST_PAUSE;
    // Everything the service still keeps: an event may have been sent before this stream stood.
    let mut after = "0".to_owned();
    loop {
        match listen_once(&client, generation, &reports, &mut after, &mut pause).await {
            ClientError::Unauthorized => {
                report(&reports, Report::Unauthorized(generation));
                return;
            }
            ClientError::Elsewhere => {
                tracing::error!("the service names another origin than the one we are enrolled with");
                report(&reports, Report::Elsewhere(generation));
            }
            error => tracing::debug!(%error, "not connected"),
        }
        report(&reports, Report::Lost(generation));
        tokio::time::sleep(pause + jitter(pause)).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

async fn listen_once(
    client: &Client,
    generation: u64,
    reports: &UnboundedSender<Report>,
    after: &mut String,
    pause: &mut Duration,
) -> ClientError {
    match client.me().await {
        Ok(me) => {
            report(reports, Report::Identified(generation, me));
            // A service without shared templates has none; the others are asked again at the next connection.
            if let Ok(shared) = client.templates().await {
                report(reports, Report::Shared(generation, shared));
            }
        }
        Err(error) => return error,
    }
    let mut stream = match client.events(after).await {
        Ok(stream) => stream,
        Err(error) => return error,
    };
    report(reports, Report::Online(generation));
    *pause = FIRST_PAUSE;
    loop {
        match stream.next().await {
            Ok(delivered) => {
                after.clone_from(&delivered.id);
                report(reports, Report::Event(generation, delivered));
            }
            Err(error) => return error,
        }
    }
}

fn jitter(pause: Duration) -> Duration {
    let mut byte = [0u8];
    // Without randomness there is no jitter, and nothing is lost by it.
    let _ = getrandom::fill(&mut byte);
    pause * u32::from(byte[0]) / 1024
}
