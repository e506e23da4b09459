//! The offer: everything the recipient is shown before a value is entered, as bytes both sides authenticate
//! (`docs/protocol.md` §4, `ADa`). A service that alters a word of it makes the exchange fail.
//!
//! An [`Offer`] that exists is valid: it is checked when it is built and when it is read from the wire, once.

use crate::canonical::{Kind, Region};
use crate::encoding::lv_cat;
use crate::id::{Commit, Salt};
use crate::strict;
use serde::{Deserialize, Deserializer, Serialize};
use std::ops::RangeInclusive;

/// Shortest and longest time a session may be open, in seconds.
pub const TTL_SECS: RangeInclusive<u32> = 30..=900;
/// Digits a passcode may have; six unless the organization's policy says otherwise.
pub const PASSCODE_DIGITS: RangeInclusive<u32> = 4..=8;
/// Fields a session may have.
pub const FIELDS: RangeInclusive<usize> = 1..=3;
/// Longest field name after trimming, in characters.
pub const MAX_NAME_CHARS: usize = 60;
/// Longest hint, in characters.
pub const MAX_HINT_CHARS: usize = 120;
/// Longest organization name, agent name and subject, in characters.
pub const MAX_TEXT_CHARS: usize = 120;

/// One thing the recipient is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Shown as the input's label; 1 to [`MAX_NAME_CHARS`] characters, no control characters.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::Name))]
    pub name: String,
    /// How what is typed is read.
    pub kind: Kind,
    /// Shown under the input; empty when absent.
    #[cfg_attr(feature = "openapi", schema(value_type = Option<crate::schema::ShownText>, required = false))]
    pub hint: String,
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            name: String,
            kind: Kind,
            #[serde(default, deserialize_with = "absent_is_empty")]
            hint: String,
        }
        let Members { name, kind, hint } = strict::object(deserializer)?;
        Ok(Self { name, kind, hint })
    }
}

/// How the recipient compares passcodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Compare {
    /// The page shows the passcode; the recipient compares what the agent says with it.
    Shown,
    /// The page does not show it; the recipient types what the agent says and the page compares.
    Typed,
}

impl<'de> Deserialize<'de> for Compare {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::word(deserializer, &[Self::Shown, Self::Typed], Self::as_str)
    }
}

impl Compare {
    /// The word in the transcript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Shown => "shown",
            Self::Typed => "typed",
        }
    }
}

/// Who began the conversation: the relay guard's question. Each side says it without seeing the other's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Began {
    /// The organization contacted the recipient.
    Organization,
    /// The recipient contacted the organization.
    Recipient,
}

impl<'de> Deserialize<'de> for Began {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::word(deserializer, &[Self::Organization, Self::Recipient], Self::as_str)
    }
}

impl Began {
    /// The word in the transcript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Recipient => "recipient",
        }
    }
}

/// What is offered to the recipient. Only [`OfferDraft::check`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "OfferDraft")]
pub struct Offer(OfferDraft);

/// An offer's parts, not yet checked; also its form on the wire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct OfferDraft {
    /// The session's salt.
    pub salt: Salt,
    /// Seconds the session was created for; [`TTL_SECS`].
    #[cfg_attr(feature = "openapi", schema(minimum = 30, maximum = 900))]
    pub ttl_secs: u32,
    /// Digits of the passcode; [`PASSCODE_DIGITS`].
    #[cfg_attr(feature = "openapi", schema(minimum = 4, maximum = 8))]
    pub passcode_digits: u32,
    /// How the recipient compares.
    pub compare: Compare,
    /// The organization's country: the default for phone numbers.
    pub region: Region,
    /// The organization's name as its directory entry spells it.
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ShownText))]
    pub org_name: String,
    /// The agent's name; empty when absent.
    #[serde(default, deserialize_with = "absent_is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ShownText))]
    pub agent_name: String,
    /// What the conversation is about; empty when absent.
    #[serde(default, deserialize_with = "absent_is_empty")]
    #[cfg_attr(feature = "openapi", schema(value_type = crate::schema::ShownText))]
    pub subject: String,
    /// What the recipient is asked for; [`FIELDS`].
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 3))]
    pub fields: Vec<Field>,
}

