//! Where a call comes from when it comes through proxies. Anybody can send `X-Forwarded-For` or `Forwarded`; what they say counts
//! only as far as those who are trusted to have written it.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// The networks whose word on where a call comes from is taken. None unless configured.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proxies(Vec<IpNet>);

/// A proxy, or a network of them: `10.0.0.7` or `10.0.0.0/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct Proxy(IpNet);

/// The text names no address and no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a proxy is an address or a network, as 10.0.0.7 or 10.0.0.0/8")]
pub struct ProxyError;

impl FromStr for Proxy {
    type Err = ProxyError;

    fn from_str(text: &str) -> Result<Self, ProxyError> {
        let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| ProxyError)
    }
}

impl TryFrom<String> for Proxy {
    type Error = ProxyError;

    fn try_from(text: String) -> Result<Self, ProxyError> {
        text.parse()
    }
}

impl FromIterator<Proxy> for Proxies {
    fn from_iter<T: IntoIterator<Item = Proxy>>(proxies: T) -> Self {
        Self(proxies.into_iter().map(|Proxy(network)| network).collect())
    }
}

impl Proxies {
    fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address.to_canonical()))
    }

    /// Where a call from `peer` comes from. Each proxy has added whom it heard; the nearest who is no proxy of ours is the
    /// caller. What cannot be read, and all before it, is nobody's word: the call is the last known proxy's.
    ///
    /// A proxy writes one of the two headers and may pass the other on as the caller has sent it. Where both are there and
    /// name different callers, neither is believed.
    pub(crate) fn source(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.trusts(peer) {
            return peer;
        }
        let forwarded =
            elements(headers, FORWARDED).map(|hops| self.nearest(peer, hops.map(|hop| forwarded_for(&hop))));
        let x_forwarded_for =
            elements(headers, X_FORWARDED_FOR).map(|hops| self.nearest(peer, hops.map(|hop| address(&hop))));
        match (forwarded, x_forwarded_for) {
            (Some(one), Some(other)) if one != other => peer,
            (one, other) => one.or(other).unwrap_or(peer),
        }
    }

    /// The first of the hops, from the nearest on, that is no proxy of ours.
    fn nearest(&self, peer: IpAddr, mut hops: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut nearest = peer;
        while self.trusts(nearest) {
            let Some(hop) = hops.next().flatten() else { break };
            nearest = hop;
        }
        nearest
    }
}

const X_FORWARDED_FOR: &str = "x-forwarded-for";
/// RFC 7239.
const FORWARDED: &str = "forwarded";

/// The elements of a list header, from the last to the first; none if the header is not there.
fn elements(headers: &HeaderMap, name: &str) -> Option<impl Iterator<Item = String>> {
    let mut all = Vec::new();
    for value in headers.get_all(name) {
        all.extend(split(value.to_str().unwrap_or("-"), ','));
    }
    headers.contains_key(name).then(|| all.into_iter().rev())
}

/// The address in `for=` of one element of `Forwarded`; none if it is hidden, unknown or missing.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = split(element, ';');
    let value = pairs.iter().find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value.trim())
    })?;
    let quoted = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    address(quoted.unwrap_or(value))
}

/// The parts between separators that stand outside quotes.
fn split(text: &str, separator: char) -> Vec<String> {
    let (mut parts, mut part) = (Vec::new(), String::new());
    let (mut quoted, mut escaped) = (false, false);
    for c in text.chars() {
        if c == separator && !quoted {
            parts.push(std::mem::take(&mut part).trim().to_owned());
            continue;
        }
        quoted ^= c == '"' && !escaped;
        escaped = c == '\\' && quoted && !escaped;
        part.push(c);
    }
    parts.push(part.trim().to_owned());
    parts
}

