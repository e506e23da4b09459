//! The agent's side of a run: the real engine at a table of its own, with limits that no test meets by accident.

use crate::recorder::Keyring;
use crate::table::{self, PHONE, Table};
use countersign_agent::view::{Outcome, SessionView};
use countersign_protocol::{Began, Kind};
use countersign_service::limits::Limits;
use std::sync::Arc;

/// The agent's table at a service that allows what the tests do in a minute.
pub async fn take() -> Table {
    let limits = Limits { opens_per_minute: 1000, numbers_per_minute: 1000, ..Limits::default() };
    table::lay_limited(Arc::new(Keyring::default()), limits).await
}

/// A live session about [`PHONE`].
pub struct Asking {
    pub card: SessionView,
    pub link: String,
    pub number: String,
}

/// Starts a session; prefilled, the link is the one that *copy* gives.
pub async fn ask(table: &Table, prefill: bool) -> Asking {
    let mut request = table::request(Some("phone"), "Ticket 4812", Kind::Phone, PHONE, Began::Organization);
    request.prefill = prefill;
    let id = table.engine.start(request).await.unwrap();
    let card = table.session(&id, |card| card.url.is_some() && card.number.is_some()).await;
    let mut link = card.url.clone().unwrap();
    if prefill {
        table.engine.copy_link(id).await.unwrap();
        table.desktop.clipboard.lock().unwrap().clone_into(&mut link);
        assert!(link.contains("#?v="), "the copied link is not prefilled");
    }
    Asking { number: card.number.clone().unwrap(), card, link }
}

impl Asking {
    /// The code that the agent would say, once it can be revealed.
    pub async fn revealed(&self, table: &Table) -> String {
        table.session(&self.card.id, |card| card.allowed.reveal).await;
        let revealed = table.engine.reveal(self.card.id.clone()).await;
        revealed.ok().unwrap().passcode.as_str().to_owned()
    }

    /// Waits for the end, and closes the card.
    pub async fn ends(&self, table: &Table, outcome: Outcome) {
        table.session(&self.card.id, |card| card.outcome == Some(outcome)).await;
        table.engine.dismiss(self.card.id.clone()).await.unwrap();
    }
}
