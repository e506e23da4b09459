//! Both roles of whole sessions, played by the protocol's own code over HTTP.

use countersign_protocol::agent::Offered;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::recipient::Opened;
use countersign_protocol::wire::{
    CreateSession, Created, Empty, OpenedSession, Outcome, Verdict, ViewedRequest,
};
use countersign_protocol::{
    Began, Canonical, Compare, EntropyError, Field, Kind, Offer, RecipientToken, Salt, SessionId,
};
use reqwest::{Client, Method, StatusCode};
use serde::Serialize;
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Requests in one whole session.
pub const REQUESTS: usize = 6;

/// Longest a client keeps trying while the service is away.
const PATIENCE: Duration = Duration::from_mins(1);

pub type Failure = Box<dyn Error + Send + Sync>;

/// A service and an agent of its.
#[derive(Clone)]
pub struct Target {
    pub client: Client,
    /// As browsers see it, and where the agent calls.
    pub origin: String,
    /// Where pages call, if that is another node.
    pub pages_at: Option<String>,
    pub handle: String,
    pub organization: String,
    pub token: String,
}

pub fn entropy(out: &mut [u8]) -> Result<(), EntropyError> {
    getrandom::fill(out).map_err(|_| EntropyError)
}

/// A session the agent has begun.
pub struct Begun {
    pub id: SessionId,
    pub offered: Offered,
    pub request: CreateSession,
}

impl Target {
    fn channel(&self) -> Channel {
        Channel { origin: self.origin.clone(), org_handle: self.handle.clone() }
    }

    fn values() -> Result<Vec<Canonical>, Failure> {
        Ok(vec![Kind::Code.read(&"US".parse()?, "A-77 4812").map_err(|_| "no value")?])
    }

    /// What both sides enter.
    pub fn entered() -> [(Kind, String); 1] {
        [(Kind::Code, "A-77 4812".to_owned())]
    }

    /// An agent's call, repeated while nobody answers; a refusal is an error.
    pub async fn persist(&self, path: &str, body: &impl Serialize) -> Result<Vec<u8>, Failure> {
        let began = Instant::now();
        loop {
            let request =
                self.client.post(format!("{}{path}", self.origin)).bearer_auth(&self.token).json(body);
            let answer = async {
                let response = request.send().await?;
                Ok::<_, reqwest::Error>((response.status(), response.bytes().await?.to_vec()))
            };
            match answer.await {
                Ok((status, body)) if status.is_success() => return Ok(body),
                Ok((StatusCode::SERVICE_UNAVAILABLE, _)) | Err(_) if began.elapsed() < PATIENCE => {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Ok((status, _)) => return Err(format!("{path}: {status}").into()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    pub fn begin(&self) -> Result<Begun, Failure> {
        let id = SessionId::draw(&mut entropy)?;
        let offer: Offer = OfferDraft {
            salt: Salt::draw(&mut entropy)?,
            ttl_secs: 900,
            passcode_digits: 6,
            compare: Compare::Shown,
            region: "US".parse()?,
            org_name: self.organization.clone(),
            agent_name: "Bench".to_owned(),
            subject: String::new(),
            fields: vec![Field { name: "Order number".to_owned(), kind: Kind::Code, hint: String::new() }],
        }
        .check()?;
        let offered =
            Offered::begin(&self.channel(), id, &offer, &Self::values()?, Began::Recipient, &mut entropy)?;
        let request = CreateSession::new(id, offered.share().clone(), &offer, None);
        Ok(Begun { id, offered, request })
    }

    /// A call; the body of its answer.
    pub async fn call(&self, path: &str, token: &str, body: &impl Serialize) -> Result<Vec<u8>, Failure> {
        let page = self.pages_at.as_ref().filter(|_| path.starts_with("/api/v1/orgs/"));
        let request = self.client.request(Method::POST, format!("{}{path}", page.unwrap_or(&self.origin)));
        let request = request.bearer_auth(token).json(body);
        let response = request.send().await?.error_for_status()?;
        Ok(response.bytes().await?.to_vec())
    }

    pub async fn create(&self, begun: &Begun) -> Result<Created, Failure> {
        Ok(serde_json::from_slice(&self.call("/api/v1/sessions", &self.token, &begun.request).await?)?)
    }

    /// One whole session; the two sides come to the same passcode or it fails.
    pub async fn whole(&self) -> Result<(), Failure> {
        let begun = self.begin()?;
        self.create(&begun).await?;
        let recipient = RecipientToken::draw(&mut entropy)?.to_string();
        let at = format!("/api/v1/orgs/{}/sessions/{}", self.handle, begun.id);
        let opened: OpenedSession =
            serde_json::from_slice(&self.call(&format!("{at}/open"), &recipient, &Empty {}).await?)?;
        let opened = Opened::new(self.channel(), begun.id, opened.offer, opened.share);
        let (answered, answer) = opened.answer(&Self::values()?, Began::Recipient, &mut entropy)?;
        self.call(&format!("{at}/answer"), &recipient, &answer).await?;
        let spent = begun.offered.spend(|_| Ok::<(), Failure>(()))?;
        let accepted = spent.check(&answer)?;
        let verdict = Verdict::accept(accepted.tag().clone());
        self.call(&format!("/api/v1/sessions/{}/verdict", begun.id), &self.token, &verdict).await?;
        let confirmed = answered.accept(accepted.tag()).map_err(|_| "the tag does not fit")?;
        let viewed = ViewedRequest { nonce: confirmed.nonce().clone() };
        self.call(&format!("{at}/viewed"), &recipient, &viewed).await?;
        let revealed = accepted.viewed(confirmed.nonce())?;
        if revealed.passcode().expose() != confirmed.passcode().expose() {
            return Err("two passcodes".into());
        }
        self.call(&format!("{at}/outcome"), &recipient, &Outcome { matched: true, unexpected: false })
            .await?;
        Ok(())
    }
}

/// Runs `count` times what `one` makes, `at_once` of them at a time; how long all took.
pub async fn many<F>(
    count: usize,
    at_once: usize,
    one: impl Fn() -> F + Clone + Send + 'static,
) -> Result<Duration, Failure>
where
    F: Future<Output = Result<(), Failure>> + Send,
{
    let left = Arc::new(AtomicUsize::new(count));
    let begin = Instant::now();
    let workers: Vec<_> = (0..at_once)
        .map(|_| {
            let (left, one) = (left.clone(), one.clone());
            tokio::spawn(async move {
                while left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok()
                {
                    one().await?;
                }
                Ok::<(), Failure>(())
            })
        })
        .collect();
    for worker in workers {
        worker.await??;
    }
    Ok(begin.elapsed())
}
