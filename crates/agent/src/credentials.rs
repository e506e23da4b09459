//! Who we are to a service, kept in the operating system's keyring and nowhere else.
//!
//! A keyring that is locked or absent is an error the user is told of; the token then lives for this run only. It is never
//! written to a file.

use keyring_core::{CredentialStore as Backend, Entry, Error};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// The name our entries have in the keyring.
const KEYRING_SERVICE: &str = "countersign";

/// A service and the token it knows us by. No `Debug`: it holds a secret.
#[derive(Clone)]
pub struct Credential {
    /// Where the service is, e.g. `https://verify.example`.
    pub service: String,
    /// The bearer token.
    pub token: Zeroizing<String>,
    /// The built-in practice service.
    pub practice: bool,
}

/// The keyring cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyringUnavailable {
    /// None answers: there is none, or it has not started yet. Asking again disturbs nobody.
    #[error("no keyring answers; start or install one")]
    Absent,
    /// It is locked, and nobody unlocked it. Asking again may put the question to the user once more.
    #[error("the keyring is locked; unlock it")]
    Locked,
}

/// Where tokens are kept. Calls may block; the engine makes them off its loop.
pub trait CredentialStore: Send + Sync + 'static {
    /// The token for `service`, if one is kept.
    fn load(&self, service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable>;
    /// Keeps a token.
    fn save(&self, service: &str, token: &str) -> Result<(), KeyringUnavailable>;
    /// Forgets a token. Forgetting what is not kept is fine.
    fn forget(&self, service: &str) -> Result<(), KeyringUnavailable>;
}

/// The operating system's keyring: Secret Service, Keychain, Credential Manager. One that does not answer is looked for again at the
/// next call: at login it may start after us, and it may be started anew while we run.
#[derive(Default)]
pub struct Keyring(Mutex<Option<Arc<Backend>>>);

impl Keyring {
    /// Does something with our entry for `service`; nothing if there is no such entry.
    fn with<T>(
        &self,
        service: &str,
        job: impl Fn(&Entry) -> keyring_core::Result<T>,
    ) -> Result<Option<T>, KeyringUnavailable> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let done = |backend: &Arc<Backend>| match backend
            .build(KEYRING_SERVICE, service, None)
            .and_then(|entry| job(&entry))
        {
            Ok(done) => Ok(Some(done)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        };
        // One that was started anew knows nothing of what we had with the former.
        if let Some(backend) = kept.as_ref() {
            match done(backend) {
                Err(KeyringUnavailable::Absent) => *kept = None,
                answer => return answer,
            }
        }
        let backend = kept.insert(open().map_err(|error| unavailable(&error))?);
        done(backend)
    }
}

#[cfg(target_os = "macos")]
fn open() -> keyring_core::Result<Arc<Backend>> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(windows)]
fn open() -> keyring_core::Result<Arc<Backend>> {
    Ok(windows_native_keyring_store::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
fn open() -> keyring_core::Result<Arc<Backend>> {
    Ok(zbus_secret_service_keyring_store::Store::new()?)
}

impl CredentialStore for Keyring {
    fn load(&self, service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable> {
        self.with(service, |entry| entry.get_password().map(Zeroizing::new))
    }

    fn save(&self, service: &str, token: &str) -> Result<(), KeyringUnavailable> {
        self.with(service, |entry| entry.set_password(token)).map(drop)
    }

    fn forget(&self, service: &str) -> Result<(), KeyringUnavailable> {
        self.with(service, Entry::delete_credential).map(drop)
    }
}

/// The keyring's errors can quote what they failed on; only their kind is logged.
fn unavailable(error: &Error) -> KeyringUnavailable {
    let (kind, why) = match error {
        Error::NoStorageAccess(_) => ("no access to the storage", KeyringUnavailable::Locked),
        Error::PlatformFailure(_) => ("failure of the platform", KeyringUnavailable::Absent),
        _ => ("other failure", KeyringUnavailable::Locked),
    };
    tracing::warn!(kind, "the keyring cannot be used");
    why
}

/// Tokens in memory: tests, and machines without a keyring.
#[derive(Default)]
pub struct InMemory(Mutex<HashMap<String, Zeroizing<String>>>);

impl CredentialStore for InMemory {
    fn load(&self, service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable> {
        Ok(self.0.lock().unwrap_or_else(PoisonError::into_inner).get(service).cloned())
    }

    fn save(&self, service: &str, token: &str) -> Result<(), KeyringUnavailable> {
        let token = Zeroizing::new(token.to_owned());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(service.to_owned(), token);
        Ok(())
    }

    fn forget(&self, service: &str) -> Result<(), KeyringUnavailable> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(service);
        Ok(())
    }
}
