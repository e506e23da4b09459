//! What the user chose, in `settings.toml`. Nothing secret: the file says which service we are enrolled with, the keyring
//! holds the token.

use crate::templates::{read_whole, write_whole};
use crate::view::Preferences;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::{Path, PathBuf};

/// The settings file.
#[derive(Debug, Clone)]
pub struct SettingsFile {
    path: PathBuf,
}

/// What the user chose.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Origin of the service we are enrolled with; absent: practice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// How the program looks and behaves.
    pub preferences: Preferences,
}

impl SettingsFile {
    /// The file in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self { path: folder.join("settings.toml") }
    }

    /// Reads the settings. A file that is absent is the default; one that cannot be read is kept under another name, so
    /// that nothing is lost, and the default is used.
    pub fn load(&self) -> Settings {
        read_whole(&self.path, |text| toml::from_str(text).ok())
    }

    /// Writes the settings whole: to a new file first, then in the old one's place.
    pub fn save(&self, settings: &Settings) -> io::Result<()> {
        let text = toml::to_string(settings).map_err(io::Error::other)?;
        write_whole(&self.path, text.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_survive_a_round_trip_and_damage_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let file = SettingsFile::in_folder(folder.path());
        assert_eq!(file.load(), Settings::default());
        let preferences =
            Preferences { shortcut: "Ctrl+Alt+K".into(), ttl_secs: 300, ..Preferences::default() };
        let settings = Settings { service: Some("https://verify.example".into()), preferences };
        file.save(&settings).unwrap();
        assert_eq!(file.load(), settings);

        std::fs::write(folder.path().join("settings.toml"), "service = [").unwrap();
        assert_eq!(file.load(), Settings::default());
        assert!(folder.path().join("settings.toml.damaged").exists());

        std::fs::write(folder.path().join("settings.toml"), b"\xff").unwrap();
        assert_eq!(file.load(), Settings::default());
        file.save(&settings).unwrap();
        assert_eq!(std::fs::read(folder.path().join("settings.toml.damaged-2")).unwrap(), b"\xff");
        assert_eq!(std::fs::read(folder.path().join("settings.toml.damaged")).unwrap(), b"service = [");
    }
}
