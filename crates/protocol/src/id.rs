//! Identifiers and fixed-size values, each a type of its own, with the one text form each travels in (`docs/protocol.md` §2).
//!
//! Decoding is strict: one value has one text, so "the same bytes again" is a question about bytes. The only leniency is
//! Crockford's for a session id that a person may have typed: upper case, `o` for `0`, `i` and `l` for `1`.

use crate::entropy::{Entropy, EntropyError, draw};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256, Sha512};
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;
use zeroize::{ZeroizeOnDrop, Zeroizing};

/// A text is not the text form of the value it stands for. The peer, or whoever typed it, is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFormError {
    /// Not 26 characters of Crockford base32 with the last two bits zero.
    #[error("a session id is 26 letters and digits; copy the link again")]
    SessionId,
    /// Not unpadded base64url of exactly the expected number of bytes.
    #[error("expected {0} bytes as base64url without padding")]
    Base64Url(usize),
}

/// Names one session: 16 random bytes, drawn by the agent. Whoever knows it before the recipient opens the link can burn
/// it, so its `Debug` form is shortened; `Display` is the text form.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SessionId([u8; 16]);

const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

impl SessionId {
    /// Characters of the text form: 26 × 5 bits hold 128 and two zero bits.
    pub const TEXT_LEN: usize = 26;

    /// A new id from `entropy`.
    pub fn draw(entropy: &mut impl Entropy) -> Result<Self, EntropyError> {
        Ok(Self(draw(entropy)?))
    }

    /// The id with these bytes.
    pub fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes: CPace's `sid`.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = u128::from_be_bytes(self.0);
        let last = Self::TEXT_LEN - 1;
        for place in 0..Self::TEXT_LEN {
            // The text holds 130 bits: ours, then two zeros. The last character takes our last three bits.
            let five = if place < last { bits >> (123 - 5 * place) } else { bits << 2 } & 31;
            let letter = usize::try_from(five).ok().and_then(|five| CROCKFORD.get(five)).ok_or(fmt::Error)?;
            fmt::Write::write_char(f, char::from(*letter))?;
        }
        Ok(())
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.to_string();
        write!(f, "SessionId({}…)", text.get(..6).unwrap_or_default())
    }
}

impl FromStr for SessionId {
    type Err = TextFormError;

    fn from_str(text: &str) -> Result<Self, TextFormError> {
        if text.len() != Self::TEXT_LEN {
            return Err(TextFormError::SessionId);
        }
        let mut bits = 0u128;
        for (place, letter) in text.bytes().enumerate() {
            let five = crockford_value(letter).ok_or(TextFormError::SessionId)?;
            bits = if place + 1 < Self::TEXT_LEN {
                (bits << 5) + u128::from(five)
            } else if five.trailing_zeros() >= 2 {
                (bits << 3) + u128::from(five >> 2)
            } else {
                return Err(TextFormError::SessionId);
            };
        }
        Ok(Self(bits.to_be_bytes()))
    }
}

fn crockford_value(letter: u8) -> Option<u8> {
    let folded = match letter.to_ascii_lowercase() {
        b'o' => b'0',
        b'i' | b'l' => b'1',
        other => other,
    };
    CROCKFORD.iter().position(|c| *c == folded).and_then(|place| u8::try_from(place).ok())
}

