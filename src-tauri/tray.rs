//! The tray icon. Its menu and its look are pure functions of the view, tested as values; the rest hands them to Tauri.

use crate::window::{self, Navigate};
use countersign_agent::Handle;
use countersign_agent::text::{Line, say};
use countersign_agent::view::{Fill, Language, Progress, Template, View};
use std::sync::{Mutex, PoisonError};
use tauri::image::Image;
use tauri::menu::{CheckMenuItemBuilder, Menu, MenuItemBuilder, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry};

/// Menu entries' ids. A template's entry is [`TEMPLATE`] and the template's id.
const OPEN: &str = "open";
const HISTORY: &str = "history";
const PAUSE: &str = "pause";
const QUIT: &str = "quit";
const TEMPLATE: &str = "template:";

/// What the icon says at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// No session is live.
    Quiet,
    /// A session is live.
    Live,
    /// A recipient has seen a passcode: the agent may reveal.
    Reveal,
}

fn look(view: &View) -> Look {
    if view.sessions.iter().any(|session| session.allowed.reveal && session.progress < Progress::Revealed) {
        Look::Reveal
    } else if view.sessions.iter().any(|session| session.outcome.is_none()) {
        Look::Live
    } else {
        Look::Quiet
    }
}

fn icon(look: Look) -> Result<Image<'static>, tauri::Error> {
    Image::from_bytes(match look {
        Look::Quiet => include_bytes!("../icons/tray.png"),
        Look::Live => include_bytes!("../icons/tray-live.png"),
        Look::Reveal => include_bytes!("../icons/tray-reveal.png"),
    })
}

/// What of the view the tray shows.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Shown {
    look: Look,
    language: Language,
    quick: Vec<(String, String)>,
    paused: bool,
}

impl Shown {
    fn of(view: &View) -> Self {
        Self {
            look: look(view),
            language: view.language,
            quick: quick(&view.templates),
            paused: !view.preferences.notifications,
        }
    }
}

/// The entries of *Quick session*, id and label: the favourites; all templates if there is none.
fn quick(templates: &[Template]) -> Vec<(String, String)> {
    let any = templates.iter().any(|template| template.favourite);
    templates
        .iter()
        .filter(|template| template.favourite || !any)
        .map(|template| (format!("{TEMPLATE}{}", template.id), template.name.clone()))
        .collect()
}

/// The icon and what it shows now.
struct Tray {
    icon: TrayIcon,
    shown: Mutex<Shown>,
}

/// Puts the icon in the tray.
pub fn create(app: &AppHandle) -> Result<(), tauri::Error> {
    // Until the engine says what it is: it does so before a hand can reach the menu.
    let shown = Shown { look: Look::Quiet, language: Language::System, quick: Vec::new(), paused: false };
    let icon = TrayIconBuilder::with_id("countersign")
        .tooltip("Countersign")
        .icon(icon(shown.look)?)
        .menu(&menu(app, &shown)?)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .build(app)?;
    app.manage(Tray { icon, shown: Mutex::new(shown) });
    Ok(())
}

fn menu(app: &AppHandle, shown: &Shown) -> Result<Menu<Wry>, tauri::Error> {
    let mut sessions = SubmenuBuilder::new(app, say(shown.language, Line::TrayQuickSession));
    for (id, label) in &shown.quick {
        sessions = sessions.text(id, label);
    }
    let item = |id: &str, label| MenuItemBuilder::with_id(id, say(shown.language, label)).build(app);
    Menu::with_items(
        app,
        &[
            &sessions.build()?,
            &item(OPEN, Line::TrayOpen)?,
            &item(HISTORY, Line::TrayHistory)?,
            &CheckMenuItemBuilder::with_id(PAUSE, say(shown.language, Line::TrayPause))
                .checked(shown.paused)
                .build(app)?,
            &tauri::menu::PredefinedMenuItem::separator(app)?,
            &item(QUIT, Line::TrayQuit)?,
        ],
    )
}

