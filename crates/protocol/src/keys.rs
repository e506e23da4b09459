//! From values to the base point, and from the session key to tags and the passcode (`docs/protocol.md` §4).
//!
//! Which side a tag belongs to is a type, so that a reflected tag cannot be taken for the peer's by a slip here.

use crate::canonical::Canonical;
use crate::cpace::{Generator, Half, Isk};
use crate::encoding::lv_cat;
use crate::id::{Nonce, Salt, SessionId, Tag};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha512};
use std::marker::PhantomData;
use subtle::ConstantTimeEq as _;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// Where an exchange takes place: the service's public origin as the recipient's browser has it, and the organization.
/// Part of `CI`, so a page proxied under another name makes the exchange fail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Channel {
    /// E.g. `https://verify.example`.
    pub origin: String,
    /// E.g. `acme`.
    pub org_handle: String,
}

impl Channel {
    /// `CI`.
    pub fn to_bytes(&self) -> Vec<u8> {
        const LABEL: &[u8] = b"countersign/v1";
        const ROLES: [&[u8]; 2] = [b"agent", b"recipient"];
        lv_cat(&[LABEL, self.origin.as_bytes(), self.org_handle.as_bytes(), ROLES[0], ROLES[1]]).to_vec()
    }
}

/// `PRS`: the salted digest of the values, wiped when dropped. It never leaves the machine.
pub(crate) fn digest(salt: &Salt, values: &[Canonical]) -> Zeroizing<[u8; 64]> {
    const LABEL: &[u8] = b"countersign/v1/digest";
    let parts: Vec<&[u8]> = values
        .iter()
        .flat_map(|value| [value.kind().as_str().as_bytes(), value.expose().as_bytes()])
        .collect();
    let values = lv_cat(&parts);
    Zeroizing::new(Sha512::digest(&*lv_cat(&[LABEL, salt.as_bytes(), &values])).into())
}

/// The session's base point.
pub(crate) fn generator(channel: &Channel, id: &SessionId, salt: &Salt, values: &[Canonical]) -> Generator {
    Generator::derive(&*digest(salt, values), &channel.to_bytes(), id.as_bytes())
}

/// The agent's side, as a type.
pub enum AgentSide {}
/// The recipient's side, as a type.
pub enum RecipientSide {}

/// The key confirmation tags are made with. `Side` is whose tags it makes.
pub struct ConfirmationKey<Side>(MacKey, PhantomData<Side>);

#[derive(Zeroize, ZeroizeOnDrop)]
struct MacKey(Box<[u8; 64]>);

/// Both sides' confirmation keys: one key, two purposes.
pub(crate) fn confirmation_keys(
    id: &SessionId,
    isk: &Isk,
) -> (ConfirmationKey<AgentSide>, ConfirmationKey<RecipientSide>) {
    const LABEL: &[u8] = b"CPaceMac";
    let derive = || {
        let mut hash = Sha512::new();
        hash.update(LABEL);
        hash.update(id.as_bytes());
        hash.update(isk.expose());
        let mut key = MacKey(Box::new([0; 64]));
        hash.finalize_into((&mut *key.0).into());
        key
    };
    (ConfirmationKey(derive(), PhantomData), ConfirmationKey(derive(), PhantomData))
}

impl<Side> ConfirmationKey<Side> {
    /// `tag = HMAC-SHA-512(mac_key, lv_cat(Y, AD))` over this side's half.
    pub fn tag(&self, half: Half<'_>) -> Tag {
        // 64 bytes are less than SHA-512's block of 128, so padding the key with zeros is what HMAC itself does; a key of
        // exactly one block is the constructor that cannot fail.
        let mut block = Zeroizing::new([0u8; 128]);
        block.iter_mut().zip(self.0.0.iter()).for_each(|(to, from)| *to = *from);
        let mut mac = Hmac::<Sha512>::new((&*block).into());
        mac.update(&lv_cat(&[half.share.as_bytes(), half.associated]));
        Tag::from_bytes(mac.finalize().into_bytes().into())
    }

    /// Whether `tag` is this side's over this half, in constant time.
    pub fn verify(&self, half: Half<'_>, tag: &Tag) -> bool {
        self.tag(half).ct_eq(tag).into()
    }
}

/// The code both people hold at the end. It neither prints nor copies nor serializes.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct Passcode(String);

impl Passcode {
    /// HKDF-SHA-512 over the session key, salted with the recipient's nonce, reduced to `digits` decimal digits. The bias
    /// of the reduction is below 10⁸ / 2⁶⁴.
    pub(crate) fn derive(isk: &Isk, nonce: &Nonce, digits: u32) -> Self {
        const LABEL: &[u8] = b"countersign/v1/passcode";
        let mut okm = Zeroizing::new([0u8; 8]);
        // Eight bytes are within HKDF's bound of 255 blocks; expand cannot fail.
        let expanded = Hkdf::<Sha512>::new(Some(nonce.as_bytes()), isk.expose()).expand(LABEL, &mut *okm);
        debug_assert!(expanded.is_ok());
        let code = u64::from_be_bytes(*okm) % 10u64.pow(digits);
        Self(format!("{code:0width$}", width = digits as usize))
    }

    /// The digits. The one place where a passcode leaves its type: the screen it is shown on.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
