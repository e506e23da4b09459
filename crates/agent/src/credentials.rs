//! Who we are to a service, kept in the operating system's keyring and nowhere else.
//!
//! A keyring that is locked or absent is an error the user is told of; the token then lives for this run only. It is never
//! written to a file.

use keyring::Entry;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
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

/// The keyring cannot be used: locked, absent, or refused by the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the keyring cannot be used; unlock it, or enrol again after the next start")]
pub struct KeyringUnavailable;

/// Where tokens are kept. Calls may block; the engine makes them off its loop.
pub trait CredentialStore: Send + Sync + 'static {
    /// The token for `service`, if one is kept.
    fn load(&self, service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable>;
    /// Keeps a token.
    fn save(&self, service: &str, token: &str) -> Result<(), KeyringUnavailable>;
    /// Forgets a token. Forgetting what is not kept is fine.
    fn forget(&self, service: &str) -> Result<(), KeyringUnavailable>;
}

/// The operating system's keyring: Secret Service, Keychain, Credential Manager.
#[derive(Debug, Clone, Copy, Default)]
pub struct Keyring;

impl Keyring {
    fn entry(service: &str) -> Result<Entry, KeyringUnavailable> {
        Entry::new(KEYRING_SERVICE, service).map_err(unavailable)
    }
}

impl CredentialStore for Keyring {
    fn load(&self, service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable> {
        match Self::entry(service)?.get_password() {
            Ok(token) => Ok(Some(Zeroizing::new(token))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(unavailable(error)),
        }
    }

    fn save(&self, service: &str, token: &str) -> Result<(), KeyringUnavailable> {
        Self::entry(service)?.set_password(token).map_err(unavailable)
    }

    fn forget(&self, service: &str) -> Result<(), KeyringUnavailable> {
        match Self::entry(service)?.delete_credential() {
            Ok(()) | Err(keyring::Error::NoEntry) => Ok(()),
            Err(error) => Err(unavailable(error)),
        }
    }
}

/// The keyring's errors can quote what they failed on; only their kind is logged.
#[allow(clippy::needless_pass_by_value)] // for use with map_err
fn unavailable(error: keyring::Error) -> KeyringUnavailable {
    let kind = match error {
        keyring::Error::NoStorageAccess(_) => "no access to the storage",
        keyring::Error::PlatformFailure(_) => "failure of the platform",
        _ => "other failure",
    };
    tracing::warn!(kind, "the keyring cannot be used");
    KeyringUnavailable
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
