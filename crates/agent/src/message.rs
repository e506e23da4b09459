//! A text to send with the link, in the recipient's language, and what it costs as SMS.

use crate::view::Language;
use zeroize::Zeroizing;

/// Characters of the GSM 7-bit default alphabet (3GPP TS 23.038), one septet each.
const GSM: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
/// Its extension: two septets each.
const GSM_EXTENSION: &str = "^{}\\[~]|€\u{c}";

/// The message. `minutes` is the time left, rounded up.
pub fn text(language: Language, organization: &str, minutes: u64, link: &str) -> Zeroizing<String> {
    let m = minutes;
    Zeroizing::new(match language {
        Language::System | Language::En => {
            let unit = if m == 1 { "minute" } else { "minutes" };
            format!(
                "{organization}: confirm that it is really us, and that it is you: {link} Valid for {m} {unit}, opens once."
            )
        }
        Language::Fr => {
            let unit = if m <= 1 { "minute" } else { "minutes" };
            format!(
                "{organization} : vérifiez que c'est bien nous, et que c'est bien vous : {link} Valable {m} {unit}, s'ouvre une fois."
            )
        }
        Language::De => {
            let unit = if m == 1 { "Minute" } else { "Minuten" };
            format!(
                "{organization}: Prüfen Sie, ob wir es sind, und wir, ob Sie es sind: {link} Gilt {m} {unit}, öffnet einmal."
            )
        }
        Language::Es => {
            let unit = if m == 1 { "minuto" } else { "minutos" };
            format!(
                "{organization}: compruebe que somos nosotros, y nosotros que es usted: {link} Vale {m} {unit}, se abre una vez."
            )
        }
        Language::Pt => {
            let unit = if m == 1 { "minuto" } else { "minutos" };
            format!(
                "{organization}: confirme que somos mesmo nós, e nós que é você: {link} Válido por {m} {unit}, abre uma vez."
            )
        }
        Language::Ar => format!(
            "{organization}: تأكد أننا نحن، ونتأكد أنك أنت: {link} صالح لمدة {}، ويُفتح مرة واحدة.",
            arabic_minutes(m)
        ),
    })
}

/// Arabic has six plural forms; a number of minutes meets five of them.
fn arabic_minutes(minutes: u64) -> String {
    match minutes {
        1 => "دقيقة واحدة".to_owned(),
        2 => "دقيقتين".to_owned(),
        3..=10 => format!("{minutes} دقائق"),
        _ => format!("{minutes} دقيقة"),
    }
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

/// The language to write in when the user has chosen none: the system's, if we speak it.
pub fn resolve(chosen: Language, locale: &str) -> Language {
    if chosen != Language::System {
        return chosen;
    }
    match locale.split(['-', '_', '.', '@']).next().unwrap_or_default() {
        "fr" => Language::Fr,
        "de" => Language::De,
        "es" => Language::Es,
        "pt" => Language::Pt,
        "ar" => Language::Ar,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://verify.example/acme/0123456789abcdefghjkmnpqrg";
    const ALL: [Language; 6] =
        [Language::En, Language::Fr, Language::De, Language::Es, Language::Pt, Language::Ar];

    #[test]
    fn every_language_names_organization_time_and_link() {
        for language in ALL {
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
        for language in ALL {
            let most = if language == Language::Ar || language == Language::Pt { 3 } else { 2 };
            let parts = sms_parts(&text(language, "Acme Insurance", 15, LINK));
            assert!(parts <= most, "{language:?}: {parts}");
        }
    }

    #[test]
    fn the_system_says_the_language() {
        for (locale, language) in [
            ("fr_FR.UTF-8", Language::Fr),
            ("ar", Language::Ar),
            ("C", Language::En),
            ("ja_JP", Language::En),
        ] {
            assert_eq!(resolve(Language::System, locale), language);
        }
        assert_eq!(resolve(Language::De, "fr"), Language::De);
    }
}
