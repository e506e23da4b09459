//! The fuzz targets' promises over their kept corpora, on the stable compiler. What a target has found once is in its corpus, and so
//! comes back here in every test run.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // tests, helpers included
#![allow(clippy::print_stdout)] // the claim

#[path = "../../../fuzz/src/lib.rs"]
#[allow(clippy::pedantic)] // shared with the fuzz targets
mod targets;

use std::panic::catch_unwind;
use std::path::Path;

#[test]
fn every_kept_input_keeps_every_promise() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let (mut tried, mut failed) = (0, 0);
    for (name, target) in targets::TARGETS {
        let inputs: Vec<_> =
            std::fs::read_dir(corpora.join(name)).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            tried += 1;
            if catch_unwind(|| target(&bytes)).is_err() {
                failed += 1;
                println!("{name}: {}", input.display());
            }
        }
    }
    println!("claim fuzz {tried} {failed} 0 {}", if failed == 0 { "ok" } else { "short" });
    assert_eq!(failed, 0);
}

/// A promise that no input can break shows nothing: one that is wrong is noticed.
#[test]
fn a_broken_promise_is_noticed() {
    let doubting = |data: &[u8]| assert!(data.len() < 4, "a planted fault");
    assert!(catch_unwind(|| doubting(b"long enough")).is_err());
}
