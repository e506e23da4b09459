//! `phone`: telephone numbers by libphonenumber's rules, as E.164 (`docs/protocol.md` §3).
//!
//! Two libraries read these numbers, one in Rust and one in the browser. They agree on digits and a leading `+`; they do
//! not on letters, extensions and odd signs. So what reaches them is reduced to digits and a leading `+` first, and what
//! cannot be reduced is refused.

use super::{Kind, Reading, Region, ValueError, ascii_digits};
use rlibphonenumber::{PhoneNumber, PhoneNumberFormat, Region as NumberingRegion};
use zeroize::Zeroizing;

const REFUSED: ValueError = ValueError::NotOfKind(Kind::Phone);

/// The E.164 form and what to show of it.
pub(super) fn phone(cleaned: &str, region: &Region) -> Result<(Zeroizing<String>, Reading), ValueError> {
    let dialable = dialable(cleaned)?;
    // A region the library does not know still allows numbers with a country code.
    let default = NumberingRegion::from_code(region.as_str()).ok();
    let number = PhoneNumber::parse(dialable.as_str(), default).map_err(|_| REFUSED)?;
    let e164 = Zeroizing::new(number.format_as(PhoneNumberFormat::E164).into_owned());
    let digits = e164.strip_prefix('+').ok_or(REFUSED)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !(8..=15).contains(&digits.len()) {
        return Err(REFUSED);
    }
    let reading = reading(&number);
    Ok((e164, reading))
}

/// Digits, with `+` in front if it was there.
fn dialable(cleaned: &str) -> Result<Zeroizing<String>, ValueError> {
    let plain = ascii_digits(cleaned);
    if plain.trim().is_empty() {
        return Err(ValueError::Empty);
    }
    let mut out = Zeroizing::new(String::with_capacity(plain.len()));
    for c in plain.chars() {
        match c {
            '0'..='9' => out.push(c),
            '+' if out.is_empty() => out.push(c),
            '(' | ')' | '-' | '.' | '/' | '‐' | '‑' | '–' | '−' => {}
            space if space.is_whitespace() => {}
            _ => return Err(REFUSED),
        }
    }
    Ok(out)
}

fn reading(number: &PhoneNumber) -> Reading {
    // `001` is the library's region for numbers of no country.
    let region = number.get_region_code().map(|region| region.to_string()).filter(|code| code != "001");
    Reading::Phone {
        international: Zeroizing::new(number.format_as(PhoneNumberFormat::International).into_owned()),
        region,
        valid: number.is_valid(),
    }
}
