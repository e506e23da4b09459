//! Whoever is slow, endless, silent or in a hurry, beside people who do nothing wrong: how much longer these wait. The abuser is a
//! process of its own, so that the two share what any two callers share: the service and the machine.
//!
//! Others' sessions begin on time, however long those before them take. Windows without the abuse and with it take turns; each side's
//! are counted together.

use super::{pause, verdict};
use crate::figure::quantile;
use crate::load::{Failure, Target};
use crate::program::{HANDLE, ORGANIZATION, Program, Start, staff};
use clap::ValueEnum;
use reqwest::Client;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Agents who do nothing wrong.
const OTHERS: usize = 20;
/// Between two sessions of theirs.
const EVERY: Duration = Duration::from_millis(25);
/// Windows of each side, and how long one is.
const WINDOWS: usize = 6;
const WINDOW: Duration = Duration::from_secs(10);
/// From when an abuse stands until it is measured.
const SETTLE: Duration = Duration::from_secs(2);
/// Longest that a session of others is waited for: what has not come by then counts as so long.
const PATIENCE: Duration = Duration::from_secs(20);
/// How many times as long others may wait.
const AT_MOST: f64 = 2.0;
const AT_MOST_MIB: f64 = 2048.0;
/// Connections of a slow caller.
const SLOW: usize = 900;
/// Connections on which a body of a gigabyte comes.
const ENDLESS: usize = 4;
/// Creations a second by one agent, who may have two.
const FLOOD: u32 = 20;
/// Idle streams, each an agent's.
const STREAMS: usize = 10_000;

/// What an abuser does.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Kind {
    /// Heads and bodies that come a byte at a time.
    Slow,
    /// Ten times the creations that an agent may make.
    Flood,
    /// Bodies of a gigabyte, four at a time.
    Endless,
    /// Ten thousand streams on which nothing happens.
    Streams,
}

/// What an abuser says once its abuse stands.
const STANDS: &str = "it stands";
/// How long that may take.
const STANDS_WITHIN: Duration = Duration::from_mins(2);

/// The abuser, until it is killed.
struct Abuser(Child);

impl Drop for Abuser {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Abuser {
    fn start(kind: Kind, origin: &str, tokens: &Path) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["trial", "abuser", "--origin", origin, "--tokens"]).arg(tokens);
        command.arg(kind.to_possible_value().ok_or("no such abuse")?.get_name());
        Ok(Self(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?))
    }

    /// Waits until its abuse stands.
    async fn stands(&mut self) -> Result<(), Failure> {
        let said = self.0.stdout.take().ok_or("it has been asked before")?;
        let mut lines = BufReader::new(tokio::process::ChildStdout::from_std(said)?).lines();
        match timeout(STANDS_WITHIN, lines.next_line()).await {
            Ok(Ok(Some(line))) if line == STANDS => Ok(()),
            _ => Err("the abuse did not come to stand".into()),
        }
    }

    fn goes_on(&mut self) -> Result<(), Failure> {
        match self.0.try_wait()? {
            None => Ok(()),
            Some(status) => Err(format!("the abuser ended: {status}").into()),
        }
    }
}

pub async fn run() -> Result<(), Failure> {
    let data = tempfile::tempdir()?;
    let tokens = staff(data.path(), OTHERS + STREAMS).await?;
    let (working, idle) = tokens.split_at_checked(OTHERS).ok_or("too few agents")?;
    let listed = data.path().join("tokens");
    std::fs::write(&listed, idle.join("\n"))?;
    let (mut tried, mut faults) = (0, Vec::new());
    for kind in Kind::value_variants() {
        // Creations are limited as they are by default. All others come from one address.
        let limits = ["--opens-per-minute", "1000000", "--waits-per-address", "1000000"];
        let program = Program::start(&Start { limits: &limits, ..Start::on(data.path()) })?;
        let targets: Vec<_> = working.iter().map(|token| target(&program.origin, token)).collect();
        let targets = targets.into_iter().collect::<Result<Vec<_>, _>>()?;
        window(&targets).await?;
        let (mut quiet, mut loud) = (Vec::new(), Vec::new());
        for _ in 0..WINDOWS {
            quiet.extend(window(&targets).await?);
            let mut abuser = Abuser::start(*kind, &program.origin, &listed)?;
            abuser.stands().await?;
            tokio::time::sleep(SETTLE).await;
            loud.extend(window(&targets).await?);
            abuser.goes_on()?;
            drop(abuser);
            tokio::time::sleep(SETTLE).await;
        }
        tried += loud.len();
        let held = program.most_resident_mib()?;
        let unserved = loud.iter().filter(|waited| **waited >= PATIENCE).count();
        let (without, with) = (quantile(&mut quiet, 0.99), quantile(&mut loud, 0.99));
        let ratio = with / without;
        println!(
            "# abuse {kind:?}: whole sessions of others, p99 {with:.1} ms, without {without:.1} ms, ratio {ratio:.2} (at most {AT_MOST}); {held:.0} MiB"
        );
        if ratio > AT_MOST {
            faults.push(format!("{kind:?}: others wait {ratio:.2} times as long"));
        }
        if unserved > 0 {
            faults.push(format!("{kind:?}: {unserved} sessions of others did not come to their end"));
        }
        if held > AT_MOST_MIB {
            faults.push(format!("{kind:?}: the service holds {held:.0} MiB"));
        }
    }
    verdict("abuse", tried, &faults)
}

