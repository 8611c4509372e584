//! One process of the service, with its configuration and its log.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jetpay_platform::{Admin, Platform};
use jetpay_testing::free_port;

use super::journal::PROJECT;

/// A service must be ready within this time, recovery included.
const START_TIMEOUT: Duration = Duration::from_secs(30);
const TOKEN: &str = "token-of-the-crash-run-of-xtask";
pub(super) const SECRET: &str = "secret-of-the-crash-run";

pub(super) struct Service {
    binary: PathBuf,
    config: PathBuf,
    log: PathBuf,
    listen: u16,
    admin: u16,
    process: Option<Child>,
}

/// The path where the build puts `jetpay`.
pub(super) fn binary(dev: bool) -> Result<PathBuf> {
    let own = std::env::current_exe()?;
    let builds = own.parent().and_then(Path::parent);
    let builds = builds.context("this program is not in a build folder")?;
    let name = format!("jetpay{}", std::env::consts::EXE_SUFFIX);
    let binary = builds
        .join(if dev { "debug" } else { "release" })
        .join(name);
    ensure!(binary.is_file(), "{} is not there", binary.display());
    Ok(binary)
}

impl Service {
    /// Writes the configuration. Does not start the service.
    pub(super) fn new(
        binary: &Path,
        folder: &Path,
        number: usize,
        store: &str,
        gate: u16,
    ) -> Result<Self> {
        let (listen, admin) = (free_port(), free_port());
        let config = folder.join(format!("jetpay-{number}.toml"));
        fs::write(&config, configuration(listen, admin, store, gate))?;
        Ok(Self {
            binary: binary.to_owned(),
            config,
            log: folder.join(format!("jetpay-{number}.log")),
            listen,
            admin,
            process: None,
        })
    }

    pub(super) fn platform(&self) -> Result<Platform> {
        let url = format!("http://127.0.0.1:{}", self.listen);
        let key = jetpay_core::signature::Key::new(SECRET)?;
        Ok(Platform::new(url, PROJECT, key))
    }

    /// The port where the service takes callbacks.
    pub(super) fn port(&self) -> u16 {
        self.listen
    }

    pub(super) fn admin(&self) -> Admin {
        Admin::new(format!("http://127.0.0.1:{}", self.admin), TOKEN)
    }

    pub(super) fn is_running(&self) -> bool {
        self.process.is_some()
    }

    pub(super) fn start(&mut self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let mut command = self.jetpay();
        command.args(["serve", "--config"]).arg(&self.config);
        let started = command.stderr(log?).stdout(Stdio::null()).spawn();
        self.process =
            Some(started.with_context(|| format!("{} cannot be started", self.binary.display()))?);
        Ok(())
    }

    /// Waits until the service is ready.
    pub(super) async fn ready(&mut self) -> Result<()> {
        let (begun, admin) = (Instant::now(), self.admin());
        loop {
            match admin.call("GET", "/readyz", None).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                _ => tokio::time::sleep(Duration::from_millis(3)).await,
            }
            self.still_runs()?;
            if begun.elapsed() > START_TIMEOUT {
                bail!(
                    "the service is not ready after {START_TIMEOUT:?}; it logged:\n{}",
                    self.last_log_lines()
                );
            }
        }
    }

    /// Kills the process (SIGKILL).
    pub(super) fn kill(&mut self) -> Result<()> {
        self.still_runs()?;
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Fails if the process has ended without a kill.
    fn still_runs(&mut self) -> Result<()> {
        let Some(process) = &mut self.process else {
            return Ok(());
        };
        if let Some(status) = process.try_wait()? {
            bail!(
                "a service ended by itself with {status}; it logged:\n{}",
                self.last_log_lines()
            );
        }
        Ok(())
    }

    fn last_log_lines(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Runs `jetpay ledger check` on the store.
    pub(super) fn check_the_ledger(&self) -> Result<Output> {
        let mut command = self.jetpay();
        command
            .args(["ledger", "check", "--config"])
            .arg(&self.config);
        Ok(command.output()?)
    }

    fn jetpay(&self) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .env("JETPAY_TOKEN", TOKEN)
            .env("JETPAY_SECRET", SECRET)
            .env("JETPAY_LOG", "warn");
        command
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}

fn configuration(listen: u16, admin: u16, store: &str, gate: u16) -> String {
    format!(
        r#"[server]
listen = "127.0.0.1:{listen}"

[admin]
listen = "127.0.0.1:{admin}"
token_env = "JETPAY_TOKEN"

[store]
url = "{store}"

[gate]
base_url = "http://127.0.0.1:{gate}"
answer_within_seconds = 1
ask_after_seconds = 1

[[project]]
id = {PROJECT}
methods = ["kaspi", "kassa24", "kassa24-bvu", "cashin-kz", "qiwi-kz"]
secret_env = "JETPAY_SECRET"
"#
    )
}
