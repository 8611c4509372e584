//! The configuration: a TOML file, read strictly. Secrets come from the environment or from files that it names.

mod admin;
mod billing;
mod data_api;
mod deliver;
mod document;
mod file;
mod gate;
mod keys;
mod lookup;
mod mail;
mod pages;
mod secret;
mod store;
mod table;
#[cfg(test)]
mod tests;

pub use admin::{AdminToken, Role};
pub use data_api::DataApiConfig;
pub use deliver::{DeliverConfig, DeliverKind};
pub use document::Problems;
pub use file::{Debts, Kassa24Answers, LogConfig};
pub use gate::GateConfig;
pub use keys::COMMENTED;
pub use lookup::{LookupConfig, LookupKind, OwedField};
pub use mail::{MailConfig, MailLogin, MailSecurity, MailServer};
pub use pages::PagesConfig;
pub use store::StoreLocation;

use std::collections::{BTreeMap, HashSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use ipnet::IpNet;
use jetpay_billing::txn_id::Prefix;
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Keyring, Project};
use zeroize::Zeroizing;

use crate::methods::MethodName;
use document::{Document, read_text};
use table::Table;

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
    /// The file, the line and the key that name the store.
    pub store_place: String,
    /// The currency of all projects.
    pub currency: Currency,
    /// Which debts `verify` shows.
    pub debts: Debts,
    /// What the service writes into its log.
    pub log: LogConfig,
    /// The projects, in the order of the file.
    pub projects: Vec<ProjectConfig>,
    /// How payouts are made; `None` without `[gate]`.
    pub gate: Option<GateConfig>,
    /// How the platform's Data API is asked; `None` without `[data_api]`.
    pub data_api: Option<DataApiConfig>,
    /// How often the service reconciles the ledger with the Data API; `None` is never. With it, there is a `data_api`.
    pub reconcile_every: Option<Duration>,
    /// The merchant's own system, which `verify` asks; `None`: the store knows the customers.
    pub lookup: Option<LookupConfig>,
    /// The merchant's endpoints that get entries and alarms.
    pub deliver: Vec<DeliverConfig>,
    /// Where alarms are mailed; `None` without `[mail]`.
    pub mail: Option<MailConfig>,
    /// The pages for people; `None` without `[pages]`.
    pub pages: Option<PagesConfig>,
    /// The keys that a running service does not take again, each with its value.
    pub(crate) fixed: BTreeMap<String, String>,
    /// Settings that are valid but probably a mistake.
    pub warnings: Vec<String>,
}

/// A project of the platform, and its settings.
pub struct ProjectConfig {
    /// The project's id.
    pub id: ProjectId,
    /// The methods that the project accepts.
    pub methods: Vec<MethodName>,
    /// The project's currency, and the secrets that are accepted: first the one that signs.
    pub project: Project,
    /// The same with the past secrets, which verify only what is stored.
    pub with_past: Project,
    /// The option of Kassa24's answers that the merchant and JetPay agreed on.
    pub kassa24_answers: Kassa24Answers,
    /// Whether the service refuses a top-up of a contract that the customer does not have.
    pub strict_contracts: bool,
    /// The digits before an operation's id in the `txn_id` for a billing that several projects share.
    pub txn_prefix: Option<Prefix>,
}

impl Config {
    /// Reads a configuration file and the secrets that it names.
    ///
    /// # Errors
    /// [`Problems`]: every problem that was found, with its line.
    pub fn read(path: &Path) -> Result<Self, Problems> {
        Self::parse(&read_text(path)?, path, false)
    }

    /// Like [`read`](Self::read), and finds what would stop a service on this machine: addresses that it does not have, a
    /// store that may not be written, no certificates for the Gate. Not for a process that has the ledger open.
    ///
    /// # Errors
    /// [`Problems`].
    pub fn read_to_serve(path: &Path) -> Result<Self, Problems> {
        Self::parse(&read_text(path)?, path, true)
    }

    fn parse(text: &str, path: &Path, serving: bool) -> Result<Self, Problems> {
        let folder = path.parent().unwrap_or(Path::new(""));
        let document = Document::new(path, text);
        let tables = document.parse()?;
        let config = Self::from_tables(&Table::root(&document, &tables), folder, serving);
        let warnings = document.finish()?;
        let config = config.expect("a configuration without problems is complete");
        let fixed = keys::fixed(text);
        Ok(Self {
            fixed,
            warnings,
            ..config
        })
    }

