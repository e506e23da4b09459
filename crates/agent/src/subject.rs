//! A subject is kept in history and at the service. It is for a ticket, not for a person: this tells when it looks as if it
//! identified one.

use crate::view::SubjectWarning;
use countersign_protocol::Kind;
use countersign_protocol::Reading;
use countersign_protocol::canonical::Region;

/// Digits from which a number is likely to be somebody's.
const LONG_NUMBER_DIGITS: usize = 9;

/// What a subject looks like, if it looks identifying.
pub fn check(subject: &str, region: &Region) -> Option<SubjectWarning> {
    if subject.split_whitespace().any(looks_like_email) {
        return Some(SubjectWarning::Email);
    }
    // Runs of digits with what people write between them.
    let is_part = |c: char| c.is_numeric() || " +-./()\u{a0}\u{202f}".contains(c);
    let mut warning = None;
    for run in subject.split(|c: char| !is_part(c)) {
        let digits = run.chars().filter(|c| c.is_numeric()).count();
        if digits < 7 {
            continue;
        }
        let phone = Kind::Phone.read(region, run.trim_matches(|c: char| !c.is_numeric() && c != '+')).ok();
        if phone.is_some_and(|read| matches!(read.reading(), Reading::Phone { valid: true, .. })) {
            return Some(SubjectWarning::Phone);
        }
        if digits >= LONG_NUMBER_DIGITS {
            warning = Some(SubjectWarning::LongNumber);
        }
    }
    warning
}

fn looks_like_email(word: &str) -> bool {
    word.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && domain.split_once('.').is_some_and(|(host, tld)| !host.is_empty() && !tld.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_a_person_is_noticed() {
        let france: Region = "FR".parse().unwrap();
        for (subject, warning) in [
            ("", None),
            ("Ticket 4812", None),
            ("Order 2026-11-24", None),
            ("Refund of 1 234.50", None),
            ("ask @dana", None),
            ("anna@example.org asks", Some(SubjectWarning::Email)),
            ("call 06 12 34 56 78", Some(SubjectWarning::Phone)),
            ("+33612345678", Some(SubjectWarning::Phone)),
            ("(+44 20 7946 0958)", Some(SubjectWarning::Phone)),
            ("card 4111111111111111", Some(SubjectWarning::LongNumber)),
        ] {
            assert_eq!(check(subject, &france), warning, "{subject}");
        }
    }
}
