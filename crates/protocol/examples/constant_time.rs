//! Whether comparing tags and tokens takes as long however much of them is right (dudect: Welch's t-test on timings of two classes of input,
//! equal and different from the first byte on). A |t| above 10 is a difference that is there. The comparison of plain bytes is measured as well:
//! its difference has to be found. Not a test: another program on the machine is noise. `scripts/check constant_time` reads it.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, unused_qualifications)] // a bench; the macro's own main

use countersign_protocol::{RecipientToken, Tag};
use dudect_bencher::rand::{Rng as _, RngExt as _};
use dudect_bencher::{BenchRng, Class, CtRunner, ctbench_main};

const PAIRS: usize = 200_000;

/// Pairs of equal byte strings, and of such that differ from their first byte on, in random order.
fn pairs<const N: usize>(rng: &mut BenchRng) -> Vec<(Class, [u8; N], [u8; N])> {
    let mut pair = || {
        let mut one = [0; N];
        rng.fill_bytes(&mut one);
        if rng.random::<bool>() {
            (Class::Left, one, one)
        } else {
            (Class::Right, one, one.map(|byte| !byte))
        }
    };
    (0..PAIRS).map(|_| pair()).collect()
}

fn tags(runner: &mut CtRunner, rng: &mut BenchRng) {
    for (class, one, other) in pairs::<64>(rng) {
        let (one, other) = (Tag::from_bytes(one), Tag::from_bytes(other));
        runner.run_one(class, || one == other);
    }
}

fn tokens(runner: &mut CtRunner, rng: &mut BenchRng) {
    for (class, one, other) in pairs::<32>(rng) {
        let (one, other) = (RecipientToken::from_bytes(one), RecipientToken::from_bytes(other));
        runner.run_one(class, || one == other);
    }
}

/// The control: stops at the first byte that differs.
fn plain_bytes(runner: &mut CtRunner, rng: &mut BenchRng) {
    for (class, one, other) in pairs::<64>(rng) {
        runner.run_one(class, || one.iter().zip(&other).all(|(one, other)| one == other));
    }
}

ctbench_main!(tags, tokens, plain_bytes);
