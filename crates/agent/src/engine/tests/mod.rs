//! The loop's own rules: what it does when the service changes under it, when history cannot be written, and as time goes by.

mod fake;

use super::calls::Report;
use super::*;
use crate::history::NewRow;
use crate::view::{FieldEntry, FieldSpec, HistoryQuery, Outcome, Preferences, SessionView, StartRequest};
use countersign_protocol::keys::Channel;
use countersign_protocol::recipient::Opened;
use countersign_protocol::wire::{self, CreateSession, EventKind};
use countersign_protocol::{Began, Kind};
use fake::{Desk, NoKeyring, Service as Fake};
use tempfile::TempDir;

/// Only a failing test waits so long.
const PATIENCE: Duration = Duration::from_secs(20);
const PHONE: &str = "(202) 555-0143";

/// An engine at a service.
struct Table {
    service: Fake,
    engine: Handle,
    desktop: Arc<Desk>,
    _folder: TempDir,
}

async fn lay() -> Table {
    let (service, folder) = (Fake::open(), tempfile::tempdir().unwrap());
    let desktop = Arc::new(Desk::with(service.credential()));
    let engine = Engine::spawn(options(&folder, &desktop));
    let table = Table { service, engine, desktop, _folder: folder };
    table.until(|view| view.connection == Connection::Online).await;
    table
}

fn options(folder: &TempDir, desktop: &Arc<Desk>) -> Options<Desk> {
    Options { folder: folder.path().to_owned(), desktop: desktop.clone(), credentials: Arc::new(NoKeyring) }
}

/// An engine whose loop does not run: the test is the loop.
fn still() -> (Engine<Desk>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let desktop = Arc::new(Desk::with(Fake::open().credential()));
    let (reports, _) = mpsc::unbounded_channel();
    (Engine::new(options(&folder, &desktop), reports), folder)
}

impl Table {
    async fn until(&self, wanted: impl Fn(&View) -> bool) -> View {
        let mut views = self.desktop.view.subscribe();
        let found = views.wait_for(|view| view.as_ref().is_some_and(&wanted));
        match tokio::time::timeout(PATIENCE, found).await {
            Ok(found) => found.unwrap().clone().unwrap(),
            Err(elapsed) => panic!("{elapsed}; still: {:?}", self.desktop.view.borrow()),
        }
    }

    async fn session(&self, id: &str, wanted: impl Fn(&SessionView) -> bool) -> SessionView {
        let of = |view: &View| view.sessions.iter().find(|session| session.id == id).cloned();
        of(&self.until(|view| of(view).is_some_and(|session| wanted(&session))).await).unwrap()
    }

    async fn start(&self) -> Result<String, Refused> {
        let field = FieldSpec { name: "Phone number".into(), kind: Kind::Phone, hint: String::new() };
        let request = StartRequest {
            template: None,
            fields: vec![FieldEntry { field, value: Zeroizing::new(PHONE.into()) }],
            subject: "Ticket 4812".into(),
            began: Began::Organization,
            ttl_secs: 120,
            prefill: false,
            language: Language::System,
        };
        self.engine.start(request).await
    }

    /// The recipient's side, up to the passcode on their screen.
    async fn view_passcode(&self, id: &str) {
        let id: SessionId = id.parse().unwrap();
        let request: CreateSession =
            self.service.known().created.iter().find(|request| request.session_id == id).unwrap().clone();
        let channel = Channel { origin: self.service.origin.clone(), org_handle: "acme".into() };
        let opened = Opened::new(channel, id, request.offer().unwrap(), request.share);
        let value = Kind::Phone.read(&request.region, PHONE).unwrap();
        let (answered, answer) = opened.answer(&[value], Began::Organization, &mut os_entropy()).unwrap();
        self.service.tell(id, EventKind::Opened);
        self.service.tell(id, EventKind::Answered(answer));
        let tag = loop {
            let verdict = self.service.known().verdicts.get(&id).cloned();
            match verdict {
                Some(verdict) => break verdict.tag.unwrap(),
                None => tokio::time::sleep(Duration::from_millis(5)).await,
            }
        };
        let confirmed = answered.accept(&tag).ok().unwrap();
        self.service.tell(id, EventKind::Viewed { nonce: confirmed.nonce().clone() });
        self.session(&id.to_string(), |session| session.allowed.reveal).await;
    }
}

#[tokio::test]
async fn a_changed_profile_refuses_one_start_and_leaves_live_sessions_alone() {
    let table = lay().await;
    let first = table.start().await.unwrap();
    table.view_passcode(&first).await;

    table.service.known().me.organization.name = "Acme and Daughters".into();
    let refused = table.start().await.unwrap_err();
    assert!(refused.message.contains("Start the session again"), "{refused:?}");
    table.start().await.unwrap();
    assert_eq!(table.engine.view().await.unwrap().identity.unwrap().organization, "Acme and Daughters");

    table.engine.reveal(first.clone()).await.unwrap();
    let yes = wire::Outcome { matched: true, unexpected: false };
    table.service.tell(first.parse().unwrap(), EventKind::Outcome(yes));
    let ended = table.session(&first, |session| session.outcome.is_some()).await;
    assert_eq!(ended.outcome, Some(Outcome::Matched));
    let known = table.service.known();
    assert_eq!((known.streams, known.cancelled.len()), (1, 0), "the stream went on");
}

#[tokio::test]
async fn a_changed_policy_refuses_one_start() {
    let table = lay().await;
    table.service.known().me.policy.passcode_digits = 8;
    assert_eq!(table.start().await.unwrap_err().code, RefusedCode::OutOfPolicy);
    table.start().await.unwrap();
    assert_eq!(table.service.known().created[0].passcode_digits, 8);
}

