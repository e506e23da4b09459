//! What the keyring keeps for us: who we are, and the key that seals history. It may be locked, or start after us: then it is looked for
//! again, without a question to the user if it can be without one.

use super::calls::{NoCredential, Report, report};
use super::{Engine, HistoryError};
use crate::credentials::{Credential, CredentialStore, KeyringUnavailable};
use crate::desktop::Desktop;
use crate::history::chain::{ChainKey, KEY_BYTES};
use crate::view::{Connection, Warning};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The name the chain's key has in the keyring.
const KEY_NAME: &str = "history chain";
/// First pause before a keyring that does not answer is looked for again; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// Longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// What is being asked of the keyring, and when it is asked again.
#[derive(Default)]
pub(super) struct Asking {
    /// When it is asked again.
    pub(super) again: Option<Instant>,
    pause: Option<Duration>,
    /// One question at a time: a locked keyring shows each of them to the user, and two keys must not be made.
    credential: bool,
    chain_key: bool,
}

impl<D: Desktop> Engine<D> {
    /// Asks the keyring for what it has not given yet.
    pub(super) fn ask_keyring(&mut self) {
        self.asking.again = None;
        if self.service.is_none() && !self.asking.credential {
            self.find_credential();
        }
        if self.history.as_ref().is_ok_and(|history| !history.has_key()) && !self.asking.chain_key {
            self.find_chain_key();
        }
    }

    /// It was locked, or not there. One that is locked asks the user to unlock it: only at the start, and when the user wants it.
    fn keyring_failed(&mut self, why: KeyringUnavailable) {
        if why == KeyringUnavailable::Absent && self.asking.again.is_none() {
            let pause = self.asking.pause.map_or(FIRST_PAUSE, |pause| (pause * 2).min(LONGEST_PAUSE));
            (self.asking.again, self.asking.pause) = (Some(Instant::now() + pause), Some(pause));
        }
    }

    /// Looks for who we are: the service in the settings and its token in the keyring, or else practice.
    pub(super) fn find_credential(&mut self) {
        self.asking.credential = true;
        let (reports, store, desktop) = (self.reports.clone(), self.store.clone(), self.desktop.clone());
        let (enrolled, generation) = (self.settings.service.clone(), self.generation);
        tokio::spawn(async move {
            let found = match enrolled {
                Some(service) => {
                    let origin = service.clone();
                    match tokio::task::spawn_blocking(move || store.load(&origin)).await {
                        Ok(Ok(Some(token))) => Ok(Credential { service, token, practice: false }),
                        Ok(Ok(None)) => Err(NoCredential::Forgotten),
                        Ok(Err(why)) => Err(NoCredential::Keyring(why)),
                        Err(_) => Err(NoCredential::Keyring(KeyringUnavailable::Locked)),
                    }
                }
                None => desktop.practice().await.map_err(|error| {
                    tracing::error!(%error, "no practice");
                    NoCredential::Practice
                }),
            };
            report(&reports, Report::Credential(generation, found));
        });
    }

    /// The credential was looked for.
    pub(super) fn credential(&mut self, found: Result<Credential, NoCredential>) {
        self.asking.credential = false;
        match found {
            Ok(credential) => self.connect(credential),
            Err(why) => self.no_credential(&why),
        }
    }

    fn no_credential(&mut self, why: &NoCredential) {
        match why {
            NoCredential::Keyring(why) => {
                self.warn(Warning::KeyringClosed);
                self.connection = Connection::Unauthorized;
                self.keyring_failed(*why);
            }
            NoCredential::Forgotten => {
                self.unwarn(Warning::KeyringClosed);
                self.connection = Connection::Unauthorized;
            }
            NoCredential::Practice => self.connection = Connection::Offline,
        }
    }

    /// Looks for the chain's key; makes one for a history that has no seal yet.
    pub(super) fn find_chain_key(&mut self) {
        let Ok(sealed) = self.history().and_then(|history| Ok(history.is_sealed()?)) else { return };
        self.asking.chain_key = true;
        let (store, reports) = (self.store.clone(), self.reports.clone());
        tokio::task::spawn_blocking(move || {
            let found = match load_key(store.as_ref()) {
                // A lost key is not replaced: a new one would call every old record a forgery.
                Ok(None) if !sealed => make_key(store.as_ref()),
                found => found,
            };
            report(&reports, Report::ChainKey(found));
        });
    }

    /// The key was looked for.
    pub(super) fn chain_key(&mut self, found: Result<Option<ChainKey>, KeyringUnavailable>) {
        self.asking.chain_key = false;
        let key = match found {
            Ok(Some(key)) => key,
            Ok(None) => return tracing::warn!("history is not sealed: its key is not in the keyring"),
            Err(why) => return self.keyring_failed(why),
        };
        let sealed: Result<(), HistoryError> = match &mut self.history {
            Ok(history) => history.seal_with(key),
            Err(_) => return,
        };
        if sealed.is_err() {
            self.warn(Warning::HistoryUnavailable);
        }
        self.forget_old_history();
    }
}

/// The chain's key, as the keyring has it.
pub(super) fn load_key(store: &dyn CredentialStore) -> Result<Option<ChainKey>, KeyringUnavailable> {
    let Some(text) = store.load(KEY_NAME)? else { return Ok(None) };
    let bytes = STANDARD.decode(text.as_bytes()).map(Zeroizing::new).ok();
    Ok(bytes.and_then(|bytes| <[u8; KEY_BYTES]>::try_from(bytes.as_slice()).ok()).map(ChainKey::new))
}

fn make_key(store: &dyn CredentialStore) -> Result<Option<ChainKey>, KeyringUnavailable> {
    let mut bytes = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| KeyringUnavailable::Locked)?;
    store.save(KEY_NAME, &Zeroizing::new(STANDARD.encode(bytes.as_slice())))?;
    Ok(Some(ChainKey::new(*bytes)))
}
