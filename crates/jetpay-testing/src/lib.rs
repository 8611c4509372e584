//! Helpers for tests: the fixtures (the examples of the platform's documents), their manifests and snapshots; what a text
//! must hide; a temporary PostgreSQL; free ports; programs in `PATH`.
//!
//! # Panics
//! These functions are for tests, so they panic with a clear message when a fixture does not agree with its manifest.

mod fixtures;
pub mod leaks;
pub mod postgres;
pub mod smtp;

pub use fixtures::{
    BAD_INPUT, FOLDERS, Fixture, Kind, Manifest, SECRET, Text, fixture_keyring, json, pretty,
    snapshot,
};

use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};

/// A program in `PATH`, if it is there.
#[must_use]
pub fn program(name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join(&name))
        .find(|file| file.is_file())
}

/// The Chromium program in `PATH`, if there is one. Tests open report pages with it.
#[must_use]
pub fn chromium() -> Option<PathBuf> {
    program("chromium").or_else(|| program("chromium-browser"))
}

/// Systems give higher ports to outgoing connections. Ports below that range have two advantages: a restarted server
/// finds its port still free, and a client that polls a server which is down never connects to itself (which happens
/// when the system gives a connection the very port that it wants to reach).
const FIRST: u16 = 17_000;
const COUNT: u16 = 13_000;

/// A loopback port on which no server listens now. Two calls in one process never return the same port.
///
/// # Panics
/// When none of the 13,000 ports is free.
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
    fn ports_differ_and_a_server_can_listen_on_each() {
        let (first, second) = (free_port(), free_port());
        assert_ne!(first, second);
        assert!(std::net::TcpListener::bind(("127.0.0.1", first)).is_ok());
    }
}
