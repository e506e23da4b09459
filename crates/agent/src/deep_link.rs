//! Links that other programs open (`countersign://…`): from a CRM, a softphone, an administrator's message.
//!
//! Anybody can make one, so none of them does anything: they fill a form, which a person then reads and sends. A link that is
//! malformed or too long fills nothing.

use crate::enrollment;
use crate::view::Fill;
use countersign_protocol::Began;
use countersign_protocol::offer::MAX_TEXT_CHARS;
use url::Url;
use zeroize::Zeroizing;

/// Longest link we look at, in bytes.
pub const MAX_LINK_BYTES: usize = 2048;
/// Longest value, in characters: what a field takes.
const MAX_VALUE_CHARS: usize = 128;

/// What a link asks the form to show.
pub fn parse(link: &str) -> Fill {
    let link = link.trim();
    if link.len() > MAX_LINK_BYTES {
        return Fill::Malformed;
    }
    let Ok(url) = Url::parse(link) else { return Fill::Malformed };
    match (url.scheme(), url.host_str()) {
        ("countersign", Some("start")) => start(&url).unwrap_or(Fill::Malformed),
        ("countersign", Some("enroll")) if enrollment::parse(link).is_ok() => {
            Fill::Enroll { link: Zeroizing::new(link.to_owned()) }
        }
        _ => Fill::Malformed,
    }
}

fn start(url: &Url) -> Option<Fill> {
    if !matches!(url.path(), "" | "/")
        || url.fragment().is_some()
        || url.port().is_some()
        || !url.username().is_empty()
    {
        return None;
    }
    let (mut template, mut subject, mut value, mut began) = (None, None, None, None);
    for (name, text) in url.query_pairs() {
        let slot = match name.as_ref() {
            "template" => &mut template,
            "subject" => &mut subject,
            "value" => &mut value,
            "began" => &mut began,
            _ => return None,
        };
        let most = if name == "value" { MAX_VALUE_CHARS } else { MAX_TEXT_CHARS };
        // The replacement character stands where a link was no UTF-8.
        let strange = |c: char| c.is_control() || c == '\u{fffd}';
        if text.chars().count() > most || text.chars().any(strange) {
            return None;
        }
        if slot.replace(Zeroizing::new(text.into_owned())).is_some() {
            return None;
        }
    }
    let began = match began.as_ref().map(|began| began.as_str()) {
        None => None,
        Some("recipient") => Some(Began::Recipient),
        Some("organization") => Some(Began::Organization),
        Some(_) => return None,
    };
    let plain = |text: Option<Zeroizing<String>>| text.map(|text| text.to_string());
    Some(Fill::Start { template: plain(template), subject: plain(subject), value, began })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_link_fills_the_form() {
        let link = "countersign://start?template=phone&subject=Ticket-4812&value=%2B33%206%2012%2034%2056%2078&began=recipient";
        let Fill::Start { template, subject, value, began } = parse(link) else { panic!() };
        assert_eq!((template.as_deref(), subject.as_deref()), (Some("phone"), Some("Ticket-4812")));
        assert_eq!(value.unwrap().as_str(), "+33 6 12 34 56 78");
        assert_eq!(began, Some(Began::Recipient));
        assert!(matches!(parse("countersign://start"), Fill::Start { template: None, .. }));
    }

    #[test]
    fn an_enrolment_link_is_shown_and_not_followed() {
        let link = "countersign://enroll?service=https%3A%2F%2Fverify.example&code=abc";
        assert!(matches!(parse(link), Fill::Enroll { .. }));
    }

    #[test]
    fn what_is_malformed_fills_nothing() {
        for link in [
            "",
            "https://start?template=phone",
            "countersign://",
            "countersign://stop",
            "countersign://start/now",
            "countersign://start#value=1",
            "countersign://user@start",
            "countersign://start?now=1",
            "countersign://start?value=1&value=2",
            "countersign://start?began=nobody",
            "countersign://start?subject=%00",
            "countersign://start?value=%FF",
            "countersign://enroll?service=http%3A%2F%2Fverify.example&code=abc",
            &format!("countersign://start?subject={}", "x".repeat(121)),
            &format!("countersign://start?value={}", "x".repeat(129)),
            &format!("countersign://start?value={}", "%41".repeat(900)),
        ] {
            assert!(matches!(parse(link), Fill::Malformed), "{link}");
        }
    }
}
