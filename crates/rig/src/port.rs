//! Ports for programs that want to be told theirs, or that come back on the one they had.
//!
//! A port the kernel gives (port 0) is free again once it was looked up, and its next owner may be any outgoing connection of the
//! machine, between that look and the program's own bind. These lie below the range outgoing connections are given, are given
//! once in a process, and begin somewhere else in each.

use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU16, Ordering};

/// The first of them.
const FIRST: u16 = 12_000;
/// How many there are.
const COUNT: u16 = 10_000;
/// How far above a Redis server's port the one lies on which it talks to its cluster: free too.
pub const BUS: u16 = 10_000;

/// A port of loopback that is free for TCP and UDP, as is the one [`BUS`] above it.
pub fn free_port() -> u16 {
    static NEXT: LazyLock<AtomicU16> = LazyLock::new(|| {
        let mut drawn = [0; 2];
        getrandom::fill(&mut drawn).expect("the operating system gives randomness");
        AtomicU16::new(u16::from_ne_bytes(drawn) % COUNT)
    });
    for _ in 0..COUNT {
        let drawn = NEXT.update(Ordering::Relaxed, Ordering::Relaxed, |place| (place + 1) % COUNT);
        let port = FIRST + drawn;
        if is_free(port) && is_free(port + BUS) {
            return port;
        }
    }
    panic!("no port from {FIRST} on is free");
}

/// An address of loopback on a [`free_port`].
pub fn free_address() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], free_port()))
}

fn is_free(port: u16) -> bool {
    let addr = ("127.0.0.1", port);
    TcpListener::bind(addr).is_ok() && UdpSocket::bind(addr).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_port_is_given_twice_or_while_it_is_taken() {
        let first = free_port();
        let next = FIRST + (first - FIRST + 1) % COUNT;
        let _taken = TcpListener::bind(("127.0.0.1", next));
        let many: HashSet<_> = (0..100).map(|_| free_port()).collect();
        assert_eq!(many.len(), 100);
        assert!(!many.contains(&first) && !many.contains(&next));
        assert!(many.iter().all(|port| (FIRST..FIRST + COUNT).contains(port)));
    }
}
