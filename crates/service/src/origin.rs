//! The service's public origin, as browsers have it in `location.origin`. It is part of `CI` (`docs/protocol.md` §4): one
//! character that differs from the browser's makes every exchange fail, so what is no origin in the browser's spelling is
//! refused at start.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

/// A public origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin(String);

/// The text is no origin we could serve under. Whoever configured it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a public origin is https://HOST or https://HOST:PORT in lower case, without a path; http only on loopback"
)]
pub struct OriginError;

impl Origin {
    /// What is configured; a slash at the end and the scheme's own port are dropped, as browsers do.
    pub fn parse(text: &str) -> Result<Self, OriginError> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let (scheme, authority) = text.split_once("://").ok_or(OriginError)?;
        let (host, port) = split(authority)?;
        let own_port = match scheme {
            "https" => 443,
            "http" if is_loopback(host) => 80,
            _ => return Err(OriginError),
        };
        if !is_host(host) {
            return Err(OriginError);
        }
        Ok(Self(match port {
            Some(port) if port != own_port => format!("{scheme}://{host}:{port}"),
            _ => format!("{scheme}://{host}"),
        }))
    }

    /// The origin of a service that listens on loopback and is called there directly; none for other addresses.
    pub fn of_loopback(addr: SocketAddr, encrypted: bool) -> Option<Self> {
        let scheme = if encrypted { "https" } else { "http" };
        addr.ip().is_loopback().then(|| Self::parse(&format!("{scheme}://{addr}")).ok())?
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether browsers reach it encrypted.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https:")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Host and port. A colon within brackets is an IPv6 address's.
fn split(authority: &str) -> Result<(&str, Option<u16>), OriginError> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            let plain = port.bytes().all(|b| b.is_ascii_digit()) && !port.starts_with('0');
            let port = port.parse().ok().filter(|_| plain).ok_or(OriginError)?;
            Ok((host, Some(port)))
        }
        _ => Ok((authority, None)),
    }
}

fn bracketed(host: &str) -> Option<Ipv6Addr> {
    host.strip_prefix('[')?.strip_suffix(']')?.parse().ok()
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || bracketed(host).is_some_and(|address| address.is_loopback())
}

fn is_host(host: &str) -> bool {
    if let Some(address) = bracketed(host) {
        // Browsers write the shortest form.
        return host == format!("[{address}]");
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_')
    };
    // What ends in a number is an address, and browsers spell all four of its numbers.
    let last = host.rsplit('.').next().unwrap_or_default();
    let hex = |digits: &str| digits.bytes().all(|b| b.is_ascii_hexdigit());
    let numeric = last.bytes().all(|b| b.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(hex);
    let address = !numeric || host.parse::<Ipv4Addr>().is_ok();
    host.len() <= 253 && host.split('.').all(label) && address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_spelled_as_browsers_spell_it() {
        for (text, origin) in [
            ("https://verify.example", "https://verify.example"),
            ("https://verify.example/", "https://verify.example"),
            ("https://verify.example:443", "https://verify.example"),
            ("https://verify.example:8443", "https://verify.example:8443"),
            ("http://localhost:80", "http://localhost"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
        ] {
            assert_eq!(Origin::parse(text).as_ref().map(Origin::as_str), Ok(origin), "{text}");
        }
        for bad in [
            "verify.example",
            "https://",
            "https://verify.example/x",
            "https://verify.example//",
            "https://Verify.example",
            "https://user@verify.example",
            "https://verify.example:0443",
            "https://verify.example:99999",
            "https://verify.example:",
            "https://vérify.example",
            "https://a b",
            "https://[::0001]",
            "https://127.1",
            "https://verify.0x1",
            "http://verify.example",
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "ftp://localhost",
        ] {
            assert_eq!(Origin::parse(bad), Err(OriginError), "{bad}");
        }
    }

    #[test]
    fn only_loopback_speaks_for_itself() {
        let of = |text: &str| Origin::of_loopback(text.parse().unwrap(), false).map(|origin| origin.0);
        assert_eq!(of("127.0.0.1:8080").as_deref(), Some("http://127.0.0.1:8080"));
        assert_eq!(of("127.0.0.1:80").as_deref(), Some("http://127.0.0.1"));
        assert_eq!(of("[::1]:8080").as_deref(), Some("http://[::1]:8080"));
        assert_eq!(of("0.0.0.0:8080"), None);
    }
}
