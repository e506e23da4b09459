//! `number`: decimal numbers as people of any country write them (`docs/protocol.md` §3).
//!
//! `1.234,5`, `1,234.5`, `1 234,5` and `1'234.5` are one number. One mark followed by exactly three digits groups
//! (`1.234` is 1234): a rule that can misread, which is why the reading is always shown before it is used.

use super::{Kind, ValueError, ascii_digits};
use zeroize::Zeroizing;

/// Optional `-`, integer part without leading zeros, optional `.` and fraction without trailing zeros.
pub(super) fn number(cleaned: &str) -> Result<Zeroizing<String>, ValueError> {
    let mut plain = ascii_digits(cleaned);
    plain.retain(|c| !(c.is_whitespace() || matches!(c, '_' | '\'' | '’')));
    if plain.is_empty() {
        return Err(ValueError::Empty);
    }
    let unsigned = plain.strip_prefix('-').unwrap_or(&plain);
    let negative = unsigned.len() < plain.len();
    if !unsigned.bytes().all(|b| b.is_ascii_digit() || b == b',' || b == b'.')
        || !unsigned.bytes().any(|b| b.is_ascii_digit())
    {
        return Err(ValueError::NotOfKind(Kind::Number));
    }
    let (integer, fraction) = match decimal_mark(unsigned)? {
        Some(place) => unsigned.split_at(place),
        None => (unsigned, ""),
    };
    let integer = digits_of(integer);
    let fraction = digits_of(fraction);
    let integer = integer.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');

    let mut out = Zeroizing::new(String::with_capacity(plain.len() + 2));
    if negative && !(integer.is_empty() && fraction.is_empty()) {
        out.push('-');
    }
    out.push_str(if integer.is_empty() { "0" } else { integer });
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    Ok(out)
}

/// Where the decimal mark stands, if there is one; every other mark groups.
fn decimal_mark(unsigned: &str) -> Result<Option<usize>, ValueError> {
    let Some((place, last)) = unsigned.rmatch_indices([',', '.']).next() else { return Ok(None) };
    let count = unsigned.matches(last).count();
    if !(unsigned.contains(',') && unsigned.contains('.')) {
        return Ok(single_mark(unsigned, place, count));
    }
    // `1.2,3.4` has two decimal marks, whatever the reader meant.
    if count == 1 { Ok(Some(place)) } else { Err(ValueError::NotOfKind(Kind::Number)) }
}

fn single_mark(unsigned: &str, place: usize, count: usize) -> Option<usize> {
    let before = place;
    let after = unsigned.len() - place - 1;
    let groups = count > 1 || (after == 3 && (1..=3).contains(&before));
    (!groups).then_some(place)
}

fn digits_of(part: &str) -> Zeroizing<String> {
    let mut out = Zeroizing::new(String::with_capacity(part.len()));
    out.extend(part.chars().filter(char::is_ascii_digit));
    out
}
