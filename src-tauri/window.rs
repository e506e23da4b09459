//! The one window: opened when it is asked for, kept while it is of use, and told where to go.
//!
//! A window has a browser's processes beside ours, one for its page. One that was closed stays for a while, so that it is back at
//! once; then its page's process goes, and where the desktop session has started us for the tray alone there is none. What sessions
//! are is the engine's: a new window asks for it. Only what was typed and not sent goes with the old one.

use serde::Serialize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tauri::{AppHandle, Emitter as _, Manager as _, WebviewUrl, WebviewWindow, WebviewWindowBuilder};

/// The window's label in `tauri.conf.json`.
pub const LABEL: &str = "main";

/// Where the window should go: the payload of the `navigate` event; a window that is only now opened finds it in its address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Navigate {
    /// `start`, `live`, `history` or `settings`.
    pub screen: &'static str,
    /// Whose card to open there.
    pub session: Option<String>,
}

impl Navigate {
    /// A screen, as the user left it.
    pub fn screen(screen: &'static str) -> Self {
        Self { screen, session: None }
    }

    /// The card of this session.
    pub fn card(session: String) -> Self {
        Self { screen: "live", session: Some(session) }
    }

    /// The address of a page that begins there: the screen is the fragment, the session a parameter. An id is letters and digits.
    fn address(&self) -> String {
        let Self { screen, session } = self;
        let parameter = session.as_ref().map(|session| format!("?session={session}")).unwrap_or_default();
        format!("index.html{parameter}#{screen}")
    }
}

/// A page that has not loaded by then is shown as far as it came: what is wrong has to be seen.
const LOADED_WITHIN: Duration = Duration::from_secs(3);

/// How often it is looked whether a window that was let go is gone: a moment later.
const GONE_LOOKED_EVERY: Duration = Duration::from_millis(10);

/// How long a window that was closed is kept while no session is live.
fn kept_closed() -> Duration {
    /// Between two calls nobody waits for a window; over lunch nobody needs one.
    const KEPT: Duration = Duration::from_mins(5);
    // Tests do not wait that long.
    let told = if cfg!(debug_assertions) { std::env::var("COUNTERSIGN_WINDOW_KEPT_MS").ok() } else { None };
    told.and_then(|ms| ms.parse().ok()).map_or(KEPT, Duration::from_millis)
}

/// A window that is let go is there a little longer than it is of use.
#[derive(Default)]
enum Leaving {
    /// It stays, or there is none.
    #[default]
    Not,
    /// It goes.
    Goes,
    /// It goes, and somebody has asked for it since, perhaps at a screen: the next one is for them.
    Wanted(Option<Navigate>),
}

/// Whether the window stays: asked and changed together, so that none goes that somebody has just asked for.
#[derive(Default)]
struct Stay {
    /// Goes up whenever the window is shown or closed: what was meant to follow from an earlier one does not.
    turn: u64,
    leaving: Leaving,
}

/// What is known of the window, there or not.
#[derive(Default)]
struct State {
    /// Being made: a second hand that asks for it waits for the first one's.
    opening: AtomicBool,
    /// Still to be shown for the first time.
    unseen: AtomicBool,
    on_top: AtomicBool,
    /// Whether a session is live.
    live: AtomicBool,
    stay: Mutex<Stay>,
}

impl State {
    fn stay(&self) -> MutexGuard<'_, Stay> {
        self.stay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Has the window's state kept. Before all else here.
pub fn manage(app: &AppHandle) {
    app.manage(State::default());
}

/// Makes the window. It is shown once its page is there ([`loaded`]), not before: an empty window is of no use to anybody, and
/// `WebKitGTK`, asked to paint one, waits half a second for a page that waits for it.
///
/// # Errors
///
/// If there cannot be one.
pub fn open(app: &AppHandle, at: Option<&Navigate>) -> Result<(), tauri::Error> {
    let state = app.state::<State>();
    if state.opening.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    // Whoever asked while another one's was being made finds it here.
    if app.get_webview_window(LABEL).is_some() {
        state.opening.store(false, Ordering::Relaxed);
        bring(app, at);
        return Ok(());
    }
    state.unseen.store(true, Ordering::Relaxed);
    let made = build(app, at, state.on_top.load(Ordering::Relaxed));
    state.unseen.fetch_and(made.is_ok(), Ordering::Relaxed);
    state.opening.store(false, Ordering::Relaxed);
    made?;
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        tokio::time::sleep(LOADED_WITHIN).await;
        loaded(&app);
    });
    Ok(())
}

