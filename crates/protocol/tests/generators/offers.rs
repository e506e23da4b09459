//! Valid offers of every shape, and what goes with them.

use countersign_protocol::keys::Channel;
use countersign_protocol::offer::{FIELDS, PASSCODE_DIGITS, TTL_SECS};
use countersign_protocol::offer::{MAX_HINT_CHARS, MAX_NAME_CHARS, MAX_TEXT_CHARS, OfferDraft};
use countersign_protocol::{Began, Compare, Field, Kind, Offer, Salt};
use proptest::prelude::*;

/// A text that may stand in an offer: no control characters, at most `max` characters.
pub fn text(max: usize) -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => proptest::char::range(' ', '~'),
        1 => any::<char>().prop_filter("no control characters", |c| !c.is_control()),
    ];
    // Short texts mostly, so that two fields often hold the same one.
    let length = prop_oneof![4 => 0..=3usize, 1 => 0..=max];
    length
        .prop_flat_map(move |length| proptest::collection::vec(character.clone(), length))
        .prop_map(|characters| characters.into_iter().collect())
}

pub fn kind() -> impl Strategy<Value = Kind> {
    proptest::sample::select(&Kind::ALL[..])
}

pub fn began() -> impl Strategy<Value = Began> {
    proptest::sample::select(vec![Began::Organization, Began::Recipient])
}

pub fn field() -> impl Strategy<Value = Field> {
    let name = text(MAX_NAME_CHARS).prop_filter("a name is not blank", |name| !name.trim().is_empty());
    (name, kind(), text(MAX_HINT_CHARS)).prop_map(|(name, kind, hint)| Field { name, kind, hint })
}

pub fn offer() -> impl Strategy<Value = Offer> {
    let compare = proptest::sample::select(vec![Compare::Shown, Compare::Typed]);
    let texts = (text(MAX_TEXT_CHARS), text(MAX_TEXT_CHARS), text(MAX_TEXT_CHARS));
    let fields = proptest::collection::vec(field(), FIELDS);
    (any::<[u8; 16]>(), TTL_SECS, PASSCODE_DIGITS, compare, "[A-Z]{2}", texts, fields).prop_map(
        |(salt, ttl_secs, passcode_digits, compare, region, (org_name, agent_name, subject), fields)| {
            let salt = Salt::from_bytes(salt);
            let region = region.parse().unwrap();
            OfferDraft {
                salt,
                ttl_secs,
                passcode_digits,
                compare,
                region,
                org_name,
                agent_name,
                subject,
                fields,
            }
            .check()
            .unwrap()
        },
    )
}

pub fn channel() -> impl Strategy<Value = Channel> {
    let origin = "https?://[a-z0-9.-]{1,40}(:[0-9]{2,5})?";
    (origin, "[a-z0-9-]{1,40}").prop_map(|(origin, org_handle)| Channel { origin, org_handle })
}
