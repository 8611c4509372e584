//! Ports that stay free while their server is down.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

/// Below what systems give to outgoing connections: a server that is restarted finds its port as it left it, and who
/// asks whether it is up again never meets himself, as happens when a connection is given the port that it asks for.
const FIRST: u16 = 17_000;
const COUNT: u16 = 13_000;

/// A port on loopback that nobody listens on now. No two calls of one process give the same.
///
/// # Panics
/// When none of thousands is free.
#[must_use]
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Processes that run at the same time begin far from each other.
    let begin = std::process::id().wrapping_mul(7_919) % u32::from(COUNT);
    let begin = u16::try_from(begin).unwrap_or_default();
    (0..COUNT)
        .map(|_| FIRST + (begin + NEXT.fetch_add(1, Ordering::Relaxed) % COUNT) % COUNT)
        .find(|&port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok())
        .expect("one of thousands of ports is free")
}

#[cfg(test)]
mod tests {
    use super::free_port;

    #[test]
    fn ports_differ_and_can_be_listened_on() {
        let (first, second) = (free_port(), free_port());
        assert_ne!(first, second);
        assert!(std::net::TcpListener::bind(("127.0.0.1", first)).is_ok());
    }
}
