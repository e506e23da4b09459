//! What is said of an organization: to anybody, its profile; to its agents, what it allows.

use crate::canonical::{Kind, Region};
use crate::offer::{Compare, TTL_SECS};
use serde::{Deserialize, Serialize};

/// `GET /api/v1/orgs/{handle}`: what anybody may know of an organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OrgProfile {
    /// E.g. `acme`: part of `CI` and of every link.
    pub handle: String,
    /// Its name; part of every offer.
    pub name: String,
    /// Its country; the region of every offer.
    pub country: Region,
    /// What it does, in a sentence.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its web site.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub website: String,
    /// Path of its logo on this origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logo_url: Option<String>,
    /// Domains it has shown to be its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domains: Vec<VerifiedDomain>,
    /// Where to reach it independently: phone numbers, addresses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub channels: Vec<String>,
    /// Whether its sessions have numbers. Said only where they have none.
    #[serde(default = "yes", skip_serializing_if = "is_so")]
    pub numbers: bool,
    /// A built-in practice organization, verified by nobody.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub practice: bool,
}

/// A domain and how it was verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VerifiedDomain {
    /// E.g. `acme.example`, in its ASCII form.
    pub name: String,
    /// `dns` or `well-known`.
    pub method: String,
    /// RFC 3339 date-time.
    pub verified_at: String,
}

/// What an organization allows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Policy {
    /// Shortest session, in seconds.
    pub ttl_min_secs: u32,
    /// Longest session, in seconds.
    pub ttl_max_secs: u32,
    /// Digits of every passcode.
    pub passcode_digits: u32,
    /// How recipients compare. Where it is `shown`, a session may still ask for `typed`.
    pub compare: Compare,
    /// Kinds of field that may be asked for.
    pub kinds: Vec<Kind>,
    /// Whether its sessions have numbers.
    #[serde(default = "yes")]
    pub numbers: bool,
    /// Sessions that all its agents together may create a minute; absent: as many as each of them may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub creations_per_minute: Option<u32>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            ttl_min_secs: *TTL_SECS.start(),
            ttl_max_secs: *TTL_SECS.end(),
            passcode_digits: 6,
            compare: Compare::Shown,
            kinds: Kind::ALL.to_vec(),
            numbers: true,
            creations_per_minute: None,
        }
    }
}

const fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_so(it: &bool) -> bool {
    *it
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_older_service_says_of_numbers_is_that_there_are_some() {
        let profile = r#"{"handle":"acme","name":"Acme","country":"FR"}"#;
        let read: OrgProfile = serde_json::from_str(profile).unwrap();
        assert!(read.numbers);
        assert_eq!(serde_json::to_string(&read).unwrap(), profile);
        let without = serde_json::to_string(&OrgProfile { numbers: false, ..read }).unwrap();
        assert_eq!(without, r#"{"handle":"acme","name":"Acme","country":"FR","numbers":false}"#);
        let policy =
            r#"{"ttl_min_secs":30,"ttl_max_secs":900,"passcode_digits":6,"compare":"shown","kinds":[]}"#;
        assert!(serde_json::from_str::<Policy>(policy).unwrap().numbers);
    }
}
