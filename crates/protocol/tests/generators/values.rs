//! What a person might type into a field: values that are read, and values that look as if they might be.

use countersign_protocol::Kind;
use proptest::prelude::*;

/// A value that a field of this kind takes, in an offer of any region.
pub fn acceptable(kind: Kind) -> BoxedStrategy<String> {
    match kind {
        Kind::Text => r"[ A-Za-zÀ-ÿΑ-ωА-я]{0,20}[a-zß-öА-я]".boxed(),
        Kind::Phone => r"\+33 ?[67]( ?[0-9]{2}){4}".boxed(),
        Kind::Email => r"[A-Za-z0-9.]{1,30}@[A-Za-z0-9]{1,20}\.example".boxed(),
        Kind::Code => r"[A-Za-z]{1,4}[- ./]?[0-9]{1,12}".boxed(),
        Kind::Number => r"-?[0-9]{1,12}([.,][0-9]{1,2})?".boxed(),
        Kind::Date => real_date().boxed(),
    }
}

fn real_date() -> impl Strategy<Value = String> {
    (1900..=2200u32, 1..=12u32, 1..=28u32)
        .prop_map(|(year, month, day)| format!("{year}-{month:02}-{day:02}"))
}

/// The same value as another person would type it.
pub fn respelled(kind: Kind, typed: &str) -> String {
    match kind {
        Kind::Text => format!(" \u{200b}{}\u{a0}", typed.replace(' ', " \u{3000}")),
        Kind::Phone => {
            let digits: Vec<_> = typed.chars().filter(char::is_ascii_digit).collect();
            let pairs: Vec<String> = digits.chunks(2).map(|pair| pair.iter().collect()).collect();
            format!("+{}", pairs.join("\u{a0}–\u{202f}"))
        }
        Kind::Email => format!("\u{200b}{} ", typed.to_ascii_uppercase()),
        Kind::Code => typed.to_ascii_lowercase().chars().flat_map(|c| [c, '-']).collect(),
        Kind::Number => {
            let wide = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(0xff10 + digit)).unwrap_or(c);
            typed.chars().map(wide).flat_map(|c| ['\u{2009}', c, '\'']).collect()
        }
        Kind::Date => format!("\u{a0}{typed}\u{feff}"),
    }
}

/// Another value of this kind than the one that was typed, if [`acceptable`] made that one.
pub fn other(kind: Kind, typed: &str) -> String {
    match kind {
        Kind::Text => format!("{typed} x"),
        Kind::Phone => "+33 1 23 45 67 89".into(),
        Kind::Email => format!("x{typed}"),
        Kind::Code => format!("{typed}x"),
        Kind::Number => "1234567890123".into(),
        // The same year, in a day of the month that is not made above.
        Kind::Date => format!("{}-12-31", typed.split('-').next().unwrap_or_default()),
    }
}
