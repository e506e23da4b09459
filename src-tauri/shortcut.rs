//! The global shortcut: from anywhere to the form, with the last template and the cursor in the value.

use countersign_agent::Handle;
use countersign_agent::desktop::ShortcutUnavailable;
use countersign_agent::view::Fill;
use tauri::plugin::TauriPlugin;
use tauri::{AppHandle, Manager as _, Wry};
use tauri_plugin_global_shortcut::{Builder, GlobalShortcutExt as _, ShortcutState};

/// The plugin that listens.
pub fn plugin() -> TauriPlugin<Wry> {
    Builder::new()
        .with_handler(|app, _shortcut, event| {
            if event.state() == ShortcutState::Pressed
                && let Some(engine) = app.try_state::<Handle>()
            {
                engine.fill(Fill::Start { template: None, subject: None, value: None, began: None });
            }
        })
        .build()
}

/// Listens to this shortcut and no other; to none if it is empty. One that is in force is not given back and asked for again: another
/// program could take it in between.
pub fn set(app: &AppHandle, shortcut: &str) -> Result<(), ShortcutUnavailable> {
    let shortcuts = app.global_shortcut();
    // There is never more than one of ours.
    if !shortcut.is_empty() && shortcuts.is_registered(shortcut) {
        return Ok(());
    }
    if let Err(error) = shortcuts.unregister_all() {
        tracing::warn!(%error, "the old shortcut could not be given back");
    }
    if shortcut.is_empty() {
        return Ok(());
    }
    shortcuts.register(shortcut).map_err(|error| {
        tracing::warn!(%error, "the shortcut could not be had");
        ShortcutUnavailable
    })
}
