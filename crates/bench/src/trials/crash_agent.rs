//! The agent's engine as a process of its own, killed (SIGKILL) at random points while two hundred sessions are live, and started again
//! on the same folder. What must hold until a kill: it lives; whoever answers right is accepted, hears the passcode that they see, and
//! the session ends as matched. After each kill: the history is sound; every session whose start was acknowledged has its row; every
//! end that was shown is recorded; every answer that was accepted had its share recorded as spent before. After each start: the chain
//! of records is whole, and nothing of an earlier life still runs.
//!
//! Every other kill comes in the very moment in which somebody hears of a start, an acceptance or an end: what the engine says a
//! little before it is on disk is seldom caught by a kill at any other.

use super::live::{Kills, Live, One};
use super::{below, late, pause, verdict};
use crate::desk::Desk;
use crate::load::{Failure, Target};
use crate::page::Page;
use crate::program::{Program, Start, killed, staff};
use countersign_agent::view::{Connection as Contact, Integrity};
use countersign_protocol::wire::VerdictState;
use reqwest::Client;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::{Notify, oneshot};
use tokio::task::{JoinError, JoinHandle, JoinSet};

/// Sessions that are live whenever the engine is killed.
const LIVE: usize = 200;
/// Sessions a life works at: some are always just being placed or just over.
const AT_WORK: usize = 250;
/// Lives on the same folders. All that these have ever held is looked at after each kill: ten thousand on the same would not come to
/// their end.
const LIVES: usize = 20;
/// Longest pause between two steps of a recipient, of whom most take their time, so that many are live, and every eighth hurries, so
/// that some come to their end.
const DAWDLE_MS: u64 = 4000;
const HURRY_MS: u64 = 50;
/// Where the engine finds its token: the file a keyring's entry is, for the time of the trial.
const TOKEN: &str = "token";
/// How long a kill waits for some session to end.
const END: Duration = Duration::from_secs(30);
/// How long a kill waits for somebody to hear something.
const HEAR: Duration = Duration::from_secs(2);

/// One life: starts sessions, and says what it would have shown its user, each line once it is certain.
pub async fn desk(folder: &Path, origin: &str) -> Result<(), Failure> {
    let worked = sit_and_work(folder, origin).await;
    if let Err(reason) = &worked {
        println!("failed {}", reason.to_string().replace('\n', " "));
    }
    worked
}

async fn sit_and_work(folder: &Path, origin: &str) -> Result<(), Failure> {
    let token = std::fs::read_to_string(folder.join(TOKEN))?;
    let desk = Desk::sit(folder, origin, &token).await?;
    desk.until(|view| view.connection == Contact::Online).await?;
    println!("ready");
    match desk.engine.verify_history().await.map_err(|refused| format!("{refused:?}"))? {
        Integrity::Whole { records, .. } => println!("whole {records}"),
        // A first life that was killed before the key was kept has sealed nothing either.
        other => println!("broken {other:?}"),
    }
    work(&desk).await
}

/// Starts sessions, reveals each passcode as soon as that may be, and starts another one for each that is over. One looks at the view
/// for all: were each session waited for by itself, two hundred would look at two hundred cards at every change.
async fn work(desk: &Desk) -> Result<(), Failure> {
    let mut doing: JoinSet<Result<(), Failure>> = (0..AT_WORK).map(|_| place(desk.clone())).collect();
    let (mut revision, mut revealed, mut over) = (0, HashSet::new(), HashSet::new());
    loop {
        let view = tokio::select! {
            Some(done) = doing.join_next() => { done??; continue }
            view = desk.until(|view| view.revision > revision) => view?,
        };
        revision = view.revision;
        for session in view.sessions {
            if let Some(outcome) = session.outcome {
                if over.insert(session.id.clone()) {
                    println!("over {} {}", session.id, serde_json::to_string(&outcome)?.trim_matches('"'));
                    doing.spawn(replace(desk.clone(), session.id));
                }
            } else if session.allowed.reveal && revealed.insert(session.id.clone()) {
                doing.spawn(reveal(desk.clone(), session.id));
            }
        }
    }
}

async fn place(desk: Desk) -> Result<(), Failure> {
    let (card, link) = desk.start(&Target::entered(), "").await?;
    println!("started {card} {link}");
    Ok(())
}

async fn replace(desk: Desk, card: String) -> Result<(), Failure> {
    desk.engine.dismiss(card).await.map_err(|refused| format!("dismiss: {refused:?}"))?;
    place(desk).await
}

async fn reveal(desk: Desk, card: String) -> Result<(), Failure> {
    let passcode = desk.reveal(&card).await?;
    println!("revealed {card} {}", *passcode);
    Ok(())
}

/// What was said and seen, over all lives on the same folders.
#[derive(Default)]
struct Seen {
    started: Vec<String>,
    over: Vec<(String, String)>,
    accepted: HashSet<String>,
}

/// What all who play have in common, and who kills.
#[derive(Default)]
struct Scene {
    seen: Mutex<Seen>,
    /// Sessions whose start was heard and whose recipient has not sent the last word yet.
    live: Arc<Live>,
    /// Fire when somebody hears of a start, an acceptance, an end.
    start: Notify,
    acceptance: Notify,
    end: Notify,
}

