//! The event loop that owns all of the agent's state.
//!
//! One task, one owner: requests from a face, events from the service, results of calls and the clock all arrive here, one
//! after the other, so no rule has to think about two things at once. What waits for the network runs in tasks of its own
//! ([`calls`]) and reports back. Writes to history are made here, in line: each is one small transaction, and a spent share
//! must be on disk before the next line runs.

mod archive;
mod calls;
mod connection;
mod creation;
mod customs;
mod handle;
mod keyring;
mod requests;
#[cfg(test)]
mod tests;

pub use handle::Handle;

use crate::client::Client;
use crate::credentials::{Credential, CredentialStore};
use crate::desktop::{Desktop, Notice, NoticeKind};
use crate::history::{History, HistoryError, Milestone};
use crate::session::{Effect, LiveSession};
use crate::settings::{Settings, SettingsFile};
use crate::templates::TemplateBook;
use crate::text;
use crate::view::{Connection, Fill, Identity, Language, Refused, RefusedCode, View, Warning};
use calls::Report;
use countersign_protocol::wire::Me;
use countersign_protocol::{Entropy, EntropyError, SessionId};
use handle::Request;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::mpsc;
use tokio::task::AbortHandle;
use zeroize::Zeroizing;

/// How long a link may stay on the clipboard if nobody replaces it.
const CLIPBOARD_TIME: Duration = Duration::from_mins(1);
/// How long what history did not take waits before it is tried again.
const WRITE_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// How often history is rid of what is too old. The clock stands still while the machine sleeps: a day by it may be most of a week.
const FORGET_EVERY: Duration = Duration::from_hours(1);

/// What an engine is made of.
pub struct Options<D> {
    /// Where history and settings are; created if absent.
    pub folder: PathBuf,
    /// The desktop around it.
    pub desktop: Arc<D>,
    /// Where tokens are kept.
    pub credentials: Arc<dyn CredentialStore>,
}

/// The loop's state.
pub struct Engine<D> {
    desktop: Arc<D>,
    store: Arc<dyn CredentialStore>,
    settings_file: SettingsFile,
    settings: Settings,
    templates: TemplateBook,
    /// The template last started from.
    last_template: Option<String>,
    fill: Option<Fill>,
    /// How many cards there have been: gives each its colour.
    cards: u32,
    history: Result<History, HistoryError>,
    sessions: Vec<LiveSession>,
    service: Option<Service>,
    connection: Connection,
    me: Option<Me>,
    /// Sessions an earlier run left behind, to be called off at their service.
    interrupted: Vec<(SessionId, String)>,
    warnings: Vec<Warning>,
    copied: Option<(Instant, Zeroizing<String>)>,
    /// What history has still to be told, oldest first, and when it was so.
    unwritten: VecDeque<(SessionId, Milestone, i64)>,
    /// When it is tried again.
    write_at: Option<Instant>,
    asking: keyring::Asking,
    /// When history is next rid of what is too old.
    forget_at: Instant,
    revision: u64,
    /// Counts changes of service: reports of an earlier one are stale.
    generation: u64,
    reports: mpsc::UnboundedSender<Report>,
}

/// The service we are talking to.
struct Service {
    client: Client,
    credential: Credential,
    listener: AbortHandle,
}

impl Service {
    /// How history names it. The practice service has another port at every start.
    fn name(&self) -> &str {
        if self.credential.practice { "practice" } else { &self.credential.service }
    }
}

impl<D: Desktop> Engine<D> {
    /// Opens history and settings and starts the loop on the current tokio runtime.
    pub fn spawn(options: Options<D>) -> Handle {
        let (requests, inbox) = mpsc::unbounded_channel();
        let (reports, outcomes) = mpsc::unbounded_channel();
        tokio::spawn(async move { Self::new(options, reports).run(inbox, outcomes).await });
        Handle::new(requests)
    }

    fn new(options: Options<D>, reports: mpsc::UnboundedSender<Report>) -> Self {
        let Options { folder, desktop, credentials } = options;
        let mut warnings = Vec::new();
        if let Err(error) = std::fs::create_dir_all(&folder) {
            tracing::error!(%error, "the data folder cannot be created");
        }
        let mut interrupted = Vec::new();
        let history = History::open(&folder, now_ms()).and_then(|mut opened| {
            if opened.damaged.is_some() {
                warnings.push(Warning::HistoryDamaged);
            }
            interrupted = opened.history.interrupt_running(now_ms())?;
            Ok(opened.history)
        });
        if history.is_err() {
            warnings.push(Warning::HistoryUnavailable);
        }
        let settings_file = SettingsFile::in_folder(&folder);
        Self {
            desktop,
            store: credentials,
            settings: settings_file.load(),
            settings_file,
            templates: TemplateBook::open(&folder),
            last_template: None,
            fill: None,
            cards: 0,
            history,
            sessions: Vec::new(),
            service: None,
            connection: Connection::Connecting,
            me: None,
            interrupted,
            warnings,
            copied: None,
            unwritten: VecDeque::new(),
            write_at: None,
            asking: keyring::Asking::default(),
            forget_at: Instant::now() + FORGET_EVERY,
            revision: 0,
            generation: 0,
            reports,
        }
    }

    async fn run(
        mut self,
        mut requests: mpsc::UnboundedReceiver<Request>,
        mut reports: mpsc::UnboundedReceiver<Report>,
    ) {
        self.adopt_preferences();
        self.find_credential();
        self.find_chain_key();
        self.changed();
        loop {
            let wake = self.next_wake();
            tokio::select! {
                request = requests.recv() => match request {
                    Some(Request::Quit(done)) => {
                        self.quit().await;
                        // Whoever asked may be gone; we go all the same.
                        let _ = done.send(());
                        return;
                    }
                    Some(request) => self.request(request),
                    None => return,
                },
                // We hold a sender, so this never ends first.
                Some(report) = reports.recv() => self.report(report),
                () = sleep_until(wake) => self.tick(),
            }
        }
    }

