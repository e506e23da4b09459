//! The recipient's side of a session over HTTP, from a link.

use crate::load::{Failure, entropy};
use countersign_protocol::keys::Channel;
use countersign_protocol::recipient::{Answered, Confirmed, Opened};
use countersign_protocol::wire::{Answer, Empty, OpenedSession, Outcome, VerdictState, ViewedRequest};
use countersign_protocol::{Began, Kind, RecipientToken, SessionId};
use reqwest::{Client, StatusCode};
use serde::Serialize;
use std::time::Duration;

/// Longest the page keeps trying while the service is away.
const PATIENCE: Duration = Duration::from_mins(1);

/// One page that has a link.
pub struct Page {
    client: Client,
    origin: String,
    handle: String,
    pub id: SessionId,
    token: String,
}

impl Page {
    pub fn of(client: &Client, link: &str) -> Result<Self, Failure> {
        let (rest, id) = link.rsplit_once('/').ok_or("not a link")?;
        let (origin, handle) = rest.rsplit_once('/').ok_or("not a link")?;
        Ok(Self {
            client: client.clone(),
            origin: origin.to_owned(),
            handle: handle.to_owned(),
            id: id.parse()?,
            token: RecipientToken::draw(&mut entropy)?.to_string(),
        })
    }

    /// A call, repeated while nobody answers; status and body.
    pub async fn call(
        &self,
        verb: &str,
        body: &impl Serialize,
        wait: bool,
    ) -> Result<(StatusCode, Vec<u8>), Failure> {
        let url = format!("{}/api/v1/orgs/{}/sessions/{}/{verb}", self.origin, self.handle, self.id);
        let began = std::time::Instant::now();
        loop {
            let mut request = self.client.post(&url).bearer_auth(&self.token).json(body);
            if wait {
                request = request.header("prefer", "wait=25");
            }
            let answer = async {
                let response = request.send().await?;
                Ok::<_, reqwest::Error>((response.status(), response.bytes().await?.to_vec()))
            };
            match answer.await {
                Ok((StatusCode::SERVICE_UNAVAILABLE, _)) | Err(_) if began.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                other => return Ok(other?),
            }
        }
    }

    async fn expect(&self, verb: &str, body: &impl Serialize, wait: bool) -> Result<Vec<u8>, Failure> {
        let (status, body) = self.call(verb, body, wait).await?;
        if status.is_success() { Ok(body) } else { Err(format!("{verb}: {status}").into()) }
    }

    pub async fn open(&self) -> Result<Opened, Failure> {
        let opened: OpenedSession = serde_json::from_slice(&self.expect("open", &Empty {}, false).await?)?;
        let channel = Channel { origin: self.origin.clone(), org_handle: self.handle.clone() };
        Ok(Opened::new(channel, self.id, opened.offer, opened.share))
    }

    /// As [`Self::open`]; none if somebody else has opened it.
    pub async fn try_open(&self) -> Result<Option<Opened>, Failure> {
        let (status, body) = self.call("open", &Empty {}, false).await?;
        if status == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let opened: OpenedSession = serde_json::from_slice(&body)?;
        let channel = Channel { origin: self.origin.clone(), org_handle: self.handle.clone() };
        Ok(Some(Opened::new(channel, self.id, opened.offer, opened.share)))
    }

    /// What the page computes before it sends anything.
    pub fn compute(opened: Opened, values: &[(Kind, String)]) -> Result<(Answered, Answer), Failure> {
        let region = "US".parse()?;
        let read = |(kind, value): &(Kind, String)| kind.read(&region, value).map_err(|_| "no value");
        let values = values.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        Ok(opened.answer(&values, Began::Recipient, &mut entropy)?)
    }

    /// Sends the answer and waits for the verdict.
    pub async fn answer(&self, answer: &Answer) -> Result<VerdictState, Failure> {
        let body = self.expect("answer", answer, true).await?;
        Ok(serde_json::from_slice(&body)?)
    }

    /// The passcode is on the screen, if the agent's proof is right.
    pub fn confirm(answered: Answered, verdict: &VerdictState) -> Result<Confirmed, Failure> {
        let VerdictState::Accepted { tag, .. } = verdict else { return Err(format!("{verdict:?}").into()) };
        Ok(answered.accept(tag).map_err(|_| "the tag does not fit")?)
    }

    pub async fn viewed(&self, confirmed: &Confirmed) -> Result<(), Failure> {
        let viewed = ViewedRequest { nonce: confirmed.nonce().clone() };
        self.expect("viewed", &viewed, false).await.map(drop)
    }

    pub async fn matches(&self) -> Result<(), Failure> {
        let outcome = Outcome { matched: true, unexpected: false };
        self.expect("outcome", &outcome, false).await.map(drop)
    }
}
