//! CPace, suite CPACE-RISTR255-SHA512, initiator and responder (`docs/protocol.md` §4; draft-irtf-cfrg-cpace of April 2026).
//!
//! About a hundred lines over `curve25519-dalek` and `sha2`. Held to the CFRG's vectors and, in tests, to an independent
//! implementation. Everything secret here is wiped when dropped and none of it prints.
//!
//! Two things this module does not do: it does not know who is agent and who is recipient beyond the order of the
//! transcript, and it does not confirm the key. [`crate::keys`] does the latter; a key that was not confirmed is nothing.

use crate::encoding::{lv_cat, lv_len};
use crate::entropy::{Entropy, EntropyError};
use crate::id::{SessionId, Share};
use curve25519_dalek::ristretto::{CompressedRistretto, RistrettoPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity as _;
use sha2::{Digest as _, Sha512};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Domain separator of the suite's generator.
const DSI: &[u8] = b"CPaceRistretto255";
/// Domain separator of the suite's session key.
const DSI_ISK: &[u8] = b"CPaceRistretto255_ISK";
/// SHA-512's input block; the password is padded to fill one, so that hashing it takes the same time for every length.
const HASH_BLOCK: usize = 128;

/// The peer's share cannot be used. The peer misbehaved, or someone between; the session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// Not the canonical encoding of a group element.
    #[error("the other side's message is malformed; start a new session")]
    NotAnElement,
    /// The identity, or an element that leads to it: the key would be known to anybody.
    #[error("the other side's message is malformed; start a new session")]
    Identity,
    /// Our own share came back to us.
    #[error("the other side's message is our own, sent back; start a new session")]
    Reflected,
}

/// The session's base point, derived from the salted digest of the values. Secret: it can be tested offline.
#[derive(ZeroizeOnDrop)]
pub struct Generator(Box<RistrettoPoint>);

/// One side's share and the scalar behind it. Spent by [`Ephemeral::agree`]: a scalar serves once.
#[derive(ZeroizeOnDrop)]
pub struct Ephemeral {
    /// Boxed, as all secrets that are handed on: what is moved is copied, and a copy is not wiped.
    scalar: Box<Scalar>,
    #[zeroize(skip)]
    share: Share,
}

/// The agreed group element `K`, encoded.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Agreed(Box<[u8; 32]>);

/// One side's half of the transcript: its share and its associated data.
#[derive(Clone, Copy)]
pub struct Half<'a> {
    /// `Ya` or `Yb`.
    pub share: &'a Share,
    /// `ADa` or `ADb`.
    pub associated: &'a [u8],
}

/// The intermediate session key. Everything else is derived from it.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Isk(Box<[u8; 64]>);

impl Generator {
    /// `g`: the one-way map of RFC 9496 over `H(gen_str)`.
    pub fn derive(prs: &[u8], ci: &[u8], sid: &[u8]) -> Self {
        let padding = [0; HASH_BLOCK];
        let zeros = HASH_BLOCK.saturating_sub(lv_len(prs) + lv_len(DSI) + 1);
        let gen_str = lv_cat(&[DSI, prs, padding.get(..zeros).unwrap_or_default(), ci, sid]);
        let hash = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(&*gen_str)));
        Self(Box::new(RistrettoPoint::from_uniform_bytes(&hash)))
    }

    /// Draws a scalar and computes the share.
    pub fn share(&self, entropy: &mut impl Entropy) -> Result<Ephemeral, EntropyError> {
        loop {
            let mut bytes = Zeroizing::new([0; 32]);
            entropy.fill(&mut *bytes)?;
            // Below 2²⁵², which is below the group's order: uniform enough, and no reduction.
            if let Some(top) = bytes.last_mut() {
                *top &= 0x0f;
            }
            let scalar = Box::new(Scalar::from_bytes_mod_order(*bytes));
            if *scalar != Scalar::ZERO {
                let share = Share::from_bytes((*self.0 * *scalar).compress().to_bytes());
                return Ok(Ephemeral { scalar, share });
            }
        }
    }

    #[cfg(test)]
    fn encode(&self) -> [u8; 32] {
        self.0.compress().to_bytes()
    }
}

impl Ephemeral {
    /// The public share.
    pub fn share(&self) -> &Share {
        &self.share
    }

    /// `K`. Consumes the scalar; aborts where CPace says that one must.
    pub fn agree(self, peer: &Share) -> Result<Agreed, ShareError> {
        if *peer == self.share {
            return Err(ShareError::Reflected);
        }
        scalar_mult_vfy(&self.scalar, peer).map(Agreed)
    }
}

impl Agreed {
    /// `ISK`, over the whole transcript, initiator's half first.
    pub fn session_key(&self, sid: &SessionId, initiator: Half<'_>, responder: Half<'_>) -> Isk {
        let mut hash = Sha512::new();
        hash.update(&*lv_cat(&[DSI_ISK, sid.as_bytes(), &*self.0]));
        hash.update(&*lv_cat(&[initiator.share.as_bytes(), initiator.associated]));
        hash.update(&*lv_cat(&[responder.share.as_bytes(), responder.associated]));
        let mut isk = Isk(Box::new([0; 64]));
        hash.finalize_into((&mut *isk.0).into());
        isk
    }
}

