//! Where randomness comes in: an argument, never a global, so that vectors and models can fix it.
//!
//! Programs pass the operating system's generator (`docs/protocol.md` §2); tests pass bytes they chose.

/// A source of uniformly random bytes.
pub trait Entropy {
    /// Fills `out` whole, or fails and leaves nothing usable in it.
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyError>;
}

/// The source could not give random bytes. The world is down, nobody is at fault; nothing was started.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random numbers; try again, and restart the computer if it persists")]
pub struct EntropyError;

impl<F: FnMut(&mut [u8]) -> Result<(), EntropyError>> Entropy for F {
    fn fill(&mut self, out: &mut [u8]) -> Result<(), EntropyError> {
        self(out)
    }
}

/// Draws a fixed-size array.
pub(crate) fn draw<const N: usize>(entropy: &mut impl Entropy) -> Result<[u8; N], EntropyError> {
    let mut bytes = [0; N];
    entropy.fill(&mut bytes)?;
    Ok(bytes)
}
