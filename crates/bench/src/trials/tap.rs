//! A wire between two programs of this machine that keeps all that goes over it, in both directions.

use crate::load::Failure;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

type Kept = Arc<Mutex<Vec<u8>>>;

/// The wire; it is cut when this is dropped.
pub struct Tap {
    pub origin: String,
    to: Arc<OnceLock<u16>>,
    /// What went over each connection, each direction by itself.
    kept: Arc<Mutex<Vec<Kept>>>,
    carrying: JoinHandle<()>,
}

impl Tap {
    /// Listens on a free port of the loopback.
    pub async fn open() -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let (to, kept) = (Arc::new(OnceLock::new()), Arc::new(Mutex::new(Vec::new())));
        let carrying = tokio::spawn(accept(listener, to.clone(), kept.clone()));
        Ok(Self { origin, to, kept, carrying })
    }

    /// Where all of it goes.
    pub fn lead_to(&self, port: u16) {
        let _ = self.to.set(port);
    }

    /// All that went over it so far.
    pub fn kept(&self) -> Vec<u8> {
        let all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = Vec::new();
        for one in all.iter() {
            out.extend_from_slice(&one.lock().unwrap_or_else(PoisonError::into_inner));
            out.push(b'\n');
        }
        out
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.carrying.abort();
    }
}

async fn accept(listener: TcpListener, to: Arc<OnceLock<u16>>, kept: Arc<Mutex<Vec<Kept>>>) {
    while let Ok((near, _)) = listener.accept().await {
        let Some(port) = to.get().copied() else { continue };
        let Ok(far) = TcpStream::connect(("127.0.0.1", port)).await else { continue };
        let (near_in, near_out) = near.into_split();
        let (far_in, far_out) = far.into_split();
        for (from, into) in [(near_in, far_out), (far_in, near_out)] {
            let kept_here = Kept::default();
            kept.lock().unwrap_or_else(PoisonError::into_inner).push(kept_here.clone());
            tokio::spawn(carry(from, into, kept_here));
        }
    }
}

async fn carry(mut from: OwnedReadHalf, mut into: OwnedWriteHalf, kept: Kept) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        let Some(piece) = buffer.get(..read) else { return };
        kept.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(piece);
        if into.write_all(piece).await.is_err() {
            return;
        }
    }
}
