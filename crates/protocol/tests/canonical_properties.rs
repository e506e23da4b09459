//! What holds of canonical forms for every value there is, not only for those in the vectors (`docs/protocol.md` §3).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // a test, helpers included

mod generators {
    pub mod phones;
    pub mod typed;
    pub mod values;
}

use countersign_protocol::canonical::{MAX_VALUE_CHARS, Region};
use countersign_protocol::{Kind, Reading, ValueError};
use generators::{phones, typed, values};
use icu_properties::CodePointSetData;
use icu_properties::props::{
    DefaultIgnorableCodePoint, EnumeratedProperty as _, GeneralCategory, GeneralCategoryGroup, WhiteSpace,
};
use proptest::prelude::*;
use proptest::sample::select;
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};
use time::macros::format_description;
use unicode_normalization::UnicodeNormalization as _;

fn france() -> Region {
    "FR".parse().unwrap()
}

/// By the tables of this crate: the standard library's may be of another edition of Unicode.
fn is_letter_or_number(c: char) -> bool {
    GeneralCategoryGroup::Letter.union(GeneralCategoryGroup::Number).contains(GeneralCategory::for_char(c))
}

/// The canonical form or the reason.
fn form(kind: Kind, region: &Region, typed: &str) -> Result<String, ValueError> {
    kind.read(region, typed).map(|value| value.expose().to_owned())
}

fn chars(text: &str) -> usize {
    text.chars().count()
}

/// What the canonical form of `number` reads as when it is typed. One mark followed by three digits groups, so `1.234`,
/// which is what `1.2340` comes to, says 1234 when it is typed by somebody who reads it off a screen.
fn retyped(number: &str) -> String {
    match number.trim_start_matches('-').split_once('.') {
        Some((integer, fraction)) if fraction.len() == 3 && integer.len() <= 3 => {
            let digits = format!("{integer}{fraction}");
            let sign = if number.starts_with('-') { "-" } else { "" };
            format!("{sign}{}", digits.trim_start_matches('0'))
        }
        _ => number.to_owned(),
    }
}

/// An independent reading of numbers without groups: digits, a point, digits.
fn decimal(negative: bool, integer: &str, fraction: &str) -> String {
    let integer = integer.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let mut text = String::new();
    if negative && !(integer.is_empty() && fraction.is_empty()) {
        text.push('-');
    }
    text += if integer.is_empty() { "0" } else { integer };
    if !fraction.is_empty() {
        text = text + "." + fraction;
    }
    text
}

fn full_width(text: &str) -> String {
    let widen = |c: char| match c {
        '!'..='~' => char::from_u32(u32::from(c) + 0xfee0).unwrap(),
        _ => c,
    };
    text.chars().map(widen).collect()
}

/// `text` with something between its characters, and around them.
fn interspersed(text: &str, with: &str) -> String {
    text.chars().fold(with.to_owned(), |out, c| out + c.encode_utf8(&mut [0; 4]) + with)
}

