//! The one window: brought back from the tray, and told where to go.

use serde::Serialize;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tauri::{AppHandle, Emitter as _, Manager as _};

/// The window's label in `tauri.conf.json`.
pub const LABEL: &str = "main";

/// Where the window should go: the payload of the `navigate` event.
#[derive(Debug, Clone, Serialize)]
pub struct Navigate {
    /// `start`, `live`, `history` or `settings`.
    pub screen: &'static str,
}

/// A page that has not loaded by then is shown as far as it came: what is wrong has to be seen.
const LOADED_WITHIN: Duration = Duration::from_secs(3);

/// Whether the window is still to be shown for the first time.
struct Unseen(AtomicBool);

/// Has the window shown once its page is there ([`loaded`]), not before: an empty window is of no use to anybody, and `WebKitGTK`,
/// asked to paint one, waits half a second for a page that waits for it.
pub fn show_when_loaded(app: &AppHandle) {
    app.manage(Unseen(AtomicBool::new(true)));
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(LOADED_WITHIN).await;
        loaded(&app);
    });
}

/// The window's page is there.
pub fn loaded(app: &AppHandle) {
    if app.try_state::<Unseen>().is_some_and(|unseen| unseen.0.swap(false, Ordering::Relaxed)) {
        show(app);
        tracing::debug!("the window is shown");
    }
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
