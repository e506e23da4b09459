//! What the engine needs of the desktop around it, and no more: so that tests run the engine with a stand-in and no window,
//! and no rule hides in the shell.

use crate::credentials::Credential;
use crate::view::{Language, Preferences, View};
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

/// A desktop: the Tauri shell, or a recorder in tests.
pub trait Desktop: Send + Sync + 'static {
    /// Shows a new state. Must not block.
    fn show(&self, view: &View);

    /// Tells the user something while they look elsewhere. Must not block.
    fn notify(&self, notice: &Notice);

    /// Puts a link on the clipboard. Never called with a passcode.
    fn copy(&self, text: &str) -> Result<(), ClipboardUnavailable>;

    /// Empties the clipboard if it still holds exactly `text`.
    fn forget_copied(&self, text: &str);

    /// Brings the window to the front.
    fn raise(&self);

    /// Puts what the user chose into force, as far as the desktop has a part in it: global shortcut, autostart, always on top.
    /// What cannot be done is named; the rest is done.
    fn adopt(&self, preferences: &Preferences) -> Result<(), ShortcutUnavailable>;

    /// Where exports go.
    fn downloads(&self) -> PathBuf;

    /// The language the operating system speaks, e.g. `fr-CH`.
    fn locale(&self) -> String;

    /// Opens a link in the user's browser.
    fn open(&self, url: &str);

    /// Starts the built-in practice service, or finds it running.
    fn practice(&self) -> Pin<Box<dyn Future<Output = Result<Credential, PracticeUnavailable>> + Send + '_>>;
}

/// Something to tell the user. Holds no value, no passcode and no link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Which session, so that a click leads there.
    pub session: String,
    /// The session's subject; may be empty.
    pub subject: String,
    /// What happened.
    pub kind: NoticeKind,
    /// The language to say it in.
    pub language: Language,
}

/// What a notice is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// The recipient sees the passcode: *Reveal* is unlocked.
    RevealUnlocked,
    /// The recipient entered another value.
    ValueRefused,
    /// The two sides disagree on who began: possible relay.
    RelaySuspected,
    /// Somebody else tried the link after it was opened.
    LinkTriedAgain,
    /// The recipient says the codes do not match, or that they did not ask for this.
    Mismatched,
}

impl NoticeKind {
    /// Whether it must not be missed.
    pub fn is_alarm(self) -> bool {
        matches!(self, Self::RelaySuspected | Self::LinkTriedAgain | Self::Mismatched)
    }
}

/// The global shortcut is malformed, or another program has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this shortcut cannot be used; another program may have it. Choose another one")]
pub struct ShortcutUnavailable;

/// There is no clipboard to write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clipboard cannot be reached; select the link and copy it by hand")]
pub struct ClipboardUnavailable;

/// The practice service could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the practice service did not start: {0}")]
pub struct PracticeUnavailable(pub String);
