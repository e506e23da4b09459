//! The service's API as the agent calls it (`docs/api.md`). Every call is idempotent, so [`Client`]'s callers may repeat any
//! of them after a failure of the network.
//!
//! It never logs a body, a token or a path: session ids are capabilities.

use crate::credentials::Credential;
use crate::sse::{Decoder, Frame};
use countersign_protocol::SessionId;
use countersign_protocol::wire::{
    AgentEvent, CreateSession, Created, Empty, EnrollRequest, Enrolled, Extended, Me, Problem,
    SharedTemplate, SharedTemplates, Verdict,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::Once;
use std::time::Duration;
use zeroize::Zeroizing;

/// Largest body taken, in bytes: a list of as many templates as there may be is far below it.
const MAX_BODY_BYTES: usize = 4 * 1024 * 1024;
/// How long a call may take.
const CALL_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// The service sends a comment every 15 s; a stream that is silent for longer is dead.
const STREAM_SILENCE: Duration = Duration::from_secs(40);

/// Calls one service as one agent.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    service: String,
    token: Zeroizing<String>,
}

/// Why a call had no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientError {
    /// The service cannot be reached, or has a trouble of its own. Try again.
    #[error("The service cannot be reached. Check the network; nothing was lost.")]
    Offline,
    /// The token is not known (any more).
    #[error("The service does not know this program any more. Enrol again with a new link.")]
    Unauthorized,
    /// Too many calls.
    #[error("Too many sessions at once or in a minute. Try again in {retry_after_secs} s.")]
    TooMany {
        /// What the service asks us to wait.
        retry_after_secs: u64,
    },
    /// The service refused, and says why.
    #[error("{title}")]
    Refused {
        /// The problem's stable code.
        code: String,
        /// The problem's words.
        title: String,
    },
    /// The service's answer is not one of this API. A proxy in between, or another version.
    #[error("The service's answer is not understood. Ask your administrator whether it needs an update.")]
    Malformed,
    /// The service says that it is somewhere else than where we were told to find it: links would lead there.
    #[error("The service names another address than the one you enrolled with. Ask your administrator.")]
    Elsewhere,
}

impl ClientError {
    /// Whether the same call may succeed later.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Offline | Self::TooMany { .. })
    }
}

/// The agent's event stream.
pub struct EventStream {
    response: Response,
    decoder: Decoder,
    ready: std::collections::VecDeque<Frame>,
}

/// One event and the id to resume after it.
pub struct Delivered {
    /// Pass as `after` when connecting again.
    pub id: String,
    /// What happened; absent for an event of a later version.
    pub event: Option<AgentEvent>,
}

impl Client {
    /// A client for this credential.
    pub fn new(credential: &Credential) -> Result<Self, ClientError> {
        Ok(Self {
            http: http(&credential.service)?,
            service: credential.service.clone(),
            token: credential.token.clone(),
        })
    }

    /// Who we are.
    pub async fn me(&self) -> Result<Me, ClientError> {
        let me: Me = read(self.call(Method::GET, "/api/v1/me").send().await).await?;
        if is_at(&self.service, &me.origin) { Ok(me) } else { Err(ClientError::Elsewhere) }
    }

    /// The organization's templates.
    pub async fn templates(&self) -> Result<Vec<SharedTemplate>, ClientError> {
        let shared: SharedTemplates = read(self.call(Method::GET, "/api/v1/templates").send().await).await?;
        Ok(shared.templates)
    }

    /// Puts a session out.
    pub async fn create(&self, request: &CreateSession) -> Result<Created, ClientError> {
        self.post("/api/v1/sessions", request).await
    }

    /// The verdict on the one answer.
    pub async fn verdict(&self, id: &SessionId, verdict: &Verdict) -> Result<(), ClientError> {
        self.post::<_, serde::de::IgnoredAny>(&format!("/api/v1/sessions/{id}/verdict"), verdict)
            .await
            .map(drop)
    }

    /// Records the reveal.
    pub async fn revealed(&self, id: &SessionId) -> Result<(), ClientError> {
        self.post::<_, serde::de::IgnoredAny>(&format!("/api/v1/sessions/{id}/revealed"), &Empty {})
            .await
            .map(drop)
    }

    /// Asks for more time.
    pub async fn extend(&self, id: &SessionId) -> Result<Extended, ClientError> {
        self.post(&format!("/api/v1/sessions/{id}/extend"), &Empty {}).await
    }

