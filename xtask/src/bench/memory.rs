//! Measures the memory of a connection: the memory of a server before and after many connections are opened, each with
//! one `verify`.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use jetpay_core::signature::Key;
use jetpay_platform::load::Connection;
use jetpay_testing::SECRET;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::service::{CUSTOMERS, Service};
use super::{bare, messages};
use crate::service::Process;
use crate::shell;

/// The number of connections, unless the system allows fewer.
pub(super) const CONNECTIONS: u64 = 10_000;
/// The number of open files that are not connections.
const OTHER_FILES: u64 = 200;

/// The memory of a server, in bytes.
struct Measured {
    before: u64,
    after: u64,
}

/// Measures and prints a table. There is no target: a merchant has one caller, and the figure is for planning.
pub(super) fn measure(asked: u64) -> Result<()> {
    if !Path::new("/proc/self/status").is_file() {
        println!("memory is not measured: this system has no /proc");
        return Ok(());
    }
    let (connections, files) = (allowed(asked), files_allowed());
    if connections < asked {
        println!(
            "  {connections} connections instead of {asked}: the hard limit is {files} open files"
        );
    }
    let service = Service::start()?;
    let ours = Measured::of(&service.process, service.address, connections)?;
    drop(service);
    let (address, bare) = bare::start("{}", None)?;
    let bare = Measured::of(&bare, address, connections)?;

    shell::heading(&format!(
        "memory at {connections} open connections, each after one verify"
    ));
    println!(
        "  {:<14} {:>12} {:>12} {:>20}",
        "", "before", "after", "bytes a connection"
    );
    for (name, measured) in [("ours", ours), ("bare", bare)] {
        println!(
            "  {name:<14} {:>8} KiB {:>8} KiB {:>20}",
            measured.before / 1024,
            measured.after / 1024,
            measured.after.saturating_sub(measured.before) / connections
        );
    }
    Ok(())
}

impl Measured {
    fn of(process: &Process, address: SocketAddr, connections: u64) -> Result<Self> {
        let key = Key::new(SECRET)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            // The first requests allocate memory that does not belong to a connection.
            let mut first = Connection::open(address).await?;
            for n in 0..1_000 {
                verify(&mut first, n, &key).await?;
            }
            drop(first);
            let before = process.resident()?;
            let mut open = Vec::new();
            for n in (0..CUSTOMERS).cycle().take(usize::try_from(connections)?) {
                let mut connection = Connection::open(address).await?;
                verify(&mut connection, n, &key).await?;
                open.push(connection);
            }
            let after = process.resident()?;
            // A connection that the server has closed would make the figure too small.
            for n in 0..2 {
                let at = n * (open.len() - 1);
                verify(&mut open[at], n, &key)
                    .await
                    .context("the first connections were closed before the last was open")?;
            }
            Ok(Self { before, after })
        })
    }
}

async fn verify(connection: &mut Connection, n: usize, key: &Key) -> Result<()> {
    let answer = connection.exchange(&messages::verify(n, key)?).await?;
    ensure!(answer.status == 200, "verify is answered with {answer}");
    Ok(())
}

fn allowed(asked: u64) -> u64 {
    asked.min(files_allowed().saturating_sub(OTHER_FILES).max(1))
}

/// Raises the limit of open files, for this process and its children, as far as the system allows. Returns the limit.
fn files_allowed() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let highest = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    let files = if setrlimit(Resource::Nofile, highest).is_ok() {
        limit.maximum
    } else {
        limit.current
    };
    files.unwrap_or(u64::MAX)
}
