//! What a browser may load and run. Nothing but files of this origin; in the document also the scripts and the style that stand
//! in it, each by the hash of its exact bytes. No policy for Trusted Types: no string ever becomes markup or script.

use axum::http::HeaderValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use std::sync::LazyLock;

/// For everything but the document.
pub(crate) static STRICT: LazyLock<HeaderValue> = LazyLock::new(|| policy("", ""));

/// For a document, which was built with the service or by whoever runs it.
pub(crate) fn for_document(html: &str) -> HeaderValue {
    policy(&sources(html, "script"), &sources(html, "style"))
}

fn policy(scripts: &str, styles: &str) -> HeaderValue {
    let text = format!(
        "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; img-src 'self'; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    // It is ASCII.
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// A source for each element of this name that has its text in the document. Elements with a `src` have none.
fn sources(html: &str, name: &str) -> String {
    let (opening, closing) = (format!("<{name}"), format!("</{name}>"));
    let mut out = String::new();
    let mut rest = html;
    while let Some((_, from)) = rest.split_once(&opening) {
        let Some((attributes, from)) = from.split_once('>') else { break };
        let Some((text, after)) = from.split_once(&closing) else { break };
        if !attributes.contains("src=") {
            out.push_str(" 'sha256-");
            STANDARD.encode_string(Sha256::digest(text), &mut out);
            out.push('\'');
        }
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_in_the_document_is_allowed_by_its_hash() {
        // `printf 'a()' | openssl dgst -sha256 -binary | base64`, and the same of `b{}`.
        let (a, b) =
            ("qVpDBgj7bpq5hMAcGp3AOc79J3Y1Z4HvySTwKrWDoy4=", "7yqHVAesot11p6HczDsgKRipvI5UPgs97z80zNXlans=");
        let html =
            "<script defer src=\"/x.js\"></script><style>b{}</style><script type=\"module\">a()</script>";
        let policy = for_document(html);
        let policy = policy.to_str().unwrap();
        assert!(policy.contains(&format!("script-src 'self' 'sha256-{a}';")), "{policy}");
        assert!(policy.contains(&format!("style-src 'self' 'sha256-{b}';")), "{policy}");
        assert!(!policy.contains("unsafe"));
    }

    #[test]
    fn a_document_with_nothing_in_it_is_held_to_the_strict_policy() {
        assert_eq!(
            for_document("<!doctype html><title>Page</title><script src=\"/x.js\"></script>"),
            *STRICT
        );
    }
}
