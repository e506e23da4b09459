//! The one-time enrolment link: `countersign://enroll?service=<origin>&code=<code>` (`docs/api.md`).
//!
//! Parsed strictly: a link comes from an administrator's message, and what follows from it is trust in a service.

use url::{Host, Url};

/// Longest link we look at, in bytes.
const MAX_LINK_BYTES: usize = 1024;

/// What an enrolment link says. No `Debug`: the code is good for a token.
pub struct EnrollmentLink {
    /// The service's origin.
    pub service: String,
    /// The one-time code.
    pub code: String,
}

/// The link cannot be used. Whoever pasted it has another one, or half of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not an enrolment link.
    #[error("this is not an enrolment link; it starts with countersign://enroll")]
    Malformed,
    /// The service would be called without encryption.
    #[error("the link names a service without https; ask your administrator for another")]
    Insecure,
}

/// Reads an enrolment link.
pub fn parse(link: &str) -> Result<EnrollmentLink, LinkError> {
    let link = link.trim();
    if link.len() > MAX_LINK_BYTES {
        return Err(LinkError::Malformed);
    }
    let url = Url::parse(link).map_err(|_| LinkError::Malformed)?;
    if url.scheme() != "countersign" || url.host_str() != Some("enroll") {
        return Err(LinkError::Malformed);
    }
    let (mut service, mut code) = (None, None);
    for (name, value) in url.query_pairs() {
        let slot = match name.as_ref() {
            "service" => &mut service,
            "code" => &mut code,
            _ => return Err(LinkError::Malformed),
        };
        if slot.replace(value.into_owned()).is_some() {
            return Err(LinkError::Malformed);
        }
    }
    let (service, code) = (service.ok_or(LinkError::Malformed)?, code.ok_or(LinkError::Malformed)?);
    if code.is_empty() || !code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(LinkError::Malformed);
    }
    Ok(EnrollmentLink { service: service_origin(&service)?, code })
}

/// The origin, and nothing but an origin; `http` only on loopback.
pub fn service_origin(text: &str) -> Result<String, LinkError> {
    let url = Url::parse(text).map_err(|_| LinkError::Malformed)?;
    let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
    if !bare || !url.username().is_empty() || url.password().is_some() {
        return Err(LinkError::Malformed);
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return Err(LinkError::Malformed),
    };
    match url.scheme() {
        "https" => Ok(url.origin().ascii_serialization()),
        "http" if loopback => Ok(url.origin().ascii_serialization()),
        "http" => Err(LinkError::Insecure),
        _ => Err(LinkError::Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_a_service_and_a_code() {
        let link =
            parse(" countersign://enroll?service=https%3A%2F%2Fverify.example&code=a-B_9\n").ok().unwrap();
        assert_eq!((link.service.as_str(), link.code.as_str()), ("https://verify.example", "a-B_9"));
        let local = parse("countersign://enroll?service=http%3A%2F%2F127.0.0.1%3A8080&code=x").ok().unwrap();
        assert_eq!(local.service, "http://127.0.0.1:8080");
    }

    #[test]
    fn other_links_are_refused() {
        for bad in [
            "",
            "https://verify.example",
            "countersign://start?template=phone",
            "countersign://enroll?service=https%3A%2F%2Fverify.example",
            "countersign://enroll?service=https%3A%2F%2Fverify.example&code=",
            "countersign://enroll?service=https%3A%2F%2Fverify.example&code=a%20b",
            "countersign://enroll?service=https%3A%2F%2Fverify.example&code=a&code=b",
            "countersign://enroll?service=https%3A%2F%2Fverify.example&code=a&next=b",
            "countersign://enroll?service=https%3A%2F%2Fuser%3Apw%40verify.example&code=a",
            "countersign://enroll?service=https%3A%2F%2Fverify.example%2Fpath&code=a",
            "countersign://enroll?service=javascript%3Aalert&code=a",
        ] {
            assert_eq!(parse(bad).err(), Some(LinkError::Malformed), "{bad}");
        }
        let insecure = "countersign://enroll?service=http%3A%2F%2Fverify.example&code=a";
        assert_eq!(parse(insecure).err(), Some(LinkError::Insecure));
        assert_eq!(
            parse(&format!("countersign://enroll?service={}", "a".repeat(2000))).err(),
            Some(LinkError::Malformed)
        );
    }
}
