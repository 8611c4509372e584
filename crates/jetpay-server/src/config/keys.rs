//! The tables and keys of the configuration, each with an example, and what a misspelled one means.

/// One line for each key, below the head of its table.
pub(super) const EXAMPLES: &str = r#"
[server]
listen = "127.0.0.1:8080"
workers = 2
max_connections = 10000
read_timeout_seconds = 30
trusted_proxies = ["10.0.0.0/8"]
[admin]
listen = "127.0.0.1:8081"
hosts = ["jetpay.internal"]
token_env = "JETPAY_ADMIN_TOKEN"
token_file = "admin.token"
[[admin.token]]
name = "aliya"
role = "resolve"
env = "JETPAY_TOKEN_ALIYA"
file = "aliya.token"
[store]
url = "sqlite://jetpay.db"
url_env = "JETPAY_STORE_URL"
url_file = "store.url"
ca_file = "ca.pem"
[verify]
debts = "net"
[[project]]
id = 1234
methods = ["kaspi"]
currency = "KZT"
secret_env = "JETPAY_SECRET"
secret_file = "jetpay.secret"
kassa24_answers = "contracts"
strict_contracts = true
[[project.secret]]
env = "JETPAY_SECRET"
file = "jetpay.secret"
use = "sign"
[gate]
base_url = "https://gate.example.com"
formerly = ["https://old.example.com"]
from_balance = true
keep_personal_data_days = 30
answer_within_seconds = 30
ask_after_seconds = 10
"#;

fn heads() -> impl Iterator<Item = (&'static str, &'static str)> {
    let heads = EXAMPLES.lines().filter(|line| line.starts_with('['));
    heads.map(|head| (head.trim_matches(['[', ']']), head))
}

/// The name of a table, and its head.
pub(super) fn table(path: &str) -> (&'static str, &'static str) {
    heads().find(|(name, _)| *name == path).unwrap_or_default()
}

/// The keys of a table, each with what to write.
pub(super) fn keys(table: &str) -> Vec<(&'static str, &'static str)> {
    let own = EXAMPLES
        .lines()
        .skip_while(|line| !line.starts_with('[') || line.trim_matches(['[', ']']) != table)
        .skip(1)
        .map_while(|line| Some((line.split_once(" = ")?.0, line)));
    let below = heads().filter_map(|(name, head)| {
        let (parent, key) = name.rsplit_once('.').unwrap_or(("", name));
        (parent == table).then_some((key, head))
    });
    own.chain(below).collect()
}

/// What to write for a key: a line, or the head of a table.
pub(super) fn example(table: &str, key: &str) -> &'static str {
    let found = keys(table).into_iter().find(|(name, _)| *name == key);
    found.map_or("", |(_, example)| example)
}

/// What to say about a key that its table does not have.
pub(super) fn unknown(table: &str, key: &str) -> String {
    let own = keys(table);
    let near = own
        .iter()
        .map(|(known, _)| (strsim::damerau_levenshtein(known, key), *known))
        .filter(|(changes, known)| {
            // `secret_env` where `env` is meant.
            let has_it = key.split('_').any(|part| part == *known);
            has_it || *changes <= known.len().min(key.len()).div_ceil(3)
        })
        .min();
    let mut others = heads().filter(|(name, _)| example(name, key).contains('='));
    match (near, others.next()) {
        (Some((_, near)), _) => format!("there is no such key; did you mean `{near}`?"),
        (None, other) => {
            let names: Vec<_> = own.iter().map(|(name, _)| *name).collect();
            let below = other.map_or_else(
                || "; write".to_owned(),
                |(_, head)| format!(" here; write it below {head}, or here"),
            );
            format!("there is no such key{below} one of {}", names.join(", "))
        }
    }
}
