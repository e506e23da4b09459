//! What a computation leaves behind on the stack.
//!
//! A type that wipes itself wipes where it lies when it is dropped. What the compiler copied while the value was moved about, and what a
//! library's functions kept in their frames, stays until something else is written there, which in a program that waits may be never.

use zeroize::Zeroize as _;

/// In words: 16 KiB, twice what the deepest of what is computed here needs, unoptimised. `tests/secrets.rs` looks whether it is enough.
const DEPTH: usize = 2048;

/// Does `work` and wipes the stack below this call, where `work` had its frames. What it returns is moved as ever: secrets in it belong
/// into a [`Box`], so that only a pointer is copied.
pub(crate) fn wiped_after<T>(work: impl FnOnce() -> T) -> T {
    let done = out_of_line(work);
    wipe();
    done
}

/// A frame of its own, below the caller's: inlined, the secrets would lie beside the caller's variables.
#[inline(never)]
fn out_of_line<T>(work: impl FnOnce() -> T) -> T {
    work()
}

#[inline(never)]
fn wipe() {
    let mut frames = [0u64; DEPTH];
    // Written even though nobody reads it.
    frames.zeroize();
}