/// Why an offer is not valid. Whoever drew it up is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// The duration is out of bounds.
    #[error("a session lasts 30 to 900 seconds")]
    Ttl,
    /// The passcode's length is out of bounds.
    #[error("a passcode has 4 to 8 digits")]
    PasscodeDigits,
    /// No field, or more than three.
    #[error("a session has one to three fields")]
    FieldCount,
    /// A field's name is empty, too long or not printable.
    #[error("field {0}: a name has 1 to 60 characters and no control characters")]
    FieldName(usize),
    /// A field's hint is too long or not printable.
    #[error("field {0}: a hint has at most 120 characters and no control characters")]
    FieldHint(usize),
    /// The organization's name, the agent's name or the subject is too long or not printable.
    #[error("{0} has at most 120 characters and no control characters")]
    Text(&'static str),
}

impl OfferDraft {
    /// The offer, if every part is within its bounds.
    pub fn check(self) -> Result<Offer, OfferError> {
        if !TTL_SECS.contains(&self.ttl_secs) {
            return Err(OfferError::Ttl);
        }
        if !PASSCODE_DIGITS.contains(&self.passcode_digits) {
            return Err(OfferError::PasscodeDigits);
        }
        check_fields(&self.fields)?;
        let texts = [
            ("the organization's name", &self.org_name),
            ("the agent's name", &self.agent_name),
            ("the subject", &self.subject),
        ];
        for (what, text) in texts {
            if !fits(text, MAX_TEXT_CHARS) {
                return Err(OfferError::Text(what));
            }
        }
        Ok(Offer(self))
    }
}

/// Whether a session may ask for these fields.
pub fn check_fields(fields: &[Field]) -> Result<(), OfferError> {
    if !FIELDS.contains(&fields.len()) {
        return Err(OfferError::FieldCount);
    }
    for (place, field) in fields.iter().enumerate() {
        if field.name.trim().is_empty()
            || !fits(field.name.trim(), MAX_NAME_CHARS)
            || !fits(&field.name, 1000)
        {
            return Err(OfferError::FieldName(place + 1));
        }
        if !fits(&field.hint, MAX_HINT_CHARS) {
            return Err(OfferError::FieldHint(place + 1));
        }
    }
    Ok(())
}

pub(crate) fn fits(text: &str, max_chars: usize) -> bool {
    text.chars().count() <= max_chars && !text.chars().any(char::is_control)
}

impl TryFrom<OfferDraft> for Offer {
    type Error = OfferError;

    fn try_from(draft: OfferDraft) -> Result<Self, OfferError> {
        draft.check()
    }
}

impl std::ops::Deref for Offer {
    type Target = OfferDraft;

    fn deref(&self) -> &OfferDraft {
        &self.0
    }
}

impl Offer {
    /// `ADa`: the offer's bytes in the transcript. Texts enter as they travel, untouched.
    pub fn to_bytes(&self) -> Vec<u8> {
        const LABEL: &[u8] = b"offer";
        let ttl = self.ttl_secs.to_be_bytes();
        let digits = self.passcode_digits.to_be_bytes();
        // FIELDS bounds the count far below u32::MAX.
        let count = u32::try_from(self.fields.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut parts: Vec<&[u8]> = vec![
            LABEL,
            self.salt.as_bytes(),
            &ttl,
            &digits,
            self.compare.as_str().as_bytes(),
            self.region.as_str().as_bytes(),
            self.org_name.as_bytes(),
            self.agent_name.as_bytes(),
            self.subject.as_bytes(),
            &count,
        ];
        for field in &self.fields {
            parts.extend([field.name.as_bytes(), field.kind.as_str().as_bytes(), field.hint.as_bytes()]);
        }
        lv_cat(&parts).to_vec()
    }
}

/// `ADb`: the recipient's half of the authenticated context.
pub fn answer_bytes(commit: &Commit, began: Began) -> Vec<u8> {
    const LABEL: &[u8] = b"answer";
    lv_cat(&[LABEL, commit.as_bytes(), began.as_str().as_bytes()]).to_vec()
}

fn absent_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn draft() -> OfferDraft {
        OfferDraft {
            salt: Salt::from_bytes([1; 16]),
            ttl_secs: 120,
            passcode_digits: 6,
            compare: Compare::Shown,
            region: "FR".parse().unwrap(),
            org_name: "Acme".into(),
            agent_name: "Dana".into(),
            subject: String::new(),
            fields: vec![Field { name: "Phone number".into(), kind: Kind::Phone, hint: String::new() }],
        }
    }

