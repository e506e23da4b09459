//! The service killed (SIGKILL) at random points while two hundred sessions are live over HTTP, and started again on the same files
//! and port. Whoever gets no answer asks again, as clients do. What must hold: of two pages that race for a link one is let in,
//! ever; whatever was acknowledged to the rightful side is never denied to it later; events have no gap; the file is sound.
//!
//! Every other kill comes in the very moment in which somebody is told that a step is done: a service that says so a little before
//! it is on disk is seldom caught by a kill at any other.

use super::live::{Kills, Live};
use super::{below, late, pause, verdict};
use crate::load::{Failure, Target};
use crate::page::Page;
use crate::program::{HANDLE, ORGANIZATION, Program, Start, staff};
use countersign_protocol::SessionId;
use countersign_protocol::wire::{Created, Verdict, VerdictState};
use countersign_rig::port::free_port;
use reqwest::{Client, StatusCode};
use rusqlite::Connection;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Sessions that are live whenever the service is killed.
const LIVE: usize = 200;
/// Who play sessions: some are always just placing one or just done with one.
const PLAYERS: usize = 260;
const AGENTS: usize = 8;
/// Longest pause between two steps of a session.
const DAWDLE_MS: u64 = 300;

/// Kills after which the files are looked at: of both kinds, which take turns.
const INSPECTED_EVERY: usize = 7;

/// How long a kill waits for somebody to be told something.
const TELL: Duration = Duration::from_secs(2);

/// What those who play sessions have seen.
#[derive(Default)]
struct Tally {
    over: AtomicBool,
    /// Sessions that were acknowledged and whose end nobody has asked for yet.
    live: Arc<Live>,
    /// The program that whoever is told something next kills, at once.
    doomed: Mutex<Option<Program>>,
    killed: Notify,
    kills: Mutex<Kills>,
    whole: AtomicUsize,
    /// Sessions whose match was acknowledged.
    matched: Mutex<Vec<SessionId>>,
    faults: Mutex<Vec<String>>,
}

fn lock<T>(what: &Mutex<T>) -> MutexGuard<'_, T> {
    what.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Tally {
    /// Somebody has been told that a step is done.
    fn told(&self) {
        if self.live.count() >= LIVE
            && let Some(program) = self.take()
        {
            self.kill(program);
            self.killed.notify_one();
        }
    }

    fn take(&self) -> Option<Program> {
        lock(&self.doomed).take()
    }

    /// A program that was dead already, or dies of something else, is a fault and no kill that was survived.
    fn kill(&self, program: Program) {
        lock(&self.kills).note(self.live.count());
        if let Err(reason) = program.kill() {
            self.fault(format!("the service: {reason}"));
        }
    }

    fn fault(&self, fault: String) {
        lock(&self.faults).push(fault);
    }

    async fn kill_when_somebody_is_told(&self, program: Program) {
        *lock(&self.doomed) = Some(program);
        if tokio::time::timeout(TELL, self.killed.notified()).await.is_err() {
            match self.take() {
                // Nobody was told anything.
                Some(program) => self.kill(program),
                None => self.killed.notified().await,
            }
        }
    }
}

pub async fn run(kills: usize, back_within_ms: u64) -> Result<(), Failure> {
    let data = tempfile::tempdir()?;
    let tokens = staff(data.path(), AGENTS).await?;
    let port = free_port();
    let program = Program::start(&Start { port, ..Start::on(data.path()) })?;
    let tally = Arc::new(Tally::default());
    let mut players = JoinSet::new();
    for target in targets(&program.origin, &tokens)? {
        players.spawn(play(target, tally.clone()));
    }
    let (program, slowest) = kill_again_and_again(program, data.path(), kills, &tally).await?;
    tally.over.store(true, Ordering::Relaxed);
    while let Some(player) = players.join_next().await {
        player?;
    }
    if let Err(reason) = program.kill() {
        tally.fault(format!("the service after the last kill: {reason}"));
    }
    let mut faults = std::mem::take(&mut *lock(&tally.faults));
    faults.extend(inspect(data.path())?);
    let matched = std::mem::take(&mut *lock(&tally.matched));
    faults.extend(denied(data.path(), &matched)?);
    faults.extend(lock(&tally.kills).short_of(LIVE));
    faults.extend(late(slowest, back_within_ms));
    let (counted, whole) = (lock(&tally.kills).say(), tally.whole.load(Ordering::Relaxed));
    println!("# crash_service: {counted}; {whole} sessions came to their end, back within {slowest:?}");
    if whole == 0 {
        faults.push("no session came to its end".to_owned());
    }
    verdict("crash_service", kills, &faults)
}

/// Who play sessions, the agents in turn.
fn targets(origin: &str, tokens: &[String]) -> Result<Vec<Target>, Failure> {
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(40)).build()?;
    let target = |token: &String| Target {
        client: client.clone(),
        origin: origin.to_owned(),
        pages_at: None,
        handle: HANDLE.to_owned(),
        organization: ORGANIZATION.to_owned(),
        token: token.clone(),
    };
    Ok(tokens.iter().cycle().take(PLAYERS).map(target).collect())
}

