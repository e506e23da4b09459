//! The Countersign protocol, version 1, as pure code.
//!
//! Two people, an *agent* and a *recipient*, hold one small value in common. This crate turns it into a passcode on both
//! sides without letting anything that could be tested offline leave either machine. It does no I/O, reads no clock and
//! draws no randomness of its own: the caller brings both, so that every run can be repeated from its inputs.
//!
//! The rules come from `docs/protocol.md`; each module names its section. Read in the order of a run:
//!
//! - [`id`]: identifiers and fixed-size values with their text forms (§2)
//! - [`canonical`]: fields, kinds and the one form a typed value is reduced to (§3)
//! - [`offer`]: what the recipient is shown, as bytes both sides authenticate (§4)
//! - [`cpace`]: the password-authenticated key exchange (§4)
//! - [`keys`]: confirmation tags and the passcode (§4)
//! - [`agent`], [`recipient`]: the two sides as types whose misuse does not compile (§5)
//! - [`stage`]: the same run as the service sees it (§5)
//! - [`prefill`]: the link's fragment (§6)
//! - [`wire`]: the messages as JSON (`docs/api.md`)

pub mod agent;
pub mod canonical;
pub mod cpace;
mod encoding;
mod entropy;
pub mod id;
pub mod keys;
pub mod offer;
pub mod prefill;
pub mod recipient;
#[cfg(feature = "openapi")]
mod schema;
mod stack;
pub mod stage;
mod strict;
pub mod wire;

pub use canonical::{Canonical, Kind, Reading, ValueError};
pub use entropy::{Entropy, EntropyError};
pub use id::{Commit, Nonce, RecipientToken, Salt, SessionId, Share, Tag};
pub use keys::Passcode;
pub use offer::{Began, Compare, Field, Offer, OfferError};
