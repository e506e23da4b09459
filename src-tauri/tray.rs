//! The tray icon. Its menu and its look are pure functions of the view, tested as values; the rest hands them to Tauri.

use crate::window::{self, Navigate};
use countersign_agent::Handle;
use countersign_agent::view::{Progress, Template, View};
use std::sync::{Mutex, PoisonError};
use tauri::image::Image;
use tauri::menu::{Menu, MenuItemBuilder, SubmenuBuilder};
use tauri::tray::{TrayIcon, TrayIconBuilder};
use tauri::{AppHandle, Manager as _, Wry};

/// Menu entries' ids. A template's entry is [`TEMPLATE`] and the template's id.
const OPEN: &str = "open";
const HISTORY: &str = "history";
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

/// The entries of *Quick session*: id and label.
fn quick(templates: &[Template]) -> Vec<(String, String)> {
    templates.iter().map(|template| (format!("{TEMPLATE}{}", template.id), template.name.clone())).collect()
}

/// The icon and what it shows now.
struct Tray {
    icon: TrayIcon,
    shown: Mutex<(Look, Vec<(String, String)>)>,
}

/// Puts the icon in the tray.
pub fn create(app: &AppHandle) -> Result<(), tauri::Error> {
    let icon = TrayIconBuilder::with_id("countersign")
        .tooltip("Countersign")
        .icon(icon(Look::Quiet)?)
        .menu(&menu(app, &[])?)
        .on_menu_event(|app, event| chosen(app, event.id().as_ref()))
        .build(app)?;
    app.manage(Tray { icon, shown: Mutex::new((Look::Quiet, Vec::new())) });
    Ok(())
}

fn menu(app: &AppHandle, quick: &[(String, String)]) -> Result<Menu<Wry>, tauri::Error> {
    let mut sessions = SubmenuBuilder::new(app, "Quick session");
    for (id, label) in quick {
        sessions = sessions.text(id, label);
    }
    let item = |id: &str, label: &str| MenuItemBuilder::with_id(id, label).build(app);
    Menu::with_items(
        app,
        &[
            &sessions.build()?,
            &item(OPEN, "Open")?,
            &item(HISTORY, "History")?,
            &tauri::menu::PredefinedMenuItem::separator(app)?,
            &item(QUIT, "Quit")?,
        ],
    )
}

/// Shows what has changed.
pub fn update(app: &AppHandle, view: &View) {
    let Some(tray) = app.try_state::<Tray>() else { return };
    let now = (look(view), quick(&view.templates));
    let mut shown = tray.shown.lock().unwrap_or_else(PoisonError::into_inner);
    let apply = || {
        if shown.0 != now.0 {
            tray.icon.set_icon(Some(icon(now.0)?))?;
        }
        if shown.1 != now.1 {
            tray.icon.set_menu(Some(menu(app, &now.1)?))?;
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
        HISTORY => window::show_at(app, &Navigate { screen: "history", template: None }),
        QUIT => {
            let (app, engine) = (app.clone(), app.state::<Handle>().inner().clone());
            tauri::async_runtime::spawn(async move {
                engine.quit().await;
                app.exit(0);
            });
        }
        other => {
            if let Some(template) = other.strip_prefix(TEMPLATE) {
                window::show_at(app, &Navigate { screen: "start", template: Some(template.to_owned()) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_agent::view::{Allowed, Connection, Outcome, SessionView};
    use countersign_protocol::Began;

    fn session(outcome: Option<Outcome>, reveal: bool) -> SessionView {
        SessionView {
            id: String::new(),
            subject: String::new(),
            template: None,
            fields: Vec::new(),
            began: Began::Recipient,
            url: None,
            number: None,
            prefill: false,
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
            templates: countersign_agent::templates::built_in(),
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
    fn quick_session_lists_every_template() {
        let entries = quick(&view(vec![]).templates);
        assert_eq!(entries.first(), Some(&("template:phone".to_owned(), "Phone number".to_owned())));
        assert_eq!(entries.len(), countersign_agent::templates::built_in().len());
    }

    #[test]
    fn every_look_has_an_icon() {
        for look in [Look::Quiet, Look::Live, Look::Reveal] {
            assert!(icon(look).is_ok());
        }
    }
}
