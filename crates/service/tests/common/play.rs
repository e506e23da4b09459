//! Both sides of a run over HTTP, played to its end with the protocol's own code.

use super::service::{Caller, Session, channel, nothing, read, value};
use countersign_protocol::wire::{
    Answer, Empty, OpenedSession, Outcome, Verdict, VerdictState, ViewedRequest,
};
use countersign_protocol::{Began, agent, recipient};
use reqwest::StatusCode;
use std::convert::Infallible;

impl Caller {
    /// The page opens the link.
    pub async fn open(&self, session: &Session) -> recipient::Opened {
        let opened = self.post(&session.of_page("open"), &session.token, &nothing()).await;
        let OpenedSession { offer, share, ttl_ms } = read(opened, StatusCode::OK).await;
        assert_eq!(offer, session.request.offer().unwrap());
        assert_eq!(share, session.request.share);
        assert!(ttl_ms > 0);
        recipient::Opened::new(channel(&self.origin), session.request.session_id, offer, share)
    }

    /// The recipient answers with the value both hold.
    pub async fn answer(
        &self,
        session: &Session,
        opened: recipient::Opened,
    ) -> (recipient::Answered, Answer) {
        let (answered, answer) = compute(opened);
        let sent = self.post(&session.of_page("answer"), &session.token, &answer).await;
        read::<Empty>(sent, StatusCode::ACCEPTED).await;
        (answered, answer)
    }

    /// From an answer that the service has, to the same passcode on both screens, and the recipient's word that it is.
    pub async fn finish(&self, session: Session, answered: recipient::Answered, answer: &Answer) {
        let accepted = check(session.offered, answer);
        let verdict = Verdict::accept(accepted.tag().clone());
        let path = |verb: &str| format!("/api/v1/sessions/{}/{verb}", session.id);
        let page = |verb: &str| format!("/api/v1/orgs/acme/sessions/{}/{verb}", session.id);
        let (dana, token) = (&self.dana.token, &session.token);
        read::<Empty>(self.post(&path("verdict"), dana, &verdict).await, StatusCode::OK).await;
        let state = read(self.get_as(&page("verdict"), token).await, StatusCode::OK).await;
        let VerdictState::Accepted { tag, .. } = state else { panic!("{state:?}") };
        let confirmed = answered.accept(&tag).unwrap();
        let viewed = ViewedRequest { nonce: confirmed.nonce().clone() };
        read::<Empty>(self.post(&page("viewed"), token, &viewed).await, StatusCode::ACCEPTED).await;
        let shown = accepted.viewed(confirmed.nonce()).unwrap();
        read::<Empty>(self.post(&path("revealed"), dana, &nothing()).await, StatusCode::OK).await;
        assert_eq!(shown.passcode().expose(), confirmed.passcode().expose());
        let outcome = Outcome { matched: true, unexpected: false };
        read::<Empty>(self.post(&page("outcome"), token, &outcome).await, StatusCode::ACCEPTED).await;
    }

    /// From a link nobody has opened to its end.
    pub async fn complete(&self, session: Session) {
        let opened = self.open(&session).await;
        let (answered, answer) = self.answer(&session, opened).await;
        self.finish(session, answered, &answer).await;
    }
}

/// The recipient's page, with what the recipient typed.
pub fn compute(opened: recipient::Opened) -> (recipient::Answered, Answer) {
    opened.answer(&value("06 12 34 56 78"), Began::Recipient, &mut super::entropy).unwrap()
}

/// The agent's program.
pub fn check(offered: agent::Offered, answer: &Answer) -> agent::Accepted {
    let spent = offered.spend(|_| Ok::<_, Infallible>(())).unwrap();
    spent.check(answer).unwrap()
}
