//! The tables `[server]`, `[verify]`, `[log]` and `[[project]]`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::path::Path;

use ipnet::{IpNet, Ipv6Net};
use jetpay_billing::txn_id::Prefix;
use jetpay_core::{Currency, Project};
use tracing::Level;
use zeroize::Zeroizing;

use super::ProjectConfig;
use super::secret;
use super::table::{Table, Text};
use crate::methods::{self, MethodName};

/// Every IPv4 address, mapped into IPv6.
const EVERY_IPV4: IpNet = IpNet::V6(Ipv6Net::new_assert(
    Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0),
    96,
));

/// The address of a listener: `[server]`, `[admin]` or `[pages]`, by default on loopback. A service must be able to listen there.
pub(super) fn listen(table: &Table<'_>, serving: bool) -> SocketAddr {
    let default = table.default("listen").and_then(|it| it.parse().ok());
    let default: SocketAddr = default.expect("config/jetpay.toml has all addresses");
    let Some(text) = table.text("listen") else {
        return default;
    };
    let Ok(address) = text.text.parse::<SocketAddr>() else {
        text.problem(&format!(
            "this is no address; {}",
            right_address(text.text, default.port())
        ));
        return default;
    };
    if address.port() == 0 {
        text.warn("with port 0, each start listens on another port; write a port from 1 to 65535");
    }
    if address.ip().is_multicast() || address.ip() == IpAddr::V4(Ipv4Addr::BROADCAST) {
        text.problem(
            "no connection can come to this address; write 127.0.0.1 for this machine alone, or 0.0.0.0 for all that it has",
        );
    }
    // A socket of UDP says whether this machine has the address and may use the port, and disturbs no running service.
    if serving && let Err(error) = UdpSocket::bind(address) {
        match error.kind() {
            std::io::ErrorKind::AddrNotAvailable => text.problem(
                "this machine does not have this address; write one that it has, 127.0.0.1 for itself alone, or 0.0.0.0 for all \
                 that it has",
            ),
            std::io::ErrorKind::PermissionDenied => text.problem(
                "this user may not listen on a port below 1024; write a larger one, or permit it (CAP_NET_BIND_SERVICE)",
            ),
            _ => {}
        }
    }
    address
}

/// What to write for a text that is no address.
fn right_address(text: &str, port: u16) -> String {
    let example = format!("127.0.0.1:{port}");
    let (host, given) = text.rsplit_once(':').unwrap_or((text, ""));
    let given = given.parse::<u16>().ok();
    let named = text.replace("localhost", "127.0.0.1");
    let host_is = |name: &str| host.eq_ignore_ascii_case(name);
    if let Ok(address) = text.replace(char::is_whitespace, "").parse::<SocketAddr>() {
        format!("write \"{address}\", without white space")
    } else if let (Some(given), Ok(ip)) = (given, host.parse::<Ipv6Addr>()) {
        format!("an IPv6 address has brackets around it: write \"[{ip}]:{given}\"")
    } else if text.contains('/') {
        format!("write an IP address and a port alone, without scheme and path: \"{example}\"")
    } else if let Ok(ip) = named.trim_matches(['[', ']']).parse::<IpAddr>() {
        format!(
            "the port is missing: write \"{}\"",
            SocketAddr::new(ip, port)
        )
    } else if let (Some(given), true) = (given, host_is("localhost")) {
        format!("write \"127.0.0.1:{given}\"")
    } else if let (Some(given), true) = (given, host_is("") || host_is("*")) {
        format!(
            "write \"127.0.0.1:{given}\" for this machine alone, or \"0.0.0.0:{given}\" for all its addresses"
        )
    } else if host.parse::<IpAddr>().is_ok() || host_is("localhost") {
        format!("the port must be from 1 to 65535: write \"{example}\"")
    } else {
        format!("write an IP address, not a name, and a port: \"{example}\"")
    }
}

/// Whether two listeners cannot listen at once.
pub(super) fn collide(one: SocketAddr, other: SocketAddr) -> bool {
    let is_all = |of: SocketAddr, than: SocketAddr| {
        of.ip().is_unspecified() && (of.is_ipv6() || than.is_ipv4())
    };
    let (a, b) = (one.ip().to_canonical(), other.ip().to_canonical());
    one.port() == other.port()
        && one.port() != 0
        && (a == b || is_all(one, other) || is_all(other, one))
}

