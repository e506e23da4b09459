//! An agent at work: the real engine, with a desktop nobody looks at.

use crate::load::Failure;
use countersign_agent::credentials::{Credential, CredentialStore, KeyringUnavailable};
use countersign_agent::desktop::{
    ClipboardUnavailable, Desktop, Notice, PracticeUnavailable, ShortcutUnavailable,
};
use countersign_agent::view::{
    FieldEntry, FieldSpec, Language, Outcome, Preferences, SessionView, StartRequest, View,
};
use countersign_agent::{Engine, Handle, Options};
use countersign_protocol::{Began, Kind};
use std::fs;
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use zeroize::Zeroizing;

/// Only a failing run waits so long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A desktop that keeps the newest view.
struct Silent {
    view: watch::Sender<Option<View>>,
    downloads: PathBuf,
    credential: Credential,
}

impl Desktop for Silent {
    fn show(&self, view: &View) {
        self.view.send_replace(Some(view.clone()));
    }

    fn notify(&self, _notice: &Notice) {}

    fn copy(&self, _text: &str) -> Result<(), ClipboardUnavailable> {
        Ok(())
    }

    fn forget_copied(&self, _text: &str) {}

    fn raise(&self) {}

    fn adopt(&self, _preferences: &Preferences) -> Result<(), ShortcutUnavailable> {
        Ok(())
    }

    fn downloads(&self) -> PathBuf {
        self.downloads.clone()
    }

    fn locale(&self) -> String {
        "en_US.UTF-8".to_owned()
    }

    fn open(&self, _url: &str) {}

    fn practice(&self) -> Pin<Box<dyn Future<Output = Result<Credential, PracticeUnavailable>> + Send + '_>> {
        Box::pin(std::future::ready(Ok(self.credential.clone())))
    }
}

/// A keyring's stand-in that survives its process, as a keyring does: a folder with a file an entry.
pub struct Folder(pub PathBuf);

impl Folder {
    fn entry(&self, service: &str) -> PathBuf {
        self.0.join(service.replace(|c: char| !c.is_ascii_alphanumeric(), "_"))
    }
}

impl CredentialStore for Folder {
    fn load(&self, service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable> {
        match fs::read_to_string(self.entry(service)) {
            Ok(token) => Ok(Some(Zeroizing::new(token))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(_) => Err(KeyringUnavailable::Absent),
        }
    }

    fn save(&self, service: &str, token: &str) -> Result<(), KeyringUnavailable> {
        let (path, draft) = (self.entry(service), self.entry(&format!("{service} draft")));
        fs::create_dir_all(&self.0).map_err(|_| KeyringUnavailable::Absent)?;
        fs::write(&draft, token)
            .and_then(|()| fs::rename(draft, path))
            .map_err(|_| KeyringUnavailable::Absent)
    }

    fn forget(&self, service: &str) -> Result<(), KeyringUnavailable> {
        let _ = fs::remove_file(self.entry(service));
        Ok(())
    }
}

/// An agent who is connected.
#[derive(Clone)]
pub struct Desk {
    pub engine: Handle,
    view: watch::Receiver<Option<View>>,
}

impl Desk {
    /// The agent with this token sits down; `folder` holds history and what stands for the keyring.
    pub async fn sit(folder: &Path, origin: &str, token: &str) -> Result<Self, Failure> {
        let service = origin.to_owned();
        let credential = Credential { service, token: Zeroizing::new(token.to_owned()), practice: true };
        let view = watch::Sender::new(None);
        let seen = view.subscribe();
        let desktop = Arc::new(Silent { view, downloads: folder.join("downloads"), credential });
        let credentials: Arc<dyn CredentialStore> = Arc::new(Folder(folder.join("keyring")));
        let engine = Engine::spawn(Options { folder: folder.join("agent"), desktop, credentials });
        let desk = Self { engine, view: seen };
        desk.until(|view| view.identity.is_some()).await?;
        Ok(desk)
    }

    /// Waits until the view is as wanted.
    pub async fn until(&self, wanted: impl Fn(&View) -> bool) -> Result<View, Failure> {
        let mut view = self.view.clone();
        let found = view.wait_for(|view| view.as_ref().is_some_and(&wanted));
        let found = tokio::time::timeout(PATIENCE, found).await??.clone();
        Ok(found.ok_or("no view")?)
    }

    /// Starts a session about these values; its card and its link.
    pub async fn start(&self, values: &[(Kind, String)], subject: &str) -> Result<(String, String), Failure> {
        let fields = values.iter().map(|(kind, value)| FieldEntry {
            field: FieldSpec { name: format!("Your {kind}"), kind: *kind, hint: String::new() },
            value: Zeroizing::new(value.clone()),
        });
        let request = StartRequest {
            template: None,
            fields: fields.collect(),
            subject: subject.to_owned(),
            began: Began::Recipient,
            ttl_secs: 900,
            prefill: false,
            language: Language::System,
        };
        let card = self.engine.start(request).await.map_err(|refused| format!("start: {refused:?}"))?;
        let link = |view: &View| view.sessions.iter().find(|s| s.id == card).and_then(|s| s.url.clone());
        let view = self.until(|view| link(view).is_some()).await?;
        let link = link(&view).unwrap_or_default();
        Ok((card, link))
    }

    /// Waits until the passcode may be revealed; the passcode. An end before that is an error.
    pub async fn reveal(&self, card: &str) -> Result<Zeroizing<String>, Failure> {
        let due = |s: &SessionView| s.id == card && (s.allowed.reveal || s.outcome.is_some());
        self.until(|view| view.sessions.iter().any(due)).await?;
        let revealed = self.engine.reveal(card.to_owned()).await;
        Ok(revealed.map_err(|refused| format!("reveal: {refused:?}"))?.passcode)
    }

    /// Waits until the card is over; how.
    pub async fn over(&self, card: &str) -> Result<Outcome, Failure> {
        let of = |view: &View| view.sessions.iter().find(|s| s.id == card).and_then(|s| s.outcome);
        let view = self.until(|view| of(view).is_some()).await?;
        Ok(of(&view).ok_or("no outcome")?)
    }

    /// Waits until the card is over, and closes it.
    pub async fn close(&self, card: &str) -> Result<(), Failure> {
        self.over(card).await?;
        self.engine.dismiss(card.to_owned()).await.map_err(|refused| format!("dismiss: {refused:?}"))?;
        Ok(())
    }
}
