//! Bearer tokens and enrolment codes: drawn from the operating system, handed out once, kept as SHA-256.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// What is stored in a secret's place. 256 random bits need no slow hash.
pub(crate) type Hash = [u8; 32];

/// The operating system gave no randomness.
#[derive(Debug, thiserror::Error)]
#[error("the operating system gave no random numbers")]
pub struct NoEntropy;

/// A new secret of 32 random bytes, as base64url.
pub(crate) fn draw() -> Result<String, NoEntropy> {
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// A uniformly random number below `bound`, which is far below 2⁶⁴.
pub(crate) fn below(bound: u64) -> Result<u64, NoEntropy> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(u64::from_be_bytes(bytes) % bound)
}

/// A new name for an agent or a request: 64 random bits, as 16 hexadecimal digits.
pub(crate) fn draw_id() -> Result<String, NoEntropy> {
    let mut bytes = [0u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(format!("{:016x}", u64::from_be_bytes(bytes)))
}

/// What to store and look up.
pub(crate) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}