fn build(app: &AppHandle, at: Option<&Navigate>, on_top: bool) -> Result<WebviewWindow, tauri::Error> {
    let config = app.config().app.windows.iter().find(|window| window.label == LABEL);
    let mut config = config.cloned().ok_or(tauri::Error::WindowNotFound)?;
    if let Some(at) = at {
        config.url = WebviewUrl::App(PathBuf::from(at.address()));
    }
    config.always_on_top = on_top;
    WebviewWindowBuilder::from_config(app, &config)?.build()
}

/// The window's page is there.
pub fn loaded(app: &AppHandle) {
    if app.state::<State>().unseen.swap(false, Ordering::Relaxed) {
        bring(app, None);
        tracing::debug!("the window is shown");
    }
}

/// Brings the window to the front.
pub fn show(app: &AppHandle) {
    bring(app, None);
}

/// Brings the window to the front at a screen.
pub fn show_at(app: &AppHandle, to: &Navigate) {
    bring(app, Some(to));
}

fn bring(app: &AppHandle, to: Option<&Navigate>) {
    let state = app.state::<State>();
    {
        let mut stay = state.stay();
        stay.turn += 1;
        if !matches!(stay.leaving, Leaving::Not) {
            stay.leaving = Leaving::Wanted(to.cloned());
            return;
        }
    }
    let Some(window) = app.get_webview_window(LABEL) else {
        let (app, to) = (app.clone(), to.cloned());
        // Not here: this may be the thread that has to answer while a window is made.
        std::thread::spawn(move || {
            if let Err(error) = open(&app, to.as_ref()) {
                tracing::error!(%error, "the window cannot be opened");
            }
        });
        return;
    };
    if let Some(to) = to
        && let Err(error) = app.emit_to(LABEL, "navigate", to)
    {
        tracing::warn!(%error, "the window cannot be told where to go");
    }
    if state.unseen.load(Ordering::Relaxed) {
        return;
    }
    for step in [window.show(), window.unminimize(), window.set_focus()] {
        if let Err(error) = step {
            tracing::warn!(%error, "the window cannot be shown");
        }
    }
}

/// The user has closed the window: the program goes on in the tray, and the window for a while.
pub fn close(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.hide() {
        tracing::warn!(%error, "the window cannot be hidden");
    }
    let turn = {
        let state = app.state::<State>();
        let mut stay = state.stay();
        stay.turn += 1;
        stay.turn
    };
    let app = app.clone();
    tauri::async_runtime::spawn(async move {
        let state = app.state::<State>();
        loop {
            tokio::time::sleep(kept_closed()).await;
            let mut stay = state.stay();
            if stay.turn != turn {
                return;
            }
            if !state.live.load(Ordering::Relaxed) {
                stay.leaving = Leaving::Goes;
                break;
            }
        }
        tracing::debug!("the window is let go");
        forget(&app);
        // Until its name is free for another.
        while app.get_webview_window(LABEL).is_some() {
            tokio::time::sleep(GONE_LOOKED_EVERY).await;
        }
        let left = std::mem::take(&mut state.stay().leaving);
        if let Leaving::Wanted(to) = left {
            bring(&app, to.as_ref());
        }
    });
}

/// Whether a session is live: while one is, the window stays.
pub fn session_is_live(app: &AppHandle, live: bool) {
    app.state::<State>().live.store(live, Ordering::Relaxed);
}

/// Keeps the window above others, or not.
pub fn keep_on_top(app: &AppHandle, on: bool) {
    app.state::<State>().on_top.store(on, Ordering::Relaxed);
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.set_always_on_top(on) {
        tracing::warn!(%error, "the window cannot be kept on top");
    }
}

/// Lets the window go, and all it shows with it.
pub fn forget(app: &AppHandle) {
    if let Some(window) = app.get_webview_window(LABEL)
        && let Err(error) = window.destroy()
    {
        tracing::debug!(%error, "the window was gone");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_told_whose_card_to_open_whether_it_is_there_or_not() {
        let card = Navigate::card("0123456789abcdef".to_owned());
        let payload = serde_json::to_value(&card).unwrap();
        assert_eq!(payload, serde_json::json!({ "screen": "live", "session": "0123456789abcdef" }));
        assert_eq!(card.address(), "index.html?session=0123456789abcdef#live");
        let screen = Navigate::screen("history");
        let payload = serde_json::to_value(&screen).unwrap();
        assert_eq!(payload, serde_json::json!({ "screen": "history", "session": null }));
        assert_eq!(screen.address(), "index.html#history");
    }
}
