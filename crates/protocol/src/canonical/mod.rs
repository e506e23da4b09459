//! Fields and the one form a typed value is reduced to before anything is computed from it (`docs/protocol.md` §3).
//!
//! Two people type the same value in two ways: `06 12 34 56 78` and `+33612345678`. Both must become the same bytes, in
//! Rust here and in TypeScript on the recipient's page; the vectors in `testdata/canonical.json` hold both to it. A value
//! that cannot be read is refused with what would be accepted; it is never guessed at, never shown in the error, and wiped
//! when dropped.

mod date;
mod number;
mod phone;
mod text;

use crate::stack::wiped_after;
use crate::strict;
use icu_properties::props::{DefaultIgnorableCodePoint, EnumeratedProperty as _, GeneralCategory};
use icu_properties::{CodePointSetData, CodePointSetDataBorrowed};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Longest value a person may type, in characters (Unicode scalar values), before canonicalization.
pub const MAX_VALUE_CHARS: usize = 128;

/// What a field holds, and so how it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Any text; case and spacing do not count.
    Text,
    /// A telephone number, read with the offer's region as default.
    Phone,
    /// An e-mail address.
    Email,
    /// An order number, a plate, a reference: letters and digits count, nothing else.
    Code,
    /// A decimal number.
    Number,
    /// A calendar date.
    Date,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Text, Self::Phone, Self::Email, Self::Code, Self::Number, Self::Date];

    /// The kind's name on the wire and in the transcript.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Code => "code",
            Self::Number => "number",
            Self::Date => "date",
        }
    }

    /// Reads what a person typed. `region` is the organization's (ISO 3166 alpha-2) and only matters for
    /// [`Kind::Phone`].
    pub fn read(self, region: &Region, typed: &str) -> Result<Canonical, ValueError> {
        wiped_after(|| self.reduce(region, typed))
    }

    fn reduce(self, region: &Region, typed: &str) -> Result<Canonical, ValueError> {
        let cleaned = clean(typed)?;
        let (text, reading) = match self {
            Self::Text => (text::text(&cleaned)?, Reading::AsTyped),
            Self::Email => (text::email(&cleaned)?, Reading::AsTyped),
            Self::Code => (text::code(&cleaned)?, Reading::AsTyped),
            Self::Phone => phone::phone(&cleaned, region)?,
            Self::Number => {
                let number = number::number(&cleaned)?;
                let reading = Reading::Number { canonical: number.clone() };
                (number, reading)
            }
            Self::Date => {
                let date = date::date(&cleaned)?;
                let reading = Reading::Date { iso: date.clone() };
                (date, reading)
            }
        };
        Ok(Canonical { kind: self, text, reading })
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::word(deserializer, &Self::ALL, Self::as_str)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A canonical value: secret, so it neither prints nor copies nor serializes, and is wiped when dropped.
pub struct Canonical {
    kind: Kind,
    text: Zeroizing<String>,
    reading: Reading,
}

impl Canonical {
    /// How the value was read: what is shown to whoever typed it, and to nobody else.
    pub fn reading(&self) -> &Reading {
        &self.reading
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The canonical text. The one place where a value leaves its type: the transcript, and tests.
    pub fn expose(&self) -> &str {
        &self.text
    }
}

/// How a value was understood, for the person who typed it to check before it is used. It spells the value, so it is
/// shown beside the input and goes nowhere else; it does not print, and is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub enum Reading {
    /// Nothing was interpreted beyond case and spacing.
    AsTyped,
    /// A telephone number.
    Phone {
        /// Internationally formatted, e.g. `+33 6 12 34 56 78`.
        international: Zeroizing<String>,
        /// ISO 3166 alpha-2 of the number's country; absent for numbers of no country (`+800…`).
        region: Option<String>,
        /// Whether the number exists in its country's plan. Others are accepted with a warning.
        valid: bool,
    },
    /// A number, in canonical form.
    Number {
        /// E.g. `-1234.5`.
        canonical: Zeroizing<String>,
    },
    /// A date, `YYYY-MM-DD`.
    Date {
        /// E.g. `2026-11-23`.
        iso: Zeroizing<String>,
    },
}

/// Why a value was refused. Whoever typed it is at fault; the message says what would be accepted and never repeats the
/// value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ValueError {
    /// Nothing is left once what does not count is removed.
    #[error("is empty; enter a value")]
    Empty,
    /// More than [`MAX_VALUE_CHARS`] characters as typed.
    #[error("is longer than 128 characters; enter a shorter value")]
    TooLong,
    /// A tab, a line break or another control character.
    #[error("contains a control character such as a tab or a line break; type it by hand")]
    ControlCharacter,
    /// Not a value of its kind.
    #[error("{}", accepted(*.0))]
    NotOfKind(Kind),
}

