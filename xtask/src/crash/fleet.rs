//! The processes that serve one store, and what is done to them.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use jetpay_platform::{Admin, Platform};
use jetpay_testing::free_port;
use jetpay_testing::postgres::{Cluster, Database};
use jiff::Timestamp;
use tempfile::TempDir;

use super::chance::Chance;
use super::service::Service;
use super::world::World;

pub(super) struct Fleet {
    services: Vec<Service>,
    /// The port where all of them look for the Gate.
    gate: u16,
    database: Option<(Arc<Cluster>, Database)>,
    folder: TempDir,
    /// How many processes were killed so far.
    pub(super) kills: usize,
    /// When.
    pub(super) struck_at: Vec<Timestamp>,
    /// How many of them before they were ready.
    pub(super) kills_while_starting: usize,
    /// How often the database crashed.
    pub(super) database_crashes: usize,
}

impl Fleet {
    /// One service on a file.
    pub(super) fn on_sqlite(binary: &Path) -> Result<Self> {
        Self::of(binary, 1, "sqlite://jetpay.db", None)
    }

    /// Two services on one database.
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
            struck_at: Vec::new(),
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

    /// Where each takes callbacks.
    pub(super) fn listens(&self) -> Vec<u16> {
        self.services.iter().map(Service::listens).collect()
    }

    /// How long a load lasts at most, in milliseconds: on a database it takes a while to connect again.
    pub(super) fn longest_load(&self) -> usize {
        if self.database.is_some() { 800 } else { 300 }
    }

    /// Starts whoever is down.
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

    /// Waits until all can take messages.
    pub(super) async fn ready(&mut self) -> Result<()> {
        for service in &mut self.services {
            service.ready().await?;
        }
        Ok(())
    }

    /// Kills one, or more, or crashes the database below them.
    pub(super) async fn strike(&mut self, chance: &mut Chance) -> Result<()> {
        if let Some((cluster, _)) = &self.database
            && chance.of(15)
        {
            let cluster = Arc::clone(cluster);
            let crashed = tokio::task::spawn_blocking(move || cluster.restart_immediate());
            crashed.await?;
            self.database_crashes += 1;
            return Ok(());
        }
        let first = chance.below(self.services.len());
        for (number, service) in self.services.iter_mut().enumerate() {
            if number == first || chance.of(30) {
                self.struck_at.push(Timestamp::now());
                service.kill()?;
                self.kills += 1;
            }
        }
        Ok(())
    }

    /// Kills one that was started a moment ago, ready or not.
    pub(super) fn kill_while_starting(&mut self, chance: &mut Chance) -> Result<()> {
        let number = chance.below(self.services.len());
        self.struck_at.push(Timestamp::now());
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

    /// The binary's own check of the store, by a process that did not serve.
    pub(super) fn check_the_ledger(&self, world: &World) -> Result<()> {
        let output = self.services[0].check_the_ledger()?;
        if output.status.success() {
            println!("`jetpay ledger check` agrees");
        } else {
            let said = [output.stdout, output.stderr].concat();
            let said = String::from_utf8_lossy(&said).into_owned();
            world.violated(format!("`jetpay ledger check` disagrees:\n{said}"));
        }
        Ok(())
    }

    /// The folder stays when the program ends.
    pub(super) fn keep(&mut self) -> PathBuf {
        self.folder.disable_cleanup(true);
        self.folder.path().to_owned()
    }
}