    /// Calls a session off. One that is over already is fine.
    pub async fn cancel(&self, id: &SessionId) -> Result<(), ClientError> {
        let sent = self.call(Method::DELETE, &format!("/api/v1/sessions/{id}")).send().await;
        match check(sent).await {
            Ok(_) => Ok(()),
            Err(ClientError::Refused { code, .. }) if code == "invalid_session" || code == "wrong_state" => {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// Opens the event stream after the event with id `after`; `"0"` replays all that is kept.
    pub async fn events(&self, after: &str) -> Result<EventStream, ClientError> {
        let request = self
            .call(Method::GET, "/api/v1/events")
            .header("accept", "text/event-stream")
            .header("last-event-id", after)
            // Streams live for as long as they speak.
            .timeout(Duration::from_hours(24));
        let response = check(request.send().await).await?;
        Ok(EventStream { response, decoder: Decoder::default(), ready: std::collections::VecDeque::new() })
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.service)).bearer_auth(self.token.as_str())
    }

    async fn post<B: Serialize, A: DeserializeOwned>(&self, path: &str, body: &B) -> Result<A, ClientError> {
        read(self.call(Method::POST, path).json(body).send().await).await
    }
}

/// Whether a service found here may say that links lead to this origin: its own alone. The recipient's page authenticates the origin
/// it is at, so that any other would be a page of somebody else's with our consent. On this machine it may stand for another.
fn is_at(service: &str, origin: &str) -> bool {
    service == origin || service.starts_with("http:")
}

/// Exchanges an enrolment code for a token.
pub async fn enroll(service: &str, code: &str) -> Result<Zeroizing<String>, ClientError> {
    let request = EnrollRequest { code: code.to_owned() };
    let sent = http(service)?.post(format!("{service}/api/v1/enroll")).json(&request).send().await;
    let enrolled: Enrolled = read(sent).await?;
    Ok(Zeroizing::new(enrolled.token))
}

impl EventStream {
    /// The next event; `Offline` when the stream ends or falls silent.
    pub async fn next(&mut self) -> Result<Delivered, ClientError> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                let Some(id) = frame.id.clone() else { continue };
                return Ok(Delivered { id, event: decode(&frame) });
            }
            let chunk = tokio::time::timeout(STREAM_SILENCE, self.response.chunk()).await;
            let Ok(Ok(Some(piece))) = chunk else { return Err(ClientError::Offline) };
            let frames = self.decoder.push(&piece).map_err(|_| ClientError::Malformed)?;
            self.ready.extend(frames);
        }
    }
}

/// The event in a frame. Names and members we do not know are another version's; they are passed over.
fn decode(frame: &Frame) -> Option<AgentEvent> {
    let mut members: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&frame.data).ok()?;
    members.insert("event".to_owned(), frame.event.clone().into());
    serde_json::from_value(members.into()).ok()
}

fn http(service: &str) -> Result<reqwest::Client, ClientError> {
    static PROVIDER: Once = Once::new();
    // An error means that somebody in this process installed one before us: fine.
    PROVIDER.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let mut builder = reqwest::Client::builder()
        .timeout(CALL_TIMEOUT)
        .connect_timeout(CONNECT_TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(concat!("countersign/", env!("CARGO_PKG_VERSION")));
    if service.starts_with("http:") {
        // Plain HTTP is loopback only; no proxy has any business there.
        builder = builder.no_proxy();
    }
    builder.build().map_err(|_| ClientError::Malformed)
}

async fn read<A: DeserializeOwned>(sent: Result<Response, reqwest::Error>) -> Result<A, ClientError> {
    let body = body(check(sent).await?).await?;
    serde_json::from_slice(&body).map_err(|_| ClientError::Malformed)
}

/// The whole body, within bounds. It may hold a token: room for as much as is announced, so that it is not moved while it grows.
async fn body(mut response: Response) -> Result<Zeroizing<Vec<u8>>, ClientError> {
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    let mut body = Zeroizing::new(Vec::with_capacity(announced.unwrap_or_default().min(MAX_BODY_BYTES)));
    while let Some(piece) = response.chunk().await.map_err(|_| ClientError::Offline)? {
        if body.len() + piece.len() > MAX_BODY_BYTES {
            return Err(ClientError::Malformed);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

async fn check(sent: Result<Response, reqwest::Error>) -> Result<Response, ClientError> {
    let response = sent.map_err(|_| ClientError::Offline)?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status == StatusCode::UNAUTHORIZED {
        return Err(ClientError::Unauthorized);
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let header = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        return Err(ClientError::TooMany {
            retry_after_secs: header.and_then(|text| text.parse().ok()).unwrap_or(1),
        });
    }
    if status.is_server_error() {
        return Err(ClientError::Offline);
    }
    let body = body(response).await?;
    let problem: Problem = serde_json::from_slice(&body).map_err(|_| ClientError::Malformed)?;
    Err(ClientError::Refused { code: problem.code, title: problem.detail.unwrap_or(problem.title) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use countersign_protocol::wire::EventKind;

    #[test]
    fn links_lead_to_the_service_we_are_enrolled_with() {
        assert!(is_at("https://verify.example", "https://verify.example"));
        assert!(is_at("http://127.0.0.1:8080", "https://verify.example"));
        for elsewhere in ["https://evil.example", "http://verify.example", "https://verify.example:444", ""] {
            assert!(!is_at("https://verify.example", elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn events_are_read_by_name_and_unknown_ones_passed_over() {
        let frame =
            |event: &str, data: &str| Frame { id: Some("1".into()), event: event.into(), data: data.into() };
        let id = "00000000000000000000000000";
        let opened = decode(&frame("opened", &format!(r#"{{"session_id":"{id}","at":"x"}}"#))).unwrap();
        assert_eq!(opened.what, EventKind::Opened);
        let (share, tag) = ("A".repeat(43), "A".repeat(86));
        let answered = format!(
            r#"{{"session_id":"{id}","at":"x","share":"{share}","commit":"{share}","began":"recipient","tag":"{tag}"}}"#
        );
        assert!(matches!(decode(&frame("answered", &answered)).unwrap().what, EventKind::Answered(_)));
        let outcome = format!(r#"{{"session_id":"{id}","at":"x","matched":false,"unexpected":true}}"#);
        assert!(
            matches!(decode(&frame("outcome", &outcome)).unwrap().what, EventKind::Outcome(o) if o.unexpected)
        );
        assert!(decode(&frame("invented", &format!(r#"{{"session_id":"{id}","at":"x"}}"#))).is_none());
    }
}
