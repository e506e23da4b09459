//! How the system is built: as designed, or with one defect.

/// Where sessions are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Store {
    /// One durable file. A transaction is on disk before anybody is told of it.
    One,
    /// A primary with an asynchronous replica; `open` and `answer` wait until the replica has them.
    Replicated,
}

impl Store {
    pub fn name(self) -> &'static str {
        match self {
            Self::One => "one_store",
            Self::Replicated => "failover",
        }
    }
}

/// What becomes of a call whose write no replica acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unacknowledged {
    /// The session is called off, and the caller told that it is gone.
    Burned,
    /// The caller is told that it worked.
    Acknowledged,
    /// The write is undone, so that the link can be tried again.
    Undone,
}

/// The rules of the system. Each field other than `store` is a decision that a defect turns round.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools)] // each is one decision
pub struct Design {
    pub store: Store,
    /// Only the first token opens.
    pub one_token: bool,
    /// The store asks the stage machine before it takes a step.
    pub stages_hold: bool,
    /// A repeated call waits for the replica as the first one does.
    pub repeats_wait: bool,
    /// A call waits for a replica even while none is connected.
    pub waits_without_replica: bool,
    pub unacknowledged: Unacknowledged,
    /// An answer that is already recorded is not replaced by another.
    pub one_answer: bool,
    /// The agent's program records that its share is spent before it looks at an answer.
    pub spent_first: bool,
    /// The agent's program asks for events after the last one it has.
    pub resumes: bool,
    /// The agent's program reveals only what the recipient has seen.
    pub reveal_gate: bool,
}

impl Design {
    pub fn sound(store: Store) -> Self {
        Self {
            store,
            one_token: true,
            stages_hold: true,
            repeats_wait: true,
            waits_without_replica: true,
            unacknowledged: Unacknowledged::Burned,
            one_answer: true,
            spent_first: true,
            resumes: true,
            reveal_gate: true,
        }
    }
}

use Store::{One, Replicated};

/// Defects, the store they are planted in, the design they make, and the property that has to break.
pub fn defects() -> Vec<(&'static str, Store, Design, &'static str)> {
    let planted = |name, store, change: &dyn Fn(&mut Design), property| {
        let mut design = Design::sound(store);
        change(&mut design);
        (name, store, design, property)
    };
    vec![
        planted("any token opens", One, &|d| d.one_token = false, "one recipient"),
        planted(
            "steps are taken in any order",
            One,
            &|d| d.stages_hold = false,
            "no completion without a view",
        ),
        planted("a second answer replaces the first", One, &|d| d.one_answer = false, "one answer is kept"),
        planted(
            "the share is recorded as spent after the answer was looked at",
            One,
            &|d| d.spent_first = false,
            "one answer is looked at",
        ),
        planted(
            "events are sent from the start again after each reconnection",
            One,
            &|d| d.resumes = false,
            "every event once",
        ),
        planted(
            "the agent reveals what it has accepted",
            One,
            &|d| d.reveal_gate = false,
            "reveal only after the view",
        ),
        planted(
            "a write that no replica has is acknowledged",
            Replicated,
            &|d| d.unacknowledged = Unacknowledged::Acknowledged,
            "one recipient",
        ),
        planted(
            "a write that no replica has is undone",
            Replicated,
            &|d| d.unacknowledged = Unacknowledged::Undone,
            "what was burned stays so",
        ),
        planted(
            "a repeated call is answered without waiting",
            Replicated,
            &|d| d.repeats_wait = false,
            "one recipient",
        ),
        planted(
            "a primary without a replica does not wait",
            Replicated,
            &|d| d.waits_without_replica = false,
            "one recipient completes",
        ),
    ]
}
