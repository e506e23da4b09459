//! The scripts: each verb is one, and one script is one atomic step on one slot. What they need of the product's rules is written
//! into them or handed to them from here: the times that bound a session, the names of stages, and which step leads from which
//! stage to which, by [`Stage::after`].

use crate::store::{EVENTS_KEPT_MS, KEPT_AFTER_MS, MAX_LIFE_MS, MORE_TIME_MS, OPEN_REFUSED_EVERY_MS};
use countersign_protocol::stage::{Stage, Step};
use redis::{Cmd, Script};

/// What a second, different answer is told as when the session was accepted already.
const MISMATCH: &str = r#"{"matched":false}"#;

/// Names every script once.
macro_rules! scripts {
    ($($name:ident: $file:literal),* $(,)?) => {
        /// A script.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Name { $($name),* }

        impl Name {
            const ALL: &[Self] = &[$(Self::$name),*];

            fn body(self) -> &'static str {
                match self { $(Self::$name => include_str!(concat!("lua/", $file, ".lua"))),* }
            }
        }
    };
}

scripts! {
    Claim: "claim",
    Release: "release",
    Create: "create",
    Open: "open",
    Step: "step",
    Extend: "extend",
    Verdict: "verdict",
    Numbered: "numbered",
    Events: "events",
    Newest: "newest",
    Sweep: "sweep",
    Burn: "burn",
    Drain: "drain",
    Acknowledge: "acknowledge",
    Fence: "fence",
}

/// All scripts, with their digests.
pub(super) struct Scripts(Vec<(String, Script)>);

impl Scripts {
    pub(super) fn new() -> Self {
        let stage = |name: &str, stage: Stage| format!("local {name} = '{}'\n", stage.as_str());
        let head = [
            stage("WAITING", Stage::Waiting),
            stage("CANCELLED", Stage::Cancelled),
            stage("REFUSED", Stage::Refused),
            stage("MISMATCHED", Stage::Mismatched),
            format!("local MISMATCH = '{MISMATCH}'\n"),
            format!("local KEPT_AFTER, EVENTS_KEPT = {KEPT_AFTER_MS}, {EVENTS_KEPT_MS}\n"),
            format!("local MAX_LIFE, MORE_TIME = {MAX_LIFE_MS}, {MORE_TIME_MS}\n"),
            format!("local OPEN_REFUSED_EVERY = {OPEN_REFUSED_EVERY_MS}\n"),
            include_str!("lua/shared.lua").to_owned(),
        ]
        .concat();
        let made = |name: &Name| {
            let text = format!("{head}{}", name.body());
            let script = Script::new(&text);
            (text, script)
        };
        Self(Name::ALL.iter().map(made).collect())
    }

    /// Every script's text, to be loaded.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(text, _)| text.as_str())
    }

    /// A call of a script on keys under `prefix`.
    pub(super) fn call(&self, name: Name, prefix: &str) -> Cmd {
        let mut command = redis::cmd("EVALSHA");
        let digest = self.0.get(name as usize).map_or("", |(_, script)| script.get_hash());
        command.arg(digest).arg(1).arg(prefix);
        command
    }
}

/// Where a step leads, in the scripts' form.
pub(super) fn steps(step: Step) -> String {
    let lines = Stage::ALL.into_iter().filter_map(|from| {
        let to = from.after(step)?;
        Some(format!("{}>{}{}", from.as_str(), to.as_str(), if to.is_over() { "!" } else { "" }))
    });
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_the_stages() {
        assert_eq!(steps(Step::Open), "waiting>opened");
        assert_eq!(steps(Step::Refuse), "answered>refused!");
        assert_eq!(steps(Step::Mismatch), "accepted>mismatched! viewed>mismatched!");
        assert_eq!(steps(Step::Reveal), "viewed>viewed matched>matched! mismatched>mismatched!");
    }

    #[test]
    fn a_mismatch_is_written_as_the_wire_has_it() {
        let outcome = countersign_protocol::wire::Outcome { matched: false, unexpected: false };
        assert_eq!(serde_json::to_string(&outcome).unwrap(), MISMATCH);
    }
}
