//! Who abuses the service, as a process of its own. It says when its abuse stands, and whenever it is asked how it stands then: to have
//! begun an abuse is not to be one.

use super::abuse::target;
use super::live::Live;
use super::pause;
use crate::load::{Failure, Target};
use clap::ValueEnum;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// Connections of slow callers that stand at any time.
pub const SLOW: usize = 900;
/// Slow callers beyond those, for whoever has just been given up and comes again.
const SPARE: usize = 90;
/// Connections on which a body of a gigabyte comes.
pub const ENDLESS: usize = 4;
/// Creations a second by one agent, who may have two.
pub const FLOOD: u32 = 20;
/// What comes on those at once.
static PIECE: [u8; 0x10000] = [b' '; 0x10000];
/// Refusals from when a flood stands. Before them come the sessions that the agent may have live.
const REFUSED: usize = 20;

/// What an abuser does.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// Connections on which nothing comes, and heads and bodies that come a byte at a time.
    Slow,
    /// Ten times the creations that an agent may make.
    Flood,
    /// Bodies of a gigabyte, four at a time.
    Endless,
    /// Ten thousand streams on which nothing happens.
    Streams,
}

/// What an abuser says once its abuse stands.
pub const STANDS: &str = "it stands";

/// How an abuse stands: what is open now, the rest since it began.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Standing {
    /// Connections or streams that the service has not ended.
    pub open: usize,
    /// Creations that were answered 201.
    pub created: usize,
    /// Creations that were answered 429.
    pub refused: usize,
    /// Creations that were not answered.
    pub unanswered: usize,
    /// Bodies that were begun.
    pub bodies: usize,
    /// Pieces of them that were taken, of 64 KiB each.
    pub pieces: usize,
}

#[derive(Default)]
struct Abuse {
    open: Arc<Live>,
    created: AtomicUsize,
    refused: AtomicUsize,
    unanswered: AtomicUsize,
    bodies: AtomicUsize,
    pieces: AtomicUsize,
}

fn count(of: &AtomicUsize) {
    of.fetch_add(1, Ordering::Relaxed);
}

impl Abuse {
    fn standing(&self) -> Standing {
        let read = |of: &AtomicUsize| of.load(Ordering::Relaxed);
        Standing {
            open: self.open.count(),
            created: read(&self.created),
            refused: read(&self.refused),
            unanswered: read(&self.unanswered),
            bodies: read(&self.bodies),
            pieces: read(&self.pieces),
        }
    }

    /// Says how it stands for every line it reads, on a thread that ends with the process.
    fn answer_who_asks(self: &Arc<Self>) {
        let abuse = self.clone();
        std::thread::spawn(move || {
            for _ in io::stdin().lock().lines() {
                match serde_json::to_string(&abuse.standing()) {
                    Ok(standing) => println!("{standing}"),
                    Err(_) => return,
                }
            }
        });
    }
}

/// Goes on until the process is killed, or the abuse is none.
pub async fn abuse(kind: Kind, origin: &str, tokens: &Path, turn: usize) -> Result<(), Failure> {
    let addr = origin.trim_start_matches("http://");
    let tokens: Vec<_> = std::fs::read_to_string(tokens)?.lines().map(str::to_owned).collect();
    let abuse = Arc::new(Abuse::default());
    abuse.answer_who_asks();
    match kind {
        Kind::Slow => slow(addr, &abuse).await,
        // Another agent each time: the sessions that one may have live outlast the turn.
        Kind::Flood => flood(&target(origin, tokens.get(turn).ok_or("no agent")?)?, &abuse).await,
        Kind::Endless => endless(addr, &abuse).await,
        Kind::Streams => streams(origin, &tokens, &abuse).await,
    }
}

