//! Connections: how many there are at once, how long they may take to say what they want, and how they end.
//!
//! Whoever connects and says nothing, or a letter a second, is let go after a while, and keeps nobody else waiting meanwhile.
//! So is whoever asks and does not read. Answers go out at once (`TCP_NODELAY`): they are small, and somebody waits for each.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

/// Connections at once; whoever comes then waits in the system's queue.
const CONNECTIONS: usize = 32_768;
/// How long the head of a request may take, and how long a connection may wait for the next one. Longer than proxies keep
/// connections that they do not use, so that it is them who end these.
const HEAD: Duration = Duration::from_secs(75);
/// How long what was sent may stay unread, or unconfirmed, before the connection is given up. A telephone that is out of reach for this
/// long comes back on another connection.
const UNREAD: Duration = Duration::from_mins(1);

/// Makes a connection send what it is given at once, and end when nobody takes it.
pub(crate) fn settle(stream: &TcpStream) {
    if let Err(error) = stream.set_nodelay(true).and_then(|()| give_up_after(stream, UNREAD)) {
        tracing::debug!(%error, "a connection sends when it likes, or waits for ever");
    }
}

#[cfg(target_os = "linux")]
fn give_up_after(stream: &TcpStream, unread: Duration) -> io::Result<()> {
    SockRef::from(stream).set_tcp_user_timeout(Some(unread))
}

/// Elsewhere the system decides, after some minutes.
#[cfg(not(target_os = "linux"))]
fn give_up_after(_: &TcpStream, _: Duration) -> io::Result<()> {
    Ok(())
}

/// Answers calls until it is told to stop; then until those that are open have been answered.
pub(crate) async fn answer<L>(mut listener: L, router: Router, mut stopped: watch::Receiver<bool>)
where
    L: Listener<Addr = SocketAddr>,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let (open, places) = (GracefulShutdown::new(), Arc::new(Semaphore::new(CONNECTIONS)));
    loop {
        let next = async {
            // The semaphore is never closed.
            let place = places.clone().acquire_owned().await.ok();
            (place, listener.accept().await)
        };
        let (place, (stream, peer)) = tokio::select! {
            next = next => next,
            // The sender going away is a stop too.
            _ = stopped.wait_for(|stop| *stop) => break,
        };
        let router = router.clone();
        let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            router.clone().oneshot(request)
        });
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
            drop(place);
        });
    }
    // Nobody new is let in while the others are answered.
    drop(listener);
    open.shutdown().await;
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use axum::routing::get;
    use axum::serve::ListenerExt as _;
    use futures_util::stream;
    use std::convert::Infallible;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;
    use tokio::sync::mpsc;

    /// An answer without end, to somebody who reads nothing of it.
    #[tokio::test]
    async fn whoever_reads_nothing_is_given_up() {
        let (answering, mut ended) = mpsc::channel::<Infallible>(1);
        let endless = move || {
            let answering = answering.clone();
            async move {
                let bytes = stream::unfold(answering, |answering| async {
                    Some((Ok::<_, Infallible>([0_u8; 8_192].as_slice()), answering))
                });
                Body::from_stream(bytes)
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let listener = listener.tap_io(|stream| give_up_after(stream, Duration::from_millis(500)).unwrap());
        // The router goes with the listener once it is told to stop, and no answer is left but the one that is being sent.
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(answer(listener, Router::new().route("/", get(endless)), stopped));
        let mut client = TcpStream::connect(addr).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        client.readable().await.unwrap();
        stop.send_replace(true);
        let given_up = tokio::time::timeout(Duration::from_mins(1), async {
            serving.await.unwrap();
            assert!(ended.recv().await.is_none());
        });
        assert!(given_up.await.is_ok(), "it is still being answered");
        drop(client);
    }
}
