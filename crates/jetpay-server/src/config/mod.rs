//! The configuration: a TOML file, read strictly. Secrets come from the environment or from files that it names.

mod admin;
mod file;
mod gate;
mod problem;
mod secret;
mod store;
#[cfg(test)]
mod tests;

pub use admin::{AdminToken, Role};
pub use file::{Debts, Kassa24Answers};
pub use gate::GateConfig;
pub use problem::Problems;
pub use store::StoreLocation;

use std::collections::HashSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use ipnet::IpNet;
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Keyring, Project};
use zeroize::Zeroizing;

use crate::methods::MethodName;
use gate::GateTable;
use problem::Collector;

/// A complete and valid configuration, with its secrets.
pub struct Config {
    /// The address that the platform calls.
    pub listen: SocketAddr,
    /// Threads for the platform's requests; `None` is one for each core.
    pub workers: Option<usize>,
    /// Connections that the platform may have open at a time.
    pub max_connections: usize,
    /// How long a connection may be silent or make no progress.
    pub read_timeout: Duration,
    /// The address that the merchant calls.
    pub admin_listen: SocketAddr,
    /// The tokens of the merchant's requests; at least one.
    pub admin_tokens: Vec<AdminToken>,
    /// Names by which the merchant calls the admin interface, besides addresses and `localhost`.
    pub admin_hosts: Vec<String>,
    /// The proxies whose `X-Forwarded-For` says who the peer is.
    pub trusted_proxies: Vec<IpNet>,
    /// Where the ledger is stored.
    pub store: StoreLocation,
    /// The currency of all projects.
    pub currency: Currency,
    /// Which debts `verify` shows.
    pub debts: Debts,
    /// The projects, in the order of the file.
    pub projects: Vec<ProjectConfig>,
    /// How payouts are made; `None` without `[gate]`.
    pub gate: Option<GateConfig>,
    /// Settings that are valid but probably a mistake.
    pub warnings: Vec<String>,
}

/// A project of the platform, and its settings.
pub struct ProjectConfig {
    /// The project's id.
    pub id: ProjectId,
    /// The methods that the project accepts.
    pub methods: Vec<MethodName>,
    /// The project's secrets and currency.
    pub project: Project,
    /// The option of Kassa24's answers that the merchant and JetPay agreed on.
    pub kassa24_answers: Kassa24Answers,
    /// Whether the service refuses a top-up of a contract that the customer does not have.
    pub strict_contracts: bool,
}

impl Config {
    /// Reads a configuration file and the secrets that it names.
    ///
    /// # Errors
    /// [`Problems`]: every problem that was found, with its line.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        let text = read_text(path)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, path, folder)
    }

    fn parse(text: &str, path: &Path, folder: &Path) -> Result<Self, Problems> {
        let mut problems = Collector::new(path, text);
        let file = match toml::from_str::<file::File>(text) {
            Ok(file) => file,
            Err(error) => return Err(problems.syntax(&error)),
        };
        let admin_tokens = file.admin.tokens(folder, &mut problems);
        let admin_hosts = file.admin.hosts(&mut problems);
        let trusted_proxies = file.server.trusted_proxies(&mut problems);
        let store = file.store.location(folder, &mut problems);
        let currency = file::common_currency(&file.project, &mut problems);
        let (mut projects, mut ids) = (Vec::new(), HashSet::new());
        for project in &file.project {
            if !ids.insert(*project.id.get_ref()) {
                problems.at(
                    &project.id,
                    "another [[project]] has the same id; write one [[project]] with all secrets and methods",
                );
            }
            projects.extend(project.resolve(folder, currency, &mut problems));
        }
        let gate = file.gate.as_ref();
        let gate = gate.and_then(|gate| GateTable::resolve(gate, currency, &mut problems));
        if file.project.is_empty() {
            problems.anywhere(
                "there is no [[project]]; add one with id, methods and secret_env or secret_file",
            );
        }
        if file.server.listen == file.admin.listen && file.server.listen.port() != 0 {
            problems.anywhere(
                "[server] and [admin] listen on the same address; give [admin] another port",
            );
        }
        let warnings = problems.finish()?;
        let store = store.unwrap_or_else(|| StoreLocation::Sqlite(PathBuf::new()));
        Ok(Self {
            listen: file.server.listen,
            workers: file.server.workers.map(std::num::NonZero::get),
            max_connections: file.server.max_connections.get(),
            read_timeout: Duration::from_secs(file.server.read_timeout_seconds.get()),
            admin_listen: file.admin.listen,
            admin_tokens,
            admin_hosts,
            trusted_proxies,
            store,
            currency,
            debts: file.verify.debts,
            projects,
            gate,
            warnings,
        })
    }

    /// The secrets of all projects.
    ///
    /// # Panics
    /// Never: a configuration with two projects of the same id is refused.
    #[must_use]
    pub fn keyring(&self) -> Keyring {
        Keyring::new(self.projects.iter().map(|project| project.project.clone()))
            .expect("ids are unique")
    }
}

fn read_text(path: &Path) -> Result<String, Problems> {
    std::fs::read_to_string(path).map_err(|error| Problems::unreadable(path, &error))
}

/// The address and the token of a service's admin interface.
pub struct AdminAccess {
    /// The address at which this machine reaches the interface.
    pub address: SocketAddr,
    /// The bearer token.
    pub token: Zeroizing<String>,
    /// The ids of the configured projects, in the order of the file.
    pub projects: Vec<ProjectId>,
}

impl AdminAccess {
    /// Reads `[admin]` and the projects' ids of a configuration. The projects' secrets are not needed. `token` is the name of
    /// the token; without it, the first one that this process can read is taken.
    ///
    /// # Errors
    /// [`Problems`].
    pub fn read(path: &Path, token: Option<&str>) -> Result<Self, Problems> {
        let text = read_text(path)?;
        let mut problems = Collector::new(path, &text);
        let file = match toml::from_str::<file::File>(&text) {
            Ok(file) => file,
            Err(error) => return Err(problems.syntax(&error)),
        };
        let folder = path.parent().unwrap_or(Path::new(""));
        let token = file.admin.own_token(token, folder, &mut problems);
        problems.finish()?;
        let address = reachable(file.admin.listen);
        let ids = file.project.iter();
        let projects = ids.map(|project| ProjectId::new(*project.id.get_ref()));
        Ok(Self {
            address,
            token: token.map(|token| token.secret).unwrap_or_default(),
            projects: projects.collect(),
        })
    }
}

/// The address at which this machine reaches a listener: loopback, when it listens on every address.
pub(crate) fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, listen.port())
}