/// Kills and starts it so often; the last one, and how long the slowest took to come back.
async fn kill_again_and_again(
    mut program: Program,
    data: &Path,
    kills: usize,
    tally: &Tally,
) -> Result<(Program, Duration), Failure> {
    let (port, origin) = (program.port()?, program.origin.clone());
    let mut slowest = Duration::ZERO;
    for number in 0..kills {
        tokio::time::sleep(Duration::from_millis(30 + below(400)?)).await;
        // What never are enough is counted with the kill.
        tally.live.reach_during(LIVE, program.ended()).await;
        if number % 2 == 0 {
            tally.kill(program);
        } else {
            tally.kill_when_somebody_is_told(program).await;
        }
        if number % INSPECTED_EVERY == 0 {
            lock(&tally.faults).extend(inspect(data)?);
        }
        let began = Instant::now();
        program = Program::start(&Start { port, origin: Some(&origin), ..Start::on(data) })?;
        slowest = slowest.max(began.elapsed());
    }
    Ok((program, slowest))
}

/// One session after another, until the last kill is over.
async fn play(target: Target, tally: Arc<Tally>) {
    while !tally.over.load(Ordering::Relaxed) {
        match session(&target, &tally).await {
            Ok(()) => drop(tally.whole.fetch_add(1, Ordering::Relaxed)),
            Err(fault) => {
                tally.fault(fault.to_string());
                return;
            }
        }
    }
}

async fn session(target: &Target, tally: &Tally) -> Result<(), Failure> {
    let begun = target.begin()?;
    let created = target.persist("/api/v1/sessions", &begun.request).await?;
    let live = tally.live.one();
    tally.told();
    let created: Created = serde_json::from_slice(&created)?;
    pause(DAWDLE_MS).await?;
    let (one, other) = (Page::of(&target.client, &created.url)?, Page::of(&target.client, &created.url)?);
    let (first, second) = tokio::join!(one.try_open(), other.try_open());
    tally.told();
    let (page, opened, loser) = match (first?, second?) {
        (Some(opened), None) => (one, opened, other),
        (None, Some(opened)) => (other, opened, one),
        (Some(_), Some(_)) => return Err("two pages opened one link".into()),
        (None, None) => return Err("a link that was acknowledged opens for nobody".into()),
    };
    pause(DAWDLE_MS).await?;
    let (answered, answer) = Page::compute(opened, &Target::entered())?;
    let (status, _) = page.call("answer", &answer, false).await?;
    tally.told();
    if status != StatusCode::ACCEPTED {
        return Err(format!("the answer of the page that opened: {status}").into());
    }
    if loser.try_open().await?.is_some() {
        return Err("a link that was opened opened again".into());
    }
    pause(DAWDLE_MS).await?;
    let accepted = begun.offered.spend(|_| Ok::<(), Failure>(()))?.check(&answer)?;
    let verdict = Verdict::accept(accepted.tag().clone());
    target.persist(&format!("/api/v1/sessions/{}/verdict", begun.id), &verdict).await?;
    tally.told();
    pause(DAWDLE_MS).await?;
    let state = page.answer(&answer).await?;
    if !matches!(state, VerdictState::Accepted { .. }) {
        return Err(format!("a verdict that was acknowledged is {state:?}").into());
    }
    let confirmed = Page::confirm(answered, &state)?;
    page.viewed(&confirmed).await?;
    tally.told();
    pause(DAWDLE_MS).await?;
    drop(live);
    page.matches().await?;
    lock(&tally.matched).push(begun.id);
    tally.told();
    Ok(())
}

/// Matches that were acknowledged and that the history does not have.
fn denied(data: &Path, matched: &[SessionId]) -> Result<Vec<String>, Failure> {
    let connection = Connection::open(data.join("countersign.db"))?;
    let mut known = connection.prepare("SELECT 1 FROM audit WHERE session = ?1 AND outcome = 'matched'")?;
    let mut faults = Vec::new();
    for id in matched {
        if !known.exists([id.as_bytes()])? {
            faults.push(format!("a match that was acknowledged is not in the history: {id}"));
        }
    }
    Ok(faults)
}

/// What the files must be like whatever happened.
fn inspect(data: &Path) -> Result<Vec<String>, Failure> {
    let connection = Connection::open(data.join("countersign.db"))?;
    let mut faults = Vec::new();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if sound != "ok" {
        faults.push(format!("integrity_check: {sound}"));
    }
    for (what, query) in [
        (
            "a link was opened twice",
            "SELECT count(*) FROM (SELECT 1 FROM events WHERE name = 'opened' GROUP BY json_extract(data, '$.session_id') HAVING count(*) > 1)",
        ),
        (
            "an agent's events have a gap",
            "SELECT count(*) FROM (SELECT 1 FROM events GROUP BY agent HAVING max(seq) - min(seq) + 1 <> count(*))",
        ),
        (
            "an outcome without its audit",
            "SELECT count(*) FROM sessions JOIN audit ON audit.row = sessions.audit WHERE stage = 'matched' AND audit.outcome IS NOT 'matched'",
        ),
    ] {
        let found: i64 = connection.query_row(query, [], |row| row.get(0))?;
        if found > 0 {
            faults.push(format!("{what}: {found}"));
        }
    }
    Ok(faults)
}
