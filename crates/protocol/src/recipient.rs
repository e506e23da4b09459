//! The recipient's side of a run, as types (`docs/protocol.md` §5). The recipient's page is TypeScript; this is its twin for
//! tests, load generators and models, and the reference the page is held to.
//!
//! ```text
//! Opened ──answer──▶ Answered ──accept──▶ Confirmed ──▶ passcode, then the nonce
//! ```

use crate::agent::BeginError;
use crate::canonical::Canonical;
use crate::cpace::{Half, Isk, ShareError};
use crate::entropy::{Entropy, draw};
use crate::id::{Nonce, SessionId, Share, Tag};
use crate::keys::{self, AgentSide, Channel, ConfirmationKey, Passcode};
use crate::offer::{Began, Offer, answer_bytes};
use crate::stack::wiped_after;
use crate::wire;

/// The link was opened: the offer and the agent's share are here.
pub struct Opened {
    channel: Channel,
    id: SessionId,
    offer: Offer,
    agent_share: Share,
}

/// The answer is out.
pub struct Answered {
    isk: Isk,
    agent_key: ConfirmationKey<AgentSide>,
    agent_share: Share,
    offer_bytes: Vec<u8>,
    nonce: Nonce,
    passcode_digits: u32,
}

/// The agent holds the same value: the passcode may be shown, and the nonce sent once it is.
pub struct Confirmed {
    passcode: Passcode,
    nonce: Nonce,
}

/// Why a value could not be answered with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerError {
    /// The values do not fit, or there was no randomness.
    #[error(transparent)]
    Begin(#[from] BeginError),
    /// The agent's share cannot be used.
    #[error(transparent)]
    Share(#[from] ShareError),
}

/// The agent's tag does not confirm. Whoever sent it does not hold the value: do not continue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the other side could not be confirmed; do not continue")]
pub struct NotConfirmed;

impl Opened {
    /// What `open` answered.
    pub fn new(channel: Channel, id: SessionId, offer: Offer, agent_share: Share) -> Self {
        Self { channel, id, offer, agent_share }
    }

    /// Computes the answer from the values. `Opened` is gone afterwards: one guess.
    pub fn answer(
        self,
        values: &[Canonical],
        began: Began,
        entropy: &mut impl Entropy,
    ) -> Result<(Answered, wire::Answer), AnswerError> {
        wiped_after(|| self.compute(values, began, entropy))
    }

    fn compute(
        self,
        values: &[Canonical],
        began: Began,
        entropy: &mut impl Entropy,
    ) -> Result<(Answered, wire::Answer), AnswerError> {
        let Self { channel, id, offer, agent_share } = self;
        if !values.iter().map(Canonical::kind).eq(offer.fields.iter().map(|field| field.kind)) {
            return Err(BeginError::ValuesDoNotFit.into());
        }
        let nonce = Nonce::from_bytes(draw(entropy).map_err(BeginError::from)?);
        let ephemeral =
            keys::generator(&channel, &id, &offer.salt, values).share(entropy).map_err(BeginError::from)?;
        let share = ephemeral.share().clone();
        let agreed = ephemeral.agree(&agent_share)?;

        let commit = nonce.commit();
        let offer_bytes = offer.to_bytes();
        let answer_bytes = answer_bytes(&commit, began);
        let ours = Half { share: &share, associated: &answer_bytes };
        let theirs = Half { share: &agent_share, associated: &offer_bytes };
        let isk = agreed.session_key(&id, theirs, ours);
        let (agent_key, our_key) = keys::confirmation_keys(&id, &isk);
        let tag = our_key.tag(ours);

        let answer = wire::Answer { share, commit, began, tag };
        let passcode_digits = offer.passcode_digits;
        Ok((Answered { isk, agent_key, agent_share, offer_bytes, nonce, passcode_digits }, answer))
    }
}

impl Answered {
    /// Checks the agent's tag; only then is there a passcode.
    pub fn accept(self, tag: &Tag) -> Result<Confirmed, NotConfirmed> {
        wiped_after(|| self.compare(tag))
    }

    fn compare(self, tag: &Tag) -> Result<Confirmed, NotConfirmed> {
        let theirs = Half { share: &self.agent_share, associated: &self.offer_bytes };
        if !self.agent_key.verify(theirs, tag) {
            return Err(NotConfirmed);
        }
        let passcode = Passcode::derive(&self.isk, &self.nonce, self.passcode_digits);
        Ok(Confirmed { passcode, nonce: self.nonce })
    }
}

impl Confirmed {
    /// The passcode, to be shown.
    pub fn passcode(&self) -> &Passcode {
        &self.passcode
    }

    /// The nonce, to be sent once the passcode is on the screen: it unlocks the agent's reveal.
    pub fn nonce(&self) -> &Nonce {
        &self.nonce
    }
}
