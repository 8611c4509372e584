//! The processes of the service that share one store, and the crashes that hit them.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use fastrand::Rng;
use jetpay_testing::free_port;
use jetpay_testing::postgres::{Cluster, Database};
use jiff::Timestamp;
use tempfile::TempDir;

use super::millis;
use crate::service::Service;

pub(super) const PROJECT: u64 = 1234;
pub(super) const SECRET: &str = "secret-of-the-crash-run";
/// The secret that signs webhooks.
pub(super) const WEBHOOK_SECRET: &str = "whsec_c2VjcmV0LW9mLXRoZS13ZWJob29rcy1vZi1hLWNyYXNo";
const ENVIRONMENT: [(&str, &str); 3] = [
    ("JETPAY_SECRET", SECRET),
    ("JETPAY_WEBHOOK_SECRET", WEBHOOK_SECRET),
    ("JETPAY_LOG", "warn"),
];

pub(super) struct Fleet {
    services: Vec<Service>,
    /// The port of the Gate that all services use.
    pub(super) gate: u16,
    /// The ports where all services reach the merchant's billing and its receiver of webhooks.
    pub(super) billing: [u16; 2],
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
        let billing = [free_port(), free_port()];
        let services = (0..count).map(|number| {
            let name = folder.path().join(format!("jetpay-{number}"));
            Service::new(
                binary,
                &name,
                store,
                &configuration(gate, billing),
                &ENVIRONMENT,
            )
        });
        Ok(Self {
            services: services.collect::<Result<_>>()?,
            gate,
            billing,
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

/// Whatever is configured besides the listeners and the store.
fn configuration(gate: u16, [billing, webhooks]: [u16; 2]) -> String {
    format!(
        r#"
[gate]
base_url = "http://127.0.0.1:{gate}"
answer_within_seconds = 1
ask_after_seconds = 1

[[project]]
id = {PROJECT}
methods = ["kaspi", "kassa24", "kassa24-bvu", "cashin-kz", "qiwi-kz"]
secret_env = "JETPAY_SECRET"

[[deliver]]
name = "billing"
kind = "osmp"
url = "http://127.0.0.1:{billing}/payments"

[[deliver]]
name = "webhooks"
kind = "webhook"
url = "http://127.0.0.1:{webhooks}/webhooks"
secret_env = ["JETPAY_WEBHOOK_SECRET"]
"#
    )
}
