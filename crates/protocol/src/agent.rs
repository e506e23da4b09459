//! The agent's side of a run, as types (`docs/protocol.md` §5). Each step consumes the one before:
//!
//! ```text
//! Offered ──spend──▶ Spent ──check──▶ Accepted ──viewed──▶ Viewed ──▶ passcode
//! ```
//!
//! So a share cannot be used twice, an answer cannot be looked at before it is on record that the share is spent, and a
//! passcode cannot be had before the recipient has seen theirs: not because a button is grey, but because the program
//! that did it would not compile. No `Debug`, no `Clone`: all of it is secret.

use crate::canonical::Canonical;
use crate::cpace::{Ephemeral, Half, Isk, ShareError};
use crate::entropy::{Entropy, EntropyError};
use crate::id::{Commit, Nonce, SessionId, Share, Tag};
use crate::keys::{self, Channel, Passcode};
use crate::offer::{Began, Offer, answer_bytes};
use crate::stack::wiped_after;
use crate::wire;

/// Why a run could not be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BeginError {
    /// The values are not those the offer asks for. The program is at fault.
    #[error("the values do not fit the fields; fill in the form again")]
    ValuesDoNotFit,
    /// No randomness.
    #[error(transparent)]
    Entropy(#[from] EntropyError),
}

/// Why an answer was refused. Each ends the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The tag does not confirm: the recipient entered another value, or something they were shown was altered.
    #[error("the value did not match")]
    NotConfirmed,
    /// The recipient says the other side began the conversation: someone may be carrying words between two calls.
    #[error("they disagree on who began this conversation: possible relay")]
    RelaySuspected,
    /// The share cannot be used.
    #[error(transparent)]
    Share(#[from] ShareError),
}

/// The nonce is not the one the recipient committed to. Someone between misbehaves; there is no passcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the recipient's proof of viewing does not fit; start a new session")]
pub struct NonceMismatch;

/// An offer is out and our share with it.
pub struct Offered {
    id: SessionId,
    ephemeral: Ephemeral,
    offer_bytes: Vec<u8>,
    began: Began,
    passcode_digits: u32,
}

/// It is on record that the share is spent; the answer may be looked at.
pub struct Spent(Offered);

/// The recipient holds the same value.
pub struct Accepted {
    isk: Isk,
    tag: Tag,
    commit: Commit,
    passcode_digits: u32,
}

/// The recipient has seen the passcode; the agent may.
pub struct Viewed(Passcode);

impl Offered {
    /// Begins a run: derives the base point from the values and draws our share. The values serve here and are not kept.
    pub fn begin(
        channel: &Channel,
        id: SessionId,
        offer: &Offer,
        values: &[Canonical],
        began: Began,
        entropy: &mut impl Entropy,
    ) -> Result<Self, BeginError> {
        if !values.iter().map(Canonical::kind).eq(offer.fields.iter().map(|field| field.kind)) {
            return Err(BeginError::ValuesDoNotFit);
        }
        let ephemeral = wiped_after(|| keys::generator(channel, &id, &offer.salt, values).share(entropy))?;
        Ok(Self {
            id,
            ephemeral,
            offer_bytes: offer.to_bytes(),
            began,
            passcode_digits: offer.passcode_digits,
        })
    }

    /// `Ya`, to send with the offer.
    pub fn share(&self) -> &Share {
        self.ephemeral.share()
    }

    /// Puts it on record that the share is spent, durably, before anything is done with an answer. If `record` fails the
    /// share is gone all the same: nobody may use it who cannot say so.
    pub fn spend<E>(self, record: impl FnOnce(&SessionId) -> Result<(), E>) -> Result<Spent, E> {
        record(&self.id)?;
        Ok(Spent(self))
    }
}

impl Spent {
    /// Looks at the one answer. The tag is checked first: only an authenticated recipient can disagree on who began.
    pub fn check(self, answer: &wire::Answer) -> Result<Accepted, Refusal> {
        wiped_after(|| self.look_at(answer))
    }

    fn look_at(self, answer: &wire::Answer) -> Result<Accepted, Refusal> {
        let Offered { id, ephemeral, offer_bytes, began, passcode_digits } = self.0;
        let own_share = ephemeral.share().clone();
        let agreed = ephemeral.agree(&answer.share)?;
        let answer_bytes = answer_bytes(&answer.commit, answer.began);
        let ours = Half { share: &own_share, associated: &offer_bytes };
        let theirs = Half { share: &answer.share, associated: &answer_bytes };
        let isk = agreed.session_key(&id, ours, theirs);
        let (our_key, their_key) = keys::confirmation_keys(&id, &isk);
        if !their_key.verify(theirs, &answer.tag) {
            return Err(Refusal::NotConfirmed);
        }
        if answer.began != began {
            return Err(Refusal::RelaySuspected);
        }
        Ok(Accepted { tag: our_key.tag(ours), isk, commit: answer.commit.clone(), passcode_digits })
    }
}

impl Accepted {
    /// `tag_a`, to send with the verdict.
    pub fn tag(&self) -> &Tag {
        &self.tag
    }

    /// Takes the nonce the recipient's page gave away after it showed the passcode.
    pub fn viewed(self, nonce: &Nonce) -> Result<Viewed, NonceMismatch> {
        if nonce.commit() != self.commit {
            return Err(NonceMismatch);
        }
        Ok(Viewed(wiped_after(|| Passcode::derive(&self.isk, nonce, self.passcode_digits))))
    }
}

impl Viewed {
    /// The passcode, to be said when the recipient asks for it.
    pub fn passcode(&self) -> &Passcode {
        &self.0
    }
}
