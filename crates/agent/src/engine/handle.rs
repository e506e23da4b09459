//! How a face talks to the loop: one method a request, each with one answer.

use crate::view::{Copied, HistoryPage, ReadingView, Refused, Revealed, StartRequest, View};
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
    History(Option<i64>, u32, Reply<HistoryPage>),
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

    /// A page of history, newest first.
    pub async fn history(&self, before: Option<i64>, limit: u32) -> Result<HistoryPage, Refused> {
        self.ask(|reply| Request::History(before, limit, reply)).await
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