impl Isk {
    /// The key's bytes, for [`crate::keys`] alone.
    pub(crate) fn expose(&self) -> &[u8; 64] {
        &self.0
    }
}

/// Whether a share could be agreed with at all: the canonical encoding of an element that is not the identity. The service
/// refuses others at its door; each side checks again.
pub fn check_share(share: &Share) -> Result<(), ShareError> {
    let element = CompressedRistretto(*share.as_bytes()).decompress().ok_or(ShareError::NotAnElement)?;
    if element.is_identity() { Err(ShareError::Identity) } else { Ok(()) }
}

/// The draft's `scalar_mult_vfy`: multiplies, and refuses what does not decode and what leads to the identity.
fn scalar_mult_vfy(scalar: &Scalar, peer: &Share) -> Result<Box<[u8; 32]>, ShareError> {
    let element = CompressedRistretto(*peer.as_bytes()).decompress().ok_or(ShareError::NotAnElement)?;
    let mut product = element * scalar;
    let agreed = if product.is_identity() {
        Err(ShareError::Identity)
    } else {
        Ok(Box::new(product.compress().to_bytes()))
    };
    product.zeroize();
    agreed
}

#[cfg(test)]
mod tests {
    //! The CFRG's vectors, read from where the project's shared material lies and never copied.
    use super::*;
    use serde_json::Value;

    fn vectors() -> Option<Value> {
        let path =
            concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/vectors/cpace-ristretto255-sha512.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            println!("skipped: the CFRG's vectors are not beside this checkout");
            return None;
        };
        Some(serde_json::from_str(&text).unwrap())
    }

    fn hex(value: &Value) -> Vec<u8> {
        let text = value.as_str().unwrap();
        (0..text.len()).step_by(2).map(|i| u8::from_str_radix(&text[i..i + 2], 16).unwrap()).collect()
    }

    fn array<const N: usize>(value: &Value) -> [u8; N] {
        hex(value).try_into().unwrap()
    }

    #[test]
    fn the_exchange_of_the_cfrg_vectors() {
        let Some(vectors) = vectors() else { return };
        let x = &vectors["exchange"];
        let generator = Generator::derive(&hex(&x["PRS"]), &hex(&x["CI"]), &hex(&x["sid"]));
        assert_eq!(generator.encode().to_vec(), hex(&x["g"]));

        let side = |scalar: &Value| {
            let bytes: [u8; 32] = array(scalar);
            let mut fixed = |out: &mut [u8]| {
                out.copy_from_slice(&bytes);
                Ok(())
            };
            generator.share(&mut fixed).unwrap()
        };
        let (a, b) = (side(&x["ya"]), side(&x["yb"]));
        assert_eq!(a.share().as_bytes().to_vec(), hex(&x["Ya"]));
        assert_eq!(b.share().as_bytes().to_vec(), hex(&x["Yb"]));

        let (ya, yb) = (a.share().clone(), b.share().clone());
        let (ka, kb) = (a.agree(&yb).unwrap(), b.agree(&ya).unwrap());
        assert_eq!(ka.0.to_vec(), hex(&x["K"]));
        assert_eq!(kb.0, ka.0);

        let (ad_a, ad_b) = (hex(&x["ADa"]), hex(&x["ADb"]));
        let sid = SessionId::from_bytes(array(&x["sid"]));
        let isk = ka.session_key(
            &sid,
            Half { share: &ya, associated: &ad_a },
            Half { share: &yb, associated: &ad_b },
        );
        assert_eq!(isk.0.to_vec(), hex(&x["ISK_IR"]));
    }

    #[test]
    fn the_points_of_the_cfrg_vectors() {
        let Some(vectors) = vectors() else { return };
        let valid = &vectors["points"]["Valid"];
        let scalar = Scalar::from_bytes_mod_order(array(&valid["s"]));
        let product = scalar_mult_vfy(&scalar, &Share::from_bytes(array(&valid["X"])));
        assert_eq!(product.map(|bytes| bytes.to_vec()), Ok(hex(&valid["G.scalar_mult_vfy(s,X)"])));

        let invalid = |name: &str| Share::from_bytes(array(&vectors["points"][name]));
        assert_eq!(scalar_mult_vfy(&scalar, &invalid("Invalid Y1")), Err(ShareError::NotAnElement));
        assert_eq!(scalar_mult_vfy(&scalar, &invalid("Invalid Y2")), Err(ShareError::Identity));
    }

    #[test]
    fn our_own_share_sent_back_is_refused() {
        let mut counter = 0;
        let mut entropy = |out: &mut [u8]| {
            counter += 1;
            out.fill(counter);
            Ok(())
        };
        let ephemeral = Generator::derive(b"prs", b"ci", b"sid").share(&mut entropy).unwrap();
        let own = ephemeral.share().clone();
        assert_eq!(ephemeral.agree(&own).err(), Some(ShareError::Reflected));
    }

    #[test]
    fn a_zero_scalar_is_drawn_again() {
        let mut draws = 0;
        let mut entropy = |out: &mut [u8]| {
            draws += 1;
            // The first draw is zero once its top bits are cleared.
            out.fill(if draws == 1 { 0 } else { 5 });
            if draws == 1 {
                out[31] = 0xf0;
            }
            Ok(())
        };
        Generator::derive(b"prs", b"ci", b"sid").share(&mut entropy).unwrap();
        assert_eq!(draws, 2);
    }
}
