//! Where a test sits: a service, an engine, and the folder both live in.

use crate::between::{self, Lies};
use crate::recorder::{Keyring, Recorder};
use countersign_agent::credentials::{Credential, CredentialStore};
use countersign_agent::view::{FieldEntry, FieldSpec, Language, SessionView, StartRequest, View};
use countersign_agent::{Engine, Handle, Options};
use countersign_protocol::{Began, Kind};
use countersign_service::limits::Limits;
use countersign_service::{PracticeOrg, ServeOptions, Served, serve};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use zeroize::Zeroizing;

/// Long enough for any machine; nothing waits for it but a failure.
const PATIENCE: Duration = Duration::from_secs(30);
pub const PHONE: &str = "(202) 555-0143";

pub struct Table {
    pub folder: TempDir,
    pub engine: Handle,
    pub desktop: Arc<Recorder>,
    pub keyring: Arc<Keyring>,
    credential: Credential,
    service: Served,
}

pub async fn lay() -> Table {
    lay_with(Arc::new(Keyring::default())).await
}

pub async fn lay_with(keyring: Arc<Keyring>) -> Table {
    lay_limited(keyring, Limits::default()).await
}

/// As [`lay_with`], with other limits at the service.
pub async fn lay_limited(keyring: Arc<Keyring>, limits: Limits) -> Table {
    let folder = tempfile::tempdir().unwrap();
    let service = serve(ServeOptions {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        public_origin: None,
        data: folder.path().join("service"),
        page: None,
        limits,
        practice: Some(PracticeOrg {
            handle: "demo".into(),
            name: "Demo".into(),
            country: "US".parse().unwrap(),
            agent: "Dana".into(),
        }),
    })
    .await
    .unwrap();
    let token = Zeroizing::new(service.practice_token().unwrap().expose().to_owned());
    let credential = Credential { service: service.origin().to_owned(), token, practice: true };
    let (engine, desktop) = start(folder.path(), &credential, &keyring).await;
    Table { folder, engine, desktop, keyring, credential, service }
}

async fn start(folder: &Path, credential: &Credential, keyring: &Arc<Keyring>) -> (Handle, Arc<Recorder>) {
    let (engine, desktop) = spawn(folder, credential, keyring);
    let mut views = desktop.view.subscribe();
    let ready = views.wait_for(|view| view.as_ref().is_some_and(|view| view.identity.is_some()));
    tokio::time::timeout(PATIENCE, ready).await.unwrap().unwrap();
    (engine, desktop)
}

fn spawn(folder: &Path, credential: &Credential, keyring: &Arc<Keyring>) -> (Handle, Arc<Recorder>) {
    let desktop = Arc::new(Recorder::new(credential.clone(), folder.join("downloads")));
    let credentials: Arc<dyn CredentialStore> = keyring.clone();
    let options = Options { folder: folder.join("agent"), desktop: desktop.clone(), credentials };
    (Engine::spawn(options), desktop)
}

impl Table {
    /// Ends the engine and starts another on the same files.
    pub async fn start_again(&mut self) {
        self.engine.quit().await;
        (self.engine, self.desktop) = start(self.folder.path(), &self.credential, &self.keyring).await;
    }

    /// Starts the engine again with something between it and the service.
    pub async fn stand_between(&mut self, lies: Arc<Lies>) {
        let addr = between::stand(self.service.addr(), lies).await;
        self.credential.service = format!("http://{addr}");
        self.start_again().await;
    }

    /// As [`Self::start_again`], without waiting until it is known who we are.
    pub async fn start_again_unknown(&mut self) {
        self.engine.quit().await;
        (self.engine, self.desktop) = spawn(self.folder.path(), &self.credential, &self.keyring);
    }

    /// Runs a command of the operator's beside the service; what it prints.
    pub fn administer(&self, args: &[&str]) -> String {
        let program = Path::new(env!("CARGO_BIN_EXE_countersign")).with_file_name("countersign-service");
        assert!(program.exists(), "countersign-service is not built: cargo build --workspace");
        let data = self.folder.path().join("service");
        let output = Command::new(program).args(args).arg("--data").arg(data).output().unwrap();
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits until a view is as told.
    pub async fn until(&self, wanted: impl Fn(&View) -> bool) -> View {
        let mut views = self.desktop.view.subscribe();
        let found = views.wait_for(|view| view.as_ref().is_some_and(&wanted));
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(found) => found.unwrap().clone().unwrap(),
            Err(elapsed) => panic!("{elapsed}; still: {:?}", self.desktop.view.borrow()),
        }
    }

    /// Waits until a session is as told.
    pub async fn session(&self, id: &str, wanted: impl Fn(&SessionView) -> bool) -> SessionView {
        let of = |view: &View| view.sessions.iter().find(|session| session.id == id).cloned();
        let view = self.until(|view| of(view).is_some_and(|session| wanted(&session))).await;
        of(&view).unwrap()
    }

    /// Starts a session about a telephone number; its card.
    pub async fn phone_session(&self, subject: &str, began: Began) -> SessionView {
        let id = self.engine.start(request(Some("phone"), subject, Kind::Phone, PHONE, began)).await.unwrap();
        self.session(&id, |_| true).await
    }
}

pub fn request(template: Option<&str>, subject: &str, kind: Kind, value: &str, began: Began) -> StartRequest {
    let field = FieldSpec { name: "Phone number".into(), kind, hint: String::new() };
    StartRequest {
        template: template.map(str::to_owned),
        fields: vec![FieldEntry { field, value: Zeroizing::new(value.into()) }],
        subject: subject.into(),
        began,
        ttl_secs: 120,
        prefill: false,
        language: Language::System,
    }
}
