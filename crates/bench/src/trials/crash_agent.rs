//! The agent's engine as a process of its own, killed (SIGKILL) at random points while sessions run, and started again on the same
//! folder. What must hold after each kill: the history is sound; every session whose start was acknowledged has its row; every end
//! that was shown is recorded; every answer that was accepted had its share recorded as spent before; and after each start: the
//! chain of records is whole, and nothing of an earlier life still runs.
//!
//! Every other kill comes in the very moment in which somebody hears of a start, an acceptance or an end: what the engine says a
//! little before it is on disk is seldom caught by a kill at any other.

use super::{below, pause, verdict};
use crate::desk::Desk;
use crate::load::{Failure, Target};
use crate::page::Page;
use crate::program::{Program, Start, staff};
use countersign_agent::view::Integrity;
use countersign_protocol::wire::VerdictState;
use reqwest::Client;
use rusqlite::{Connection, OptionalExtension as _};
use std::collections::HashSet;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::sync::Notify;
use tokio::task::JoinSet;

/// Sessions a life has going.
const LIVE: usize = 40;
/// Where the engine finds its token: the file a keyring's entry is, for the time of the trial.
const TOKEN: &str = "token";
/// How long a kill waits for somebody to hear something.
const HEAR: Duration = Duration::from_secs(2);

/// One life: starts sessions, and says what it would have shown its user, each line once it is certain.
pub async fn desk(folder: &Path, origin: &str) -> Result<(), Failure> {
    let token = std::fs::read_to_string(folder.join(TOKEN))?;
    let desk = Desk::sit(folder, origin, &token).await?;
    match desk.engine.verify_history().await.map_err(|refused| format!("{refused:?}"))? {
        Integrity::Whole { records, .. } => println!("whole {records}"),
        // A first life that was killed before the key was kept has sealed nothing either.
        other => println!("broken {other:?}"),
    }
    let mut lives = JoinSet::new();
    for _ in 0..LIVE {
        lives.spawn(work(desk.clone()));
    }
    while let Some(life) = lives.join_next().await {
        life??;
    }
    Ok(())
}

async fn work(desk: Desk) -> Result<(), Failure> {
    loop {
        let (card, link) = desk.start(&Target::entered(), "").await?;
        println!("started {card} {link}");
        let outcome = desk.over(&card).await?;
        println!("over {card} {}", serde_json::to_string(&outcome)?.trim_matches('"'));
        desk.engine.dismiss(card).await.map_err(|refused| format!("{refused:?}"))?;
    }
}

/// Fires when somebody hears of a start, an acceptance, an end.
#[derive(Default)]
struct Heard {
    start: Notify,
    acceptance: Notify,
    end: Notify,
}

impl Heard {
    /// One of the three, at random. Where nobody hears of it, the moment is some other.
    async fn wait(&self) -> Result<(), Failure> {
        let which = match below(3)? {
            0 => &self.start,
            1 => &self.acceptance,
            _ => &self.end,
        };
        let _ = tokio::time::timeout(HEAR, which.notified()).await;
        Ok(())
    }
}

/// What was said and seen, over all lives.
#[derive(Default)]
struct Seen {
    started: Vec<String>,
    over: Vec<(String, String)>,
    accepted: HashSet<String>,
}

pub async fn run(kills: usize) -> Result<(), Failure> {
    let (data, folder) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let tokens = staff(data.path(), 1).await?;
    std::fs::write(folder.path().join(TOKEN), tokens.first().ok_or("no agent")?)?;
    let program = Program::start(&Start::on(data.path()))?;
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(40)).build()?;
    let seen = Arc::new(Mutex::new(Seen::default()));
    let heard = Arc::new(Heard::default());
    let mut faults = Vec::new();
    for number in 0..kills {
        let earlier = lock(&seen).started.len();
        let (mut child, mut lines) = live(folder.path(), &program.origin)?;
        match lines.next_line().await? {
            Some(line) if line.starts_with("whole ") => {}
            line => faults.push(format!("after a start: {line:?}")),
        }
        let listening = tokio::spawn(listen(lines, client.clone(), seen.clone(), heard.clone()));
        tokio::time::sleep(Duration::from_millis(50 + below(1200)?)).await;
        if number % 2 == 1 {
            heard.wait().await?;
        }
        child.kill().await?;
        // What it had said before it was killed is still in the pipe.
        listening.await??;
        faults.extend(inspect(folder.path(), &lock(&seen), earlier)?);
    }
    let seen = lock(&seen);
    println!(
        "# crash_agent: {kills} kills with {LIVE} sessions live; {} started, {} answers accepted, {} came to their end",
        seen.started.len(),
        seen.accepted.len(),
        seen.over.len()
    );
    if seen.accepted.is_empty() {
        faults.push("no answer was accepted".to_owned());
    }
    verdict("crash_agent", kills, &faults)
}

fn lock(seen: &Mutex<Seen>) -> std::sync::MutexGuard<'_, Seen> {
    seen.lock().unwrap_or_else(PoisonError::into_inner)
}

fn live(folder: &Path, origin: &str) -> Result<(Child, Lines<BufReader<ChildStdout>>), Failure> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["trial", "desk", "--origin", origin, "--folder"]).arg(folder);
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
    let out = child.stdout.take().ok_or("no standard output")?;
    Ok((child, BufReader::new(out).lines()))
}

/// Hears what a life says until it is killed, and plays the recipients of its sessions.
async fn listen(
    mut lines: Lines<BufReader<ChildStdout>>,
    client: Client,
    seen: Arc<Mutex<Seen>>,
    heard: Arc<Heard>,
) -> Result<(), Failure> {
    let mut recipients = JoinSet::new();
    while let Some(line) = lines.next_line().await? {
        let words: Vec<_> = line.split(' ').collect();
        match words.as_slice() {
            ["started", card, link] => {
                lock(&seen).started.push((*card).to_owned());
                heard.start.notify_waiters();
                recipients.spawn(recipient(client.clone(), (*link).to_owned(), seen.clone(), heard.clone()));
            }
            ["over", card, outcome] => {
                lock(&seen).over.push(((*card).to_owned(), (*outcome).to_owned()));
                heard.end.notify_waiters();
            }
            // Killed in the middle of a line.
            _ => {}
        }
    }
    // Nobody is there any more to answer them.
    recipients.abort_all();
    Ok(())
}

/// A recipient, as far as the agent lives to see it.
async fn recipient(
    client: Client,
    link: String,
    seen: Arc<Mutex<Seen>>,
    heard: Arc<Heard>,
) -> Result<(), Failure> {
    let page = Page::of(&client, &link)?;
    pause(200).await?;
    let (answered, answer) = Page::compute(page.open().await?, &Target::entered())?;
    let state = page.answer(&answer).await?;
    if !matches!(state, VerdictState::Accepted { .. }) {
        return Ok(());
    }
    lock(&seen).accepted.insert(page.id.to_string());
    heard.acceptance.notify_waiters();
    let confirmed = Page::confirm(answered, &state)?;
    page.viewed(&confirmed).await?;
    pause(200).await?;
    page.matches().await
}

/// What the killed engine's files must hold. `earlier` sessions were started by lives before the last.
fn inspect(folder: &Path, seen: &Seen, earlier: usize) -> Result<Vec<String>, Failure> {
    let connection = Connection::open(folder.join("agent/history.db"))?;
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
