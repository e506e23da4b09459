//! Where things lie. Everything of an agent is under one hash tag, so that a verb, the events it causes and what it leaves for the
//! history are one script's on one slot; agents spread over [`BUCKETS`] tags, so that one organization with many agents fills a
//! cluster, while who sweeps has few places to look. A session's id leads to its agent by a pointer that is set once, under the
//! tag of the id; a session number leads to its session the same way.

use countersign_protocol::SessionId;
use sha2::{Digest as _, Sha256};

/// How many hash tags there are. It is part of what is stored: another number would look for things in other places.
pub(super) const BUCKETS: u8 = 64;

/// One of the hash tags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Bucket(u8);

impl Bucket {
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..BUCKETS).map(Self)
    }

    fn of(text: &str) -> Self {
        let [first, ..]: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        Self(first % BUCKETS)
    }

    /// Where an agent's sessions and events are.
    pub(super) fn of_agent(agent: &str) -> Self {
        Self::of(agent)
    }

    /// Where the pointer from a session's id to its agent is.
    pub(super) fn of_session(id: &SessionId) -> Self {
        Self::of(&id.to_string())
    }

    /// Where the pointer from an organization's session number is.
    pub(super) fn of_number(org: &str, number: &str) -> Self {
        Self::of(&format!("{org}/{number}"))
    }

    /// What every key in it begins with.
    pub(super) fn prefix(self) -> String {
        format!("countersign:{{{:02}}}", self.0)
    }

    /// The channel its changes are told on.
    pub(super) fn channel(self) -> String {
        format!("{}:w", self.prefix())
    }

    /// The bucket whose channel this is.
    pub(super) fn of_channel(channel: &[u8]) -> Option<Self> {
        let number = channel.strip_prefix(b"countersign:{")?.strip_suffix(b"}:w")?;
        let number = std::str::from_utf8(number).ok()?.parse().ok()?;
        (number < BUCKETS).then_some(Self(number))
    }

    pub(super) fn place(self) -> usize {
        self.0.into()
    }
}

/// The pointer's key after the prefix.
pub(super) fn pointer(id: &SessionId) -> String {
    format!(":p:{id}")
}

/// The number's key after the prefix.
pub(super) fn numbered(org: &str, number: &str) -> String {
    format!(":n:{org}/{number}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_its_buckets() {
        for bucket in Bucket::all() {
            assert_eq!(Bucket::of_channel(bucket.channel().as_bytes()), Some(bucket));
        }
        for other in ["countersign:{64}:w", "countersign:{1}", "other:{01}:w"] {
            assert_eq!(Bucket::of_channel(other.as_bytes()), None);
        }
    }
}