impl Scene {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One of the three, at random, with enough live. Where nobody hears of it, the moment is some other.
    async fn somebody_hears(&self) -> Result<(), Failure> {
        let which = match below(3)? {
            0 => &self.start,
            1 => &self.acceptance,
            _ => &self.end,
        };
        let heard = async {
            which.notified().await;
            while self.live.count() < LIVE {
                which.notified().await;
            }
        };
        let _ = tokio::time::timeout(HEAR, heard).await;
        Ok(())
    }
}

/// What has come of all kills.
#[derive(Default)]
struct Tally {
    kills: Kills,
    slowest: Duration,
    started: usize,
    accepted: usize,
    over: usize,
    faults: Vec<String>,
}

pub async fn run(kills: usize, back_within_ms: u64) -> Result<(), Failure> {
    let mut tally = Tally::default();
    for first in (0..kills).step_by(LIVES) {
        lives(LIVES.min(kills - first), &mut tally).await?;
    }
    let Tally { kills: counted, slowest, started, accepted, over, mut faults } = tally;
    println!(
        "# crash_agent: {}; {started} started, {accepted} answers accepted, {over} came to their end, back within {slowest:?}",
        counted.say()
    );
    faults.extend(counted.short_of(LIVE));
    faults.extend(late(slowest, back_within_ms));
    if accepted == 0 || over == 0 {
        faults.push("no answer was accepted, or no session came to its end".to_owned());
    }
    verdict("crash_agent", kills, &faults)
}

/// So many lives, on folders of their own.
async fn lives(count: usize, tally: &mut Tally) -> Result<(), Failure> {
    let (data, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let tokens = staff(data.path(), 1).await?;
    std::fs::write(folder.path().join(TOKEN), tokens.first().ok_or("no agent")?)?;
    let program = Program::start(&Start::on(data.path()))?;
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(40)).build()?;
    let scene = Arc::new(Scene::default());
    for number in 0..count {
        let earlier = scene.seen().started.len();
        life(number, folder.path(), &program.origin, &client, &scene, tally).await?;
        tally.faults.extend(inspect(folder.path(), &scene.seen(), earlier)?);
    }
    if let Err(reason) = program.kill() {
        tally.faults.push(format!("the service: {reason}"));
    }
    let seen = scene.seen();
    tally.started += seen.started.len();
    tally.accepted += seen.accepted.len();
    tally.over += seen.over.len();
    Ok(())
}

/// One life, from its start to its kill.
async fn life(
    number: usize,
    folder: &Path,
    origin: &str,
    client: &Client,
    scene: &Arc<Scene>,
    tally: &mut Tally,
) -> Result<(), Failure> {
    let began = Instant::now();
    let (mut child, mut lines) = start(folder, origin)?;
    let ready = lines.next_line().await?;
    tally.slowest = tally.slowest.max(began.elapsed());
    let whole = lines.next_line().await?;
    if ready.as_deref() != Some("ready") || !whole.as_ref().is_some_and(|line| line.starts_with("whole ")) {
        tally.faults.push(format!("after a start: {ready:?}, {whole:?}"));
    }
    let listening = tokio::spawn(listen(lines, client.clone(), scene.clone()));
    tokio::select! {
        moment = moment(number, scene) => moment?,
        // What ends by itself is found out by the kill.
        () = finished(&listening) => {}
    }
    tally.kills.note(scene.live.count());
    if let Err(reason) = kill(&mut child).await {
        tally.faults.push(format!("the engine: {reason}"));
    }
    // What it had said before it was killed is still in the pipe.
    tally.faults.extend(listening.await??);
    Ok(())
}

/// Waits until enough are live, and then for a moment to kill in.
async fn moment(number: usize, scene: &Scene) -> Result<(), Failure> {
    // If they never are, the kill counts how many there were.
    scene.live.reach(LIVE).await;
    // Of four lives two are killed not before sessions have come to their end in them, and two wherever they are.
    if number % 4 < 2 {
        let _ = tokio::time::timeout(END, scene.end.notified()).await;
    }
    tokio::time::sleep(Duration::from_millis(below(1500)?)).await;
    if number % 2 == 1 {
        scene.somebody_hears().await?;
    }
    scene.live.reach(LIVE).await;
    Ok(())
}

async fn finished<T>(task: &JoinHandle<T>) {
    while !task.is_finished() {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn start(folder: &Path, origin: &str) -> Result<(Child, Lines<BufReader<ChildStdout>>), Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["trial", "desk", "--origin", origin, "--folder"]).arg(folder);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let out = child.stdout.take().ok_or("no standard output")?;
    Ok((child, BufReader::new(out).lines()))
}

async fn kill(child: &mut Child) -> Result<(), Failure> {
    let before = child.try_wait()?;
    if before.is_none() {
        child.start_kill()?;
    }
    killed(before, child.wait().await?)
}

