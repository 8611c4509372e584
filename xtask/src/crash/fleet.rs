//! The processes of the service that share one store, and the crashes that hit them.

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fastrand::Rng;
use jetpay_platform::Admin;
use jetpay_testing::free_port;
use jetpay_testing::postgres::{Cluster, Database};
use jiff::Timestamp;
use tempfile::TempDir;

use super::millis;

pub(super) const PROJECT: u64 = 1234;
pub(super) const TOKEN: &str = "token-of-the-crash-run-of-xtask";
pub(super) const SECRET: &str = "secret-of-the-crash-run";

/// A service must be ready within this time, recovery included.
const START_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) struct Fleet {
    services: Vec<Service>,
    /// The port of the Gate that all services use.
    pub(super) gate: u16,
    database: Option<(Arc<Cluster>, Database)>,
    folder: TempDir,
    /// When a process was killed, once for each kill.
    pub(super) killed_at: Vec<Timestamp>,
    /// The number of processes killed before they were ready.
    pub(super) kills_while_starting: usize,
    /// The number of crashes of the database.
    pub(super) database_crashes: usize,
}

impl Fleet {
    /// Without a cluster, one service on a SQLite file; with one, two services on a PostgreSQL database.
    pub(super) fn new(binary: &Path, cluster: Option<Cluster>) -> Result<Self> {
        let database = cluster.map(|cluster| {
            let database = cluster.database();
            (Arc::new(cluster), database)
        });
        let (count, store) = match &database {
            Some((_, database)) => (2, database.url()),
            None => (1, "sqlite://jetpay.db"),
        };
        let (folder, gate) = (tempfile::tempdir()?, free_port());
        let services = (0..count).map(|number| {
            let name = folder.path().join(format!("jetpay-{number}"));
            Service::new(binary, &name, store, gate)
        });
        Ok(Self {
            services: services.collect::<Result<_>>()?,
            gate,
            database,
            folder,
            killed_at: Vec::new(),
            kills_while_starting: 0,
            database_crashes: 0,
        })
    }

    /// The ports where the services take the platform's messages, and those of their admin interfaces.
    pub(super) fn ports(&self) -> (Vec<u16>, Vec<u16>) {
        let services = self.services.iter();
        services.map(|it| (it.listen, it.admin)).unzip()
    }

    /// The longest time between two crashes, in milliseconds. On PostgreSQL it takes a while to connect again.
    pub(super) fn longest_load(&self) -> u64 {
        if self.database.is_some() { 800 } else { 300 }
    }

    /// Starts the services that are down.
    pub(super) fn start(&mut self) -> Result<()> {
        let mut down = self.services.iter_mut().filter(|it| it.process.is_none());
        down.try_for_each(Service::start)
    }

    /// Waits until all services are ready.
    pub(super) async fn ready(&mut self) -> Result<()> {
        for service in &mut self.services {
            service.ready().await?;
        }
        Ok(())
    }

    /// Kills one or more services, or crashes their database.
    pub(super) async fn crash_something(&mut self, random: &mut Rng) -> Result<()> {
        if let Some((cluster, _)) = &self.database
            && random.u8(..100) < 15
        {
            let cluster = Arc::clone(cluster);
            tokio::task::spawn_blocking(move || cluster.restart_immediate()).await?;
            self.database_crashes += 1;
            return Ok(());
        }
        let first = random.usize(..self.services.len());
        for number in 0..self.services.len() {
            if number == first || random.u8(..100) < 30 {
                self.kill(number)?;
            }
        }
        Ok(())
    }

    /// Starts the services that are down, and kills one a moment later, ready or not.
    pub(super) async fn kill_while_starting(&mut self, random: &mut Rng) -> Result<()> {
        self.start()?;
        tokio::time::sleep(millis(random, 0, 60)).await;
        self.kills_while_starting += 1;
        self.kill(random.usize(..self.services.len()))
    }

    pub(super) fn kill_all(&mut self) -> Result<()> {
        (0..self.services.len()).try_for_each(|number| self.kill(number))
    }

    fn kill(&mut self, number: usize) -> Result<()> {
        self.killed_at.push(Timestamp::now());
        self.services[number].kill()
    }

    pub(super) fn any_survives(&self) -> bool {
        self.services.iter().any(|it| it.process.is_some())
    }

    /// Runs `jetpay ledger check` on the store. Returns what it printed, if it found something.
    pub(super) fn check_the_ledger(&self) -> Result<Option<String>> {
        let output = self.services[0].jetpay(["ledger", "check"]).output()?;
        let printed = [output.stdout, output.stderr].concat();
        let printed = String::from_utf8_lossy(&printed).into_owned();
        Ok((!output.status.success()).then_some(printed))
    }

    /// Keeps the folder when this program ends, and returns its path.
    pub(super) fn keep(&mut self) -> &Path {
        self.folder.disable_cleanup(true);
        self.folder.path()
    }
}

/// One process of the service, with its configuration and its log.
struct Service {
    binary: PathBuf,
    config: PathBuf,
    log: PathBuf,
    listen: u16,
    admin: u16,
    process: Option<Child>,
}

impl Service {
    /// Writes the configuration. Does not start the service.
    fn new(binary: &Path, name: &Path, store: &str, gate: u16) -> Result<Self> {
        let (listen, admin) = (free_port(), free_port());
        let config = name.with_extension("toml");
        fs::write(&config, configuration(listen, admin, store, gate))?;
        Ok(Self {
            binary: binary.to_owned(),
            config,
            log: name.with_extension("log"),
            listen,
            admin,
            process: None,
        })
    }

    fn start(&mut self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let mut command = self.jetpay(["serve"]);
        let started = command.stderr(log?).stdout(Stdio::null()).spawn();
        let name = self.binary.display();
        self.process = Some(started.with_context(|| format!("{name} cannot be started"))?);
        Ok(())
    }

    /// Waits until the service is ready.
    async fn ready(&mut self) -> Result<()> {
        let admin = Admin::new(format!("http://127.0.0.1:{}", self.admin), TOKEN);
        let begun = Instant::now();
        loop {
            match admin.call("GET", "/readyz", None).await {
                Ok(answer) if answer.status == 200 => return Ok(()),
                _ => tokio::time::sleep(Duration::from_millis(3)).await,
            }
            self.still_runs()?;
            ensure!(
                begun.elapsed() < START_TIMEOUT,
                "the service is not ready after {START_TIMEOUT:?}; it logged:\n{}",
                self.last_log_lines()
            );
        }
    }

    /// Kills the process (SIGKILL).
    fn kill(&mut self) -> Result<()> {
        self.still_runs()?;
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Fails if the process has ended without a kill.
    fn still_runs(&mut self) -> Result<()> {
        if let Some(process) = &mut self.process
            && let Some(status) = process.try_wait()?
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

    fn jetpay<const N: usize>(&self, arguments: [&str; N]) -> Command {
        let mut command = Command::new(&self.binary);
        command
            .args(arguments)
            .arg("--config")
            .arg(&self.config)
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