    /// `None` only after a problem.
    fn from_tables(root: &Table<'_>, folder: &Path, serving: bool) -> Option<Self> {
        let (server, admin) = (root.table("server"), root.table("admin"));
        let listen = file::listen(&server, serving);
        let admin_listen = file::listen(&admin, serving);
        if file::collide(listen, admin_listen) {
            let place = admin.text("listen").or(server.text("listen"));
            let what = "[server] and [admin] listen on the same address; write another port here";
            place.inspect(|place| place.problem(what));
        } else if let Some(place) = admin.text("listen")
            && !admin_listen.ip().to_canonical().is_loopback()
        {
            place.warn(&format!(
                "[admin] listens on {admin_listen} with plain HTTP, and the network can read the tokens. Listen on 127.0.0.1, \
                 and put a TLS proxy in front of it for other machines"
            ));
        }
        let projects = root.tables("project");
        if root.has_none("project") {
            root.missing("project", "there is no project");
        }
        let currency = file::common_currency(&projects);
        let mut ids = HashSet::new();
        for project in &projects {
            if file::id(project).is_some_and(|id| !ids.insert(id)) {
                project.problem(
                    "another [[project]] has the same id; write one [[project]] with all secrets and methods",
                );
            }
        }
        let gate = root.table("gate");
        // A method that is missing or spelled wrong has its own problem.
        let pays_out = |project: &Table<'_>| {
            let methods = project.texts("methods");
            methods.is_empty()
                || methods
                    .iter()
                    .any(|it| it.text.to_lowercase().contains("qiwi"))
        };
        let pays_out = projects.iter().any(pays_out);
        let store = store::read(&root.table("store"), folder, serving);
        let gate_config = gate::read(&gate, pays_out.then_some(currency), serving);
        let data_api = root.table("data_api");
        let reconcile_every = data_api::every(&root.table("reconcile"), &data_api);
        let data_api = data_api::read(&data_api, folder, serving);
        let mail = mail::read(&root.table("mail"), folder);
        let others = [("[server]", listen), ("[admin]", admin_listen)];
        let pages = pages::read(&root.table("pages"), others, serving);
        let lookup = lookup::read(&root.table("lookup"), folder, currency, serving);
        let log = LogConfig::read(&root.table("log"));
        let max_connections = server.number("max_connections", 1..=1_000_000);
        let read_timeout = server.number("read_timeout_seconds", 1..=3600);
        let prefixes = deliver::txn_prefixes(&projects);
        let projects: Vec<_> = (projects.iter().zip(prefixes))
            .map(|(project, txn_prefix)| file::project(project, folder, currency, txn_prefix))
            .collect();
        let projects: Option<Vec<_>> = projects.into_iter().collect();
        let deliver = root.tables("deliver");
        let deliver = deliver::read(
            &deliver,
            folder,
            projects.as_deref().unwrap_or_default(),
            serving,
        );
        Some(Self {
            listen,
            workers: server.number("workers", 1..=1024),
            max_connections: max_connections?,
            read_timeout: Duration::from_secs(read_timeout?),
            admin_listen,
            admin_tokens: admin::tokens(&admin, folder),
            admin_hosts: admin::hosts(&admin),
            trusted_proxies: file::trusted_proxies(&server),
            debts: Debts::read(&root.table("verify")),
            log: log?,
            store_place: store.as_ref()?.1.clone(),
            store: store?.0,
            currency,
            projects: projects?,
            gate: gate_config,
            data_api,
            reconcile_every,
            lookup,
            deliver,
            mail,
            pages,
            fixed: BTreeMap::new(),
            warnings: Vec::new(),
        })
    }

    /// Whether the service makes payouts: the Gate is configured, and a project has the method that pays out.
    #[must_use]
    pub fn makes_payouts(&self) -> bool {
        let pays_out = |project: &ProjectConfig| project.methods.contains(&MethodName::QIWI_KZ);
        self.gate.is_some() && self.projects.iter().any(pays_out)
    }

    /// The secrets with which the projects sign and accept messages.
    ///
    /// # Panics
    /// Never: a configuration with two projects of the same id is refused.
    #[must_use]
    pub fn keyring(&self) -> Keyring {
        self.keyring_of(|project| &project.project)
    }

    /// Those, and the past secrets: they verify what is stored.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn keyring_with_past(&self) -> Keyring {
        self.keyring_of(|project| &project.with_past)
    }

    fn keyring_of(&self, of: fn(&ProjectConfig) -> &Project) -> Keyring {
        Keyring::new(self.projects.iter().map(of).cloned()).expect("ids are unique")
    }
}

/// The address and the token of a service's admin interface.
pub struct AdminAccess {
    /// The address at which this machine reaches the interface.
    pub address: SocketAddr,
    /// The bearer token.
    pub token: Zeroizing<String>,
    /// The ids of the configured projects, in the order of the file.
    pub projects: Vec<ProjectId>,
    /// Whether a payout is refused when the customer's balance is too small for it.
    pub from_balance: bool,
}

impl AdminAccess {
    /// Reads `[admin]` and the projects' ids of a configuration. The projects' secrets are not needed. `token` is the name of
    /// the token; without it, the first one that this process can read is taken.
    ///
    /// # Errors
    /// [`Problems`].
    pub fn read(path: &Path, token: Option<&str>) -> Result<Self, Problems> {
        let text = read_text(path)?;
        let document = Document::new(path, &text);
        let tables = document.parse()?;
        let root = Table::root(&document, &tables);
        let admin = root.table("admin");
        let address = reachable(file::listen(&admin, false));
        let folder = path.parent().unwrap_or(Path::new(""));
        let token = admin::own_token(&admin, token, folder);
        let ids = root
            .tables("project")
            .into_iter()
            .filter_map(|project| file::id(&project));
        let projects = ids.map(ProjectId::new).collect();
        let from_balance = root.table("gate").is_true("from_balance");
        document.finish()?;
        Ok(Self {
            address,
            token: token.map(|token| token.secret).unwrap_or_default(),
            projects,
            from_balance,
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
