//! A desktop that writes down what it is told, and a keyring in memory that can be locked.

use countersign_agent::credentials::{Credential, CredentialStore, KeyringUnavailable};
use countersign_agent::desktop::{
    ClipboardUnavailable, Desktop, Notice, NoticeKind, PracticeUnavailable, ShortcutUnavailable,
};
use countersign_agent::view::{Preferences, View};
use std::collections::HashMap;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use tokio::sync::watch;
use zeroize::Zeroizing;

/// What the engine has told its desktop.
pub struct Recorder {
    pub view: watch::Sender<Option<View>>,
    pub notices: Mutex<Vec<Notice>>,
    pub clipboard: Mutex<String>,
    pub adopted: Mutex<Vec<Preferences>>,
    /// The shortcut that another program has.
    pub taken: Mutex<String>,
    pub raised: AtomicBool,
    pub downloads: PathBuf,
    credential: Credential,
}

impl Recorder {
    pub fn new(credential: Credential, downloads: PathBuf) -> Self {
        Self {
            view: watch::Sender::new(None),
            notices: Mutex::default(),
            clipboard: Mutex::default(),
            adopted: Mutex::default(),
            taken: Mutex::new("Ctrl+Alt+Delete".into()),
            raised: AtomicBool::new(false),
            downloads,
            credential,
        }
    }

    pub fn told(&self) -> Vec<NoticeKind> {
        self.notices.lock().unwrap().iter().map(|notice| notice.kind).collect()
    }
}

impl Desktop for Recorder {
    fn show(&self, view: &View) {
        self.view.send_replace(Some(view.clone()));
    }

    fn notify(&self, notice: &Notice) {
        self.notices.lock().unwrap().push(notice.clone());
    }

    fn copy(&self, text: &str) -> Result<(), ClipboardUnavailable> {
        text.clone_into(&mut self.clipboard.lock().unwrap());
        Ok(())
    }

    fn forget_copied(&self, text: &str) {
        let mut held = self.clipboard.lock().unwrap();
        if *held == text {
            held.clear();
        }
    }

    fn raise(&self) {
        self.raised.store(true, Ordering::SeqCst);
    }

    fn adopt(&self, preferences: &Preferences) -> Result<(), ShortcutUnavailable> {
        self.adopted.lock().unwrap().push(preferences.clone());
        if preferences.shortcut == *self.taken.lock().unwrap() { Err(ShortcutUnavailable) } else { Ok(()) }
    }

    fn downloads(&self) -> PathBuf {
        self.downloads.clone()
    }

    fn locale(&self) -> String {
        "fr_FR.UTF-8".to_owned()
    }

    fn open(&self, _url: &str) {}

    fn practice(&self) -> Pin<Box<dyn Future<Output = Result<Credential, PracticeUnavailable>> + Send + '_>> {
        Box::pin(std::future::ready(Ok(self.credential.clone())))
    }
}

/// A keyring in memory. Not there it says so; locked it refuses, which with a real one asks the user.
#[derive(Default)]
pub struct Keyring {
    kept: Mutex<HashMap<String, String>>,
    pub absent: AtomicBool,
    pub locked: AtomicBool,
    /// How many times it was asked for something.
    pub asked: AtomicU32,
}

impl Keyring {
    fn unlocked(&self) -> Result<(), KeyringUnavailable> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.absent.load(Ordering::SeqCst) {
            return Err(KeyringUnavailable::Absent);
        }
        if self.locked.load(Ordering::SeqCst) { Err(KeyringUnavailable::Locked) } else { Ok(()) }
    }
}

impl CredentialStore for Keyring {
    fn load(&self, service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable> {
        self.unlocked()?;
        Ok(self.kept.lock().unwrap().get(service).cloned().map(Zeroizing::new))
    }

    fn save(&self, service: &str, token: &str) -> Result<(), KeyringUnavailable> {
        self.unlocked()?;
        self.kept.lock().unwrap().insert(service.to_owned(), token.to_owned());
        Ok(())
    }

    fn forget(&self, service: &str) -> Result<(), KeyringUnavailable> {
        self.unlocked()?;
        self.kept.lock().unwrap().remove(service);
        Ok(())
    }
}
