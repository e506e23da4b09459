//! What a command lists or has done: a line each for people, or a JSON object a line for scripts.

use serde::Serialize;
use std::io::{self, Write};

/// Where the lines go, and in which form.
pub(super) struct Lines<'a> {
    pub(super) out: &'a mut (dyn Write + Send),
    pub(super) json: bool,
}

impl Lines<'_> {
    /// One entry of a list.
    pub(super) fn entry(&mut self, entry: &impl Serialize, line: &str) -> io::Result<()> {
        if self.json {
            serde_json::to_writer(&mut *self.out, entry)?;
            self.out.write_all(b"\n")
        } else {
            writeln!(self.out, "{line}")
        }
    }

    /// What a command has done: for people what they need of it, perhaps nothing, and for scripts all of it.
    pub(super) fn done(&mut self, entry: &impl Serialize, line: &str) -> io::Result<()> {
        if line.is_empty() && !self.json { Ok(()) } else { self.entry(entry, line) }
    }
}