fn target(origin: &str, token: &str) -> Result<Target, Failure> {
    Ok(Target {
        client: Client::builder().no_proxy().build()?,
        origin: origin.to_owned(),
        pages_at: None,
        handle: HANDLE.to_owned(),
        organization: ORGANIZATION.to_owned(),
        token: token.to_owned(),
    })
}

/// Sessions of others for a while; how long each took from when it was due.
async fn window(targets: &[Target]) -> Result<Vec<Duration>, Failure> {
    let (begin, mut sessions) = (Instant::now(), JoinSet::new());
    let mut due = begin;
    for target in targets.iter().cycle() {
        if due - begin >= WINDOW {
            break;
        }
        tokio::time::sleep_until(due.into()).await;
        let target = target.clone();
        sessions.spawn(async move {
            if let Ok(whole) = timeout(PATIENCE, target.whole()).await {
                whole?;
            }
            Ok::<_, Failure>(due.elapsed())
        });
        due += EVERY;
    }
    sessions.join_all().await.into_iter().collect()
}

/// Goes on until the process is killed.
pub async fn abuser(kind: Kind, origin: &str, tokens: &Path) -> Result<(), Failure> {
    let addr = origin.trim_start_matches("http://");
    let tokens: Vec<_> = std::fs::read_to_string(tokens)?.lines().map(str::to_owned).collect();
    match kind {
        Kind::Slow => slow(addr).await,
        Kind::Flood => flood(&target(origin, tokens.first().ok_or("no agent")?)?).await,
        Kind::Endless => endless(addr).await,
        Kind::Streams => {
            let open = crate::streams::open(origin, &tokens).await?;
            println!("{STANDS}");
            while open.ended() == 0 {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            Err(format!("{} streams have ended", open.ended()).into())
        }
    }
}

/// Whatever the service closes is opened again.
async fn slow(addr: &str) -> Result<(), Failure> {
    let heads = [
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        "POST /api/v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n",
        "",
    ];
    let (mut callers, (connected, connections)) = (JoinSet::new(), mpsc::channel(SLOW));
    for head in heads.into_iter().cycle().take(SLOW) {
        let (addr, connected) = (addr.to_owned(), connected.clone());
        callers.spawn(async move {
            // Each at a pace of its own.
            pause(1000).await?;
            loop {
                let Ok(mut stream) = TcpStream::connect(&addr).await else { continue };
                // Whoever counts has stopped once all were there.
                let _ = connected.try_send(());
                let mut open = stream.write_all(head.as_bytes()).await.is_ok();
                while open {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    open = stream.write_all(b" ").await.is_ok();
                }
            }
        });
    }
    stand(connections, SLOW).await;
    callers.join_next().await.ok_or("nobody called")??
}

/// Says so once there were this many connections.
async fn stand(mut connections: mpsc::Receiver<()>, count: usize) {
    for _ in 0..count {
        connections.recv().await;
    }
    println!("{STANDS}");
}

/// Each creation in its time, whatever became of those before.
async fn flood(target: &Target) -> Result<(), Failure> {
    println!("{STANDS}");
    let mut pace = tokio::time::interval(Duration::from_secs(1) / FLOOD);
    loop {
        pace.tick().await;
        let (target, begun) = (target.clone(), target.begin()?);
        // Refusals are what is looked for.
        tokio::spawn(async move { drop(target.create(&begun).await) });
    }
}

async fn endless(addr: &str) -> Result<(), Failure> {
    let head = format!(
        "POST /api/v1/enroll HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        1 << 30
    );
    let (mut callers, (connected, connections)) = (JoinSet::new(), mpsc::channel(ENDLESS));
    for _ in 0..ENDLESS {
        let (addr, connected) = (addr.to_owned(), connected.clone());
        let (head, chunk) = (head.clone(), vec![b' '; 0x10000]);
        callers.spawn(async move {
            loop {
                let mut stream = TcpStream::connect(&addr).await?;
                let _ = connected.try_send(());
                let mut open = stream.write_all(head.as_bytes()).await.is_ok();
                while open {
                    open = stream.write_all(&chunk).await.is_ok();
                }
            }
        });
    }
    stand(connections, ENDLESS).await;
    callers.join_next().await.ok_or("nobody called")??
}