/// The networks of the trusted proxies.
pub(super) fn trusted_proxies(server: &Table<'_>) -> Vec<IpNet> {
    let mut networks = Vec::new();
    for item in server.texts("trusted_proxies") {
        let network = item.text.parse::<IpNet>();
        match network.or_else(|error| item.text.parse().map(IpAddr::into).map_err(|_| error)) {
            Ok(network) if network.trunc() != network => {
                item.problem(&format!(
                    "this is no network; write \"{}\"",
                    network.trunc()
                ));
            }
            Ok(network) => {
                if network.prefix_len() == 0 || network == EVERY_IPV4 {
                    item.warn(
                        "every address is a trusted proxy: a sender can then write any address into X-Forwarded-For, and the \
                         limit of wrong tokens no longer works. Name the networks of your proxies alone",
                    );
                }
                networks.push(network);
            }
            Err(_) => {
                item.problem(
                    "write a network or an address, such as \"10.0.0.0/8\" or \"fd00::1\"",
                );
            }
        }
    }
    networks
}

/// Which debts `verify` shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Debts {
    /// What the merchant gave, less what came in on the contract since.
    #[default]
    Net,
    /// What the merchant gave.
    AsGiven,
}

impl Debts {
    pub(super) fn read(verify: &Table<'_>) -> Self {
        let words = [("net", Self::Net), ("as_given", Self::AsGiven)];
        verify.word("debts", &words).unwrap_or_default()
    }
}

/// What the service writes into its log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogConfig {
    /// Whether each line is a JSON object.
    pub is_json: bool,
    /// The least important lines that are written.
    pub level: Level,
}

/// What is written until the configuration is read.
impl Default for LogConfig {
    fn default() -> Self {
        Self {
            is_json: false,
            level: Level::INFO,
        }
    }
}

impl LogConfig {
    pub(super) fn read(log: &Table<'_>) -> Option<Self> {
        let format = log.word("format", &[("text", false), ("json", true)]);
        let levels = [
            ("error", Level::ERROR),
            ("warn", Level::WARN),
            ("info", Level::INFO),
            ("debug", Level::DEBUG),
            ("trace", Level::TRACE),
        ];
        let level = log.word("level", &levels);
        Some(Self {
            is_json: format?,
            level: level?,
        })
    }
}

/// The option of Kassa24's answers: its document describes two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Kassa24Answers {
    /// Option 2: the account with its contracts (kassa24, request verify).
    #[default]
    Contracts,
    /// Option 1: the account alone (kassa24, request verify).
    Account,
}

/// What a project's secret is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    /// It signs what the service sends, and verifies what comes in.
    Sign,
    /// It verifies what comes in.
    Verify,
    /// It verifies what is stored.
    Past,
}

/// The largest id that the ledger keeps.
const MAX_ID: i64 = i64::MAX;

/// The id of a project.
pub(super) fn id(project: &Table<'_>) -> Option<u64> {
    if project.get("id").is_none() {
        project.missing("id", "it is missing; JetPay tells you the number");
    }
    project.number("id", 1..=MAX_ID)
}

/// A project with its secrets; `None` after a problem that leaves it without id or secret.
pub(super) fn project(
    table: &Table<'_>,
    folder: &Path,
    currency: Currency,
    txn_prefix: Option<Prefix>,
) -> Option<ProjectConfig> {
    let (id, methods) = (id(table), methods(table));
    let answers = [
        ("contracts", Kassa24Answers::Contracts),
        ("account", Kassa24Answers::Account),
    ];
    let kassa24_answers = table.word("kassa24_answers", &answers);
    let strict_contracts = table.is_true("strict_contracts");
    let secrets = secrets(table, folder);
    let with = |wanted: &[Use]| {
        let mut fitting = secrets.iter().filter(|(is, _)| wanted.contains(is));
        let first = Project::new(id?, &fitting.next()?.1).ok()?;
        let all = fitting.try_fold(first, |project, (_, secret)| project.with_secret(secret));
        let names = methods.iter().map(|method| method.name());
        Some(all.ok()?.with_currency(currency).with_methods(names))
    };
    Some(ProjectConfig {
        id: id?.into(),
        project: with(&[Use::Sign, Use::Verify])?,
        with_past: with(&[Use::Sign, Use::Verify, Use::Past])?,
        methods,
        kassa24_answers: kassa24_answers.unwrap_or_default(),
        strict_contracts,
        txn_prefix,
    })
}

