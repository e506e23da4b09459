//! How a face talks to the loop: one method a request, each with one answer.

use crate::view::{
    Copied, ExportFormat, Exported, Fill, HistoryPage, HistoryQuery, HistorySummary, Imported, Integrity,
    Language, Message, Preferences, Qr, ReadingView, Refused, Revealed, StartRequest, SubjectWarning,
    TemplateDraft, View,
};
use countersign_protocol::Kind;
use tokio::sync::{mpsc, oneshot};
use zeroize::Zeroizing;

/// Where a request's answer goes.
pub(super) type Reply<T> = oneshot::Sender<Result<T, Refused>>;

/// What a face may ask.
pub(super) enum Request {
    View(Reply<View>),
    Start(StartRequest, Reply<String>),
    ReadValue(Kind, Zeroizing<String>, Reply<ReadingView>),
    CopyLink(String, Reply<Copied>),
    OpenLink(String, Reply<()>),
    SetPrefill(String, bool, Reply<()>),
    Reveal(String, Reply<Revealed>),
    Extend(String, Reply<()>),
    Recreate(String, Reply<String>),
    Cancel(String, Reply<()>),
    Dismiss(String, Reply<()>),
    Message(String, Language, Reply<Message>),
    CopyMessage(String, Language, Reply<Copied>),
    Qr(String, Reply<Qr>),
    CheckSubject(String, Reply<Option<SubjectWarning>>),
    Fill(Fill),
    DeepLink(Zeroizing<String>),
    TakeFill(Reply<Option<Fill>>),
    SetPreferences(Preferences, Reply<()>),
    ToggleNotifications(Reply<()>),
    SaveTemplate(TemplateDraft, Reply<String>),
    DeleteTemplate(String, Reply<()>),
    FavourTemplate(String, bool, Reply<()>),
    MoveTemplate(String, Option<String>, Reply<()>),
    ExportTemplates(Reply<Exported>),
    ImportTemplates(Zeroizing<String>, Reply<Imported>),
    History(HistoryQuery, Option<i64>, u32, Reply<HistoryPage>),
    HistorySummary(HistoryQuery, Reply<HistorySummary>),
    ExportHistory(HistoryQuery, ExportFormat, Reply<Exported>),
    VerifyHistory(Reply<Integrity>),
    AskKeyring(Reply<()>),
    Enroll(Zeroizing<String>, Reply<()>),
    Leave(Reply<()>),
    Quit(oneshot::Sender<()>),
}

/// Talks to a running engine. Cheap to clone.
#[derive(Clone)]
pub struct Handle(mpsc::UnboundedSender<Request>);

impl Handle {
    pub(super) fn new(requests: mpsc::UnboundedSender<Request>) -> Self {
        Self(requests)
    }

    async fn ask<T>(&self, request: impl FnOnce(Reply<T>) -> Request) -> Result<T, Refused> {
        let (reply, answer) = oneshot::channel();
        self.0.send(request(reply)).map_err(|_| Refused::internal())?;
        answer.await.map_err(|_| Refused::internal())?
    }

    /// The state as it is now.
    pub async fn view(&self) -> Result<View, Refused> {
        self.ask(Request::View).await
    }

    /// Starts a session; its card's id.
    pub async fn start(&self, request: StartRequest) -> Result<String, Refused> {
        self.ask(|reply| Request::Start(request, reply)).await
    }

    /// How a typed value would be understood.
    pub async fn read_value(&self, kind: Kind, value: Zeroizing<String>) -> Result<ReadingView, Refused> {
        self.ask(|reply| Request::ReadValue(kind, value, reply)).await
    }

    /// Puts a session's link on the clipboard.
    pub async fn copy_link(&self, session: String) -> Result<Copied, Refused> {
        self.ask(|reply| Request::CopyLink(session, reply)).await
    }

    /// Opens a session's link in the user's browser: practice only.
    pub async fn open_link(&self, session: String) -> Result<(), Refused> {
        self.ask(|reply| Request::OpenLink(session, reply)).await
    }

    /// Whether a session's link carries the first value.
    pub async fn set_prefill(&self, session: String, on: bool) -> Result<(), Refused> {
        self.ask(|reply| Request::SetPrefill(session, on, reply)).await
    }

    /// The passcode, once the recipient has seen it.
    pub async fn reveal(&self, session: String) -> Result<Revealed, Refused> {
        self.ask(|reply| Request::Reveal(session, reply)).await
    }

    /// Gives a session more time.
    pub async fn extend(&self, session: String) -> Result<(), Refused> {
        self.ask(|reply| Request::Extend(session, reply)).await
    }

    /// Starts a session over with the same values; the new card's id.
    pub async fn recreate(&self, session: String) -> Result<String, Refused> {
        self.ask(|reply| Request::Recreate(session, reply)).await
    }

    /// Calls a session off.
    pub async fn cancel(&self, session: String) -> Result<(), Refused> {
        self.ask(|reply| Request::Cancel(session, reply)).await
    }

