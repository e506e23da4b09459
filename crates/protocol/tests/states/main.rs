//! The service's sessions as a model, explored exhaustively: two recipients who send whatever they like as often as they like, an
//! agent that crashes, answers that are lost, and a store that fails over to a replica which lags behind or is cut off.
//!
//! Which step follows which is asked of [`countersign_protocol::stage::Stage::after`], the function that the stores are held to: the
//! model has no rules of its own that could drift from the program's. What it adds is where the records stand and who is told what.
//!
//! Each property is checked in the design as it is, where no state may break it, and in designs with one defect, where some state
//! must: a property that no defect can break shows nothing. `docs/verification.md` says what the model leaves out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs
)] // a test, helpers included

mod agent;
mod design;
mod record;
mod system;

use design::{Design, Store};
use stateright::{Checker as _, HasDiscoveries, Model as _};
use std::collections::BTreeSet;
use system::{PROPERTIES, REACHABLE, System};

/// Explores every state of a design, or until `enough` was found: how many states there are, which properties some state breaks,
/// and which of what has to be possible is.
fn explore(design: Design, enough: HasDiscoveries) -> (usize, Vec<&'static str>, Vec<&'static str>) {
    let long = std::env::var_os("COUNTERSIGN_LONG").is_some();
    let (waiting, failovers) = if long { (2, 2) } else { (1, 1) };
    let checker = System { design, waiting, failovers }.checker().finish_when(enough).spawn_bfs().join();
    let found = checker.discoveries();
    let broken = PROPERTIES.into_iter().filter(|name| found.contains_key(name)).collect();
    let reached = REACHABLE.into_iter().filter(|name| found.contains_key(name)).collect();
    (checker.unique_state_count(), broken, reached)
}

/// As designed, on both stores: nothing breaks, and what is meant to happen can.
#[test]
fn the_design_keeps_every_promise_in_every_state() {
    for store in [Store::One, Store::Replicated] {
        let (states, broken, reached) = explore(Design::sound(store), HasDiscoveries::All);
        println!(
            "states {}: {states} explored, {} properties, {} broken",
            store.name(),
            PROPERTIES.len(),
            broken.len()
        );
        assert_eq!(broken, Vec::<&str>::new(), "{store:?}");
        let meant: Vec<_> = REACHABLE
            .into_iter()
            .filter(|name| store == Store::Replicated || !name.contains("burned"))
            .collect();
        assert_eq!(reached, meant, "{store:?}");
        assert!(states > 400, "{states} states are too few to be all");
    }
}

/// One defect each: the property it was planted against breaks.
#[test]
fn every_planted_defect_is_found() {
    for (defect, store, design, expected) in design::defects() {
        let (states, broken, _) = explore(design, HasDiscoveries::AnyOf(BTreeSet::from([expected])));
        println!("states planted: {defect}: breaks {broken:?} within {states}");
        assert!(broken.contains(&expected), "{defect} on {store:?} breaks {broken:?}, not {expected:?}");
    }
}

/// No property is there for nothing: each is broken by some defect.
#[test]
fn every_property_can_be_broken() {
    let planted: Vec<_> = design::defects().into_iter().map(|(_, _, _, expected)| expected).collect();
    for property in PROPERTIES {
        assert!(planted.contains(&property), "nothing is planted against {property:?}");
    }
}
