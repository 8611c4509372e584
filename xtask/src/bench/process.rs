//! A server that runs as long as it is needed.

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a server may take to begin.
const PATIENCE: Duration = Duration::from_secs(30);

pub(super) struct Process {
    child: Child,
}

impl Process {
    /// Starts a server and waits until it takes connections.
    pub(super) fn start(command: &mut Command, address: SocketAddr) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("{} cannot be started", command.get_program().display()))?;
        let mut process = Self { child };
        let begun = Instant::now();
        while TcpStream::connect(address).is_err() {
            if let Some(status) = process.child.try_wait()? {
                bail!(
                    "{} ended before it took a connection ({status})",
                    command.get_program().display()
                );
            }
            if begun.elapsed() > PATIENCE {
                bail!(
                    "{} does not listen on {address}",
                    command.get_program().display()
                );
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(process)
    }

    /// Its number.
    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing left to do.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An address on loopback that nobody listens on now.
pub(super) fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?)
}
