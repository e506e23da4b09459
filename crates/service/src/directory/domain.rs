//! Domains an organization says are its own, and what came of looking. Each has a challenge, drawn when the domain is added;
//! whoever can publish that under the domain holds it. How that is looked up is [`crate::verification`]'s.

use super::DirectoryError;
use crate::clock::{Millis, rfc3339};
use countersign_protocol::wire::VerifiedDomain;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Most domains of an organization.
pub const MAX_DOMAINS: u32 = 8;

/// How a domain was shown to be the organization's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A TXT record.
    Dns,
    /// A file on its web server.
    WellKnown,
}

impl Method {
    /// Both, in the order in which they are tried.
    pub const ALL: [Self; 2] = [Self::Dns, Self::WellKnown];

    /// Its name in the database, in messages and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dns => "dns",
            Self::WellKnown => "well-known",
        }
    }

    /// The method of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.as_str() == name)
    }
}

/// When the challenge was last found, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proof {
    /// How.
    pub method: Method,
    /// When, last.
    pub at: Millis,
}

/// A domain of an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Its name in ASCII.
    pub name: String,
    /// What has to be published there.
    pub challenge: String,
    /// When it was last found; none before the first time.
    pub proof: Option<Proof>,
    /// Since when it is known to be gone.
    pub lost_at: Option<Millis>,
}

impl Domain {
    /// What recipients are told of it; nothing unless it is proved.
    pub fn verified(&self) -> Option<VerifiedDomain> {
        let Proof { method, at } = self.proof.filter(|_| self.lost_at.is_none())?;
        Some(VerifiedDomain {
            name: self.name.clone(),
            method: method.as_str().to_owned(),
            verified_at: rfc3339(at),
        })
    }
}

/// A domain's one spelling: lower case, ASCII, without a dot at the end. A name of other letters becomes its `xn--` form, which
/// nothing else looks like.
pub fn domain_name(text: &str) -> Result<String, DirectoryError> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let ascii =
        Uts46::new().to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Check, DnsLength::Verify);
    let name = ascii.map_err(|_| DirectoryError::Domain)?.into_owned();
    // What ends in a number is an address, or is taken for one.
    let last = name.rsplit('.').next().unwrap_or_default();
    let numeric = last.bytes().all(|b| b.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    if numeric || !name.contains('.') { Err(DirectoryError::Domain) } else { Ok(name) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_spelling() {
        for (text, name) in [
            ("acme.example", "acme.example"),
            ("ACME.Example.", "acme.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"),
            ("BÜCHER。example", "xn--bcher-kva.example"),
            ("a.b.c.acme.example", "a.b.c.acme.example"),
            ("аcme.example", "xn--cme-5cd.example"), // its first letter is Cyrillic
        ] {
            assert_eq!(domain_name(text).unwrap(), name, "{text}");
        }
    }

    #[test]
    fn what_is_no_domain_is_refused() {
        let (long, label) = (format!("{}example", "a.".repeat(124)), format!("{}.example", "a".repeat(64)));
        for text in [
            "",
            ".",
            "example",
            "localhost",
            "acme..example",
            ".acme.example",
            "acme.example..",
            "-acme.example",
            "acme-.example",
            "ac--me.example",
            "xn--zzzzzz.example",
            "_dmarc.acme.example",
            "acme.example/path",
            "https://acme.example",
            "acme.example:443",
            "user@acme.example",
            "acme .example",
            "127.0.0.1",
            "2130706433",
            "acme.0x7f",
            "0x7f.1",
            "[::1]",
            "acme.example\u{0}",
            "<b>.example",
            "*.example",
            &long,
            &label,
        ] {
            assert!(matches!(domain_name(text), Err(DirectoryError::Domain)), "{text}");
        }
    }

    #[test]
    fn what_is_not_proved_is_not_shown() {
        let domain =
            Domain { name: "acme.example".to_owned(), challenge: "x".to_owned(), proof: None, lost_at: None };
        assert_eq!(domain.verified(), None);
        let proof = Some(Proof { method: Method::Dns, at: 0 });
        let proved = Domain { proof, ..domain };
        let shown = VerifiedDomain {
            name: "acme.example".to_owned(),
            method: "dns".to_owned(),
            verified_at: "1970-01-01T00:00:00Z".to_owned(),
        };
        assert_eq!(proved.verified(), Some(shown));
        assert_eq!(Domain { lost_at: Some(1), ..proved }.verified(), None);
        assert_eq!(Method::ALL.map(|method| Method::named(method.as_str())), Method::ALL.map(Some));
        assert_eq!(Method::named("fax"), None);
    }
}
