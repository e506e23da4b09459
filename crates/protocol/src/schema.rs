//! The JSON schemas of values whose text form is their own (`docs/api.md`), for the service's OpenAPI document. Only there with
//! the feature `openapi`; what derives can say, they say where the type stands.

use crate::canonical::Region;
use crate::id::{Commit, Nonce, RecipientToken, Salt, SessionId, Share, Tag};
use crate::offer::{Offer, OfferDraft};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::{RefOr, SchemaFormat};
use utoipa::{PartialSchema, ToSchema};

/// A name people pick or read: 1 to 60 characters, none a control character, at least one that can be seen.
pub(crate) struct Name;
/// A text people are shown: at most 120 characters, none a control character.
pub(crate) struct ShownText;

impl PartialSchema for Name {
    fn schema() -> RefOr<Schema> {
        let unseen = r"[^\u0000-\u001f\u007f-\u009f]";
        let seen = r"[^\s\u0000-\u001f\u007f-\u009f]";
        let object = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(60));
        object.pattern(Some(format!("^{unseen}*{seen}{unseen}*$"))).into()
    }
}

impl ToSchema for Name {}

impl PartialSchema for ShownText {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new().schema_type(Type::String).max_length(Some(120));
        object.pattern(Some(r"^[^\u0000-\u001f\u007f-\u009f]*$")).into()
    }
}

impl ToSchema for ShownText {}

fn text(pattern: &str, format: Option<&str>, description: &str) -> RefOr<Schema> {
    let object = ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    let object = object.format(format.map(|format| SchemaFormat::Custom(format.to_owned())));
    object.description(Some(description)).into()
}

macro_rules! text_form {
    ($($name:ident: $pattern:literal, $format:expr, $description:literal;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text($pattern, $format, $description)
            }
        }

        impl ToSchema for $name {}
    )*};
}

// Unpadded base64url of 16, 32 and 64 bytes: the last character holds 2, 4 and 2 bits of ours, the others of its six are zero.
text_form! {
    SessionId: "^[0-9a-hjkmnp-tv-z]{25}[048cgmrw]$", Some("session-id"), "16 random bytes in Crockford base32, drawn by the agent.";
    Salt: "^[A-Za-z0-9_-]{21}[AQgw]$", None, "16 random bytes in unpadded base64url, drawn by the agent.";
    Share: "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", Some("ristretto255"), "A ristretto255 element, not the identity, in unpadded base64url.";
    Tag: "^[A-Za-z0-9_-]{85}[AQgw]$", None, "A confirmation tag: 64 bytes in unpadded base64url.";
    Commit: "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", None, "What binds the recipient to a nonce: 32 bytes in unpadded base64url.";
    Nonce: "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", None, "What unlocks the reveal: 32 random bytes in unpadded base64url.";
    RecipientToken: "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$", None, "32 random bytes in unpadded base64url, drawn by the recipient's page.";
    Region: "^[A-Z]{2}$", None, "An ISO 3166 alpha-2 code.";
}

impl PartialSchema for Offer {
    fn schema() -> RefOr<Schema> {
        OfferDraft::schema()
    }
}

// All schemas that it refers to are in the document because of other messages; a test of the service would say if one were not.
impl ToSchema for Offer {}