/// Hears what a life says until it is killed, and plays the recipients of its sessions; what was wrong.
async fn listen(
    mut lines: Lines<BufReader<ChildStdout>>,
    client: Client,
    scene: Arc<Scene>,
) -> Result<Vec<String>, Failure> {
    let (mut recipients, mut waiting, mut faults) = (JoinSet::new(), HashMap::new(), Vec::new());
    while let Some(line) = lines.next_line().await? {
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            ["started", card, link] => {
                let (reveal, revealed) = oneshot::channel();
                waiting.insert((*card).to_owned(), reveal);
                scene.seen().started.push((*card).to_owned());
                let recipient = Recipient {
                    client: client.clone(),
                    link: (*link).to_owned(),
                    live: scene.live.one(),
                    revealed,
                };
                scene.start.notify_waiters();
                recipients.spawn(recipient.play(scene.clone()));
            }
            ["revealed", card, passcode] => {
                // A recipient who has failed waits no longer.
                let _ = waiting.remove(*card).map(|reveal| reveal.send((*passcode).to_owned()));
            }
            ["over", card, outcome] => {
                scene.seen().over.push(((*card).to_owned(), (*outcome).to_owned()));
                scene.end.notify_waiters();
                if *outcome != "matched" {
                    faults.push(format!("{card}, whose recipient was right, ended as {outcome}"));
                }
            }
            _ => faults.push(format!("it said: {line}")),
        }
    }
    // Nobody is there any more to answer those who wait. The service is: whoever failed did so for no kill's sake.
    recipients.abort_all();
    while let Some(played) = recipients.join_next().await {
        faults.extend(wrong(played));
    }
    Ok(faults)
}

fn wrong(played: Result<Result<(), Failure>, JoinError>) -> Option<String> {
    match played {
        Ok(Ok(())) => None,
        Ok(Err(reason)) => Some(format!("a recipient: {reason}")),
        Err(stopped) if stopped.is_cancelled() => None,
        Err(stopped) => Some(format!("a recipient: {stopped}")),
    }
}

/// Who does everything right, as far as the agent lives to see it.
struct Recipient {
    client: Client,
    link: String,
    live: One,
    /// The passcode, once the agent says it.
    revealed: oneshot::Receiver<String>,
}

impl Recipient {
    async fn play(self, scene: Arc<Scene>) -> Result<(), Failure> {
        let page = Page::of(&self.client, &self.link)?;
        let pace = if below(8)? == 0 { HURRY_MS } else { DAWDLE_MS };
        pause(pace).await?;
        let (answered, answer) = Page::compute(page.open().await?, &Target::entered())?;
        pause(pace).await?;
        let state = page.answer(&answer).await?;
        if !matches!(state, VerdictState::Accepted { .. }) {
            return Err(format!("the right answer is {state:?}").into());
        }
        scene.seen().accepted.insert(page.id.to_string());
        scene.acceptance.notify_waiters();
        let confirmed = Page::confirm(answered, &state)?;
        pause(pace).await?;
        page.viewed(&confirmed).await?;
        // The agent was killed before it said any.
        let Ok(passcode) = self.revealed.await else { return Ok(()) };
        if confirmed.passcode().expose() != passcode {
            return Err("two passcodes".into());
        }
        pause(pace).await?;
        drop(self.live);
        page.matches().await
    }
}

/// What the killed engine's files must hold. `earlier` sessions were started by lives before the last.
fn inspect(folder: &Path, seen: &Seen, earlier: usize) -> Result<Vec<String>, Failure> {
    let copy = as_the_kill_left_it(&folder.join("agent"))?;
    let connection = Connection::open(copy.path().join(HISTORY))?;
    let mut faults = Vec::new();
    let sound: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    if sound != "ok" {
        faults.push(format!("integrity_check: {sound}"));
    }
    let mut outcome = connection.prepare("SELECT outcome FROM sessions WHERE session_id = ?1")?;
    let mut outcome =
        |card: &str| outcome.query_row([card], |row| row.get::<_, Option<String>>(0)).optional();
    for (place, card) in seen.started.iter().enumerate() {
        match outcome(card)? {
            None => faults.push(format!("{card} was started and is not in history")),
            Some(None) if place < earlier => faults.push(format!("{card} of an earlier life still runs")),
            Some(_) => {}
        }
    }
    for (card, shown) in &seen.over {
        if outcome(card)?.flatten().as_ref() != Some(shown) {
            faults.push(format!("{card} was shown as {shown} and is not recorded so"));
        }
    }
    let mut spent = connection.prepare("SELECT 1 FROM spent WHERE session_id = ?1")?;
    for card in &seen.accepted {
        if !spent.exists([card])? {
            faults.push(format!("the answer to {card} was accepted and its share is not spent"));
        }
    }
    Ok(faults)
}

const HISTORY: &str = "history.db";

/// A copy of the history with its log: to look at the files themselves would be to recover them in the next life's place.
fn as_the_kill_left_it(folder: &Path) -> Result<TempDir, Failure> {
    let copy = tempfile::tempdir()?;
    for end in ["", "-wal"] {
        let file = format!("{HISTORY}{end}");
        if folder.join(&file).exists() {
            std::fs::copy(folder.join(&file), copy.path().join(&file))?;
        }
    }
    Ok(copy)
}
