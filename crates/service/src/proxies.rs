//! Where a call comes from when it comes through proxies. Anybody can send `X-Forwarded-For`; what it says counts only as far
//! as those who are trusted to have written it.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// The networks whose `X-Forwarded-For` is taken. None unless configured.
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
    pub(crate) fn source(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let mut nearest = peer;
        let values: Vec<_> = headers.get_all("x-forwarded-for").iter().collect();
        let mut hops = values.iter().rev().flat_map(|value| value.to_str().unwrap_or("-").rsplit(','));
        while self.trusts(nearest) {
            let Some(hop) = hops.next().and_then(|hop| address(hop.trim())) else { break };
            nearest = hop;
        }
        nearest
    }
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

    fn source(proxies: &[&str], peer: &str, forwarded: &[&str]) -> String {
        let proxies: Proxies = proxies.iter().map(|proxy| proxy.parse::<Proxy>().unwrap()).collect();
        let mut headers = HeaderMap::new();
        for value in forwarded {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            headers.append(HeaderName::from_static("x-forwarded-for"), value);
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
            assert_eq!(source(&ours, peer, forwarded), expected, "{peer} {forwarded:?}");
            assert_eq!(source(&[], peer, forwarded), peer, "nobody is trusted");
        }
    }

    #[test]
    fn a_proxy_is_an_address_or_a_network() {
        for bad in ["", "proxy", "10.0.0.0/33", "10.0.0.1:80", "10.0.0"] {
            assert!(bad.parse::<Proxy>().is_err(), "{bad}");
        }
    }
}
