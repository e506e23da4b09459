//! A running service on a port of its own, with two organizations, and the calls on it.

use super::{entropy, random};
use countersign_protocol::canonical::Region;
use countersign_protocol::keys::Channel;
use countersign_protocol::offer::OfferDraft;
use countersign_protocol::wire::{CreateSession, Created, OrgProfile, Problem, Role};
use countersign_protocol::{Began, Offer};
use countersign_protocol::{Canonical, Compare, Field, Kind, RecipientToken, Salt, SessionId, agent};
use countersign_service::clock::ManualClock;
use countersign_service::directory::Directory;
use countersign_service::kept::Place;
use countersign_service::limits::Limits;
use countersign_service::{Operations, ServeOptions, Served, serve_operated};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Limits that no test meets by accident.
pub const WIDE: Limits = Limits {
    live_sessions_per_agent: 100_000,
    creations_per_minute: 100_000,
    opens_per_minute: 100_000,
    waits_per_address: 1000,
    numbers_per_minute: 100_000,
    org_numbers_per_minute: 100_000,
    enrollments_per_minute: 100_000,
};

/// An agent as the directory has it.
pub struct Employee {
    pub id: String,
    pub token: String,
}

/// Calls a running service, wherever it runs.
pub struct Caller {
    /// As browsers see it.
    pub origin: String,
    /// Where it listens.
    pub addr: SocketAddr,
    pub client: Client,
    /// Of `acme`.
    pub dana: Employee,
}

/// The service and who may use it.
pub struct Service {
    pub caller: Caller,
    pub clock: Arc<ManualClock>,
    pub directory: Arc<dyn Directory>,
    /// Of `acme` too.
    pub eli: Employee,
    /// Of `bolt`.
    pub finn: Employee,
    pub served: Served,
    folder: TempDir,
}

impl Deref for Service {
    type Target = Caller;

    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Service {
    /// Its data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    pub async fn start() -> Self {
        Self::start_as(|_| ()).await
    }

    pub async fn start_with(limits: Limits) -> Self {
        Self::start_as(|options| options.limits = limits).await
    }

    pub async fn start_as(change: impl FnOnce(&mut ServeOptions)) -> Self {
        Self::start_operated(Operations::default(), change).await
    }

    pub async fn start_operated(operations: Operations, change: impl FnOnce(&mut ServeOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::default());
        let mut options = ServeOptions {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_origin: None,
            data: folder.path().to_owned(),
            page: None,
            limits: WIDE,
            practice: None,
        };
        change(&mut options);
        let place = Place { data: folder.path().to_owned(), postgres: operations.postgres.clone() };
        let served = serve_operated(options, operations, clock.clone()).await.unwrap();
        // As the subcommands do: the same database, beside the running service.
        let directory = place.open(clock.clone()).await.unwrap().directory;
        for (handle, name) in [("acme", "Acme"), ("bolt", "Bolt")] {
            directory.add_org(org(handle, name)).await.unwrap();
        }
        let dana = employ(directory.as_ref(), "acme", "Dana").await;
        let eli = employ(directory.as_ref(), "acme", "Eli").await;
        let finn = employ(directory.as_ref(), "bolt", "Finn").await;
        let caller = Caller::new(served.origin().to_owned(), served.addr(), dana);
        Self { caller, clock, directory, eli, finn, served, folder }
    }
}

impl Caller {
    pub fn new(origin: String, addr: SocketAddr, dana: Employee) -> Self {
        // In this workspace the client may be built with TLS; one provider that was installed before is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { origin, addr, client: Client::builder().no_proxy().build().unwrap(), dana }
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.addr))
    }

    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub async fn post(&self, path: &str, token: &str, body: &impl Serialize) -> Response {
        self.post_raw(path, token, serde_json::to_vec(body).unwrap()).await
    }

    pub async fn post_raw(&self, path: &str, token: &str, body: impl Into<reqwest::Body>) -> Response {
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "application/json");
        request.header(AUTHORIZATION, format!("Bearer {token}")).body(body).send().await.unwrap()
    }

    pub async fn get_as(&self, path: &str, token: &str) -> Response {
        self.request(Method::GET, path).bearer_auth(token).send().await.unwrap()
    }

    /// A session of Dana's, created.
    pub async fn session(&self) -> Session {
        let draft = Draft::new(&self.origin);
        let created = self.post("/api/v1/sessions", &self.dana.token, &draft.request).await;
        draft.placed(read(created, StatusCode::CREATED).await)
    }
}

