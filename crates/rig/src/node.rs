//! The customer's page, or a part of it, as a program under Node: a line of JSON in, a line of JSON out.

use serde_json::Value;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A running program; it ends with this.
pub struct Peer {
    child: Child,
    /// None once it is to end.
    requests: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts one of `recipient/dist-peer`: `peer` or `page-peer`.
    pub fn start(name: &str) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../recipient/dist-peer");
        let program = folder.join(name).with_extension("mjs");
        assert!(program.exists(), "{name} is not built: scripts/setup test");
        let mut command = Command::new("node");
        let mut child =
            command.arg(program).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("node starts");
        let requests = child.stdin.take();
        let replies = BufReader::new(child.stdout.take().expect("it was piped"));
        Self { child, requests, replies }
    }

    /// One request, one reply.
    pub fn ask(&mut self, request: &Value) -> Value {
        let requests = self.requests.as_mut().expect("it has not been dropped");
        writeln!(requests, "{request}").expect("the peer takes requests");
        let mut reply = String::new();
        self.replies.read_line(&mut reply).expect("the peer replies");
        serde_json::from_str(&reply).unwrap_or_else(|_| panic!("not a reply: {reply:?} to {request}"))
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // The end of its input ends it.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}
