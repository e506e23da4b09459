//! The disk is full: a real file system with no room left, or, where none may be mounted, a real limit on the size of files.
//! Nothing that was acknowledged is lost, what is not taken is said so, and with room again everything goes on.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::PATIENCE;
use common::program::{Serving, ask};
use common::service::{Caller, Draft, Employee, nothing, problem, read};
use countersign_protocol::wire::Created;
use reqwest::StatusCode;
use rusqlite::Connection;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;
use tempfile::TempDir;

const ORIGIN: &str = "https://verify.example";
/// Files of the limited kind grow to this.
const FILE_BYTES: &str = "786432";

/// A folder whose room the test holds in its hand.
struct Room {
    folder: TempDir,
    mounted: bool,
}

impl Room {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mount = ["-t", "tmpfs", "-o", "size=16m", "tmpfs"];
        let mounted = Command::new("mount").args(mount).arg(folder.path()).output();
        Self { mounted: mounted.is_ok_and(|mounted| mounted.status.success()), folder }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What starts the service so that there can be no room.
    fn prefix(&self) -> &'static [&'static str] {
        if self.mounted { &[] } else { &["env", "--ignore-signal=XFSZ"] }
    }

    fn fill(&self, process: u32) {
        if !self.mounted {
            return limit(process, FILE_BYTES);
        }
        let mut filler = std::fs::File::create(self.filler()).unwrap();
        for piece in [1 << 16, 1 << 12, 1] {
            while filler.write_all(&vec![1; piece]).is_ok() {}
        }
    }

    fn empty(&self, process: u32) {
        if self.mounted {
            std::fs::remove_file(self.filler()).unwrap();
        } else {
            limit(process, "unlimited");
        }
    }

    fn filler(&self) -> PathBuf {
        self.folder.path().join("filler")
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).status();
        }
    }
}

fn limit(process: u32, bytes: &str) {
    let limit = [format!("--pid={process}"), format!("--fsize={bytes}:")];
    assert!(Command::new("prlimit").args(limit).status().unwrap().success());
}

fn furnish(data: &Path) -> Employee {
    ask(data, &["org", "add", "acme", "--name", "Acme", "--country", "FR"]);
    let add = ["agent", "add", "--org", "acme", "--name", "Dana", "--token", "--json"];
    let dana: Value = serde_json::from_str(&ask(data, &add)).unwrap();
    let text = |name: &str| dana[name].as_str().unwrap().to_owned();
    Employee { id: text("id"), token: text("token") }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_is_over_when_there_is_room() {
    let room = Room::new();
    let data = room.data();
    let dana = furnish(&data);
    let token = dana.token.clone();
    let args = [
        "--public-origin",
        ORIGIN,
        "--creations-per-minute",
        "1000000",
        "--live-sessions-per-agent",
        "1000000",
    ];
    let serving = Serving::start_through(room.prefix(), &data, &args, "warn");
    let service = Caller::new(ORIGIN.to_owned(), serving.addr, dana);
    let opened = service.session().await;
    let page = service.open(&opened).await;
    let waiting = service.session().await;
    room.fill(serving.id());

    // Until nothing is taken any more.
    let (mut taken, mut refused) = (Vec::new(), Vec::new());
    let began = Instant::now();
    while refused.len() < 5 {
        assert!(began.elapsed() < 4 * PATIENCE, "there is still room after {} sessions", taken.len());
        let draft = Draft::new(ORIGIN);
        let answer = service.post("/api/v1/sessions", &token, &draft.request).await;
        if answer.status() == StatusCode::CREATED {
            taken.push(draft.placed(read(answer, StatusCode::CREATED).await));
        } else {
            problem(answer, 503, "unavailable").await;
            refused.push(draft);
        }
    }
    // It says so, is up, and tells what it knows.
    assert_eq!(service.get("/healthz").await.status(), 200);
    let began = Instant::now();
    while service.get("/readyz").await.status() == 200 {
        assert!(began.elapsed() < PATIENCE, "it says that it is ready");
    }
    problem(service.get("/readyz").await, 503, "unavailable").await;
    assert_eq!(service.get("/api/v1/orgs/acme").await.status(), 200);
    let unopened = service.post(&waiting.of_page("open"), &waiting.token, &nothing()).await;
    problem(unopened, 503, "unavailable").await;

    room.empty(serving.id());
    let began = Instant::now();
    while service.get("/readyz").await.status() != 200 {
        assert!(began.elapsed() < PATIENCE, "it does not recover");
    }
    let (answered, answer) = service.answer(&opened, page).await;
    service.finish(opened, answered, &answer).await;
    service.complete(waiting).await;
    for session in &taken {
        let again = service.post("/api/v1/sessions", &token, &session.request).await;
        let again: Created = read(again, StatusCode::CREATED).await;
        assert_eq!(
            (&again.number, &again.expires_at),
            (&session.created.number, &session.created.expires_at)
        );
    }
    for draft in &refused {
        let path = common::service::page_path("acme", &draft.request.session_id.to_string(), "open");
        problem(service.post(&path, &common::tag().to_string(), &nothing()).await, 404, "invalid_session")
            .await;
    }
    // The log says what is wrong.
    let (_, log) = serving.kill();
    assert!(
        log.contains("the database cannot be written") || log.contains("full") || log.contains("I/O"),
        "{log}"
    );
    let database = Connection::open(data.join("countersign.db")).unwrap();
    let whole: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
    let sessions: i64 = database.query_row("SELECT count(*) FROM sessions", [], |row| row.get(0)).unwrap();
    assert_eq!(sessions, 2 + i64::try_from(taken.len()).unwrap());
}
