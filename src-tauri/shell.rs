//! What this desktop can do for the engine: show, notify, copy, open, and run the practice service.

use crate::{notifications, shortcut, tray, window};
use countersign_agent::credentials::Credential;
use countersign_agent::desktop::{
    ClipboardUnavailable, Desktop, Notice, PracticeUnavailable, ShortcutUnavailable,
};
use countersign_agent::view::{Preferences, View};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use tauri::{AppHandle, Emitter as _, Manager as _};
use tauri_plugin_autostart::ManagerExt as _;
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
        window::session_is_live(&self.app, view.sessions.iter().any(|session| session.outcome.is_none()));
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

    fn raise(&self) {
        window::show(&self.app);
    }

    fn adopt(&self, preferences: &Preferences) -> Result<(), ShortcutUnavailable> {
        window::keep_on_top(&self.app, preferences.always_on_top);
        let autostart = self.app.autolaunch();
        // Asking first: disabling what is not there is an error.
        let set = match (preferences.autostart, autostart.is_enabled().unwrap_or(false)) {
            (true, false) => autostart.enable(),
            (false, true) => autostart.disable(),
            _ => Ok(()),
        };
        if let Err(error) = set {
            tracing::warn!(%error, "starting with the desktop session could not be set");
        }
        shortcut::set(&self.app, &preferences.shortcut)
    }

    fn downloads(&self) -> PathBuf {
        let path = self.app.path();
        path.download_dir().or_else(|_| path.home_dir()).unwrap_or_else(|_| PathBuf::from("."))
    }

    fn locale(&self) -> String {
        sys_locale::get_locale().unwrap_or_default()
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