    /// The earliest moment at which something happens by itself.
    fn next_wake(&self) -> Option<Instant> {
        let deadlines = self.sessions.iter().filter_map(LiveSession::deadline);
        let copied = self.copied.iter().map(|(until, _)| *until);
        deadlines.chain(copied).chain(self.write_at).chain(self.asking.again).chain([self.forget_at]).min()
    }

    fn tick(&mut self) {
        let now = Instant::now();
        if let Some((_, text)) = self.copied.take_if(|(until, _)| *until <= now) {
            self.desktop.forget_copied(&text);
        }
        let expired: Vec<_> =
            self.sessions.iter_mut().map(|session| (*session.id(), session.tick(now))).collect();
        for (id, effects) in expired {
            self.apply(&id, effects);
        }
        if self.write_at.is_some_and(|at| at <= now) {
            self.write_down();
        }
        if self.forget_at <= now {
            self.forget_old_history();
        }
        if self.asking.again.is_some_and(|at| at <= now) {
            self.ask_keyring();
        }
        self.changed();
    }

    /// Does what has to follow.
    fn apply(&mut self, id: &SessionId, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Verdict(verdict) => self.send_verdict(id, verdict),
                Effect::Cancel => self.send_cancel(id),
                Effect::TellRevealed => self.send_revealed(id),
                Effect::Record(milestone) => self.record(id, milestone),
                Effect::Notify(kind) => self.notify(id, kind),
            }
        }
    }

    fn record(&mut self, id: &SessionId, milestone: Milestone) {
        self.unwritten.push_back((*id, milestone, now_ms()));
        self.write_down();
    }

    /// Tells history what it has still to be told. What it does not take is kept and tried again: a disk that is full for a minute
    /// must not cost what a session came to.
    fn write_down(&mut self) {
        let Ok(history) = &mut self.history else {
            self.unwritten.clear();
            return;
        };
        while let Some((id, milestone, at)) = self.unwritten.front() {
            if history.mark(id, *milestone, *at).is_err() {
                self.write_at = Some(Instant::now() + WRITE_AGAIN_AFTER);
                self.warn(Warning::HistoryUnavailable);
                return;
            }
            self.unwritten.pop_front();
        }
        self.write_at = None;
        self.history_is_written();
    }

    /// A write has succeeded: what was said of earlier ones is over.
    fn history_is_written(&mut self) {
        if self.unwritten.is_empty() {
            self.unwarn(Warning::HistoryUnavailable);
        }
    }

    fn notify(&self, id: &SessionId, kind: NoticeKind) {
        if !kind.is_alarm() && !self.settings.preferences.notifications {
            return;
        }
        let subject = self.session(id).map(|session| session.entry().subject.clone()).unwrap_or_default();
        self.desktop.notify(&Notice { session: id.to_string(), subject, kind, language: self.language() });
    }

    fn warn(&mut self, warning: Warning) {
        if !self.warnings.contains(&warning) {
            self.warnings.push(warning);
        }
    }

    fn unwarn(&mut self, warning: Warning) {
        self.warnings.retain(|known| *known != warning);
    }

    fn session(&self, id: &SessionId) -> Option<&LiveSession> {
        self.sessions.iter().find(|session| session.id() == id)
    }

    /// The session whose card bears this id.
    fn session_mut(&mut self, id: &SessionId) -> Option<&mut LiveSession> {
        self.sessions.iter_mut().find(|session| session.id() == id)
    }

    fn history(&mut self) -> Result<&mut History, Refused> {
        self.history
            .as_mut()
            .map_err(|error| Refused::new(RefusedCode::HistoryUnavailable, error.to_string()))
    }

    /// The language to speak.
    fn language(&self) -> Language {
        text::resolve(self.settings.preferences.language, &self.desktop.locale())
    }

    /// Shows the state as it is now.
    fn changed(&mut self) {
        self.revision += 1;
        self.desktop.show(&self.view());
    }

    fn view(&self) -> View {
        let now = Instant::now();
        let online = self.connection == Connection::Online;
        View {
            revision: self.revision,
            connection: self.connection,
            identity: self.me.as_ref().map(|me| Identity {
                practice: self.service.as_ref().is_some_and(|service| service.credential.practice),
                organization: me.organization.name.clone(),
                agent: me.agent.name.clone(),
                service: me.origin.clone(),
                region: me.organization.country.as_str().to_owned(),
                ttl_min_secs: me.policy.ttl_min_secs,
                ttl_max_secs: me.policy.ttl_max_secs,
                kinds: me.policy.kinds.clone(),
            }),
            sessions: self.sessions.iter().map(|session| session.view(now, online)).collect(),
            templates: self.templates.list(self.language()),
            preferences: self.settings.preferences.clone(),
            language: self.language(),
            fill_waiting: self.fill.is_some(),
            warnings: self.warnings.clone(),
        }
    }
}

/// The operating system's randomness, as the protocol takes it.
fn os_entropy() -> impl Entropy {
    |out: &mut [u8]| getrandom::fill(out).map_err(|_| EntropyError)
}

/// Milliseconds since 1970, for history alone; sessions are timed on a monotonic clock.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

async fn sleep_until(wake: Option<Instant>) {
    match wake {
        Some(wake) => tokio::time::sleep_until(wake.into()).await,
        None => std::future::pending().await,
    }
}
