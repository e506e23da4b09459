//! The link's fragment, which carries the first field's value when *prefill* is on (`docs/protocol.md` §6). A fragment never
//! reaches a server; whoever holds the link holds the value all the same.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

/// `URL#?v=<base64url of the value as typed>`. Secret: it spells the value.
pub fn link(url: &str, typed: &str) -> Zeroizing<String> {
    let value = Zeroizing::new(URL_SAFE_NO_PAD.encode(typed));
    let mut link = Zeroizing::new(String::with_capacity(url.len() + 4 + value.len()));
    link.push_str(url);
    link.push_str("#?v=");
    link.push_str(&value);
    link
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_fragment_holds_the_value_as_typed() {
        assert_eq!(*super::link("https://v.example/a/b", "06 12"), "https://v.example/a/b#?v=MDYgMTI");
    }
}
