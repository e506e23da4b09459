//! Whoever is slow, endless, silent or in a hurry, beside people who do nothing wrong: how much longer these wait. The abuser is a
//! process of its own, so that the two share what any two callers share: the service and the machine.
//!
//! Others' sessions begin on time, however long those before them take. Windows without the abuse and with it take turns; each side's
//! are counted together.

use super::abuser::{FLOOD, Kind, SLOW, STANDS, Standing};
use super::verdict;
use crate::figure::quantile;
use crate::load::{Failure, Target};
use crate::program::{HANDLE, ORGANIZATION, Program, Start, staff};
use clap::ValueEnum as _;
use reqwest::Client;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::ChildStdout;
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
/// Idle streams, each an agent's.
const STREAMS: usize = 10_000;

/// How long an abuse may take to stand.
const STANDS_WITHIN: Duration = Duration::from_mins(2);

/// How long an abuser may take to say how its abuse stands.
const SAYS_WITHIN: Duration = Duration::from_secs(10);
/// How often it is asked while others are measured.
const ASKED_EVERY: Duration = Duration::from_secs(1);
/// The share of creations that may stay without an answer, and that of those due which have to be made.
const UNANSWERED: f64 = 0.01;
const MADE: f64 = 0.8;

/// The abuser, until it is killed.
struct Abuser {
    child: Child,
    asks: ChildStdin,
    says: Lines<BufReader<ChildStdout>>,
}

impl Drop for Abuser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Abuser {
    /// Starts it, and waits until its abuse stands.
    async fn start(kind: Kind, origin: &str, tokens: &Path, turn: usize) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["trial", "abuser", "--origin", origin, "--tokens"]).arg(tokens);
        command
            .args(["--turn", &turn.to_string()])
            .arg(kind.to_possible_value().ok_or("no such abuse")?.get_name());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let asks = child.stdin.take().ok_or("no standard input")?;
        let says = ChildStdout::from_std(child.stdout.take().ok_or("no standard output")?)?;
        let mut abuser = Self { child, asks, says: BufReader::new(says).lines() };
        let said = abuser.says(STANDS_WITHIN).await?;
        if said == STANDS {
            Ok(abuser)
        } else {
            Err(format!("the abuse did not come to stand: {said}").into())
        }
    }

    async fn says(&mut self, within: Duration) -> Result<String, Failure> {
        let said = timeout(within, self.says.next_line()).await.map_err(|_| "the abuser says nothing")??;
        match said {
            Some(said) => Ok(said),
            None => Err(format!("the abuser ended: {}", self.child.wait()?).into()),
        }
    }

    async fn standing(&mut self) -> Result<Standing, Failure> {
        self.asks.write_all(b"\n")?;
        Ok(serde_json::from_str(&self.says(SAYS_WITHIN).await?)?)
    }
}

/// How an abuse stood, over all windows in which others were measured beside it.
#[derive(Default)]
struct Stood {
    least_open: Option<usize>,
    made: Standing,
    measured: Duration,
}

impl Stood {
    /// Others' sessions beside an abuse that is asked how it stands all the while.
    async fn window(&mut self, abuser: &mut Abuser, targets: &[Target]) -> Result<Vec<Duration>, Failure> {
        let (begin, before) = (Instant::now(), abuser.standing().await?);
        let asking = async {
            loop {
                let open = abuser.standing().await?.open;
                self.least_open = Some(self.least_open.map_or(open, |least| least.min(open)));
                tokio::time::sleep(ASKED_EVERY).await;
            }
        };
        let waited = tokio::select! {
            waited = window(targets) => waited?,
            failed = asking => return failed,
        };
        // An answer that was under way just now is taken for this one: it is a moment older.
        self.measured += begin.elapsed();
        self.add(&before, &abuser.standing().await?);
        Ok(waited)
    }

    fn add(&mut self, before: &Standing, after: &Standing) {
        self.made.created += after.created - before.created;
        self.made.refused += after.refused - before.refused;
        self.made.unanswered += after.unanswered - before.unanswered;
        self.made.bodies += after.bodies - before.bodies;
        self.made.pieces += after.pieces - before.pieces;
    }

    fn open(&self) -> usize {
        self.least_open.unwrap_or_default()
    }

