//! What a server that is a process of its own uses.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jetpay_testing::free_port;

use crate::service::{Process, TIMEOUT};

/// A tick of `/proc/PID/stat`, in microseconds. Linux shows hundredths of a second on every machine.
const TICK: u64 = 10_000;

/// What a process has used since its start.
#[derive(Clone, Copy)]
pub(super) struct Usage {
    /// The time of all its threads, in microseconds.
    pub(super) cpu: u64,
    /// The bytes that it caused to be written to the disk: whole pages.
    pub(super) written: u64,
}

impl Process {
    /// Waits until the process accepts connections.
    pub(super) fn accepts(mut self, address: SocketAddr) -> Result<Self> {
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = self.ended()? {
                bail!("it ended before it accepted a connection ({status})");
            }
            let in_time = begun.elapsed() < TIMEOUT;
            ensure!(in_time, "nothing listens on {address} after {TIMEOUT:?}");
            thread::sleep(Duration::from_millis(20));
        }
        Ok(self)
    }

    pub(super) fn usage(&self) -> Result<Usage> {
        // The second field is the name of the program in parentheses, and may have spaces.
        let stat = self.proc("stat")?;
        let fields: Vec<&str> = stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
        let cpu = ticks(11).zip(ticks(12)).context("/proc shows no times")?;
        Ok(Usage {
            cpu: (cpu.0 + cpu.1) * TICK,
            written: self.figure("io", "write_bytes:")?,
        })
    }

    /// The resident memory, in bytes.
    pub(super) fn resident(&self) -> Result<u64> {
        Ok(self.figure("status", "VmRSS:")? * 1024)
    }

    /// The number behind a word in one of the process's files.
    fn figure(&self, file: &str, word: &str) -> Result<u64> {
        let text = self.proc(file)?;
        let number = text.lines().find_map(|line| line.strip_prefix(word));
        let number = number.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.with_context(|| format!("/proc/PID/{file} has no `{word}`"))
    }

    fn proc(&self, file: &str) -> Result<String> {
        let path = format!("/proc/{}/{file}", self.id());
        fs::read_to_string(&path).with_context(|| format!("{path} cannot be read"))
    }
}

/// A loopback address on which no server listens now.
pub(super) fn free_address() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, free_port()).into()
}
