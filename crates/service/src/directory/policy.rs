//! What an organization allows, and how it is changed. Whatever is not said stays as it is; an organization that has never said
//! anything has [`Policy::default`].

use super::DirectoryError;
use countersign_protocol::canonical::Kind;
use countersign_protocol::offer::{PASSCODE_DIGITS, TTL_SECS};
use countersign_protocol::wire::Policy;
use countersign_protocol::{Compare, Offer};

/// What to change in an organization's policy; the rest stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PolicyEdit {
    /// Shortest session, in seconds.
    pub ttl_min_secs: Option<u32>,
    /// Longest session, in seconds.
    pub ttl_max_secs: Option<u32>,
    /// Digits of every passcode.
    pub passcode_digits: Option<u32>,
    /// How recipients compare.
    pub compare: Option<Compare>,
    /// Kinds of field that may be asked for.
    pub kinds: Option<Vec<Kind>>,
    /// Whether sessions have numbers.
    pub numbers: Option<bool>,
    /// Sessions all agents together may create a minute; 0: no bound of the organization's own.
    pub creations_per_minute: Option<u32>,
}

/// Why there can be no such policy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// Durations out of the protocol's bounds, or none between them.
    #[error(
        "a session lasts {min} to {max} seconds, the shortest no longer than the longest",
        min = TTL_SECS.start(), max = TTL_SECS.end()
    )]
    Ttl,
    /// Digits out of the protocol's bounds.
    #[error(
        "a passcode has {min} to {max} digits",
        min = PASSCODE_DIGITS.start(), max = PASSCODE_DIGITS.end()
    )]
    Digits,
    /// There is no such kind.
    #[error("{0} is no kind of field: they are text, phone, email, code, number and date")]
    Kind(String),
    /// Nothing may be asked for.
    #[error("at least one kind of field is needed")]
    Kinds,
}

impl PolicyEdit {
    /// The policy it makes of one that is in force, checked.
    pub fn apply(self, mut policy: Policy) -> Result<Policy, DirectoryError> {
        let change = |from: &mut u32, to: Option<u32>| *from = to.unwrap_or(*from);
        change(&mut policy.ttl_min_secs, self.ttl_min_secs);
        change(&mut policy.ttl_max_secs, self.ttl_max_secs);
        change(&mut policy.passcode_digits, self.passcode_digits);
        policy.compare = self.compare.unwrap_or(policy.compare);
        policy.numbers = self.numbers.unwrap_or(policy.numbers);
        if let Some(most) = self.creations_per_minute {
            policy.creations_per_minute = Some(most).filter(|most| *most > 0);
        }
        if let Some(kinds) = self.kinds {
            // Each once, in the one order.
            policy.kinds = Kind::ALL.into_iter().filter(|kind| kinds.contains(kind)).collect();
        }
        check(&policy)?;
        Ok(policy)
    }
}

fn check(policy: &Policy) -> Result<(), PolicyError> {
    let bounded = TTL_SECS.contains(&policy.ttl_min_secs) && TTL_SECS.contains(&policy.ttl_max_secs);
    if !bounded || policy.ttl_min_secs > policy.ttl_max_secs {
        Err(PolicyError::Ttl)
    } else if !PASSCODE_DIGITS.contains(&policy.passcode_digits) {
        Err(PolicyError::Digits)
    } else if policy.kinds.is_empty() {
        Err(PolicyError::Kinds)
    } else {
        Ok(())
    }
}

/// A policy as a database keeps it; what was never said is the default.
pub(super) fn read_policy(stored: Option<&str>) -> Result<Policy, DirectoryError> {
    stored.map_or_else(
        || Ok(Policy::default()),
        |stored| serde_json::from_str(stored).map_err(|error| DirectoryError::Unavailable(error.into())),
    )
}

/// As [`read_policy`] reads it.
pub(super) fn write_policy(policy: &Policy) -> Result<String, DirectoryError> {
    serde_json::to_string(policy).map_err(|error| DirectoryError::Unavailable(error.into()))
}

/// Whether a session may be as it is offered; if not, what is needed.
pub fn permits(policy: &Policy, offer: &Offer) -> Result<(), &'static str> {
    if !(policy.ttl_min_secs..=policy.ttl_max_secs).contains(&offer.ttl_secs) {
        return Err("another duration is needed");
    }
    if offer.passcode_digits != policy.passcode_digits {
        return Err("another number of digits is needed");
    }
    // What recipients are shown less of may always be asked for, never more.
    if policy.compare == Compare::Typed && offer.compare != Compare::Typed {
        return Err("the recipient must type the passcode");
    }
    if offer.fields.iter().any(|field| !policy.kinds.contains(&field.kind)) {
        return Err("a kind of field is not allowed");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(edit: PolicyEdit) -> Result<Policy, DirectoryError> {
        edit.apply(Policy::default())
    }

    #[test]
    fn what_is_not_said_stays() {
        assert_eq!(edited(PolicyEdit::default()).unwrap(), Policy::default());
        let edit = PolicyEdit {
            ttl_max_secs: Some(300),
            compare: Some(Compare::Typed),
            kinds: Some(vec![Kind::Code, Kind::Phone, Kind::Code]),
            numbers: Some(false),
            creations_per_minute: Some(600),
            ..PolicyEdit::default()
        };
        let policy = edited(edit).unwrap();
        let expected = Policy {
            ttl_max_secs: 300,
            compare: Compare::Typed,
            kinds: vec![Kind::Phone, Kind::Code],
            numbers: false,
            creations_per_minute: Some(600),
            ..Policy::default()
        };
        assert_eq!(policy, expected);
        let unbounded = PolicyEdit { creations_per_minute: Some(0), ..PolicyEdit::default() };
        assert_eq!(unbounded.apply(policy).unwrap(), Policy { creations_per_minute: None, ..expected });
    }

    #[test]
    fn a_policy_allows_something_and_nothing_the_protocol_does_not() {
        let none = PolicyEdit::default;
        for refused in [
            PolicyEdit { ttl_min_secs: Some(29), ..none() },
            PolicyEdit { ttl_max_secs: Some(901), ..none() },
            PolicyEdit { ttl_min_secs: Some(300), ttl_max_secs: Some(299), ..none() },
            PolicyEdit { passcode_digits: Some(3), ..none() },
            PolicyEdit { passcode_digits: Some(9), ..none() },
            PolicyEdit { kinds: Some(Vec::new()), ..none() },
        ] {
            assert!(matches!(edited(refused.clone()), Err(DirectoryError::Policy(_))), "{refused:?}");
        }
        let same = PolicyEdit { ttl_min_secs: Some(300), ttl_max_secs: Some(300), ..none() };
        assert!(edited(same).is_ok());
    }
}
