//! The whole: nodes, recipients, the agent, and everything that can happen next.

use crate::agent::{Agent, Says};
use crate::design::{Design, Store, Unacknowledged};
use crate::record::{Call, Guess, Record, Repeat, Who};
use countersign_protocol::stage::{Stage, Step};
use stateright::{Model, Property};

/// Times the agent's program crashes.
const CRASHES: u8 = 1;

/// What no state may break.
pub const PROPERTIES: [&str; 8] = [
    "one recipient",
    "one recipient completes",
    "one answer is kept",
    "one answer is looked at",
    "no completion without a view",
    "reveal only after the view",
    "every event once",
    "what was burned stays so",
];

/// What some state has to reach: a model in which nothing happens breaks no promise either.
pub const REACHABLE: [&str; 4] =
    ["a session completes", "an answer is refused", "the agent reveals", "an open is burned"];

/// Which record a call reaches. While the primary is cut off it still answers whoever reaches it, until it learns that it is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Node {
    Primary,
    Isolated,
}

/// A call that was carried out and waits for a replica to have it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pending {
    who: Who,
    call: Call,
    on: Node,
    replicated: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    primary: Record,
    replica: Option<Record>,
    isolated: Option<Record>,
    pending: Vec<Pending>,
    agent: Agent,
    /// Recipients who were given the offer, and those whose *it matches* was taken.
    opened: [bool; 2],
    completed: [bool; 2],
    burned: bool,
    viewed: bool,
    failovers: u8,
    crashes: u8,
}

/// What can happen. Calls can be sent at any time and any number of times, so that a lost answer, a repeat, a late and a reordered
/// message are all among it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Action {
    Call(Who, Call, Node),
    Replicate,
    Acknowledge(usize),
    GiveUpWaiting(usize),
    PrimaryDies,
    PrimaryIsCutOff,
    CutOffNodeReturns,
    AgentReads(Node),
    AgentReconnects,
    AgentSpends,
    AgentLooks,
    VerdictArrives(Node),
    CancelArrives(Node),
    AgentReveals,
    AgentCrashes,
}

pub struct System {
    pub design: Design,
    /// Calls that may wait for a replica at once.
    pub waiting: usize,
    /// Times the primary is lost.
    pub failovers: u8,
}

impl State {
    fn node(&mut self, node: Node) -> Option<&mut Record> {
        match node {
            Node::Primary => Some(&mut self.primary),
            Node::Isolated => self.isolated.as_mut(),
        }
    }

    fn records(&self) -> impl Iterator<Item = &Record> {
        std::iter::once(&self.primary).chain(self.replica.as_ref()).chain(self.isolated.as_ref())
    }

    /// A caller is told that its call succeeded.
    fn tell(&mut self, who: Who, call: Call) {
        let who = usize::from(who);
        match call {
            Call::Open => self.opened[who] = true,
            Call::Outcome(true) => self.completed[who] = true,
            Call::Answer(_) | Call::View | Call::Outcome(false) => {}
        }
    }

    fn fail_over(&mut self, cut_off: bool) -> Option<()> {
        let taking_over = self.replica.take()?;
        let old = std::mem::replace(&mut self.primary, taking_over);
        self.failovers += 1;
        if cut_off {
            self.isolated = Some(old);
            for pending in &mut self.pending {
                pending.on = Node::Isolated;
            }
        } else {
            // Whoever waited on it hears nothing.
            self.pending.clear();
        }
        Some(())
    }
}

impl System {
    fn call(&self, state: &mut State, who: Who, call: Call, on: Node) -> Option<()> {
        let design = self.design;
        let has_replica = on == Node::Primary && state.replica.is_some();
        let record = state.node(on)?;
        if record.stage == Stage::Cancelled {
            return None;
        }
        let answered = record.call(&design, who, call);
        if answered.is_none() {
            // A refused call changes nothing, but for a second answer, which ends the session.
            return matches!(call, Call::Answer(_)).then_some(());
        }
        state.viewed |= call == Call::View;
        let waits = design.store == Store::Replicated
            && matches!(call, Call::Open | Call::Answer(_))
            && (answered == Some(Repeat::First) || design.repeats_wait)
            && (has_replica || design.waits_without_replica);
        if !waits {
            state.tell(who, call);
            return Some(());
        }
        // A write before this one and not yet replicated is not made so by a repeat.
        let pending = Pending { who, call, on, replicated: false };
        if state.pending.len() >= self.waiting || state.pending.contains(&pending) {
            return None;
        }
        state.pending.push(pending);
        Some(())
    }

    fn give_up(&self, state: &mut State, place: usize) -> Option<()> {
        let Pending { who, call, on, .. } = state.pending.remove(place);
        let design = self.design;
        match design.unacknowledged {
            Unacknowledged::Acknowledged => state.tell(who, call),
            Unacknowledged::Burned => {
                let record = state.node(on)?;
                record.step(&design, Step::Cancel);
                record.burned = true;
                state.burned = true;
            }
            Unacknowledged::Undone => {
                let record = state.node(on)?;
                let events = std::mem::take(&mut record.events);
                *record = Record { burned: true, events, ..Record::new() };
            }
        }
        Some(())
    }

