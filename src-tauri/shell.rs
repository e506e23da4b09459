//! What this desktop can do for the engine: show, notify, copy, open, and run the practice service.

use crate::{notifications, tray, window};
use countersign_agent::credentials::Credential;
use countersign_agent::desktop::{ClipboardUnavailable, Desktop, Notice, PracticeUnavailable};
use countersign_agent::view::View;
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use tauri::{AppHandle, Emitter as _};
use tauri_plugin_clipboard_manager::ClipboardExt as _;
use tauri_plugin_opener::OpenerExt as _;

/// The Tauri desktop.
pub struct Shell {
    app: AppHandle,
    #[cfg(feature = "embedded-service")]
    practice: crate::practice::Practice,
}

impl Shell {
    /// A shell of this app, whose practice service keeps its files under `folder`.
    #[cfg_attr(not(feature = "embedded-service"), allow(unused_variables))]
    pub fn new(app: AppHandle, folder: &Path) -> Self {
        Self {
            app,
            #[cfg(feature = "embedded-service")]
            practice: crate::practice::Practice::new(folder.join("practice")),
        }
    }
}

impl Desktop for Shell {
    fn show(&self, view: &View) {
        if let Err(error) = self.app.emit_to(window::LABEL, "view", view) {
            tracing::warn!(%error, "the window was not told of a change");
        }
        tray::update(&self.app, view);
    }

    fn notify(&self, notice: &Notice) {
        notifications::send(&self.app, notice);
    }

    fn copy(&self, text: &str) -> Result<(), ClipboardUnavailable> {
        self.app.clipboard().write_text(text).map_err(|_| ClipboardUnavailable)
    }

    fn forget_copied(&self, text: &str) {
        let clipboard = self.app.clipboard();
        let ours = clipboard.read_text().is_ok_and(|held| held == text);
        if ours && clipboard.clear().is_err() {
            tracing::warn!("the clipboard could not be emptied");
        }
    }

    fn open(&self, url: &str) {
        // The error can name the link, which may carry a value: it is not logged.
        if self.app.opener().open_url(url, None::<&str>).is_err() {
            tracing::warn!("no browser could be opened");
        }
    }

    fn practice(&self) -> Pin<Box<dyn Future<Output = Result<Credential, PracticeUnavailable>> + Send + '_>> {
        #[cfg(feature = "embedded-service")]
        return Box::pin(self.practice.credential());
        #[cfg(not(feature = "embedded-service"))]
        return Box::pin(std::future::ready(Err(PracticeUnavailable("this build has none".to_owned()))));
    }
}
