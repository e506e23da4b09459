//! Calls to the service that outlive the moment they were made in: each runs in a task of its own, repeats what failed for
//! the network's sake, and reports to the loop.

use super::Engine;
use super::creation::Creation;
use super::handle::Reply;
use crate::client::{self, Client, ClientError, Delivered};
use crate::credentials::{Credential, KeyringUnavailable};
use crate::desktop::Desktop;
use crate::history::chain::ChainKey;
use crate::session::LiveSession;
use crate::view::Refused;
use countersign_protocol::SessionId;
use countersign_protocol::wire::{Created, Extended, Me, SharedTemplate, Verdict};
use std::future::Future;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::UnboundedSender;

/// First pause before a call is repeated; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// Longest pause between repeats.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long *Start* and *Recreate* keep trying before they say that there is no connection.
pub(super) const START_PATIENCE: Duration = Duration::from_secs(6);

/// What a task has to say to the loop.
pub(super) enum Report {
    /// A stored credential was looked for.
    Credential(u64, Result<Credential, NoCredential>),
    /// A code was exchanged for a token, and the token kept or not.
    Enrolled(Credential, Result<(), KeyringUnavailable>, Reply<()>),
    /// The key that seals history was looked for.
    ChainKey(Result<Option<ChainKey>, KeyringUnavailable>),
    /// The token was forgotten.
    Left(Reply<()>),
    /// The service said who we are.
    Identified(u64, Me),
    /// A start was refused because what we know is old; what the service says now, if it said anything.
    Refreshed(u64, Option<Me>, Reply<String>, Refused),
    /// The organization's templates.
    Shared(u64, Vec<SharedTemplate>),
    /// Events flow.
    Online(u64),
    /// The service says that it is somewhere else.
    Elsewhere(u64),
    /// The service cannot be reached.
    Lost(u64),
    /// The service does not know us.
    Unauthorized(u64),
    /// An event.
    Event(u64, Delivered),
    /// A session was put out, or not.
    Created(Box<Creation>, Result<Created, ClientError>),
    /// More time was asked for.
    Extended(SessionId, Result<Extended, ClientError>, Reply<()>),
    /// The verdict could not be delivered: the session is over at the service.
    VerdictRefused(SessionId),
}

/// Why there is no credential to start with.
pub(super) enum NoCredential {
    /// Enrolled, but the keyring does not give the token.
    Keyring(KeyringUnavailable),
    /// Enrolled, but the keyring has no token.
    Forgotten,
    /// The practice service did not start.
    Practice,
}

impl<D: Desktop> Engine<D> {
    /// Asks again who we are, then refuses a start that was made of what we knew before: the next one is made of what is so now. The
    /// stream stays as it is: a new one would tell of live sessions from their beginning, and no session takes an answer twice.
    pub(super) fn send_refresh(&self, reply: Reply<String>, refused: Refused) {
        let Some(service) = &self.service else {
            let _ = reply.send(Err(refused));
            return;
        };
        let (client, reports, generation) = (service.client.clone(), self.reports.clone(), self.generation);
        let until = Instant::now() + START_PATIENCE;
        tokio::spawn(async move {
            let me = repeat(until, || client.me()).await.ok();
            report(&reports, Report::Refreshed(generation, me, reply, refused));
        });
    }

    /// Delivers a verdict; repeats until the session's time is over.
    pub(super) fn send_verdict(&self, id: &SessionId, verdict: Verdict) {
        let Some((client, id, until)) = self.delivery(id) else { return };
        let reports = self.reports.clone();
        tokio::spawn(async move {
            if let Err(error) = repeat(until, || client.verdict(&id, &verdict)).await
                && !error.is_passing()
            {
                report(&reports, Report::VerdictRefused(id));
            }
        });
    }

    /// Calls a session off at the service.
    pub(super) fn send_cancel(&self, id: &SessionId) {
        let Some((client, id, until)) = self.delivery(id) else { return };
        // What fails for good is over there anyway.
        tokio::spawn(async move { repeat(until, || client.cancel(&id)).await });
    }

    /// Tells the service's audit of a reveal.
    pub(super) fn send_revealed(&self, id: &SessionId) {
        let Some((client, id, until)) = self.delivery(id) else { return };
        // The audit is the service's; a session that ended meanwhile is no loss to the user.
        tokio::spawn(async move { repeat(until, || client.revealed(&id)).await });
    }

    /// Asks for more time.
    pub(super) fn send_extend(&self, id: &SessionId, reply: Reply<()>) {
        let Some((client, id, _)) = self.delivery(id) else {
            let _ = reply.send(Err(Refused::no_such_session()));
            return;
        };
        let (reports, until) = (self.reports.clone(), Instant::now() + START_PATIENCE);
        tokio::spawn(async move {
            let result = repeat(until, || client.extend(&id)).await;
            report(&reports, Report::Extended(id, result, reply));
        });
    }

    /// Who to call, about what, and until when it makes sense.
    fn delivery(&self, id: &SessionId) -> Option<(Client, SessionId, Instant)> {
        let client = self.service.as_ref()?.client.clone();
        // A session that has just ended is still worth telling the service about for a while.
        let until = self.session(id).and_then(LiveSession::deadline);
        Some((client, *id, until.unwrap_or_else(|| Instant::now() + Duration::from_secs(30))))
    }

    /// Calls off what an earlier run left behind at this service.
    pub(super) fn cancel_interrupted(&mut self) {
        let Some(service) = &self.service else { return };
        let name = service.name().to_owned();
        let client = service.client.clone();
        let (ours, others) =
            std::mem::take(&mut self.interrupted).into_iter().partition(|(_, at)| *at == name);
        self.interrupted = others;
        let ours: Vec<(SessionId, String)> = ours;
        if ours.is_empty() {
            return;
        }
        let until = Instant::now() + Duration::from_secs(30);
        tokio::spawn(async move {
            for (id, _) in ours {
                // What fails for good is over there anyway.
                let _ = repeat(until, || client.cancel(&id)).await;
            }
        });
    }

    /// Exchanges an enrolment code and keeps the token.
    pub(super) fn send_enroll(&self, service: String, code: String, reply: Reply<()>) {
        let (reports, store) = (self.reports.clone(), self.store.clone());
        tokio::spawn(async move {
            let token = match client::enroll(&service, &code).await {
                Ok(token) => token,
                Err(error) => {
                    let _ = reply.send(Err(error.into()));
                    return;
                }
            };
            let (origin, kept) = (service.clone(), token.clone());
            let saved = tokio::task::spawn_blocking(move || store.save(&origin, &kept)).await;
            let credential = Credential { service, token, practice: false };
            report(
                &reports,
                Report::Enrolled(credential, saved.unwrap_or(Err(KeyringUnavailable::Locked)), reply),
            );
        });
    }
}

/// Makes a call again while it fails for the network's sake and there is time.
pub(super) async fn repeat<T, F>(until: Instant, mut call: impl FnMut() -> F) -> Result<T, ClientError>
where
    F: Future<Output = Result<T, ClientError>>,
{
    let mut pause = FIRST_PAUSE;
    loop {
        match call().await {
            Err(error) if error.is_passing() && Instant::now() + pause < until => {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
            done => return done,
        }
    }
}

/// Says something to the loop; a loop that is gone needs to hear nothing.
pub(super) fn report(reports: &UnboundedSender<Report>, what: Report) {
    let _ = reports.send(what);
}