    /// What to print of it.
    fn say(&self, kind: Kind) -> String {
        let Standing { created, refused, unanswered, bodies, pieces, .. } = self.made;
        match kind {
            Kind::Slow => format!("at least {} connections open", self.open()),
            Kind::Flood => format!("{created} created, {refused} refused, {unanswered} not answered"),
            Kind::Endless => format!("{bodies} bodies begun, {} MiB of them taken", pieces / 16),
            Kind::Streams => format!("at least {} streams open", self.open()),
        }
    }

    /// Why it was not the abuse that is claimed, if it was not.
    #[allow(clippy::cast_precision_loss)] // counts
    fn is_less_than_claimed(&self, kind: Kind) -> Option<String> {
        let Standing { created, refused, unanswered, pieces, .. } = self.made;
        let due = self.measured.as_secs_f64() * f64::from(FLOOD);
        let less = match kind {
            Kind::Slow => self.open() < SLOW,
            Kind::Flood => {
                let (most, answered) = (due * UNANSWERED, (created + refused) as f64);
                unanswered as f64 > most || answered < due * MADE || refused <= created
            }
            Kind::Endless => pieces == 0,
            Kind::Streams => self.open() < STREAMS,
        };
        less.then(|| format!("the abuse was less than is claimed: {}", self.say(kind)))
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
        match beside(*kind, data.path(), working, &listed, &mut faults).await {
            Ok(count) => tried += count,
            Err(reason) => faults.push(format!("{kind:?}: {reason}")),
        }
    }
    verdict("abuse", tried, &faults)
}

/// Others beside one kind of abuse and without it; how many sessions of theirs there were beside it.
async fn beside(
    kind: Kind,
    data: &Path,
    working: &[String],
    listed: &Path,
    faults: &mut Vec<String>,
) -> Result<usize, Failure> {
    // Creations are limited as they are by default. All others come from one address.
    let limits = ["--opens-per-minute", "1000000", "--waits-per-address", "1000000"];
    let program = Program::start(&Start { limits: &limits, ..Start::on(data) })?;
    let targets: Vec<_> = working.iter().map(|token| target(&program.origin, token)).collect();
    let targets = targets.into_iter().collect::<Result<Vec<_>, _>>()?;
    window(&targets).await?;
    let (mut quiet, mut loud, mut stood) = (Vec::new(), Vec::new(), Stood::default());
    for turn in 0..WINDOWS {
        quiet.extend(window(&targets).await?);
        let mut abuser = Abuser::start(kind, &program.origin, listed, turn).await?;
        tokio::time::sleep(SETTLE).await;
        loud.extend(stood.window(&mut abuser, &targets).await?);
        drop(abuser);
        tokio::time::sleep(SETTLE).await;
    }
    let tried = loud.len();
    let held = program.most_resident_mib()?;
    program.kill()?;
    let said = stood.say(kind);
    faults.extend(stood.is_less_than_claimed(kind).map(|less| format!("{kind:?}: {less}")));
    faults.extend(others(kind, &mut quiet, &mut loud, held, &said));
    Ok(tried)
}

/// Prints what others waited and the service held; where that was too much.
fn others(kind: Kind, quiet: &mut [Duration], loud: &mut [Duration], held: f64, beside: &str) -> Vec<String> {
    let unserved = loud.iter().filter(|waited| **waited >= PATIENCE).count();
    let (without, with) = (quantile(quiet, 0.99), quantile(loud, 0.99));
    let ratio = with / without;
    println!(
        "# abuse {kind:?}: whole sessions of others, p99 {with:.1} ms, without {without:.1} ms, ratio {ratio:.2} (at most {AT_MOST}); {held:.0} MiB; {beside}"
    );
    let mut faults = Vec::new();
    if ratio > AT_MOST {
        faults.push(format!("{kind:?}: others wait {ratio:.2} times as long"));
    }
    if unserved > 0 {
        faults.push(format!("{kind:?}: {unserved} sessions of others did not come to their end"));
    }
    if held > AT_MOST_MIB {
        faults.push(format!("{kind:?}: the service holds {held:.0} MiB"));
    }
    faults
}

pub fn target(origin: &str, token: &str) -> Result<Target, Failure> {
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
