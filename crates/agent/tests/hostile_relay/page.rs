//! The customer's page as the recipient: all of it but its looks, run by Node (`recipient/src/testing/page-peer.ts`). What it asks of
//! the service is answered here.

use countersign_protocol::Nonce;
use countersign_protocol::wire::Answer;
use countersign_rig::node::Peer;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// A visit to the page, and what it wants next.
pub(super) struct Page {
    program: Rc<RefCell<Peer>>,
    /// The call it waits for an answer to.
    call: Option<String>,
    /// Where it rests; empty before it does.
    pub(super) step: String,
    pub(super) nonce: Option<Nonce>,
}

impl Page {
    pub(super) fn new(program: Rc<RefCell<Peer>>) -> Self {
        Self { program, call: None, step: String::new(), nonce: None }
    }

    /// Opens the link, is shown this offer, and types the value; the answer, if it comes to one.
    pub(super) fn visit(&mut self, visit: &Value, opened: &Value) -> Option<Answer> {
        let asked = self.program.borrow_mut().ask(visit);
        self.wants(&asked);
        assert_eq!(self.call.as_deref(), Some("open"), "{asked}");
        let answer = self.respond(200, opened)?;
        (self.call.as_deref() == Some("answer")).then(|| serde_json::from_value(answer).unwrap())
    }

    /// Answers whatever call of its own waits for the verdict.
    pub(super) fn verdict(&mut self, state: &Value) {
        if !matches!(self.call.as_deref(), Some("answer" | "verdict")) {
            return;
        }
        let sent = self.respond(200, state);
        if self.call.as_deref() == Some("viewed") {
            self.nonce = sent.map(|sent| serde_json::from_value(sent["nonce"].clone()).unwrap());
            self.respond(200, &json!({}));
        }
    }

    /// The service says that the session is over, to whatever is still asked.
    pub(super) fn over(&mut self) {
        while self.call.is_some() {
            self.respond(404, &json!({ "code": "invalid_session" }));
        }
    }

    /// The visitor compares the code with what they were told.
    pub(super) fn compare(&mut self, code: &str) {
        let rests = self.program.borrow_mut().ask(&json!({ "op": "compare", "code": code }));
        self.wants(&rests);
    }

    /// The body of the call that follows, if one does.
    fn respond(&mut self, status: u16, body: &Value) -> Option<Value> {
        let request = json!({ "op": "respond", "status": status, "body": body });
        let next = self.program.borrow_mut().ask(&request);
        self.wants(&next);
        self.call.is_some().then(|| next["body"].clone())
    }

    fn wants(&mut self, next: &Value) {
        self.call = next["call"].as_str().map(str::to_owned);
        if let Some(step) = next["step"].as_str() {
            step.clone_into(&mut self.step);
        }
    }
}