#[tokio::test]
async fn a_start_is_refused_in_time_where_the_service_says_nothing_of_who_we_are() {
    let (mut engine, _folder) = still();
    let (reply, refused) = tokio::sync::oneshot::channel();
    engine.report(Report::Refreshed(engine.generation, None, reply, Refused::internal()));
    assert!(refused.await.unwrap().is_err());
}

#[tokio::test]
async fn a_session_that_is_recreated_twice_at_once_is_recreated_once() {
    let table = lay().await;
    let first = table.start().await.unwrap();
    let again = || table.engine.recreate(first.clone());
    let (one, other) = tokio::join!(again(), again());
    let [made] = [one, other].into_iter().filter_map(Result::ok).collect::<Vec<_>>().try_into().unwrap();
    let view = table.engine.view().await.unwrap();
    assert_eq!(
        view.sessions.iter().map(|session| session.id.clone()).collect::<Vec<_>>(),
        std::slice::from_ref(&made)
    );
    // All but the one on the table are called off at the service.
    let gone = |known: &fake::Known| {
        let live = |request: &&CreateSession| !known.cancelled.contains(&request.session_id);
        known.created.iter().filter(live).map(|request| request.session_id.to_string()).collect::<Vec<_>>()
    };
    let waited = Instant::now();
    while gone(&table.service.known()) != [made.clone()] {
        assert!(waited.elapsed() < PATIENCE, "another one is open at the service");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn insert(engine: &mut Engine<Desk>, byte: u8, created_at: i64) -> SessionId {
    let id = SessionId::from_bytes([byte; 16]);
    let row = NewRow {
        id: &id,
        service: "practice",
        created_at,
        subject: "",
        template: None,
        fields: Vec::new(),
        began: Began::Recipient,
        ttl_secs: 120,
    };
    engine.history().unwrap().insert(&row).unwrap();
    id
}

fn outcomes(engine: &mut Engine<Desk>) -> Vec<Option<Outcome>> {
    let reader = engine.history().unwrap().reader().unwrap();
    let page = reader.page(&HistoryQuery::default(), None, 10).unwrap();
    page.rows.iter().map(|row| row.outcome).collect()
}

#[tokio::test]
async fn what_history_does_not_take_is_written_later_and_the_warning_goes() {
    let (mut engine, folder) = still();
    let id = insert(&mut engine, 1, now_ms());
    let disk = rusqlite::Connection::open(folder.path().join("history.db")).unwrap();
    disk.execute_batch(
        "CREATE TRIGGER full BEFORE UPDATE ON sessions BEGIN SELECT RAISE (ABORT, 'the disk is full'); END",
    )
    .unwrap();
    engine.record(&id, Milestone::Opened);
    engine.record(&id, Milestone::Ended(Outcome::Cancelled));
    assert_eq!(engine.warnings, [Warning::HistoryUnavailable]);
    assert_eq!(outcomes(&mut engine), [None]);
    assert!(engine.next_wake().is_some_and(|at| at <= Instant::now() + WRITE_AGAIN_AFTER));

    disk.execute_batch("DROP TRIGGER full").unwrap();
    engine.write_at = Some(Instant::now());
    engine.tick();
    assert_eq!(outcomes(&mut engine), [Some(Outcome::Cancelled)]);
    assert_eq!((engine.warnings.as_slice(), engine.write_at), ([].as_slice(), None));
}

#[tokio::test]
async fn an_enrolment_the_keyring_keeps_takes_back_what_was_said_of_the_keyring() {
    let (mut engine, _folder) = still();
    let enrol = |kept| {
        let (reply, _) = tokio::sync::oneshot::channel();
        Report::Enrolled(Fake::open().credential(), kept, reply)
    };
    engine.report(enrol(Err(crate::credentials::KeyringUnavailable)));
    assert_eq!(engine.warnings, [Warning::KeyringUnavailable]);
    engine.report(enrol(Ok(())));
    assert_eq!(engine.warnings, []);
}

#[tokio::test]
async fn history_is_rid_of_what_is_too_old_while_the_program_runs() {
    let (mut engine, _folder) = still();
    engine.settings.preferences.history_days = 30;
    let day = 24 * 3600 * 1000;
    for (byte, days) in [(1, 31), (2, 29)] {
        let id = insert(&mut engine, byte, now_ms() - days * day);
        engine.record(&id, Milestone::Ended(Outcome::Matched));
    }
    engine.tick();
    assert_eq!(outcomes(&mut engine).len(), 2, "not at every tick");
    assert!(engine.next_wake().is_some_and(|at| at <= Instant::now() + FORGET_EVERY));
    engine.forget_at = Instant::now();
    engine.tick();
    assert_eq!(outcomes(&mut engine).len(), 1);
    assert!(engine.forget_at > Instant::now());
}

#[tokio::test]
async fn a_shortcut_that_another_program_has_taken_does_not_stand_in_the_way_of_other_settings() {
    let (mut engine, _folder) = still();
    let current = engine.settings.preferences.shortcut.clone();
    *engine.desktop.taken.lock().unwrap() = vec![current.clone(), "Ctrl+Alt+K".to_owned()];
    engine.set_preferences(Preferences { ttl_secs: 300, ..Preferences::default() }).unwrap();
    engine.toggle_notifications().unwrap();
    let kept = engine.settings_file.load().preferences;
    assert_eq!((kept.ttl_secs, kept.notifications, &kept.shortcut), (300, false, &current));
    let other = Preferences { shortcut: "Ctrl+Alt+K".into(), ..kept };
    assert_eq!(engine.set_preferences(other).unwrap_err().code, RefusedCode::Shortcut);
    assert_eq!(engine.settings_file.load().preferences.shortcut, current);
}
