//! What runs between an agent and a recipient in these tests share.

use countersign_protocol::EntropyError;
use countersign_protocol::keys::Channel;
use fastrand::Rng;

/// Draws that a seed repeats.
pub fn entropy(rng: &mut Rng) -> impl FnMut(&mut [u8]) -> Result<(), EntropyError> + '_ {
    |out: &mut [u8]| {
        rng.fill(out);
        Ok(())
    }
}

/// Between whom.
pub fn channel() -> Channel {
    Channel { origin: "https://verify.example".into(), org_handle: "acme".into() }
}