/// Shows what has changed.
pub fn update(app: &AppHandle, view: &View) {
    let Some(tray) = app.try_state::<Tray>() else { return };
    let now = Shown::of(view);
    let mut shown = tray.shown.lock().unwrap_or_else(PoisonError::into_inner);
    let apply = || {
        if shown.look != now.look {
            tray.icon.set_icon(Some(icon(now.look)?))?;
        }
        if (shown.language, &shown.quick, shown.paused) != (now.language, &now.quick, now.paused) {
            tray.icon.set_menu(Some(menu(app, &now)?))?;
        }
        Ok::<_, tauri::Error>(())
    };
    match apply() {
        Ok(()) => *shown = now,
        Err(error) => tracing::warn!(%error, "the tray icon cannot be changed"),
    }
}

fn chosen(app: &AppHandle, id: &str) {
    match id {
        OPEN => window::show(app),
        HISTORY => window::show_at(app, &Navigate::screen("history")),
        PAUSE => {
            let engine = app.state::<Handle>().inner().clone();
            tauri::async_runtime::spawn(async move {
                if let Err(refused) = engine.toggle_notifications().await {
                    tracing::warn!(code = ?refused.code, "notifications cannot be switched");
                }
            });
        }
        QUIT => {
            let (app, engine) = (app.clone(), app.state::<Handle>().inner().clone());
            tauri::async_runtime::spawn(async move {
                engine.quit().await;
                app.exit(0);
            });
        }
        other => {
            if let Some(template) = other.strip_prefix(TEMPLATE) {
                app.state::<Handle>().fill(Fill::Start {
                    template: Some(template.to_owned()),
                    subject: None,
                    value: None,
                    began: None,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_agent::view::{Allowed, Connection, Outcome, Preferences, SessionView};
    use countersign_protocol::Began;

    fn session(outcome: Option<Outcome>, reveal: bool) -> SessionView {
        SessionView {
            id: String::new(),
            initials: String::new(),
            colour: 0,
            subject: String::new(),
            template: None,
            fields: Vec::new(),
            began: Began::Recipient,
            url: None,
            number: None,
            prefill: false,
            language: Language::En,
            typed: false,
            progress: Progress::Waiting,
            outcome,
            remaining_ms: 0,
            ttl_secs: 120,
            open_refused: 0,
            reconnecting: false,
            allowed: Allowed { copy: false, reveal, extend: false, recreate: false, cancel: false },
        }
    }

    fn view(sessions: Vec<SessionView>) -> View {
        View {
            revision: 1,
            connection: Connection::Online,
            identity: None,
            sessions,
            templates: countersign_agent::templates::built_in(Language::En),
            preferences: Preferences::default(),
            language: Language::En,
            fill_waiting: false,
            warnings: Vec::new(),
        }
    }

    #[test]
    fn the_icon_shows_the_most_pressing_session() {
        let over = || session(Some(Outcome::Matched), false);
        assert_eq!(look(&view(vec![])), Look::Quiet);
        assert_eq!(look(&view(vec![over()])), Look::Quiet);
        assert_eq!(look(&view(vec![over(), session(None, false)])), Look::Live);
        assert_eq!(look(&view(vec![session(None, true), session(None, false)])), Look::Reveal);
    }

    #[test]
    fn quick_session_lists_favourites_or_else_every_template() {
        let mut templates = countersign_agent::templates::built_in(Language::En);
        assert_eq!(quick(&templates).len(), templates.len());
        for template in &mut templates {
            template.favourite = template.id == "order";
        }
        assert_eq!(quick(&templates), [("template:order".to_owned(), "Order number".to_owned())]);
    }

    #[test]
    fn every_look_has_an_icon() {
        for look in [Look::Quiet, Look::Live, Look::Reveal] {
            assert!(icon(look).is_ok());
        }
    }
}
