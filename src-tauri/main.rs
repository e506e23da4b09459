//! The desktop shell: a window, a tray icon, notifications, and no rule of the product. It starts the engine
//! (`countersign-agent`), hands it what a desktop can do, and shows what it says.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod notifications;
#[cfg(feature = "embedded-service")]
mod practice;
mod shell;
mod tray;
mod window;

use countersign_agent::credentials::Keyring;
use countersign_agent::{Engine, Handle, Options};
use shell::Shell;
use std::error::Error;
use std::sync::Arc;
use tauri::{App, Manager as _, RunEvent, WindowEvent};
use tracing_subscriber::EnvFilter;

fn main() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let app = tauri::Builder::default()
        // First, as Tauri asks: a second start ends here and shows the first one's window.
        .plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| window::show(app)))
        .plugin(tauri_plugin_clipboard_manager::init())
        .plugin(tauri_plugin_opener::init())
        .invoke_handler(commands::handler())
        .setup(set_up)
        .on_window_event(|window, event| {
            if let WindowEvent::CloseRequested { api, .. } = event {
                // Closing keeps the program in the tray; sessions go on.
                api.prevent_close();
                if let Err(error) = window.hide() {
                    tracing::warn!(%error, "the window cannot be hidden");
                }
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

fn set_up(app: &mut App) -> Result<(), Box<dyn Error>> {
    let folder = app.path().app_local_data_dir()?;
    let shell = Arc::new(Shell::new(app.handle().clone(), &folder));
    tray::create(app.handle())?;
    let options = Options { folder, desktop: shell, credentials: Arc::new(Keyring) };
    let engine: Handle = tauri::async_runtime::block_on(async { Engine::spawn(options) });
    app.manage(engine);
    Ok(())
}
