//! The one window: brought back from the tray, and told where to go.

use serde::Serialize;
use tauri::{AppHandle, Emitter as _, Manager as _};

/// The window's label in `tauri.conf.json`.
pub const LABEL: &str = "main";

/// Where the window should go: the payload of the `navigate` event.
#[derive(Debug, Clone, Serialize)]
pub struct Navigate {
    /// `start`, `live`, `history` or `settings`.
    pub screen: &'static str,
}

/// Brings the window to the front.
pub fn show(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    for step in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window cannot be shown");
        }
    }
}

/// Takes the window away; the tray brings it back.
pub fn hide(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window cannot be hidden");
    }
}

/// Brings the window to the front at a screen.
pub fn show_at(app: &AppHandle, to: &Navigate) {
    show(app);
    if let Err(error) = app.emit_to(LABEL, "navigate", to) {
        tracing::warn!(%error, "the window cannot be told where to go");
    }
}

/// Keeps the window above others, or not.
pub fn keep_on_top(app: &AppHandle, on: bool) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.set_always_on_top(on) {
        tracing::warn!(%error, "the window cannot be kept on top");
    }
}

/// The program ends: nothing of a session may stay on the screen.
pub fn forget(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.destroy()
    {
        tracing::debug!(%error, "the window was gone");
    }
}