fn methods(project: &Table<'_>) -> Vec<MethodName> {
    match project.get("methods") {
        None => project.missing("methods", "they are missing"),
        Some(item) if item.is_empty_list() => {
            item.problem(
                "a project without methods accepts nothing; name at least one: [\"kaspi\"]",
            );
        }
        Some(_) => {}
    }
    let mut found = Vec::new();
    for item in project.texts("methods") {
        match MethodName::parse(item.text) {
            None => {
                // The documents write some names with `_`, or with a capital letter.
                let like = item.text.to_lowercase().replace(['_', ' '], "-");
                let names = methods::NAMES.iter();
                let near = names.min_by_key(|name| {
                    let differ = strsim::damerau_levenshtein(name, &like);
                    (!name.contains(&like), differ)
                });
                item.problem(&format!(
                    "there is no such method; did you mean \"{}\"? The methods are {}",
                    near.unwrap_or(&"kaspi"),
                    methods::NAMES.join(", ")
                ));
            }
            Some(method) if found.contains(&method) => {
                item.problem(&format!(
                    "{} is in the list already; remove one",
                    method.name()
                ));
            }
            Some(method) => found.push(method),
        }
    }
    found
}

/// The secrets, first the one that signs.
fn secrets(project: &Table<'_>, folder: &Path) -> Vec<(Use, Zeroizing<String>)> {
    let (envs, files) = (
        project.one_or_more("secret_env"),
        project.one_or_more("secret_file"),
    );
    let tables = project.tables("secret");
    let short = project.get("secret_env").or(project.get("secret_file"));
    if ["secret_env", "secret_file", "secret"].map(|key| project.has_none(key)) == [true; 3] {
        project.missing("secret_env", "this project has no secret");
    } else if let (Some(item), false) = (short, tables.is_empty()) {
        item.problem(
            "this project has [[project.secret]] too; write all its secrets as [[project.secret]]",
        );
    }
    let mut found = Vec::new();
    let mut add = |purpose, place: Text<'_>, secret: Zeroizing<String>| {
        secret::warn_of_unseen(&secret, &place);
        if found.iter().any(|(_, known)| *known == secret) {
            place.problem("this project has the same secret twice; remove one");
        }
        found.push((purpose, secret));
    };
    let (env, file) = (secret::from_env, |path: &Text<'_>| {
        secret::from_file(path, folder)
    });
    let named = (envs.into_iter().map(|name| (name, env(&name))))
        .chain(files.into_iter().map(|path| (path, file(&path))));
    for (index, (place, secret)) in named.enumerate() {
        let purpose = if index == 0 { Use::Sign } else { Use::Verify };
        if let Some(secret) = secret {
            add(purpose, place, secret);
        }
    }
    let mut signs = 0;
    for table in &tables {
        let words = [
            ("sign", Use::Sign),
            ("verify", Use::Verify),
            ("past", Use::Past),
        ];
        if table.get("use").is_none() && tables.len() > 1 {
            table.missing(
                "use",
                "it is missing, and the project has several secrets: \"sign\" for exactly one, \"verify\" or \"past\" for the others",
            );
        }
        let purpose = table.word("use", &words);
        signs += usize::from(purpose != Some(Use::Verify) && purpose != Some(Use::Past));
        if purpose == Some(Use::Sign) && signs > 1 {
            table.problem("another secret of this project has use = \"sign\"; write \"verify\" or \"past\" for one of them");
        }
        if table.get("env").or(table.get("file")).is_none() {
            table.missing(
                "env",
                "env and file are missing; one of them names the secret",
            );
        }
        if let Some((place, secret)) = secret::one_of(table, "env", "file", folder) {
            add(purpose.unwrap_or(Use::Sign), place, secret);
        }
    }
    if !tables.is_empty() && signs == 0 && short.is_none() {
        project.problem(
            "no secret of this project signs; write use = \"sign\" in one [[project.secret]]",
        );
    }
    found.sort_by_key(|(purpose, _)| *purpose as u8);
    found
}

/// The currency of all projects. They share it because they share the customers, and a balance has one currency.
pub(super) fn common_currency(projects: &[Table<'_>]) -> Currency {
    let mut common = None;
    for project in projects {
        let item = project.text("currency");
        let currency = match &item {
            None => Currency::KZT,
            Some(code) => match Currency::parse(code.text) {
                Ok(currency) if currency.digits().is_some() => currency,
                _ => {
                    code.problem(
                        "the platform does not list this currency; write its three capital letters, such as \"KZT\"",
                    );
                    continue;
                }
            },
        };
        match common {
            Some(known) if known != currency => {
                let text = format!(
                    "this project has {currency}, another {known}; all projects share one currency"
                );
                match &item {
                    Some(code) => code.problem(&text),
                    None => project.problem(&text),
                }
            }
            _ => common = Some(currency),
        }
    }
    common.unwrap_or(Currency::KZT)
}
