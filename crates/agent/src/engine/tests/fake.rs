//! A service of a few lines that can be changed while the engine works, and a desktop nobody looks at.

use crate::credentials::{Credential, CredentialStore, KeyringUnavailable};
use crate::desktop::{ClipboardUnavailable, Desktop, Notice, PracticeUnavailable, ShortcutUnavailable};
use crate::view::{Preferences, View};
use countersign_protocol::SessionId;
use countersign_protocol::wire::{
    AgentEvent, AgentProfile, CreateSession, Created, EventKind, Me, OrgProfile, Policy, Problem, Role,
    Verdict,
};
use std::collections::HashMap;
use std::future::Future;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
use std::time::Duration;
use tokio::sync::watch;
use zeroize::Zeroizing;

const TTL_MS: u64 = 120_000;

/// What the service knows.
pub(super) struct Known {
    pub(super) me: Me,
    pub(super) created: Vec<CreateSession>,
    pub(super) verdicts: HashMap<SessionId, Verdict>,
    pub(super) cancelled: Vec<SessionId>,
    pub(super) streams: u32,
    events: Vec<AgentEvent>,
}

#[derive(Clone)]
pub(super) struct Service {
    known: Arc<Mutex<Known>>,
    pub(super) origin: String,
}

impl Service {
    pub(super) fn open() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let organization = OrgProfile {
            handle: "acme".into(),
            name: "Acme".into(),
            country: "US".parse().unwrap(),
            description: String::new(),
            website: String::new(),
            logo_url: None,
            domains: Vec::new(),
            channels: Vec::new(),
            numbers: true,
            practice: false,
        };
        let me = Me {
            agent: AgentProfile { id: "dana".into(), name: "Dana".into() },
            role: Role::Agent,
            organization,
            origin: origin.clone(),
            policy: Policy::default(),
        };
        let known = Arc::new(Mutex::new(Known {
            me,
            created: Vec::new(),
            verdicts: HashMap::new(),
            cancelled: Vec::new(),
            streams: 0,
            events: Vec::new(),
        }));
        let service = Self { known, origin };
        let serving = service.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let service = serving.clone();
                // A client that went away is no failure.
                thread::spawn(move || drop(service.serve(stream.unwrap())));
            }
        });
        service
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap()
    }

    pub(super) fn credential(&self) -> Credential {
        Credential { service: self.origin.clone(), token: Zeroizing::new("token".into()), practice: true }
    }

    pub(super) fn tell(&self, session_id: SessionId, what: EventKind) {
        self.known().events.push(AgentEvent { session_id, at: "2026-01-01T12:00:00Z".into(), what });
    }

    /// One request of one connection.
    fn serve(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_whitespace().map(str::to_owned);
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let (mut length, mut after) = (0, 0);
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim().split_once(": ") else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().unwrap(),
                "last-event-id" => after = value.parse().unwrap(),
                _ => {}
            }
        }
        if path == "/api/v1/events" {
            return self.stream(stream, after);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        let (status, text) = self.answer(&method, &path, &body);
        let length = text.len();
        write!(
            stream,
            "HTTP/1.1 {status} Said\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n{text}"
        )
    }

    fn stream(&self, mut stream: TcpStream, mut after: usize) -> std::io::Result<()> {
        self.known().streams += 1;
        write!(
            stream,
            "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n: here\n\n"
        )?;
        loop {
            let new: Vec<AgentEvent> = self.known().events.iter().skip(after).cloned().collect();
            for event in new {
                after += 1;
                let data = serde_json::to_string(&event).unwrap();
                write!(stream, "id: {after}\nevent: {}\ndata: {data}\n\n", event.what.name())?;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn answer(&self, method: &str, path: &str, body: &[u8]) -> (u16, String) {
        let mut known = self.known();
        let session =
            path.strip_prefix("/api/v1/sessions/").and_then(|rest| rest.split('/').next()?.parse().ok());
        match (method, path, session) {
            ("GET", "/api/v1/me", _) => (200, serde_json::to_string(&known.me).unwrap()),
            ("GET", "/api/v1/templates", _) => (200, r#"{"templates":[]}"#.to_owned()),
            ("POST", "/api/v1/sessions", _) => {
                let request: CreateSession = serde_json::from_slice(body).unwrap();
                if request.org_name != known.me.organization.name {
                    return problem(409, "profile_changed");
                }
                if request.passcode_digits != known.me.policy.passcode_digits {
                    return problem(400, "out_of_policy");
                }
                let created = Created {
                    url: format!("{}/acme/{}", self.origin, request.session_id),
                    number: "123456".into(),
                    created_at: "2026-01-01T12:00:00Z".into(),
                    expires_at: "2026-01-01T12:02:00Z".into(),
                    ttl_ms: TTL_MS,
                };
                known.created.push(request);
                (201, serde_json::to_string(&created).unwrap())
            }
            ("POST", _, Some(id)) => {
                if path.ends_with("/verdict") {
                    known.verdicts.insert(id, serde_json::from_slice(body).unwrap());
                }
                (200, "{}".to_owned())
            }
            ("DELETE", _, Some(id)) => {
                known.cancelled.push(id);
                (200, "{}".to_owned())
            }
            _ => problem(404, "not_found"),
        }
    }
}

fn problem(status: u16, code: &str) -> (u16, String) {
    let problem =
        Problem { kind: "about:blank".into(), title: "No".into(), status, code: code.into(), detail: None };
    (status, serde_json::to_string(&problem).unwrap())
}

/// A desktop that keeps the newest view, and whose shortcuts other programs may have.
pub(super) struct Desk {
    pub(super) view: watch::Sender<Option<View>>,
    pub(super) taken: Mutex<Vec<String>>,
    credential: Credential,
}

impl Desk {
    pub(super) fn with(credential: Credential) -> Self {
        Self { view: watch::Sender::new(None), taken: Mutex::default(), credential }
    }
}

impl Desktop for Desk {
    fn show(&self, view: &View) {
        self.view.send_replace(Some(view.clone()));
    }

    fn notify(&self, _notice: &Notice) {}

    fn copy(&self, _text: &str) -> Result<(), ClipboardUnavailable> {
        Ok(())
    }

    fn forget_copied(&self, _text: &str) {}

    fn raise(&self) {}

    fn adopt(&self, preferences: &Preferences) -> Result<(), ShortcutUnavailable> {
        if self.taken.lock().unwrap().contains(&preferences.shortcut) {
            Err(ShortcutUnavailable)
        } else {
            Ok(())
        }
    }

    fn downloads(&self) -> PathBuf {
        PathBuf::from(".")
    }

    fn locale(&self) -> String {
        "en_US.UTF-8".to_owned()
    }

    fn open(&self, _url: &str) {}

    fn practice(&self) -> Pin<Box<dyn Future<Output = Result<Credential, PracticeUnavailable>> + Send + '_>> {
        Box::pin(std::future::ready(Ok(self.credential.clone())))
    }
}

/// A keyring that keeps nothing.
pub(super) struct NoKeyring;

impl CredentialStore for NoKeyring {
    fn load(&self, _service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable> {
        Err(KeyringUnavailable)
    }

    fn save(&self, _service: &str, _token: &str) -> Result<(), KeyringUnavailable> {
        Err(KeyringUnavailable)
    }

    fn forget(&self, _service: &str) -> Result<(), KeyringUnavailable> {
        Err(KeyringUnavailable)
    }
}