impl Serialize for SessionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SessionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// Defines a value of fixed size that travels as base64url without padding. Its `Debug` form is its name alone: none of
/// these belongs in a log.
macro_rules! fixed_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name([u8; $len]);

        impl $name {
            /// Size in bytes.
            pub const LEN: usize = $len;

            /// The value with these bytes.
            pub fn from_bytes(bytes: [u8; $len]) -> Self {
                Self(bytes)
            }

            /// Its bytes.
            pub fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl ConstantTimeEq for $name {
            fn ct_eq(&self, other: &Self) -> subtle::Choice {
                self.0.ct_eq(&other.0)
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.ct_eq(other).into()
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(stringify!($name))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = TextFormError;

            fn from_str(text: &str) -> Result<Self, TextFormError> {
                let bytes = Zeroizing::new(
                    URL_SAFE_NO_PAD.decode(text).map_err(|_| TextFormError::Base64Url($len))?,
                );
                <[u8; $len]>::try_from(bytes.as_slice()).map(Self).map_err(|_| TextFormError::Base64Url($len))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fixed_bytes! {
    /// Makes the digest of one session's values useless for any other. Drawn by the agent.
    Salt, 16
}
fixed_bytes! {
    /// `Ya` or `Yb`: one side's public share, as it travelled. Not known to be a group element until [`crate::cpace`] has
    /// decoded it.
    Share, 32
}
fixed_bytes! {
    /// `tag_a` or `tag_b`: one side's proof that it computed the same key. Compared in constant time.
    Tag, 64
}
fixed_bytes! {
    /// Binds the recipient to a [`Nonce`] before the agent has answered.
    Commit, 32
}
fixed_bytes! {
    /// Opens the reveal gate: the passcode depends on it, and only the recipient's page has it until the passcode stood on
    /// the recipient's screen.
    #[derive(ZeroizeOnDrop)]
    Nonce, 32
}
fixed_bytes! {
    /// What makes one page the recipient of a session: drawn by the page before it opens the link. Whoever holds it may act
    /// as the recipient, so services keep [`RecipientToken::sha256`] alone.
    #[derive(ZeroizeOnDrop)]
    RecipientToken, 32
}

impl Salt {
    /// A new salt from `entropy`.
    pub fn draw(entropy: &mut impl Entropy) -> Result<Self, EntropyError> {
        Ok(Self(draw(entropy)?))
    }
}

impl Nonce {
    /// `commit = H(lv_cat("countersign/v1/commit", nonce))[0..32]` (`docs/protocol.md` §4).
    pub fn commit(&self) -> Commit {
        const LABEL: &[u8] = b"countersign/v1/commit";
        let hash = Sha512::digest(&*crate::encoding::lv_cat(&[LABEL, &self.0]));
        let mut commit = [0; Commit::LEN];
        commit.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        Commit(commit)
    }
}

impl RecipientToken {
    /// A new token from `entropy`.
    pub fn draw(entropy: &mut impl Entropy) -> Result<Self, EntropyError> {
        Ok(Self(draw(entropy)?))
    }

    /// What a service stores in the token's place.
    pub fn sha256(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn session_ids_have_one_text_form() {
        let id = SessionId::from_bytes([0xff; 16]);
        assert_eq!(id.to_string(), "zzzzzzzzzzzzzzzzzzzzzzzzzw");
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(SessionId::from_bytes([0; 16]).to_string(), "0".repeat(26));
        // Most significant bits first.
        let mut bytes = [0; 16];
        bytes[0] = 0b0000_1000;
        assert!(SessionId::from_bytes(bytes).to_string().starts_with("10"));
    }

    #[test]
    fn what_a_person_types_is_read_as_crockford_says() {
        let id: SessionId = "0123456789abcdefghjkmnpqrg".parse().unwrap();
        assert_eq!("OI23456789ABCDEFGHJKMNPQRG".parse(), Ok(id));
        assert_eq!("oL23456789abcdefghjkmnpqrg".parse(), Ok(id));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "0123456789abcdefghjkmnpqr",
            "0123456789abcdefghjkmnpqrgg",
            "u123456789abcdefghjkmnpqrg",
            // The last two bits must be zero.
            "0123456789abcdefghjkmnpqrs",
            "0123456789abcdefghjkmnpqr1",
            "é12345678 9abcdefghjkmnpqr",
        ] {
            assert_eq!(text.parse::<SessionId>(), Err(TextFormError::SessionId), "{text}");
        }
    }

    #[test]
    fn base64url_is_strict() {
        let salt = Salt::from_bytes([0xfb; 16]);
        let text = salt.to_string();
        assert_eq!(text, "-_v7-_v7-_v7-_v7-_v7-w");
        assert_eq!(text.parse(), Ok(salt));
        for bad in
            ["-_v7-_v7-_v7-_v7-_v7-w==", "+/v7-_v7-_v7-_v7-_v7-w", "-_v7-_v7-_v7-_v7-_v7-x", "-_v7", ""]
        {
            assert_eq!(bad.parse::<Salt>(), Err(TextFormError::Base64Url(16)), "{bad}");
        }
    }

    #[test]
    fn debug_forms_do_not_spell_the_value() {
        let id = SessionId::from_bytes([0xff; 16]);
        assert_eq!(format!("{id:?}"), "SessionId(zzzzzz…)");
        assert_eq!(format!("{:?}", Nonce::from_bytes([7; 32])), "Nonce");
        assert_eq!(format!("{:?}", RecipientToken::from_bytes([7; 32])), "RecipientToken");
    }
}
