//! The real service as a process, with a configuration and a log of its own.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use jetpay_platform::Admin;
use jetpay_testing::free_port;

use crate::shell;

/// A service must be ready within this time, recovery included, and must end within this time.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(30);
/// The token of the admin interface.
pub(crate) const TOKEN: &str = "token-of-this-run-of-xtask";

/// The profile in which this program was built. Its folder has the profile's name.
pub(crate) fn own_profile() -> Result<String> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::file_name);
    let folder = folder.context("this program is not in a build folder")?;
    let folder = folder.to_string_lossy();
    Ok(folder.replace("debug", "dev"))
}

/// Builds `jetpay` in this profile. Returns its path.
pub(crate) fn build(profile: &str) -> Result<PathBuf> {
    let package = "--package jetpay-server --bin jetpay";
    shell::run_cargo(&format!("build --quiet --profile {profile} {package}"))?;
    let own = std::env::current_exe()?;
    let builds = own.parent().and_then(Path::parent);
    let builds = builds.context("this program is not in a build folder")?;
    let name = format!("jetpay{}", std::env::consts::EXE_SUFFIX);
    let binary = builds.join(profile.replace("dev", "debug")).join(name);
    ensure!(binary.is_file(), "{} is not there", binary.display());
    Ok(binary)
}

/// A process. Dropping the value kills it.
pub(crate) struct Process(Child);

impl Process {
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        let program = command.get_program().display().to_string();
        let child = command.spawn();
        Ok(Self(
            child.with_context(|| format!("{program} cannot be started"))?,
        ))
    }

    pub(crate) fn id(&self) -> u32 {
        self.0.id()
    }

    /// How it ended, if it has.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.0.try_wait()?)
    }

    /// Sends a signal. The standard library cannot.
    pub(crate) fn signal(&self, name: &str) -> Result<()> {
        let mut kill = Command::new("kill");
        let sent = kill.args(["-s", name, &self.id().to_string()]).status();
        let sent = sent.context("`kill` cannot be started")?;
        ensure!(
            sent.success(),
            "the service ended before SIG{name} was sent"
        );
        Ok(())
    }

    /// Expects that the process ends with status 0, after it was told to.
    pub(crate) fn ends(&mut self) -> Result<()> {
        let begun = Instant::now();
        while begun.elapsed() < TIMEOUT {
            if let Some(status) = self.ended()? {
                ensure!(
                    status.success(),
                    "the service ended with {status} after SIGTERM; it must end with 0"
                );
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("the service did not end within {TIMEOUT:?} after SIGTERM")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // If the process has ended by itself, both calls fail.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// One service: its configuration, and its process while it runs.
pub(crate) struct Service {
    binary: PathBuf,
    config: PathBuf,
    pub(crate) log: PathBuf,
    environment: Vec<(&'static str, &'static str)>,
    pub(crate) listen: u16,
    pub(crate) admin: u16,
    pub(crate) process: Option<Process>,
}

impl Service {
    /// Writes the configuration to `NAME.toml`; the log will be `NAME.log`. `more` begins with further keys of `[server]`.
    /// `environment` has the variables that it names. Does not start the service.
    pub(crate) fn new(
        binary: &Path,
        name: &Path,
        store: &str,
        more: &str,
        environment: &[(&'static str, &'static str)],
    ) -> Result<Self> {
        let (listen, admin) = (free_port(), free_port());
        let config = name.with_extension("toml");
        let configuration = format!(
            "[admin]\nlisten = \"127.0.0.1:{admin}\"\ntoken_env = \"JETPAY_TOKEN\"\n\n[store]\nurl = \"{store}\"\n\n\
             [server]\nlisten = \"127.0.0.1:{listen}\"\n{more}"
        );
        fs::write(&config, configuration)?;
        Ok(Self {
            binary: binary.to_owned(),
            config,
            log: name.with_extension("log"),
            environment: environment.to_vec(),
            listen,
            admin,
            process: None,
        })
    }

    /// A command of `jetpay` with this configuration.
    pub(crate) fn jetpay<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments).arg("--config").arg(&self.config);
        command.env("JETPAY_TOKEN", TOKEN);
        command.envs(self.environment.iter().copied());
        command
    }

    /// Starts `jetpay serve`.
    pub(crate) fn start(&mut self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let mut serve = self.jetpay(["serve"]);
        serve.stdout(Stdio::null()).stderr(log?);
        self.process = Some(Process::start(&mut serve)?);
        Ok(())
    }

    pub(crate) fn admin(&self) -> Admin {
        Admin::new(format!("http://127.0.0.1:{}", self.admin), TOKEN)
    }

    /// Waits until the service is ready.
    pub(crate) async fn ready(&mut self) -> Result<()> {
        let (admin, begun) = (self.admin(), Instant::now());
        loop {
            match admin.call("GET", "/readyz", None).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                _ => tokio::time::sleep(Duration::from_millis(3)).await,
            }
            self.still_runs()?;
            ensure!(
                begun.elapsed() < TIMEOUT,
                "the service is not ready after {TIMEOUT:?}; it logged:\n{}",
                self.last_log_lines()
            );
        }
    }

    /// Sends SIGTERM, as an operator would, and expects that the service ends with status 0.
    pub(crate) fn stop(&mut self) -> Result<()> {
        let Some(mut process) = self.process.take() else {
            return Ok(());
        };
        process.signal("TERM")?;
        process.ends()
    }

    /// Kills the process (SIGKILL). Fails if it has ended before.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.still_runs()?;
        self.process = None;
        Ok(())
    }

    fn still_runs(&mut self) -> Result<()> {
        if let Some(process) = &mut self.process
            && let Some(status) = process.ended()?
        {
            let log = self.last_log_lines();
            bail!("a service ended by itself with {status}; it logged:\n{log}");
        }
        Ok(())
    }

    fn last_log_lines(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }
}