/// An address, with a port or without.
fn address(text: &str) -> Option<IpAddr> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|addr| addr.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderValue, header::HeaderName};

    fn source(proxies: &[&str], peer: &str, x_forwarded_for: &[&str], forwarded: &[&str]) -> String {
        let proxies: Proxies = proxies.iter().map(|proxy| proxy.parse::<Proxy>().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for (name, values) in [(X_FORWARDED_FOR, x_forwarded_for), (FORWARDED, forwarded)] {
            for value in values {
                let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
                headers.append(HeaderName::from_static(name), value);
            }
        }
        proxies.source(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_nearest_that_is_no_proxy_of_ours_is_the_caller() {
        let ours = ["10.0.0.0/8", "::1"];
        for (peer, forwarded, expected) in [
            ("192.0.2.1", &["203.0.113.9"][..], "192.0.2.1"),
            ("10.1.2.3", &["203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", &["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", &["198.51.100.1", "203.0.113.9, 10.9.9.9"], "203.0.113.9"),
            ("10.1.2.3", &["203.0.113.9:4711"], "203.0.113.9"),
            ("::1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("::1", &["2001:db8::1"], "2001:db8::1"),
            ("::ffff:10.1.2.3", &["203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", &[], "10.1.2.3"),
            ("10.1.2.3", &["10.0.0.1, 10.0.0.2"], "10.0.0.1"),
            ("10.1.2.3", &["203.0.113.9, unknown"], "10.1.2.3"),
            ("10.1.2.3", &["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.1.2.3", &["203.0.113.9", "\u{e9}"], "10.1.2.3"),
            ("10.1.2.3", &[""], "10.1.2.3"),
        ] {
            assert_eq!(source(&ours, peer, forwarded, &[]), expected, "{peer} {forwarded:?}");
            assert_eq!(source(&[], peer, forwarded, &[]), peer, "nobody is trusted");
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_has_it() {
        let ours = ["10.0.0.0/8"];
        for (forwarded, expected) in [
            (&["for=203.0.113.9"][..], "203.0.113.9"),
            (&["For=\"203.0.113.9:4711\";proto=https;by=10.0.0.1"], "203.0.113.9"),
            (&["proto=https; for=\"[2001:db8::1]:4711\""], "2001:db8::1"),
            (&["for=\"[2001:db8::1]\""], "2001:db8::1"),
            (&["for=198.51.100.1, for=203.0.113.9;host=\"a,b;for=192.0.2.1\""], "203.0.113.9"),
            (&["for=198.51.100.1", "for=203.0.113.9, for=10.9.9.9"], "203.0.113.9"),
            (&["for=203.0.113.9, for=unknown"], "10.1.2.3"),
            (&["for=203.0.113.9, for=_hidden, for=10.0.0.2"], "10.0.0.2"),
            (&["for=203.0.113.9, proto=https"], "10.1.2.3"),
            (&["host=\"\\\", for=192.0.2.1\";for=203.0.113.9"], "203.0.113.9"),
            (&["for=\"203.0.113.9"], "10.1.2.3"),
            (&[""], "10.1.2.3"),
        ] {
            assert_eq!(source(&ours, "10.1.2.3", &[], forwarded), expected, "{forwarded:?}");
            assert_eq!(source(&ours, "192.0.2.7", &[], forwarded), "192.0.2.7", "not from a proxy of ours");
        }
    }

    #[test]
    fn two_headers_that_differ_are_nobodys_word() {
        let ours = ["10.0.0.0/8"];
        for (x_forwarded_for, forwarded, expected) in [
            ("203.0.113.9", "for=203.0.113.9", "203.0.113.9"),
            ("203.0.113.9", "for=192.0.2.1", "10.1.2.3"),
            ("192.0.2.1", "for=203.0.113.9", "10.1.2.3"),
            ("203.0.113.9", "for=unknown", "10.1.2.3"),
        ] {
            assert_eq!(source(&ours, "10.1.2.3", &[x_forwarded_for], &[forwarded]), expected);
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        for bad in ["", "proxy", "10.0.0.0/33", "10.0.0.1:80", "10.0.0"] {
            assert!(bad.parse::<Proxy>().is_err(), "{bad}");
        }
    }
}
