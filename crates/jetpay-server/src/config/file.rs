//! The tables of the configuration file.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use ipnet::{IpNet, Ipv6Net};
use jetpay_core::id::ProjectId;
use jetpay_core::{Currency, Project};
use serde::Deserialize;
use toml::Spanned;

use super::ProjectConfig;
use super::admin::AdminTable;
use super::gate::GateTable;
use super::problem::Collector;
use super::secret::{self, OneOrMany};
use super::store::StoreTable;
use crate::methods::MethodName;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    #[serde(default)]
    pub(super) server: ServerTable,
    #[serde(default)]
    pub(super) admin: AdminTable,
    pub(super) store: StoreTable,
    #[serde(default)]
    pub(super) verify: VerifyTable,
    pub(super) gate: Option<Spanned<GateTable>>,
    #[serde(default)]
    pub(super) project: Vec<ProjectTable>,
}

/// The table `[server]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ServerTable {
    pub(super) listen: SocketAddr,
    pub(super) workers: Option<NonZero<usize>>,
    pub(super) max_connections: NonZero<usize>,
    pub(super) read_timeout_seconds: NonZero<u64>,
    trusted_proxies: Vec<Spanned<String>>,
}

impl ServerTable {
    /// The networks of the trusted proxies.
    pub(super) fn trusted_proxies(&self, problems: &mut Collector<'_>) -> Vec<IpNet> {
        let mut networks = Vec::new();
        for text in &self.trusted_proxies {
            let network = text.get_ref().parse::<IpNet>();
            match network
                .or_else(|error| text.get_ref().parse().map(IpAddr::into).map_err(|_| error))
            {
                Ok(network) if network.trunc() != network => problems.at(
                    text,
                    &format!("this is no network: write {}", network.trunc()),
                ),
                Ok(network) => {
                    if network.prefix_len() == 0 || network == EVERY_IPV4 {
                        problems.warn(
                            text,
                            "every address is a trusted proxy: a sender can then write any address into X-Forwarded-For, and the \
                             limit of wrong tokens no longer works. Name the networks of your proxies alone",
                        );
                    }
                    networks.push(network);
                }
                Err(_) => problems.at(
                    text,
                    "write a network or an address, such as \"10.0.0.0/8\" or \"fd00::1\"",
                ),
            }
        }
        networks
    }
}

/// Every IPv4 address, mapped into IPv6.
const EVERY_IPV4: IpNet = IpNet::V6(Ipv6Net::new_assert(
    Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0),
    96,
));
/// The default of `max_connections`. Each connection may hold one body of 64 KiB.
const MAX_CONNECTIONS: NonZero<usize> = NonZero::new(10_000).expect("not zero");
/// The default of `read_timeout_seconds`.
const READ_TIMEOUT: NonZero<u64> = NonZero::new(30).expect("not zero");

impl Default for ServerTable {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            workers: None,
            max_connections: MAX_CONNECTIONS,
            read_timeout_seconds: READ_TIMEOUT,
            trusted_proxies: Vec::new(),
        }
    }
}

/// The table `[verify]`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct VerifyTable {
    pub(super) debts: Debts,
}

/// Which debts `verify` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Debts {
    /// What the merchant gave, less what came in on the contract since.
    #[default]
    Net,
    /// What the merchant gave.
    AsGiven,
}

/// The option of Kassa24's answers: its document describes two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kassa24Answers {
    /// Option 2: the account with its contracts (kassa24, request verify).
    #[default]
    Contracts,
    /// Option 1: the account alone (kassa24, request verify).
    Account,
}

/// A table `[[project]]`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProjectTable {
    pub(super) id: Spanned<u64>,
    methods: Spanned<Vec<MethodName>>,
    currency: Option<Spanned<String>>,
    secret_env: Option<Spanned<OneOrMany<String>>>,
    secret_file: Option<Spanned<OneOrMany<PathBuf>>>,
    #[serde(default)]
    kassa24_answers: Kassa24Answers,
    #[serde(default)]
    strict_contracts: bool,
}

impl ProjectTable {
    /// The project with its secrets; `None` after a problem that leaves it without a secret.
    pub(super) fn resolve(
        &self,
        folder: &Path,
        currency: Currency,
        problems: &mut Collector<'_>,
    ) -> Option<ProjectConfig> {
        if i64::try_from(*self.id.get_ref()).is_err() {
            problems.at(
                &self.id,
                "this project id is too large; the largest is 9223372036854775807",
            );
        }
        if self.methods.get_ref().is_empty() {
            problems.at(
                &self.methods,
                "a project without methods accepts nothing; name at least one",
            );
        }
        let mut secrets = Vec::new();
        if let Some(names) = &self.secret_env {
            let found = names
                .get_ref()
                .as_slice()
                .iter()
                .filter_map(|name| secret::from_env(name, names, problems));
            secrets.extend(found);
        }
        if let Some(paths) = &self.secret_file {
            let read = |path: &PathBuf| secret::from_file(path, folder, paths, problems);
            secrets.extend(paths.get_ref().as_slice().iter().filter_map(read));
        }
        let listed = self
            .secret_env
            .as_ref()
            .map_or(0, |names| names.get_ref().as_slice().len())
            + self
                .secret_file
                .as_ref()
                .map_or(0, |paths| paths.get_ref().as_slice().len());
        if listed == 0 {
            problems.at(
                &self.id,
                "this project has no secret; set secret_env or secret_file",
            );
        }
        let id = ProjectId::new(*self.id.get_ref());
        let (first, more) = secrets.split_first()?;
        let project = more
            .iter()
            .try_fold(Project::new(id, first).ok()?, |project, secret| {
                project.with_secret(secret)
            })
            .ok()?
            .with_currency(currency)
            .with_methods(self.methods.get_ref().iter().map(|method| method.name()));
        Some(ProjectConfig {
            id,
            methods: self.methods.get_ref().clone(),
            project,
            kassa24_answers: self.kassa24_answers,
            strict_contracts: self.strict_contracts,
        })
    }
}

/// The currency of all projects. They share it because they share the customers, and a balance has one currency.
pub(super) fn common_currency(projects: &[ProjectTable], problems: &mut Collector<'_>) -> Currency {
    let mut common = None;
    for project in projects {
        let currency = match &project.currency {
            None => Currency::KZT,
            Some(code) => {
                match Currency::parse(code.get_ref()) {
                    Ok(currency) if currency.digits().is_some() => currency,
                    _ => {
                        problems.at(code, "the platform does not list this currency; write its three capital letters");
                        continue;
                    }
                }
            }
        };
        match common {
            Some(known) if known != currency => {
                let text = format!(
                    "this project has {currency}, another {known}; all projects share one currency"
                );
                match &project.currency {
                    Some(code) => problems.at(code, &text),
                    None => problems.at(&project.id, &text),
                }
            }
            _ => common = Some(currency),
        }
    }
    common.unwrap_or(Currency::KZT)
}