    fn agent_reads(state: &mut State, on: Node) -> Option<()> {
        let next = state.agent.stream;
        let event = *state.node(on)?.events.get(next)?;
        state.agent.take(next + 1, event);
        Some(())
    }

    fn verdict_arrives(&self, state: &mut State, on: Node) -> Option<()> {
        let step = match state.agent.says {
            Says::Accept => Step::Accept,
            Says::Refuse => Step::Refuse,
            Says::Nothing => return None,
        };
        let design = self.design;
        state.node(on)?.step(&design, step).then_some(())
    }
}

impl Model for System {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let replica = (self.design.store == Store::Replicated).then(Record::new);
        vec![State {
            primary: Record::new(),
            replica,
            isolated: None,
            pending: Vec::new(),
            agent: Agent::new(),
            opened: [false; 2],
            completed: [false; 2],
            burned: false,
            viewed: false,
            failovers: 0,
            crashes: 0,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        let calls = [
            Call::Open,
            Call::Answer(Guess::Right),
            Call::Answer(Guess::Wrong),
            Call::View,
            Call::Outcome(true),
            Call::Outcome(false),
        ];
        let mut nodes = vec![Node::Primary];
        nodes.extend(state.isolated.is_some().then_some(Node::Isolated));
        for on in nodes {
            for who in [0, 1] {
                // The right answer needs the offer and the agent's share, which nobody has who was not given them.
                let can = |call: &Call| *call != Call::Answer(Guess::Right) || state.opened[usize::from(who)];
                actions.extend(calls.into_iter().filter(can).map(|call| Action::Call(who, call, on)));
            }
            actions.extend([Action::AgentReads(on), Action::VerdictArrives(on), Action::CancelArrives(on)]);
        }
        for place in 0..state.pending.len() {
            actions.extend([Action::Acknowledge(place), Action::GiveUpWaiting(place)]);
        }
        actions.extend([
            Action::Replicate,
            Action::CutOffNodeReturns,
            Action::AgentReconnects,
            Action::AgentSpends,
            Action::AgentLooks,
            Action::AgentReveals,
        ]);
        if state.failovers < self.failovers {
            actions.extend([Action::PrimaryDies, Action::PrimaryIsCutOff]);
        }
        if state.crashes < CRASHES {
            actions.push(Action::AgentCrashes);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        let design = self.design;
        match action {
            Action::Call(who, call, on) => self.call(&mut state, who, call, on)?,
            Action::Replicate => {
                *state.replica.as_mut()? = state.primary.clone();
                state.pending.iter_mut().filter(|p| p.on == Node::Primary).for_each(|p| p.replicated = true);
            }
            Action::Acknowledge(place) => {
                let Pending { who, call, replicated, .. } = state.pending.remove(place);
                replicated.then(|| state.tell(who, call))?;
            }
            Action::GiveUpWaiting(place) => self.give_up(&mut state, place)?,
            Action::PrimaryDies => state.fail_over(false)?,
            Action::PrimaryIsCutOff => state.fail_over(true)?,
            Action::CutOffNodeReturns => {
                state.isolated.take()?;
                state.pending.retain(|pending| pending.on == Node::Primary);
                state.replica = Some(state.primary.clone());
                state.pending.iter_mut().for_each(|pending| pending.replicated = true);
            }
            Action::AgentReads(on) => Self::agent_reads(&mut state, on)?,
            Action::AgentReconnects => state.agent.reconnect(&design),
            Action::AgentSpends => state.agent.spend(),
            Action::AgentLooks => state.agent.look(&design),
            Action::VerdictArrives(on) => self.verdict_arrives(&mut state, on)?,
            Action::CancelArrives(on) => state.node(on)?.step(&design, Step::Cancel).then_some(())?,
            Action::AgentReveals => state.agent.reveal(&design),
            Action::AgentCrashes => {
                state.agent.crash();
                state.crashes += 1;
            }
        }
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(PROPERTIES[0], |_, state: &State| state.opened != [true; 2]),
            Property::always(PROPERTIES[1], |_, state: &State| state.completed != [true; 2]),
            Property::always(PROPERTIES[2], |_, state: &State| {
                state.records().all(|record| record.answers_taken <= 1)
            }),
            Property::always(PROPERTIES[3], |_, state: &State| state.agent.looked_at <= 1),
            Property::always(PROPERTIES[4], |_, state: &State| {
                state.records().all(|record| record.stage != Stage::Matched || record.viewed)
            }),
            Property::always(PROPERTIES[5], |_, state: &State| !state.agent.revealed || state.viewed),
            Property::always(PROPERTIES[6], |_, state: &State| !state.agent.out_of_turn),
            Property::always(PROPERTIES[7], |_, state: &State| {
                state.records().all(|record| !record.burned || record.stage.is_over())
            }),
            Property::sometimes(REACHABLE[0], |_, state: &State| state.completed.contains(&true)),
            Property::sometimes(REACHABLE[1], |_, state: &State| state.primary.stage == Stage::Refused),
            Property::sometimes(REACHABLE[2], |_, state: &State| state.agent.revealed),
            Property::sometimes(REACHABLE[3], |_, state: &State| state.burned),
        ]
    }
}