fn org(handle: &str, name: &str) -> OrgProfile {
    OrgProfile {
        handle: handle.to_owned(),
        name: name.to_owned(),
        country: france(),
        description: "Energy".to_owned(),
        website: "https://example.com".to_owned(),
        logo_url: None,
        domains: Vec::new(),
        channels: vec!["+33 1 23 45 67 89".to_owned()],
        practice: false,
    }
}

pub async fn employ(directory: &dyn Directory, org: &str, name: &str) -> Employee {
    let id = directory.add_agent(org, name, Role::Agent).await.unwrap();
    let token = directory.issue_token(&id).await.unwrap();
    Employee { id, token }
}

pub fn france() -> Region {
    "FR".parse().unwrap()
}

/// The value both sides hold, as the agent has it and as the recipient types it.
pub fn value(typed: &str) -> Vec<Canonical> {
    vec![Kind::Phone.read(&france(), typed).unwrap()]
}

pub fn channel(origin: &str) -> Channel {
    Channel { origin: origin.to_owned(), org_handle: "acme".to_owned() }
}

/// What the agent's program has before it calls the service.
pub struct Draft {
    pub request: CreateSession,
    pub offered: agent::Offered,
}

impl Draft {
    pub fn new(origin: &str) -> Self {
        let id = SessionId::draw(&mut entropy).unwrap();
        let offer = offer();
        let values = value("+33612345678");
        let offered =
            agent::Offered::begin(&channel(origin), id, &offer, &values, Began::Recipient, &mut entropy)
                .unwrap();
        let request = CreateSession::new(id, offered.share().clone(), &offer, None);
        Self { request, offered }
    }

    pub fn placed(self, created: Created) -> Session {
        let token = RecipientToken::from_bytes(random()).to_string();
        Session {
            id: self.request.session_id.to_string(),
            token,
            created,
            request: self.request,
            offered: self.offered,
        }
    }
}

fn offer() -> Offer {
    OfferDraft {
        salt: Salt::draw(&mut entropy).unwrap(),
        ttl_secs: 120,
        passcode_digits: 6,
        compare: Compare::Shown,
        region: france(),
        org_name: "Acme".to_owned(),
        agent_name: "Dana".to_owned(),
        subject: "Ticket 4812".to_owned(),
        fields: vec![Field {
            name: "Phone number".to_owned(),
            kind: Kind::Phone,
            hint: "The number we are calling".to_owned(),
        }],
    }
    .check()
    .unwrap()
}

/// A session, the agent's secrets and the token of the page that is to open it.
pub struct Session {
    pub id: String,
    pub token: String,
    pub created: Created,
    pub request: CreateSession,
    pub offered: agent::Offered,
}

impl Session {
    /// A recipient's call.
    pub fn of_page(&self, verb: &str) -> String {
        page_path("acme", &self.id, verb)
    }

    /// An agent's call.
    pub fn of_agent(&self, verb: &str) -> String {
        format!("/api/v1/sessions/{}/{verb}", self.id)
    }
}

pub fn page_path(org: &str, id: &str, verb: &str) -> String {
    format!("/api/v1/orgs/{org}/sessions/{id}/{verb}")
}

pub fn nothing() -> Value {
    json!({})
}

/// The body of a response with this status.
pub async fn read<T: DeserializeOwned>(response: Response, status: StatusCode) -> T {
    let (got, url) = (response.status(), response.url().clone());
    let text = response.text().await.unwrap();
    assert_eq!(got, status, "{url}: {text}");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// Asserts that the response is this problem, in the documented form.
pub async fn problem(response: Response, status: u16, code: &str) -> Problem {
    let kind = response.headers().get(CONTENT_TYPE).cloned();
    let (got, url) = (response.status().as_u16(), response.url().clone());
    let text = response.text().await.unwrap();
    let problem: Problem =
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{url}: {error}: {text}"));
    assert_eq!((got, problem.code.as_str()), (status, code), "{url}: {text}");
    assert_eq!(kind.unwrap(), "application/problem+json", "{url}");
    assert_eq!((problem.kind.as_str(), problem.status), ("about:blank", status), "{url}");
    problem
}