    /// Closes the card of a session that is over; its values are wiped.
    pub async fn dismiss(&self, session: String) -> Result<(), Refused> {
        self.ask(|reply| Request::Dismiss(session, reply)).await
    }

    /// The text to send with a session's link.
    pub async fn message(&self, session: String, language: Language) -> Result<Message, Refused> {
        self.ask(|reply| Request::Message(session, language, reply)).await
    }

    /// Puts that text on the clipboard.
    pub async fn copy_message(&self, session: String, language: Language) -> Result<Copied, Refused> {
        self.ask(|reply| Request::CopyMessage(session, language, reply)).await
    }

    /// A session's link as a QR code.
    pub async fn qr(&self, session: String) -> Result<Qr, Refused> {
        self.ask(|reply| Request::Qr(session, reply)).await
    }

    /// Whether a subject looks as if it identified a person.
    pub async fn check_subject(&self, subject: String) -> Result<Option<SubjectWarning>, Refused> {
        self.ask(|reply| Request::CheckSubject(subject, reply)).await
    }

    /// Puts something in the form, when the window next looks.
    pub fn fill(&self, fill: Fill) {
        // An engine that is gone has no form.
        let _ = self.0.send(Request::Fill(fill));
    }

    /// A link of ours that another program opened.
    pub fn deep_link(&self, link: Zeroizing<String>) {
        let _ = self.0.send(Request::DeepLink(link));
    }

    /// What waits to be put in the form, once.
    pub async fn take_fill(&self) -> Result<Option<Fill>, Refused> {
        self.ask(Request::TakeFill).await
    }

    /// What the user chose.
    pub async fn set_preferences(&self, preferences: Preferences) -> Result<(), Refused> {
        self.ask(|reply| Request::SetPreferences(preferences, reply)).await
    }

    /// Notifications on or off.
    pub async fn toggle_notifications(&self) -> Result<(), Refused> {
        self.ask(Request::ToggleNotifications).await
    }

    /// Saves a template of the user's own; its id.
    pub async fn save_template(&self, draft: TemplateDraft) -> Result<String, Refused> {
        self.ask(|reply| Request::SaveTemplate(draft, reply)).await
    }

    /// Deletes a template of the user's own.
    pub async fn delete_template(&self, template: String) -> Result<(), Refused> {
        self.ask(|reply| Request::DeleteTemplate(template, reply)).await
    }

    /// Makes a template a favourite, or not.
    pub async fn favour_template(&self, template: String, on: bool) -> Result<(), Refused> {
        self.ask(|reply| Request::FavourTemplate(template, on, reply)).await
    }

    /// Puts a template before another; without one, last.
    pub async fn move_template(&self, template: String, before: Option<String>) -> Result<(), Refused> {
        self.ask(|reply| Request::MoveTemplate(template, before, reply)).await
    }

    /// Writes the user's own templates to a file.
    pub async fn export_templates(&self) -> Result<Exported, Refused> {
        self.ask(Request::ExportTemplates).await
    }

    /// Takes in a file of templates.
    pub async fn import_templates(&self, text: Zeroizing<String>) -> Result<Imported, Refused> {
        self.ask(|reply| Request::ImportTemplates(text, reply)).await
    }

    /// A page of history, newest first.
    pub async fn history(
        &self,
        query: HistoryQuery,
        before: Option<i64>,
        limit: u32,
    ) -> Result<HistoryPage, Refused> {
        self.ask(|reply| Request::History(query, before, limit, reply)).await
    }

    /// History in numbers.
    pub async fn history_summary(&self, query: HistoryQuery) -> Result<HistorySummary, Refused> {
        self.ask(|reply| Request::HistorySummary(query, reply)).await
    }

    /// Writes what a query finds to a file.
    pub async fn export_history(
        &self,
        query: HistoryQuery,
        format: ExportFormat,
    ) -> Result<Exported, Refused> {
        self.ask(|reply| Request::ExportHistory(query, format, reply)).await
    }

    /// Checks the chain over finished sessions.
    pub async fn verify_history(&self) -> Result<Integrity, Refused> {
        self.ask(Request::VerifyHistory).await
    }

    /// Looks into the keyring again; one that is locked asks to be unlocked.
    pub async fn ask_keyring(&self) -> Result<(), Refused> {
        self.ask(Request::AskKeyring).await
    }

    /// Enrols with a service by a one-time link.
    pub async fn enroll(&self, link: Zeroizing<String>) -> Result<(), Refused> {
        self.ask(|reply| Request::Enroll(link, reply)).await
    }

    /// Leaves the service and forgets its token; practice begins.
    pub async fn leave(&self) -> Result<(), Refused> {
        self.ask(Request::Leave).await
    }

    /// Calls live sessions off and stops. Returns when that is done, or cannot be.
    pub async fn quit(&self) {
        let (done, gone) = oneshot::channel();
        if self.0.send(Request::Quit(done)).is_ok() {
            // An engine that is gone already has nothing left to stop.
            let _ = gone.await;
        }
    }
}
