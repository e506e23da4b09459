//! What the user has made their own: preferences, templates, and what other programs put in the form.

use super::archive::{cannot_write, write_new};
use super::{Engine, os_entropy};
use crate::deep_link;
use crate::desktop::Desktop;
use crate::templates::BookError;
use crate::view::{Exported, Fill, Imported, Preferences, Refused, RefusedCode, TemplateDraft};
use countersign_protocol::SessionId;
use countersign_protocol::offer::TTL_SECS;
use std::io::{self, Write as _};
use zeroize::Zeroizing;

impl<D: Desktop> Engine<D> {
    /// Puts the preferences into force at the start; a shortcut that is taken is said in the log, and in the settings when
    /// they are next saved.
    pub(super) fn adopt_preferences(&self) {
        if let Err(error) = self.desktop.adopt(&self.settings.preferences) {
            tracing::warn!(%error, "the global shortcut is not set");
        }
    }

    /// Takes new preferences: into force first, so that a shortcut nobody can have is not kept; then on disk. A shortcut that stays as
    /// it is, and that another program has taken meanwhile, does not stand in the way of the rest.
    pub(super) fn set_preferences(&mut self, preferences: Preferences) -> Result<(), Refused> {
        if !TTL_SECS.contains(&preferences.ttl_secs) {
            return Err(Refused::new(RefusedCode::OutOfBounds, "A session lasts 30 to 900 seconds."));
        }
        if let Err(error) = self.desktop.adopt(&preferences)
            && preferences.shortcut != self.settings.preferences.shortcut
        {
            self.adopt_preferences();
            return Err(Refused::new(RefusedCode::Shortcut, format!("{error}.")));
        }
        let mut settings = self.settings.clone();
        settings.preferences = preferences;
        if let Err(error) = self.settings_file.save(&settings) {
            self.adopt_preferences();
            return Err(Refused::new(
                RefusedCode::Settings,
                format!("The settings cannot be saved: {error}."),
            ));
        }
        self.settings = settings;
        self.forget_old_history();
        Ok(())
    }

    /// The tray's switch.
    pub(super) fn toggle_notifications(&mut self) -> Result<(), Refused> {
        let mut preferences = self.settings.preferences.clone();
        preferences.notifications = !preferences.notifications;
        self.set_preferences(preferences)
    }

    /// Something from outside goes into the form.
    pub(super) fn fill(&mut self, fill: Fill) {
        self.fill = Some(fill);
        self.desktop.raise();
    }

    /// A link another program opened.
    pub(super) fn deep_link(&mut self, link: &str) {
        self.fill(deep_link::parse(link));
    }

    /// What waits to be put in the form, once.
    pub(super) fn take_fill(&mut self) -> Option<Fill> {
        let mut fill = self.fill.take()?;
        if let Fill::Start { template, .. } = &mut fill
            && template.is_none()
        {
            template.clone_from(&self.last_template);
        }
        Some(fill)
    }

    pub(super) fn save_template(&mut self, draft: TemplateDraft) -> Result<String, Refused> {
        let fresh = fresh_name()?;
        Ok(self.templates.save(draft, &fresh)?)
    }

    pub(super) fn export_templates(&self) -> Result<Exported, Refused> {
        let folder = self.desktop.downloads();
        let (text, count) = self.templates.export();
        write_new(&folder, "countersign-templates", "json", |file| {
            file.write_all(text.as_bytes())?;
            Ok::<_, io::Error>(count)
        })
        .map_err(|error| cannot_write(&folder, &error))
    }

    pub(super) fn import_templates(&mut self, text: &Zeroizing<String>) -> Result<Imported, Refused> {
        let mut failed = false;
        let imported = self.templates.import(text, || {
            fresh_name().unwrap_or_else(|_| {
                failed = true;
                String::new()
            })
        });
        if failed { Err(Refused::internal()) } else { Ok(imported?) }
    }
}

fn fresh_name() -> Result<String, Refused> {
    SessionId::draw(&mut os_entropy()).map(|id| id.to_string()).map_err(|_| Refused::internal())
}

impl From<BookError> for Refused {
    fn from(error: BookError) -> Self {
        match error {
            BookError::Fields(error) => error.into(),
            BookError::NotOwn => Self::new(RefusedCode::NoSuchTemplate, format!("{error}.")),
            BookError::Name | BookError::TooMany => Self::new(RefusedCode::OutOfBounds, format!("{error}.")),
            BookError::Import => Self::new(RefusedCode::Import, format!("{error}.")),
            BookError::Io(_) => Self::new(RefusedCode::Settings, format!("{error}.")),
        }
    }
}
