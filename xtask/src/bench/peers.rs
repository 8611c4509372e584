//! Compares the CPU of a `verify` with that of the same endpoint as a developer would write it in Node, Python and PHP: a small
//! program on what the language brings, which checks the signature by the documents' rule and looks nothing up.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;
use jetpay_core::signature::Key;
use jetpay_testing::SECRET;

use super::process::free_address;
use super::rounds::{Compared, Side};
use super::service::{CUSTOMERS, Service};
use super::table::{Row, Target};
use super::{Effort, http};
use crate::service::Process;
use crate::shell;

/// A language, the program that runs it, and the file.
const PEERS: [(&str, &str, &str); 3] = [
    ("Node", "node", "verify.mjs"),
    ("Python", "python3", "verify.py"),
    ("PHP", "php", "verify.php"),
];

/// Skips a language that is not installed, and says so.
pub(super) fn measure(effort: Effort) -> Result<Vec<Row>> {
    let service = Service::start()?;
    let requests = http::verifies(&Key::new(SECRET)?)?;
    let time = Duration::from_secs_f64(effort.seconds);
    let mut rows = Vec::new();
    for (language, program, file) in PEERS {
        let version = Command::new(program).arg("--version").output();
        if !version.is_ok_and(|it| it.status.success()) {
            println!("  {language} is not measured: `{program}` is not installed");
            continue;
        }
        let (ours, (address, process)) = (service.side(), start(program, file)?);
        let theirs = Side {
            name: language,
            address,
            process: &process,
        };
        let mut compared = Compared::default();
        for _ in 0..=effort.rounds {
            compared
                .bare
                .push(theirs.round(time, &requests, true, &http::is_good)?);
            compared
                .ours
                .push(ours.round(time, &requests, true, &http::is_good)?);
        }
        let name = format!("verify, CPU / in {language}");
        rows.push(compared.warm().row(&name, Target::AtMost(0.1), |it| it.cpu));
    }
    Ok(rows)
}

fn start(program: &str, file: &str) -> Result<(SocketAddr, Process)> {
    let address = free_address();
    let file = shell::root().join("xtask/src/bench/peers").join(file);
    let (port, customers) = (address.port().to_string(), CUSTOMERS.to_string());
    let mut command = Command::new(program);
    if program == "php" {
        // It brings no server that a script can run; this one is for development, and cheaper than FPM behind another.
        command.args(["-d", "opcache.enable_cli=1", "-S", &address.to_string()]);
        command.arg(file).env("CUSTOMERS", customers);
    } else {
        command.arg(file).args([port, customers]);
    }
    command.env("JETPAY_BENCH_SECRET", SECRET);
    // PHP logs every request.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    Ok((address, Process::start(&mut command)?.accepts(address)?))
}
