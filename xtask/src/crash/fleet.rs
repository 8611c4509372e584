//! The service processes that share one store, and the crashes that hit them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use jetpay_platform::{Admin, Platform};
use jetpay_testing::free_port;
use jetpay_testing::postgres::{Cluster, Database};
use jiff::Timestamp;
use tempfile::TempDir;

use super::run::{Random, Run};
use super::service::Service;

pub(super) struct Fleet {
    services: Vec<Service>,
    /// The port of the Gate that all services use.
    gate: u16,
    database: Option<(Arc<Cluster>, Database)>,
    folder: TempDir,
    /// The number of processes killed.
    pub(super) kills: usize,
    /// The times of these kills.
    pub(super) killed_at: Vec<Timestamp>,
    /// The number of processes killed before they were ready.
    pub(super) kills_while_starting: usize,
    /// The number of crashes of the database.
    pub(super) database_crashes: usize,
}

impl Fleet {
    /// One service on a SQLite file.
    pub(super) fn on_sqlite(binary: &Path) -> Result<Self> {
        Self::of(binary, 1, "sqlite://jetpay.db", None)
    }

    /// Two services on one PostgreSQL database.
    pub(super) fn on_postgres(binary: &Path, cluster: Cluster) -> Result<Self> {
        let cluster = Arc::new(cluster);
        let database = cluster.database();
        let url = database.url().to_owned();
        Self::of(binary, 2, &url, Some((cluster, database)))
    }

    fn of(
        binary: &Path,
        services: usize,
        store: &str,
        database: Option<(Arc<Cluster>, Database)>,
    ) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let gate = free_port();
        let services = (0..services)
            .map(|number| Service::new(binary, folder.path(), number, store, gate))
            .collect::<Result<_>>()?;
        Ok(Self {
            services,
            gate,
            database,
            folder,
            kills: 0,
            killed_at: Vec::new(),
            kills_while_starting: 0,
            database_crashes: 0,
        })
    }

    pub(super) fn platforms(&self) -> Result<Vec<Platform>> {
        self.services.iter().map(Service::platform).collect()
    }

    pub(super) fn admins(&self) -> Vec<Admin> {
        self.services.iter().map(Service::admin).collect()
    }

    pub(super) fn gate(&self) -> u16 {
        self.gate
    }

    /// The ports where the services take callbacks.
    pub(super) fn ports(&self) -> Vec<u16> {
        self.services.iter().map(Service::port).collect()
    }

    /// The longest time between two crashes, in milliseconds. On PostgreSQL it takes a while to connect again.
    pub(super) fn longest_load(&self) -> usize {
        if self.database.is_some() { 800 } else { 300 }
    }

    /// Starts the services that are down.
    pub(super) fn start(&mut self) -> Result<()> {
        let down = self
            .services
            .iter_mut()
            .filter(|service| !service.is_running());
        for service in down {
            service.start()?;
        }
        Ok(())
    }

    /// Waits until all services are ready.
    pub(super) async fn ready(&mut self) -> Result<()> {
        for service in &mut self.services {
            service.ready().await?;
        }
        Ok(())
    }

    /// Kills one or more services, or crashes their database.
    pub(super) async fn crash_something(&mut self, random: &mut Random) -> Result<()> {
        if let Some((cluster, _)) = &self.database
            && random.percent(15)
        {
            let cluster = Arc::clone(cluster);
            let crashed = tokio::task::spawn_blocking(move || cluster.restart_immediate());
            crashed.await?;
            self.database_crashes += 1;
            return Ok(());
        }
        let first = random.below(self.services.len());
        for (number, service) in self.services.iter_mut().enumerate() {
            if number == first || random.percent(30) {
                self.killed_at.push(Timestamp::now());
                service.kill()?;
                self.kills += 1;
            }
        }
        Ok(())
    }

    /// Kills a service that was started a moment ago, ready or not.
    pub(super) fn kill_while_starting(&mut self, random: &mut Random) -> Result<()> {
        let number = random.below(self.services.len());
        self.killed_at.push(Timestamp::now());
        self.services[number].kill()?;
        self.kills += 1;
        self.kills_while_starting += 1;
        Ok(())
    }

    pub(super) fn kill_all(&mut self) -> Result<()> {
        for service in &mut self.services {
            service.kill()?;
            self.kills += 1;
        }
        Ok(())
    }

    pub(super) fn any_survives(&self) -> bool {
        self.services.iter().any(Service::is_running)
    }

    /// Runs `jetpay ledger check` on the store.
    pub(super) fn check_the_ledger(&self, run: &Run) -> Result<()> {
        let output = self.services[0].check_the_ledger()?;
        if output.status.success() {
            println!("`jetpay ledger check` agrees");
        } else {
            let printed = [output.stdout, output.stderr].concat();
            let printed = String::from_utf8_lossy(&printed).into_owned();
            run.violated(format!("`jetpay ledger check` disagrees:\n{printed}"));
        }
        Ok(())
    }

    /// Keeps the folder when this program ends, and returns its path.
    pub(super) fn keep(&mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.folder.path().to_owned()
    }
}
