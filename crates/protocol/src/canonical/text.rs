//! `text`, `email` and `code`: the kinds that are letters (`docs/protocol.md` §3).

use super::{Kind, ValueError};
use icu_properties::props::{EnumeratedProperty as _, GeneralCategory, GeneralCategoryGroup};
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// NFKC, lower case, NFKC again (lower-casing can undo it), white space folded and trimmed.
pub(super) fn text(cleaned: &str) -> Result<Zeroizing<String>, ValueError> {
    let lower = Zeroizing::new(nfkc(cleaned).to_lowercase());
    let folded = nfkc(&lower);
    let mut out = Zeroizing::new(String::with_capacity(folded.len()));
    for word in folded.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if out.is_empty() { Err(ValueError::Empty) } else { Ok(out) }
}

/// As [`text`], without inner white space and with exactly one `@`. No more is asked: what a mail server accepts is its
/// own affair, and both sides hold the same address anyway.
pub(super) fn email(cleaned: &str) -> Result<Zeroizing<String>, ValueError> {
    let address = text(cleaned)?;
    if address.contains(' ') || address.matches('@').count() != 1 {
        return Err(ValueError::NotOfKind(Kind::Email));
    }
    Ok(address)
}

/// NFKC, upper case, NFKC again, letters and numbers kept: dashes, dots and spaces in a reference are decoration.
pub(super) fn code(cleaned: &str) -> Result<Zeroizing<String>, ValueError> {
    let upper = Zeroizing::new(nfkc(cleaned).to_uppercase());
    let folded = nfkc(&upper);
    let mut out = Zeroizing::new(String::with_capacity(folded.len()));
    out.extend(folded.chars().filter(|c| {
        let category = GeneralCategory::for_char(*c);
        GeneralCategoryGroup::Letter.contains(category) || GeneralCategoryGroup::Number.contains(category)
    }));
    if out.is_empty() { Err(ValueError::Empty) } else { Ok(out) }
}

fn nfkc(text: &str) -> Zeroizing<String> {
    // NFKC can lengthen one character to 18 (U+FDFA); room for the usual case, and for the worst one no copy is left
    // behind that is not on the heap's free list for an instant.
    let mut out = Zeroizing::new(String::with_capacity(text.len() * 3));
    out.extend(text.nfkc());
    out
}