async fn streams(origin: &str, tokens: &[String], abuse: &Abuse) -> Result<(), Failure> {
    let streams = crate::streams::open(origin, tokens).await?;
    let mut open: Vec<_> = tokens.iter().map(|_| abuse.open.one()).collect();
    println!("{STANDS}");
    loop {
        open.truncate(tokens.len() - streams.ended());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Whatever the service closes is opened again.
async fn slow(addr: &str, abuse: &Arc<Abuse>) -> Result<(), Failure> {
    let heads = [
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "POST /api/v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n",
        "",
    ];
    let mut callers = JoinSet::new();
    for head in heads.into_iter().cycle().take(SLOW + SPARE) {
        let (addr, open) = (addr.to_owned(), abuse.open.clone());
        callers.spawn(async move {
            // Each at a pace of its own.
            pause(1000).await?;
            loop {
                if hang_on(&addr, head, &open).await.is_err() {
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
    }
    if !abuse.open.reach(SLOW).await {
        return Err(format!("only {} slow connections stand", abuse.open.count()).into());
    }
    println!("{STANDS}");
    callers.join_next().await.ok_or("nobody called")??
}

/// One connection, until the service ends it: whatever it says, it is done with this one.
async fn hang_on(addr: &str, head: &str, open: &Arc<Live>) -> io::Result<()> {
    let mut stream = TcpStream::connect(addr).await?;
    stream.write_all(head.as_bytes()).await?;
    let _open = open.one();
    let mut answer = [0; 256];
    loop {
        tokio::select! {
            read = stream.read(&mut answer) => return read.map(drop),
            () = tokio::time::sleep(Duration::from_secs(1)) => {
                // A byte before any head would be answered at once.
                if !head.is_empty() {
                    stream.write_all(b" ").await?;
                }
            }
        }
    }
}

/// Each creation in its time, whatever became of those before.
async fn flood(target: &Target, abuse: &Arc<Abuse>) -> Result<(), Failure> {
    let (mut pace, mut creations) = (tokio::time::interval(Duration::from_secs(1) / FLOOD), JoinSet::new());
    let mut stands = false;
    loop {
        pace.tick().await;
        creations.spawn(create(target.clone(), abuse.clone()));
        while let Some(done) = creations.try_join_next() {
            done??;
        }
        let so_far = abuse.standing();
        if !stands && so_far.unanswered > REFUSED {
            return Err("creations are not answered".into());
        }
        if !stands && so_far.created > 0 && so_far.refused >= REFUSED {
            stands = true;
            println!("{STANDS}");
        }
    }
}

/// Taken or refused, as is looked for; any other answer is an error.
async fn create(target: Target, abuse: Arc<Abuse>) -> Result<(), Failure> {
    let url = format!("{}/api/v1/sessions", target.origin);
    let request = target.client.post(url).bearer_auth(&target.token).json(&target.begin()?.request);
    match request.send().await.map(|answer| answer.status()) {
        Ok(StatusCode::CREATED) => count(&abuse.created),
        Ok(StatusCode::TOO_MANY_REQUESTS) => count(&abuse.refused),
        Ok(status) => return Err(format!("a creation is answered {status}").into()),
        Err(_) => count(&abuse.unanswered),
    }
    Ok(())
}

async fn endless(addr: &str, abuse: &Arc<Abuse>) -> Result<(), Failure> {
    let mut callers = JoinSet::new();
    for _ in 0..ENDLESS {
        let (addr, abuse) = (addr.to_owned(), abuse.clone());
        callers.spawn(async move {
            loop {
                send_a_gigabyte(&addr, &abuse).await?;
            }
        });
    }
    if !abuse.open.reach(ENDLESS).await {
        return Err(format!("only {} bodies come at a time", abuse.open.count()).into());
    }
    println!("{STANDS}");
    callers.join_next().await.ok_or("nobody called")??
}

/// Until the service takes no more of it.
async fn send_a_gigabyte(addr: &str, abuse: &Abuse) -> Result<(), Failure> {
    let head = format!(
        "POST /api/v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        1 << 30
    );
    let mut stream = TcpStream::connect(addr).await?;
    let _open = abuse.open.one();
    count(&abuse.bodies);
    stream.write_all(head.as_bytes()).await?;
    while stream.write_all(&PIECE).await.is_ok() {
        count(&abuse.pieces);
    }
    Ok(())
}
