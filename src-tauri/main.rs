//! The desktop shell: a window, a tray icon, notifications, and no rule of the product. It starts the engine
//! (`countersign-agent`), hands it what a desktop can do, and shows what it says.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod notifications;
#[cfg(feature = "embedded-service")]
mod practice;
mod shell;
mod shortcut;
mod tray;
mod window;

use countersign_agent::credentials::Keyring;
use countersign_agent::{Engine, Handle, Options, may_be_logged};
use shell::Shell;
use std::error::Error;
use std::sync::Arc;
use tauri::webview::PageLoadEvent;
use tauri::{App, Manager as _, RunEvent, Url, WindowEvent};
use tauri_plugin_deep_link::DeepLinkExt as _;
use tauri_plugin_window_state::StateFlags;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

fn main() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let never_values = filter_fn(|metadata| may_be_logged(metadata.target()));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    tracing_subscriber::registry().with(filter).with(never_values).with(lines).init();

    let app = tauri::Builder::default()
        // First, as Tauri asks: a second start ends here and shows the first one's window.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_autostart::Builder::new().arg(HIDDEN).build())
        .plugin(shortcut::plugin())
        // Not whether it is visible: a window closed into the tray must come back at the next start.
        .plugin(tauri_plugin_window_state::Builder::new().with_state_flags(remembered()).build())
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(commands::handler())
        .setup(set_up)
        .on_page_load(|webview, load| {
            if load.event() == PageLoadEvent::Finished {
                window::loaded(webview.app_handle());
            }
        })
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                api.prevent_close();
                window::close(window.app_handle());
            }
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| {
        if let RunEvent::ExitRequested { code: None, api, .. } = event {
            // The last window is gone; only *Quit* ends the program.
            api.prevent_exit();
        } else if matches!(event, RunEvent::Exit) {
            window::forget(app);
        }
    });
    Ok(())
}

/// How the desktop session starts us: in the tray, without a window in the user's way.
const HIDDEN: &str = "--hidden";

fn remembered() -> StateFlags {
    StateFlags::POSITION | StateFlags::SIZE | StateFlags::MAXIMIZED
}

fn set_up(app: &mut App) -> Result<(), Box<dyn Error>> {
    window::manage(app.handle());
    let folder = app.path().app_local_data_dir()?;
    let shell = Arc::new(Shell::new(app.handle().clone(), &folder));
    tray::create(app.handle())?;
    let options = Options { folder, desktop: shell, credentials: Arc::new(Keyring::default()) };
    let engine: Handle = tauri::async_runtime::block_on(async { Engine::spawn(options) });
    let links = engine.clone();
    app.manage(engine);
    if std::env::args().all(|argument| argument != HIDDEN) {
        window::open(app.handle(), None)?;
    }
    // Links of other programs: the one we were started with, and those a second start hands on.
    let started_with = app.deep_link().get_current().ok().flatten().unwrap_or_default();
    let open = move |urls: Vec<Url>| {
        for link in urls {
            links.deep_link(String::from(link).into());
        }
    };
    open(started_with);
    app.deep_link().on_open_url(move |event| open(event.urls()));
    Ok(())
}
