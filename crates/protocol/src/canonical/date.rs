//! `date`: one spelling, so that day and month cannot be mixed up (`docs/protocol.md` §3). Whatever control a person uses to
//! enter a date, it hands over `YYYY-MM-DD`.

use super::{Kind, ValueError};
use zeroize::Zeroizing;

/// `YYYY-MM-DD`, a real date of the Gregorian calendar, 1900–2200.
pub(super) fn date(cleaned: &str) -> Result<Zeroizing<String>, ValueError> {
    let trimmed = cleaned.trim();
    if trimmed.is_empty() {
        return Err(ValueError::Empty);
    }
    parse(trimmed).ok_or(ValueError::NotOfKind(Kind::Date))?;
    Ok(Zeroizing::new(trimmed.to_owned()))
}

fn parse(text: &str) -> Option<()> {
    let mut parts = text.split('-');
    let mut part = |width: usize| {
        let digits = parts.next()?;
        let plain = digits.len() == width && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<u32>().ok()).flatten()
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let real = parts.next().is_none()
        && (1900..=2200).contains(&year)
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day);
    real.then_some(())
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        _ => 31,
    }
}