    #[test]
    fn bounds_are_kept() {
        let field = draft().fields.remove(0);
        let with = |change: &dyn Fn(&mut OfferDraft)| {
            let mut draft = draft();
            change(&mut draft);
            draft.check().map(|_| ())
        };
        for ttl in [0, 29, 901, u32::MAX] {
            assert_eq!(with(&|d| d.ttl_secs = ttl), Err(OfferError::Ttl));
        }
        for digits in [0, 3, 9] {
            assert_eq!(with(&|d| d.passcode_digits = digits), Err(OfferError::PasscodeDigits));
        }
        for count in [0, 4] {
            assert_eq!(with(&|d| d.fields = vec![field.clone(); count]), Err(OfferError::FieldCount));
        }
        for name in ["", "   ", "a\tb", "a\u{0085}", "\u{0000}", &"x".repeat(61)] {
            assert_eq!(
                with(&|d| d.fields[0].name = name.to_owned()),
                Err(OfferError::FieldName(1)),
                "{name:?}"
            );
        }
        assert_eq!(with(&|d| d.fields[0].name = format!("  {}  ", "é".repeat(60))), Ok(()));
        assert_eq!(with(&|d| d.fields[0].hint = "x".repeat(121)), Err(OfferError::FieldHint(1)));
        assert_eq!(with(&|d| d.subject = "x".repeat(121)), Err(OfferError::Text("the subject")));
        assert_eq!(with(&|d| d.subject = "a\nb".into()), Err(OfferError::Text("the subject")));
    }

    #[test]
    fn every_part_changes_the_bytes() {
        let original = draft().check().unwrap().to_bytes();
        let changes: [&dyn Fn(&mut OfferDraft); 11] = [
            &|d| d.salt = Salt::from_bytes([2; 16]),
            &|d| d.ttl_secs = 121,
            &|d| d.passcode_digits = 7,
            &|d| d.compare = Compare::Typed,
            &|d| d.region = "DE".parse().unwrap(),
            &|d| d.org_name.push('!'),
            &|d| d.agent_name.clear(),
            &|d| d.subject.push('x'),
            &|d| d.fields[0].name.push('x'),
            &|d| d.fields[0].kind = Kind::Text,
            &|d| d.fields[0].hint.push('x'),
        ];
        for change in changes {
            let mut changed = draft();
            change(&mut changed);
            assert_ne!(changed.check().unwrap().to_bytes(), original);
        }
    }

    #[test]
    fn there_is_one_form() {
        let read = |field: &str| serde_json::from_str::<Field>(field);
        let plain = r#"{"name":"a","kind":"text"}"#;
        assert_eq!(read(plain).unwrap().kind, Kind::Text);
        for other in [
            r#"["a","text",""]"#,
            r#"{"name":"a","kind":{"text":null}}"#,
            r#"{"name":"a","kind":"text","kind":"text"}"#,
            r#"{"name":"a","kind":"text","value":"x"}"#,
            r#"{"name":"a","kind":"Text"}"#,
            r#"{"name":"a"}"#,
        ] {
            assert!(read(other).is_err(), "{other}");
        }
        assert!(serde_json::from_str::<Compare>(r#"{"shown":null}"#).is_err());
        assert!(serde_json::from_str::<Began>(r#"{"recipient":null}"#).is_err());
        assert_eq!(serde_json::from_str::<Began>(r#""recipient""#).unwrap(), Began::Recipient);
    }

    #[test]
    fn the_wire_form_is_checked_on_the_way_in() {
        let json = serde_json::to_value(draft()).unwrap();
        let mut without = json.clone();
        let object = without.as_object_mut().unwrap();
        object.remove("subject");
        object.insert("agent_name".into(), serde_json::Value::Null);
        let offer: Offer = serde_json::from_value(without).unwrap();
        assert_eq!((offer.subject.as_str(), offer.agent_name.as_str()), ("", ""));

        for (member, value) in [("ttl_secs", 10.into()), ("surprise", 1.into()), ("region", "fr".into())] {
            let mut bad = json.clone();
            bad.as_object_mut().unwrap().insert(member.to_owned(), value);
            assert!(serde_json::from_value::<Offer>(bad).is_err(), "{member}");
        }
    }
}