impl ValueError {
    /// The stable code in the vectors and at the programs' seams.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLong => "too_long",
            Self::ControlCharacter => "control_character",
            Self::NotOfKind(_) => "not_of_kind",
        }
    }
}

fn accepted(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "is not a text; enter letters and digits",
        Kind::Phone => {
            "is not a phone number; enter 8 to 15 digits, with + and the country code for other countries"
        }
        Kind::Email => "is not an e-mail address; enter one with exactly one @ and no spaces",
        Kind::Code => "is not a code; enter its letters and digits",
        Kind::Number => "is not a number; enter digits, one decimal mark at most, and - in front if negative",
        Kind::Date => "is not a date; enter a real date between 1900 and 2200 as YYYY-MM-DD",
    }
}

/// ISO 3166 alpha-2 code of the organization's country, upper case: the default for phone numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Region(String);

/// A region must be two capital ASCII letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a region is two capital letters (ISO 3166), such as FR")]
pub struct RegionError;

impl Region {
    /// The two letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        if text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionError)
        }
    }
}

impl<'de> Deserialize<'de> for Region {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What happens to every value first: its length is checked, characters nobody can see are dropped, and a control
/// character that remains is refused (a tab usually means that more than one thing was pasted).
fn clean(typed: &str) -> Result<Zeroizing<String>, ValueError> {
    const IGNORABLE: CodePointSetDataBorrowed<'static> = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    if typed.chars().count() > MAX_VALUE_CHARS {
        return Err(ValueError::TooLong);
    }
    let mut cleaned = Zeroizing::new(String::with_capacity(typed.len()));
    for c in typed.chars().filter(|c| !IGNORABLE.contains(*c)) {
        if c.is_control() {
            return Err(ValueError::ControlCharacter);
        }
        cleaned.push(c);
    }
    Ok(cleaned)
}

/// The value of a decimal digit of any script. Unicode assigns decimal digits in runs of ten, ascending from zero, so the
/// distance to the start of the run tells it without a table.
fn decimal_digit(c: char) -> Option<u8> {
    if let Some(digit) = c.to_digit(10) {
        return u8::try_from(digit).ok();
    }
    let is_digit = |code: u32| {
        char::from_u32(code).is_some_and(|c| GeneralCategory::for_char(c) == GeneralCategory::DecimalNumber)
    };
    let code = u32::from(c);
    if !is_digit(code) {
        return None;
    }
    let before = (0..code).rev().take_while(|before| is_digit(*before)).count();
    u8::try_from(before % 10).ok()
}

/// `cleaned` with decimal digits of any script as ASCII ones. Wiped when dropped, never reallocated.
fn ascii_digits(cleaned: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(cleaned.len()));
    for c in cleaned.chars() {
        out.push(decimal_digit(c).map_or(c, |digit| char::from(b'0' + digit)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_have_their_value() {
        for (c, value) in
            [('0', 0), ('9', 9), ('٣', 3), ('۷', 7), ('९', 9), ('９', 9), ('𝟎', 0), ('𝟘', 0), ('𝟡', 9)]
        {
            assert_eq!(decimal_digit(c), Some(value), "{c}");
        }
        for c in ['a', '½', '²', '一', 'Ⅷ', ' '] {
            assert_eq!(decimal_digit(c), None, "{c}");
        }
    }

    #[test]
    fn every_decimal_digit_agrees_with_its_compatibility_form() {
        // Where Unicode maps a digit to ASCII (full width, mathematical), both ways of reading it must agree.
        use unicode_normalization::UnicodeNormalization as _;
        for c in (0..=0x10_ffff).filter_map(char::from_u32) {
            let mut folded = std::iter::once(c).nfkc();
            if let (Some(ascii @ '0'..='9'), None) = (folded.next(), folded.next())
                && GeneralCategory::for_char(c) == GeneralCategory::DecimalNumber
            {
                assert_eq!(decimal_digit(c).map(|d| char::from(b'0' + d)), Some(ascii), "{c}");
            }
        }
    }

    #[test]
    fn each_error_says_what_to_enter_instead() {
        let told = [
            (Kind::Text, "letters and digits"),
            (Kind::Phone, "8 to 15 digits"),
            (Kind::Email, "exactly one @"),
            (Kind::Code, "its letters and digits"),
            (Kind::Number, "one decimal mark"),
            (Kind::Date, "YYYY-MM-DD"),
        ];
        for (kind, what) in told {
            let error = ValueError::NotOfKind(kind).to_string();
            assert!(error.starts_with("is not a") && error.contains(what), "{error}");
        }
    }

    #[test]
    fn errors_never_repeat_the_value() {
        for kind in Kind::ALL {
            let region: Region = "FR".parse().unwrap();
            if let Err(error) = kind.read(&region, "s3cr3t/\u{0001}") {
                assert!(!error.to_string().contains("s3cr3t"));
            }
        }
    }
}