/// A kind, a region and a value that is read.
fn acceptable() -> impl Strategy<Value = (Kind, Region, String)> {
    (select(&Kind::ALL[..]), typed::region())
        .prop_flat_map(|(kind, region)| (Just(kind), Just(region), values::acceptable(kind)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, max_global_rejects: 20_000, ..ProptestConfig::default() })]

    /// Whatever is typed, it is read or refused; and what is read obeys the kind's grammar.
    #[test]
    fn every_text_is_read_or_refused((kind, region, typed) in typed::input()) {
        let Ok(value) = kind.read(&region, &typed) else { return Ok(()) };
        let text = value.expose();
        prop_assert_eq!(value.kind(), kind);
        prop_assert!(!text.is_empty());
        prop_assert!(chars(&typed) <= MAX_VALUE_CHARS);
        prop_assert!(!text.chars().any(char::is_control));
        match kind {
            Kind::Text => prop_assert_eq!(text.split_whitespace().collect::<Vec<_>>().join(" "), text),
            Kind::Email => {
                prop_assert_eq!(text.matches('@').count(), 1);
                prop_assert!(!text.contains(char::is_whitespace));
            }
            Kind::Code => prop_assert!(text.chars().all(is_letter_or_number)),
            Kind::Phone => {
                let digits = text.strip_prefix('+').unwrap();
                prop_assert!((8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()));
            }
            Kind::Number => {
                let unsigned = text.strip_prefix('-').unwrap_or(text);
                let (integer, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
                let fraction = if fraction == "0" { "" } else { fraction };
                prop_assert!(!integer.is_empty() && unsigned.bytes().all(|b| b.is_ascii_digit() || b == b'.'));
                prop_assert_eq!(decimal(text.starts_with('-'), integer, fraction), text);
            }
            Kind::Date => prop_assert_eq!(text.len(), 10),
        }
        // What is shown is what is used.
        match value.reading() {
            Reading::AsTyped => prop_assert!(matches!(kind, Kind::Text | Kind::Email | Kind::Code)),
            Reading::Number { canonical } => prop_assert_eq!(canonical.as_str(), text),
            Reading::Date { iso } => prop_assert_eq!(iso.as_str(), text),
            Reading::Phone { international, .. } => {
                let dialled: String = international.chars().filter(char::is_ascii_digit).collect();
                prop_assert_eq!(format!("+{dialled}"), text);
            }
        }
    }

    /// The length is that of what was typed, and it is checked before everything else.
    #[test]
    fn too_long_is_too_long((kind, region, typed) in typed::input(), filler in any::<char>(), more in 1..40usize) {
        let long: String = typed.chars().chain(std::iter::repeat(filler)).take(MAX_VALUE_CHARS + more).collect();
        prop_assert_eq!(form(kind, &region, &long).err(), Some(ValueError::TooLong));
        let longest: String = long.chars().take(MAX_VALUE_CHARS).collect();
        prop_assert_ne!(form(kind, &region, &longest).err(), Some(ValueError::TooLong));
    }

    #[test]
    fn reading_twice_is_reading_once((kind, region, typed) in typed::input()) {
        let Ok(once) = form(kind, &region, &typed) else { return Ok(()) };
        // Folding can lengthen a text eighteenfold.
        prop_assume!(chars(&once) <= MAX_VALUE_CHARS);
        let expected = match kind {
            // What stood between two letters is gone, and now they may compose.
            Kind::Code => once.nfkc().collect(),
            Kind::Number => retyped(&once),
            // Numbers that do not exist may have a second trunk prefix to lose.
            Kind::Phone => return Ok(()),
            Kind::Text | Kind::Email | Kind::Date => once.clone(),
        };
        prop_assert_eq!(form(kind, &region, &once), Ok(expected));
    }

    /// Composed or decomposed, by compatibility or not: the same value.
    #[test]
    fn normalization_forms_do_not_count(kind in select(vec![Kind::Text, Kind::Email, Kind::Code]), typed in typed::text()) {
        // What nobody sees is dropped before composing, so it must not stand between what composes.
        let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
        let seen: String = typed.chars().filter(|c| !ignorable.contains(*c)).collect();
        let forms: [String; 4] =
            [seen.nfc().collect(), seen.nfd().collect(), seen.nfkc().collect(), seen.nfkd().collect()];
        prop_assume!(forms.iter().all(|form| chars(form) <= MAX_VALUE_CHARS));
        let expected = form(kind, &france(), &seen);
        for spelled in forms {
            prop_assert_eq!(form(kind, &france(), &spelled), expected.clone(), "{:?}", spelled);
        }
    }

    /// Characters nobody can see change nothing, wherever they stand and whatever the kind.
    #[test]
    fn ignorable_characters_do_not_count((kind, region, typed) in typed::input(), invisible in select(vec!["\u{200b}", "\u{ad}", "\u{2060}", "\u{feff}", "\u{202e}", "\u{fe0f}", "\u{e0061}"])) {
        let spelled = interspersed(&typed, invisible);
        prop_assume!(chars(&spelled) <= MAX_VALUE_CHARS);
        prop_assert_eq!(form(kind, &region, &spelled), form(kind, &region, &typed));
    }

    /// White space is what Unicode says it is.
    #[test]
    fn the_kind_of_white_space_does_not_count((kind, region, typed) in typed::input(), nth in any::<proptest::sample::Index>()) {
        let spaces: Vec<char> = CodePointSetData::new::<WhiteSpace>()
            .iter_ranges()
            .flatten()
            .filter_map(char::from_u32)
            .filter(|c| !c.is_control())
            .collect();
        let space = *nth.get(&spaces);
        prop_assume!(typed.contains(' '));
        prop_assert_eq!(form(kind, &region, &typed.replace(' ', &space.to_string())), form(kind, &region, &typed));
    }

    /// What people add or leave out without meaning anything by it.
    #[test]
    fn the_same_value_typed_by_another_person((kind, region, typed) in acceptable()) {
        let expected = form(kind, &region, &typed);
        prop_assert!(expected.is_ok());
        prop_assert_eq!(form(kind, &region, &values::respelled(kind, &typed)), expected.clone());
        prop_assert_eq!(form(kind, &region, &format!("  {typed}\u{a0} ")), expected.clone());
        prop_assert_ne!(form(kind, &region, &values::other(kind, &typed)), expected);
    }

    #[test]
    fn width_does_not_count_in_letters(kind in select(vec![Kind::Text, Kind::Email, Kind::Code]), typed in "[!-~ ]{1,40}") {
        prop_assert_eq!(form(kind, &france(), &full_width(&typed)), form(kind, &france(), &typed));
    }

    #[test]
    fn case_does_not_count_in_letters(kind in select(vec![Kind::Text, Kind::Email, Kind::Code]), typed in "[ -~à-öø-þа-я가-힣]{1,40}") {
        let expected = form(kind, &france(), &typed);
        prop_assert_eq!(form(kind, &france(), &typed.to_uppercase()), expected.clone());
        prop_assert_eq!(form(kind, &france(), &typed.to_lowercase()), expected);
    }

    /// Decoration of a reference does not count; what is left does.
    #[test]
    fn codes_are_their_letters_and_digits(code in "[A-Z0-9]{1,20}", other in "[A-Z0-9]{1,20}", between in "[-./_ #:]{1,2}") {
        prop_assert_eq!(form(Kind::Code, &france(), &interspersed(&code, &between)), Ok(code.clone()));
        prop_assert_eq!(form(Kind::Code, &france(), &other) == Ok(code.clone()), other == code);
    }

    /// A number is its digits: whatever marks and groups it is written with, and in whatever script.
    #[test]
    fn numbers_round_trip(
        negative in any::<bool>(),
        integer in "[0-9]{1,15}",
        fraction in "[0-9]{0,8}",
        (group, mark) in select(vec![
            (",", "."), (".", ","), (" ", ","), ("\u{202f}", ","), ("'", "."), ("’", ","), ("_", "."), ("", "."), ("", ","),
        ]),
        zero in select(vec!['0', '٠', '०', '０', '𝟘']),
    ) {
        let groups: Vec<_> = integer.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
        let mut written = format!("{}{}", if negative { "-" } else { "" }, groups.join(group));
        if !fraction.is_empty() {
            written = written + mark + &fraction;
        }
        // One mark with three digits before it at most and three after it is the case that can be read in two ways: it
        // groups.
        let groups_instead = fraction.len() == 3 && integer.len() <= 3;
        let expected = if groups_instead {
            decimal(negative, &format!("{integer}{fraction}"), "")
        } else {
            decimal(negative, &integer, &fraction)
        };
        prop_assert_eq!(form(Kind::Number, &france(), &written), Ok(expected.clone()), "{}", written);
        let foreign = |c: char| c.to_digit(10).map_or(c, |digit| char::from_u32(u32::from(zero) + digit).unwrap());
        let foreign: String = written.chars().map(foreign).collect();
        prop_assert_eq!(form(Kind::Number, &france(), &foreign), Ok(expected), "{}", foreign);
    }

    /// A number that exists is one number, as it is dialled from inside its country and from anywhere else.
    #[test]
    fn phone_numbers_have_one_form((region, typed) in phones::existing()) {
        let value = Kind::Phone.read(&region, &typed).ok().unwrap();
        let number = PhoneNumber::parse(value.expose(), None).unwrap();
        for style in [PhoneNumberFormat::E164, PhoneNumberFormat::International, PhoneNumberFormat::National] {
            let rendered = number.format_as(style);
            prop_assert_eq!(form(Kind::Phone, &region, &rendered), Ok(value.expose().to_owned()), "{}", rendered);
        }
        let anywhere: Region = "ZZ".parse().unwrap();
        prop_assert_eq!(form(Kind::Phone, &anywhere, value.expose()), Ok(value.expose().to_owned()));
    }

    #[test]
    fn dates_are_those_of_the_calendar(
        year in prop_oneof![1880..=2220i32, select(vec![1896, 1900, 1904, 2000, 2096, 2100, 2104, 2200, 2201])],
        month in prop_oneof![0..=13u8, Just(2)],
        day in prop_oneof![0..=32u8, 28..=31u8],
    ) {
        let typed = format!("{year:04}-{month:02}-{day:02}");
        let real = time::Date::parse(&typed, format_description!("[year]-[month]-[day]")).is_ok();
        let accepted = real && (1900..=2200).contains(&year);
        let expected = if accepted { Ok(typed.clone()) } else { Err(ValueError::NotOfKind(Kind::Date)) };
        prop_assert_eq!(form(Kind::Date, &france(), &typed), expected);
    }

    /// A refusal says what would be accepted and nothing of what was typed.
    #[test]
    fn refusals_do_not_echo_the_value((kind, region, typed) in typed::input()) {
        let Err(error) = kind.read(&region, &typed) else { return Ok(()) };
        let (message, debug) = (error.to_string(), format!("{error:?}"));
        // Words of three letters occur in any sentence.
        for part in typed.split(|c: char| c.is_whitespace() || c.is_control()).filter(|part| chars(part) > 3) {
            prop_assert!(!message.contains(part) && !debug.contains(part), "{} {}", message, debug);
        }
        let same_for_all = kind.read(&region, match error {
            ValueError::Empty => String::new(),
            ValueError::TooLong => "x".repeat(MAX_VALUE_CHARS + 1),
            ValueError::ControlCharacter => "\0".into(),
            ValueError::NotOfKind(_) => "?".into(),
        }.as_str());
        prop_assert_eq!(same_for_all.err().map(|error| error.to_string()), Some(message.clone()));
    }
}
