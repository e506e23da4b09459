//! The customer, played by the protocol's recipient over HTTP.

use countersign_protocol::keys::Channel;
use countersign_protocol::recipient::{Answered, Confirmed, Opened};
use countersign_protocol::wire::{self, OpenedSession, VerdictState, ViewedRequest};
use countersign_protocol::{Began, EntropyError, Kind, RecipientToken, SessionId};
use reqwest::{Client, Method, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;

pub struct Customer {
    client: Client,
    origin: String,
    handle: String,
    id: SessionId,
    token: String,
}

pub fn entropy(out: &mut [u8]) -> Result<(), EntropyError> {
    getrandom::fill(out).map_err(|_| EntropyError)
}

impl Customer {
    /// Somebody with this link.
    pub fn with(link: &str) -> Self {
        let link = link.split('#').next().unwrap();
        let (rest, id) = link.rsplit_once('/').unwrap();
        let (origin, handle) = rest.rsplit_once('/').unwrap();
        let token = RecipientToken::draw(&mut entropy).unwrap();
        Self {
            client: Client::new(),
            origin: origin.to_owned(),
            handle: handle.to_owned(),
            id: id.parse().unwrap(),
            token: token.to_string(),
        }
    }

    pub async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        verb: &str,
        body: &impl Serialize,
    ) -> Result<T, StatusCode> {
        let url = format!("{}/api/v1/orgs/{}/sessions/{}/{verb}", self.origin, self.handle, self.id);
        let request = self.client.request(method.clone(), url).header("Prefer", "wait=20");
        let request = request.header("Authorization", format!("Bearer {}", self.token));
        let request = if method == Method::GET {
            request
        } else {
            request.header("Content-Type", "application/json").body(serde_json::to_string(body).unwrap())
        };
        let response = request.send().await.unwrap();
        let status = response.status();
        let text = response.text().await.unwrap();
        if status.is_success() { Ok(serde_json::from_str(&text).unwrap()) } else { Err(status) }
    }

    pub async fn open(&self) -> Result<Opened, StatusCode> {
        let opened: OpenedSession = self.call(Method::POST, "open", &wire::Empty {}).await?;
        let channel = Channel { origin: self.origin.clone(), org_handle: self.handle.clone() };
        Ok(Opened::new(channel, self.id, opened.offer, opened.share))
    }

    /// Answers, and waits for the verdict.
    pub async fn answer(&self, opened: Opened, kind: Kind, value: &str, began: Began) -> Option<Confirmed> {
        let value = kind.read(&"US".parse().unwrap(), value).unwrap();
        let (answered, answer) = opened.answer(&[value], began, &mut entropy).unwrap();
        let verdict: VerdictState = self.call(Method::POST, "answer", &answer).await.unwrap();
        accepted(answered, verdict)
    }

    pub async fn viewed(&self, confirmed: &Confirmed) {
        let request = ViewedRequest { nonce: confirmed.nonce().clone() };
        let _: wire::Empty = self.call(Method::POST, "viewed", &request).await.unwrap();
    }

    pub async fn say(&self, matched: bool, unexpected: bool) {
        let outcome = wire::Outcome { matched, unexpected };
        let _: wire::Empty = self.call(Method::POST, "outcome", &outcome).await.unwrap();
    }
}

fn accepted(answered: Answered, verdict: VerdictState) -> Option<Confirmed> {
    match verdict {
        VerdictState::Accepted { tag, .. } => Some(answered.accept(&tag).ok().unwrap()),
        VerdictState::Refused => None,
        VerdictState::Pending => panic!("no verdict came"),
    }
}
