//! Something between the engine and its service that alters what goes through, or keeps an answer back.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What is done to answers. Bytes are replaced by as many others, so that lengths stay true.
#[derive(Default)]
pub struct Lies {
    pub replace: Mutex<Option<(&'static str, &'static str)>>,
    /// Whether the answer to a request that begins so never arrives.
    pub lost: Mutex<Option<&'static str>>,
    pub told: AtomicBool,
}

/// Stands before the service; its address.
pub async fn stand(service: SocketAddr, lies: Arc<Lies>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, service, lies.clone()));
        }
    });
    addr
}

async fn pass(client: TcpStream, service: SocketAddr, lies: Arc<Lies>) -> Option<()> {
    let server = TcpStream::connect(service).await.ok()?;
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    // Requests are small: each comes in a piece of its own.
    let asked = Arc::new(Mutex::new(Vec::new()));
    let asking = asked.clone();
    tokio::spawn(async move {
        let mut piece = vec![0; 65_536];
        while let Ok(read @ 1..) = from_client.read(&mut piece).await {
            asking.lock().unwrap().extend_from_slice(&piece[..read]);
            if to_server.write_all(&piece[..read]).await.is_err() {
                return;
            }
        }
    });
    let mut piece = vec![0; 65_536];
    while let Ok(read @ 1..) = from_server.read(&mut piece).await {
        let request = std::mem::take(&mut *asked.lock().unwrap());
        let lost = *lies.lost.lock().unwrap();
        if lost.is_some_and(|lost| request.starts_with(lost.as_bytes())) {
            lies.told.store(true, Ordering::SeqCst);
            return None;
        }
        let mut answer = piece[..read].to_vec();
        if let Some((from, to)) = *lies.replace.lock().unwrap() {
            assert_eq!(from.len(), to.len());
            for place in 0..(answer.len() + 1).saturating_sub(from.len()) {
                if answer[place..].starts_with(from.as_bytes()) {
                    answer[place..place + to.len()].copy_from_slice(to.as_bytes());
                    lies.told.store(true, Ordering::SeqCst);
                }
            }
        }
        to_client.write_all(&answer).await.ok()?;
    }
    Some(())
}
