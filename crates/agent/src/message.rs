//! A text to send with the link, in the recipient's language, and what it costs as SMS.

use crate::text::{Line, say_with};
use crate::view::Language;
use fluent_bundle::FluentArgs;
use zeroize::Zeroizing;

/// Characters of the GSM 7-bit default alphabet (3GPP TS 23.038), one septet each.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: two septets each.
const GSM_EXTENSION: &str = "^{}\\[~]|€\u{c}";

/// The message. `minutes` is the time left, rounded up.
pub fn text(language: Language, organization: &str, minutes: u64, link: &str) -> Zeroizing<String> {
    let mut arguments = FluentArgs::new();
    arguments.set("organization", organization);
    arguments.set("link", link);
    arguments.set("minutes", minutes);
    Zeroizing::new(say_with(language, Line::Message, &arguments))
}

/// How many SMS a text takes: 160 septets, or 153 a part; with other characters 70 UTF-16 units, or 67 a part.
pub fn sms_parts(text: &str) -> u32 {
    let septets: Option<usize> = text
        .chars()
        .map(|c| if GSM.contains(c) { Some(1) } else { GSM_EXTENSION.contains(c).then_some(2) })
        .sum();
    let (length, alone, a_part) = match septets {
        Some(septets) => (septets, 160, 153),
        None => (text.encode_utf16().count(), 70, 67),
    };
    let parts = if length <= alone { 1 } else { length.div_ceil(a_part) };
    u32::try_from(parts).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::SPOKEN;

    const LINK: &str = "https://verify.example/acme/0123456789abcdefghjkmnpqrg";

    #[test]
    fn every_language_names_organization_time_and_link() {
        for language in SPOKEN {
            for minutes in [1, 2, 5, 15] {
                let text = text(language, "Acme", minutes, LINK);
                assert!(text.contains("Acme") && text.contains(LINK), "{}", *text);
                let digits = minutes.to_string();
                assert!(text.replace(LINK, "").contains(&digits) || language == Language::Ar, "{}", *text);
            }
        }
    }

    #[test]
    fn parts_are_counted_as_networks_count() {
        for (text, parts) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("a".repeat(306), 2),
            ("a".repeat(307), 3),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("ê".repeat(70), 1),
            ("ê".repeat(71), 2),
            ("😀".repeat(35), 1),
            ("😀".repeat(36), 2),
        ] {
            assert_eq!(sms_parts(&text), parts, "{text}");
        }
    }

    #[test]
    fn latin_messages_fit_in_two_parts_and_arabic_in_three() {
        for language in SPOKEN {
            let most = if language == Language::Ar || language == Language::Pt { 3 } else { 2 };
            let parts = sms_parts(&text(language, "Acme Insurance", 15, LINK));
            assert!(parts <= most, "{language:?}: {parts}");
        }
    }
}
