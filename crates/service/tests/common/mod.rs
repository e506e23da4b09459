//! What the service's tests share: random material, messages of the protocol, and a clock that stands still.

#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

pub mod play;
pub mod postgres;
pub mod program;
pub mod redis;
pub mod service;
pub mod sse;

use countersign_protocol::wire::{Answer, CreateSession};
use countersign_protocol::{
    Began, Commit, Compare, EntropyError, Field, Kind, Nonce, Salt, SessionId, Share, Tag,
};

pub use countersign_rig::PATIENCE;

/// The operating system's generator.
pub fn entropy(out: &mut [u8]) -> Result<(), EntropyError> {
    getrandom::fill(out).map_err(|_| EntropyError)
}

/// Random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    entropy(&mut bytes).unwrap();
    bytes
}

/// A request for a session, of an id of its own.
pub fn request(ttl_secs: u32) -> CreateSession {
    CreateSession {
        session_id: SessionId::from_bytes(random()),
        salt: Salt::from_bytes(random()),
        share: Share::from_bytes(random()),
        ttl_secs,
        passcode_digits: 6,
        compare: Compare::Shown,
        region: "FR".parse().unwrap(),
        org_name: "Acme".to_owned(),
        agent_name: Some("Dana".to_owned()),
        subject: None,
        template_id: None,
        fields: vec![Field { name: "Phone number".to_owned(), kind: Kind::Phone, hint: String::new() }],
    }
}

/// An answer a store takes; its parts are random and prove nothing.
pub fn answer() -> Answer {
    Answer {
        share: Share::from_bytes(random()),
        commit: Commit::from_bytes(random()),
        began: Began::Recipient,
        tag: tag(),
    }
}

pub fn tag() -> Tag {
    Tag::from_bytes(random())
}

pub fn nonce() -> Nonce {
    Nonce::from_bytes(random())
}
