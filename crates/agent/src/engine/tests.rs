//! What of the loop takes hours, or a service that says nothing, to be seen from outside. All else is tried with the real service,
//! in the workspace's `tests/engine`.

use super::calls::Report;
use super::*;
use crate::credentials::{Credential, KeyringUnavailable};
use crate::desktop::{ClipboardUnavailable, Notice, PracticeUnavailable, ShortcutUnavailable};
use crate::history::NewRow;
use crate::view::{HistoryQuery, Outcome, Preferences};
use countersign_protocol::Began;
use std::pin::Pin;
use tempfile::TempDir;

/// A desktop nobody sits at, without a service to practise with and without a keyring.
struct Nobody;

impl Desktop for Nobody {
    fn show(&self, _view: &View) {}

    fn notify(&self, _notice: &Notice) {}

    fn copy(&self, _text: &str) -> Result<(), ClipboardUnavailable> {
        Ok(())
    }

    fn forget_copied(&self, _text: &str) {}

    fn raise(&self) {}

    fn adopt(&self, _preferences: &Preferences) -> Result<(), ShortcutUnavailable> {
        Ok(())
    }

    fn downloads(&self) -> PathBuf {
        PathBuf::from(".")
    }

    fn locale(&self) -> String {
        "en_US.UTF-8".to_owned()
    }

    fn open(&self, _url: &str) {}

    fn practice(&self) -> Pin<Box<dyn Future<Output = Result<Credential, PracticeUnavailable>> + Send + '_>> {
        Box::pin(std::future::ready(Err(PracticeUnavailable(String::new()))))
    }
}

impl CredentialStore for Nobody {
    fn load(&self, _service: &str) -> Result<Option<Zeroizing<String>>, KeyringUnavailable> {
        Err(KeyringUnavailable::Absent)
    }

    fn save(&self, _service: &str, _token: &str) -> Result<(), KeyringUnavailable> {
        Err(KeyringUnavailable::Absent)
    }

    fn forget(&self, _service: &str) -> Result<(), KeyringUnavailable> {
        Err(KeyringUnavailable::Absent)
    }
}

/// An engine whose loop does not run: the test is the loop.
fn still() -> (Engine<Nobody>, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let options = Options {
        folder: folder.path().to_owned(),
        desktop: Arc::new(Nobody),
        credentials: Arc::new(Nobody),
    };
    let (reports, _) = mpsc::unbounded_channel();
    (Engine::new(options, reports), folder)
}

fn insert(engine: &mut Engine<Nobody>, byte: u8, created_at: i64) -> SessionId {
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

fn outcomes(engine: &mut Engine<Nobody>) -> Vec<Option<Outcome>> {
    let reader = engine.history().unwrap().reader().unwrap();
    let page = reader.page(&HistoryQuery::default(), None, 10).unwrap();
    page.rows.iter().map(|row| row.outcome).collect()
}

#[tokio::test]
async fn a_start_is_refused_in_time_where_the_service_says_nothing_of_who_we_are() {
    let (mut engine, _folder) = still();
    let (reply, refused) = tokio::sync::oneshot::channel();
    engine.report(Report::Refreshed(engine.generation, None, reply, Refused::internal()));
    assert!(refused.await.unwrap().is_err());
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
