//! Connections: how many there are at once, how long they may take to say what they want, and how they end.
//!
//! Whoever connects and says nothing, or a letter a second, is let go after a while, and keeps nobody else waiting meanwhile.
//! Answers go out at once (`TCP_NODELAY`): they are small, and somebody waits for each.

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use tower::ServiceExt as _;

/// Connections at once; whoever comes then waits in the system's queue.
const CONNECTIONS: usize = 32_768;
/// How long the head of a request may take, and how long a connection may wait for the next one. Longer than proxies keep
/// connections that they do not use, so that it is them who end these.
const HEAD: Duration = Duration::from_secs(75);

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
