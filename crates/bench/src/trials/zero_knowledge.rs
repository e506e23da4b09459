//! Values that exist nowhere else, and the passcodes that came of them, through whole sessions of the real service and the real
//! engine; then every place is searched: the service's database with its write-ahead log, both programs' logs at TRACE, all that
//! went over the wire between them, the agent's files, the service's memory as a core dump, what a crash prints; with `--redis` the
//! store's dump and append-only file too. What the window, the bus, the clipboard and the browser keep is searched by the
//! end-to-end tests.
//!
//! What the service may know is planted in the same run (a subject) and has to be found in the same places, and each form of each
//! kind of secret is planted in what each place is made of: a search that finds nothing must be able to find.

use super::places::all_files;
use super::search::{Search, blind_spots, lone_digits, member};
use super::tap::Tap;
use super::verdict;
use crate::desk::Desk;
use crate::load::Failure;
use crate::page::Page;
use crate::program::{Program, Start, staff};
use countersign_agent::may_be_logged;
use countersign_protocol::Kind;
use countersign_protocol::wire::VerdictState;
use countersign_rig::redis::Redis;
use reqwest::Client;
use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tokio::task::JoinSet;
use tracing_subscriber::filter::{LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

const DESKS: usize = 4;
const AT_ONCE: usize = 16;
const LETTERS: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// Each of this many recipients enters something else.
const WRONG_EVERY: usize = 10;

/// How a file of SQLite begins.
const A_DATABASE: &str = "SQLite format 3";

/// What has to be found in a place, or else it is not the place that it is taken for.
enum Sign {
    /// What was planted.
    Planted,
    /// A text.
    Text(&'static str),
}

/// What one session must leave nowhere.
#[derive(Default)]
struct Secrets {
    values: Vec<String>,
    passcode: Option<String>,
    /// Six digits as well, and no secret.
    number: String,
}

pub async fn run(sessions: usize, with_redis: bool) -> Result<(), Failure> {
    let stage = tempfile::tempdir()?;
    let at = |name: &str| stage.path().join(name);
    let (data, log, own_log) = (at("service"), at("service.log"), at("agent.log"));
    // As the desktop app does.
    let lines = tracing_subscriber::fmt::layer().with_writer(Mutex::new(fs::File::create(&own_log)?));
    let never_values = filter_fn(|metadata| may_be_logged(metadata.target()));
    tracing_subscriber::registry()
        .with(LevelFilter::TRACE)
        .with(never_values)
        .with(lines.with_ansi(false))
        .init();
    let tokens = staff(&data, DESKS).await?;
    let mut redis = if with_redis { Some(Redis::dumping()) } else { None };
    let tap = Tap::open().await?;
    let url = redis.as_ref().map(Redis::url).unwrap_or_default();
    let more = ["--redis", url.as_str()];
    let program = Program::start(&Start {
        origin: Some(&tap.origin),
        log: Some(("trace", &log)),
        more: if with_redis { &more } else { &[] },
        ..Start::on(&data)
    })?;
    tap.lead_to(program.port()?);
    let mut desks = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        desks.push(Desk::sit(&at("desks").join(number.to_string()), &tap.origin, token).await?);
    }
    // Six digits that stand in the service's memory before there is a session are no passcode.
    let mut known: HashSet<Vec<u8>> =
        lone_digits(&core(&program, &at("before"))?).map(<[u8]>::to_vec).collect();

    let planted = format!("planted {}", letters(16)?);
    let secrets = play(&desks, sessions, &planted).await?;
    known.extend(secrets.iter().map(|session| session.number.clone().into_bytes()));
    let mut texts = vec![("planted".to_owned(), planted.clone())];
    let mut codes = Vec::new();
    for (number, session) in secrets.iter().enumerate() {
        texts.extend(
            session.values.iter().map(|value| (format!("a value of session {number}"), value.clone())),
        );
        codes
            .extend(session.passcode.clone().map(|code| (format!("the passcode of session {number}"), code)));
    }
    for token in &tokens {
        texts.push(("an agent's token".to_owned(), token.clone()));
    }
    let memory = core(&program, &at("after"))?;
    // What a crash prints goes where the log goes.
    Command::new("kill").args(["-ABRT", &program.id().to_string()]).status()?;
    std::thread::sleep(Duration::from_millis(300));
    drop(program);
    let wire = tap.kept();
    // Two minutes are six digits of milliseconds, and every answer says how many are left.
    known.extend(member(&wire, "ttl_ms")?);
    let mut sinks = vec![
        (
            "the service's database",
            all_files(&data)?,
            if with_redis { Sign::Text(A_DATABASE) } else { Sign::Planted },
        ),
        ("the service's log and crash output", fs::read(&log)?, Sign::Text("answered method=POST")),
        ("the wire", wire, Sign::Planted),
        ("the service's memory", memory, Sign::Planted),
        ("the agent's log", fs::read(&own_log)?, Sign::Text("TRACE")),
    ];
    for number in 0..DESKS {
        sinks.push((
            "the agent's files",
            all_files(&at("desks").join(number.to_string()).join("agent"))?,
            if number == 0 { Sign::Planted } else { Sign::Text(A_DATABASE) },
        ));
    }
    if let Some(redis) = &mut redis {
        sinks.push(("the dump of Redis", all_files(redis.stop())?, Sign::Planted));
    }
    let faults = search(&sinks, &texts, &codes, &known)?;
    let bytes: usize = sinks.iter().map(|(_, bytes, _)| bytes.len()).sum();
    println!(
        "# zero_knowledge: {} values and {} passcodes, in {} places of {} MiB",
        texts.len() - 1 - tokens.len(),
        codes.len(),
        sinks.len(),
        bytes >> 20
    );
    verdict("zero_knowledge", sessions, &faults)
}

/// What is found where it must not be, and not where it must.
fn search(
    sinks: &[(&'static str, Vec<u8>, Sign)],
    texts: &[(String, String)],
    codes: &[(String, String)],
    known: &HashSet<Vec<u8>>,
) -> Result<Vec<String>, Failure> {
    let search = Search::new(texts, codes)?;
    let (value, code) = (texts.get(1).ok_or("no value")?, codes.first().ok_or("no passcode")?);
    let mut faults = Vec::new();
    for (sink, bytes, sign) in sinks {
        // Where requests travel and the service works, agents' tokens do too.
        let carries_tokens = ["the wire", "the service's memory"].contains(sink);
        let (planted, leaks): (Vec<_>, Vec<_>) =
            search.find(bytes, known).into_iter().partition(|hit| hit.starts_with("planted"));
        let leaks = leaks.into_iter().filter(|hit| !(carries_tokens && hit.starts_with("an agent's token")));
        faults.extend(leaks.map(|hit| format!("{sink}: {hit}")));
        let signed = match sign {
            Sign::Planted => planted.contains(&"planted, plain".to_owned()),
            Sign::Text(text) => bytes.windows(text.len()).any(|part| part == text.as_bytes()),
        };
        if !signed {
            faults.push(format!("{sink}: what has to be there was not found"));
        }
        let missed = blind_spots(&search, bytes, (&value.0, &value.1), (&code.0, &code.1));
        faults.extend(missed.into_iter().map(|missed| format!("{sink}: {missed}")));
    }
    Ok(faults)
}

async fn play(desks: &[Desk], sessions: usize, planted: &str) -> Result<Vec<Secrets>, Failure> {
    let client = Client::builder().no_proxy().build()?;
    let (mut playing, mut secrets) = (JoinSet::new(), Vec::new());
    for number in 0..sessions {
        let desk = desks.get(number % desks.len()).ok_or("no desk")?.clone();
        // The first desk's subjects are searched for, to see that they are found.
        let subject = if number % desks.len() == 0 { planted.to_owned() } else { format!("Ticket {number}") };
        playing.spawn(session(desk, client.clone(), subject, number % WRONG_EVERY == 0 && number > 0));
        if playing.len() >= AT_ONCE
            && let Some(done) = playing.join_next().await
        {
            secrets.push(done??);
        }
    }
    while let Some(done) = playing.join_next().await {
        secrets.push(done??);
    }
    Ok(secrets)
}

async fn session(desk: Desk, client: Client, subject: String, wrong: bool) -> Result<Secrets, Failure> {
    let (entered, mut secrets) = canaries()?;
    let (card, link) = desk.start(&entered, &subject).await?;
    let view = desk.until(|view| view.sessions.iter().any(|s| s.id == card && s.number.is_some())).await?;
    let number = view.sessions.iter().find(|s| s.id == card).and_then(|s| s.number.clone());
    secrets.number = number.unwrap_or_default();
    let page = Page::of(&client, &link)?;
    let opened = page.open().await?;
    if wrong {
        let (other, more) = canaries()?;
        secrets.values.extend(more.values);
        let (_, answer) = Page::compute(opened, &other)?;
        if page.answer(&answer).await? != VerdictState::Refused {
            return Err("a wrong value was accepted".into());
        }
    } else {
        let (answered, answer) = Page::compute(opened, &entered)?;
        let confirmed = Page::confirm(answered, &page.answer(&answer).await?)?;
        page.viewed(&confirmed).await?;
        let revealed = desk.reveal(&card).await?;
        if *revealed != *confirmed.passcode().expose() {
            return Err("two passcodes".into());
        }
        secrets.passcode = Some((*revealed).clone());
        page.matches().await?;
    }
    desk.close(&card).await?;
    Ok(secrets)
}

/// Three values, as both sides type them; and every way in which they could be spelled.
fn canaries() -> Result<(Vec<(Kind, String)>, Secrets), Failure> {
    let digits: String = (0..8).map(|_| Ok(super::below(10)?.to_string())).collect::<Result<_, Failure>>()?;
    let code = letters(16)?;
    let mail = format!("{}@example.org", letters(14)?.to_ascii_lowercase());
    let pairs: Vec<_> = digits.as_bytes().chunks(2).map(String::from_utf8_lossy).collect();
    let spaced = pairs.join(" ");
    let values = vec![
        format!("+336{digits}"),
        format!("336{digits}"),
        format!("06{digits}"),
        format!("6{digits}"),
        format!("06 {spaced}"),
        format!("+33 6 {spaced}"),
        code.clone(),
        code.to_ascii_lowercase(),
        mail.clone(),
    ];
    let entered = vec![(Kind::Phone, format!("+33 6 {spaced}")), (Kind::Code, code), (Kind::Email, mail)];
    Ok((entered, Secrets { values, ..Secrets::default() }))
}

fn letters(count: usize) -> Result<String, Failure> {
    let letter = || -> Result<char, Failure> {
        let place = usize::try_from(super::below(LETTERS.len() as u64)?)?;
        LETTERS.get(place).copied().map(char::from).ok_or_else(|| "no letter".into())
    };
    (0..count).map(|_| letter()).collect()
}

/// The service's memory, all that can be read of it.
fn core(program: &Program, to: &Path) -> Result<Vec<u8>, Failure> {
    let id = program.id().to_string();
    let dumped =
        Command::new("gcore").arg("-o").arg(to).arg(&id).stdout(Stdio::null()).stderr(Stdio::null()).status();
    dumped.map_err(|error| format!("gcore: {error}; run scripts/setup test"))?;
    let file = to.with_extension(&id);
    let bytes = fs::read(&file)?;
    fs::remove_file(file)?;
    Ok(bytes)
}
