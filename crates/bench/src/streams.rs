//! Thousands of agents who wait: an open event stream each, as bare as HTTP allows, and a session nobody opens.

use crate::load::{Failure, Target};
use crate::program::{HANDLE, ORGANIZATION, Program};
use reqwest::Client;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// How many are opened at once.
const AT_ONCE: usize = 128;

/// Open streams, read as long as this lives.
pub struct Streams {
    _readers: JoinSet<()>,
    ended: Arc<AtomicUsize>,
}

impl Streams {
    /// How many the service has ended.
    pub fn ended(&self) -> usize {
        self.ended.load(Ordering::Relaxed)
    }
}

/// Opens one stream for each token.
pub async fn open(origin: &str, tokens: &[String]) -> Result<Streams, Failure> {
    let addr = origin.trim_start_matches("http://").to_owned();
    let (mut opening, mut readers) = (JoinSet::new(), JoinSet::new());
    let ended = Arc::new(AtomicUsize::new(0));
    let mut rest = tokens.iter();
    loop {
        while opening.len() < AT_ONCE
            && let Some(token) = rest.next()
        {
            opening.spawn(stream(addr.clone(), token.clone()));
        }
        let Some(opened) = opening.join_next().await else { break };
        let (mut stream, ended) = (opened??, ended.clone());
        readers.spawn(async move {
            let mut buffer = [0; 256];
            while stream.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
            ended.fetch_add(1, Ordering::Relaxed);
        });
    }
    Ok(Streams { _readers: readers, ended })
}

async fn stream(addr: String, token: String) -> Result<TcpStream, Failure> {
    let mut stream = TcpStream::connect(&addr).await?;
    let head =
        format!("GET /api/v1/events HTTP/1.1\r\nHost: {addr}\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(head.as_bytes()).await?;
    let mut answer = Vec::new();
    while !answer.windows(4).any(|end| end == b"\r\n\r\n") {
        if stream.read_buf(&mut answer).await? == 0 {
            return Err("a stream was not opened".into());
        }
    }
    if answer.starts_with(b"HTTP/1.1 200 ") { Ok(stream) } else { Err("a stream was refused".into()) }
}

/// One session for each token.
pub async fn sessions(program: &Program, tokens: &[String]) -> Result<(), Failure> {
    let client = Client::builder().no_proxy().build()?;
    let mut placing = JoinSet::new();
    let mut rest = tokens.iter();
    loop {
        while placing.len() < AT_ONCE
            && let Some(token) = rest.next()
        {
            let target = Target {
                client: client.clone(),
                origin: program.origin.clone(),
                pages_at: None,
                handle: HANDLE.to_owned(),
                organization: ORGANIZATION.to_owned(),
                token: token.clone(),
            };
            placing.spawn(async move { target.create(&target.begin()?).await.map(drop) });
        }
        let Some(placed) = placing.join_next().await else { return Ok(()) };
        placed??;
    }
}
