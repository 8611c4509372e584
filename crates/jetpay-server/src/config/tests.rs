//! Valid and invalid configurations.

use std::path::Path;

use super::keys::{self, COMMENTED, ENTRIES};
use super::{Config, LogConfig, LookupConfig, LookupKind, reachable, read_text};

/// The smallest token.
pub(super) const TOKEN: &str = "123456789 123456789 1234";

/// Two secrets that sign messages to the merchant's own system.
pub(super) const SIGNING: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
pub(super) const SIGNING_TOO: &str = "whsec_FxYVFBMSERAPDg0MCwoJCAcGBQQDAgEA";

/// A folder with two good tokens and three bad ones, a secret and an empty secret, secrets that sign, and a login.
pub(super) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("token", format!("{TOKEN}\n")),
        ("other", "another token of the tests of jetpay\n".to_owned()),
        ("two lines", format!("{TOKEN}\n{TOKEN}\n")),
        ("unseen", format!("{TOKEN}\u{200b}{TOKEN}\n")),
        ("tab", format!("{TOKEN}\t{TOKEN}\n")),
        ("secret", "secret\n".to_owned()),
        ("empty", "\n".to_owned()),
        ("signing", format!("{SIGNING}\n")),
        ("signing too", SIGNING_TOO.to_owned()),
        ("signing 3", SIGNING.replace('A', "B")),
        ("login", "user:pass\n".to_owned()),
    ] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

pub(super) const HEAD: &str =
    "[admin]\ntoken_file = \"token\"\n[store]\nurl = \"sqlite://jetpay.db\"\n";

/// A project, without its head.
pub(super) const PROJECT_LINES: &str =
    "id = 1\nmethods = [\"qiwi-kz\"]\nsecret_file = \"secret\"\n";

pub(super) const PROJECT: &str =
    "[[project]]\nid = 1\nmethods = [\"qiwi-kz\"]\nsecret_file = \"secret\"\n";

pub(super) fn read(text: &str) -> Result<Config, String> {
    read_bytes(text.as_bytes())
}

/// Reads a file in a new folder, as a service does. The folder is left out of problems and warnings.
pub(super) fn read_bytes(bytes: &[u8]) -> Result<Config, String> {
    let folder = folder();
    let path = folder.path().join("jetpay.toml");
    std::fs::write(&path, bytes).unwrap();
    let prefix = format!("{}/", folder.path().display());
    let config = read_text(&path).and_then(|text| Config::parse(&text, &path, true));
    let mut config = config.map_err(|problems| problems.to_string().replace(&prefix, ""))?;
    for warning in &mut config.warnings {
        *warning = warning.replace(&prefix, "");
    }
    Ok(config)
}

/// Each row is what is written in the table, with `|` between lines, and what the only problem begins with.
pub(super) fn assert_refused(table: &str, rows: &str) {
    for row in rows.lines().filter(|row| !row.trim().is_empty()) {
        let (lines, problem) = row.split_once("=> ").expect(row);
        let lines = lines.trim().split(" | ").collect::<Vec<_>>().join("\n");
        assert_problems(&with(table, &lines), problem);
    }
}

/// Each line of `expected` is what a problem begins with: `LINE: KEY: WHAT`.
pub(super) fn assert_problems(text: &str, expected: &str) {
    let found = read(text).err().unwrap_or_default();
    let lines = found
        .lines()
        .map(|line| line.replacen("jetpay.toml:", "", 1));
    let lines: Vec<_> = lines.collect();
    let expected: Vec<_> = expected.trim().lines().collect();
    let fits = lines.len() == expected.len()
        && lines
            .iter()
            .zip(&expected)
            .all(|(line, expected)| line.starts_with(expected));
    assert!(
        fits,
        "{text}\nfound:\n{found}\nexpected:\n{}",
        expected.join("\n")
    );
    assert!(!found.contains(TOKEN), "a token is in:\n{found}");
    for word in RUST_WORDS {
        let is_word = |part: &str| part.eq_ignore_ascii_case(word);
        let split = |it: char| !it.is_alphanumeric();
        assert!(!found.split(split).any(is_word), "{word} is in:\n{found}");
    }
}

/// Words of Rust's libraries, which say nothing to an operator.
const RUST_WORDS: [&str; 16] = [
    "u64", "i64", "u32", "u16", "usize", "nonzero", "map", "sequence", "variant", "struct",
    "string", "bool", "boolean", "integer", "float", "none",
];

/// A configuration with these lines in one of the tables, which begins in line 1, 2, 4 or 6.
pub(super) fn with(table: &str, lines: &str) -> String {
    let last = match table {
        "[data_api]" | "[lookup]" | "[mail]" | "[[deliver]]" | "[pages]" => table,
        _ => "[gate]",
    };
    let tables = [
        ("[server]", ""),
        ("[admin]", "token_file = \"token\""),
        ("[store]", "url = \"sqlite://jetpay.db\""),
        ("[[project]]", PROJECT_LINES.trim_end()),
        (last, "base_url = \"https://gate.example\""),
    ];
    let tables =
        tables.map(|(name, own)| format!("{name}\n{}", if name == table { lines } else { own }));
    tables.join("\n").replace("[server]\n\n", "[server]\n")
}

#[test]
fn service_that_listens_on_every_address_is_reached_on_loopback() {
    for (listen, address) in [
        ("0.0.0.0:8081", "127.0.0.1:8081"),
        ("[::]:8081", "[::1]:8081"),
        ("10.0.0.7:8081", "10.0.0.7:8081"),
    ] {
        assert_eq!(reachable(listen.parse().unwrap()).to_string(), address);
    }
}

#[test]
fn trusted_proxies_are_networks_or_addresses_and_every_network_is_warned_of() {
    let with = |proxies: &str| {
        let server = format!("[server]\ntrusted_proxies = [{proxies}]\n");
        read(&format!("{server}{HEAD}{PROJECT}")).unwrap()
    };
    for every in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
        let warnings = with(&format!("{every:?}")).warnings.join("\n");
        assert!(
            warnings.contains("jetpay.toml:2: server.trusted_proxies: every address"),
            "{every} {warnings}"
        );
    }
    let config = with("\"10.0.0.0/8\", \"10.1.2.3\", \"fd00::1\"");
    let networks = config.trusted_proxies.iter().map(ToString::to_string);
    let networks: Vec<_> = networks.collect();
    assert_eq!(networks, ["10.0.0.0/8", "10.1.2.3/32", "fd00::1/128"]);
    assert!(!config.warnings.join("\n").contains("every address"));
}

#[test]
fn many_problems_in_one_file_are_all_reported_in_the_order_of_lines() {
    assert_problems(
        r#"listen = "127.0.0.1:8080"
[server]
listen = "localhost:8080"
workers = "two"
max_conections = 5
[admin]
token = "a secret that was pasted here"
[store]
url = "jetpay.db"
[verify]
debts = "nett"
[[project]]
id = 0
methods = ["kassa24_bvu", "kaspi", "kaspi"]
secret_env = "a secret that was pasted here"
[[project]]
currency = "tenge"
strict_contracts = "yes"
[gate]
base_url = "https://..."
ask_after_seconds = 30.5
"#,
        r#"
1: listen: there is no such key here; write it below [server]
3: server.listen: this is no address; write "127.0.0.1:8080"
4: server.workers: write a whole number from 1 to 1024 without quotes and unit, such as workers = 2
5: server.max_conections: there is no such key; did you mean `max_connections`?
7: admin.token: this is a text; write [[admin.token]]
9: store.url: this is no URL of a store; write "sqlite://jetpay.db" or "postgres://user@host/database"
11: verify.debts: there is no such word; write one of "net", "as_given"
13: project.id: write a whole number from 1 to 9223372036854775807 without quotes and unit, such as id = 1234
14: project.methods: kaspi is in the list already; remove one
14: project.methods: there is no such method; did you mean "kassa24-bvu"?
15: project.secret_env: this is no name of an environment variable
16: project.id: it is missing; JetPay tells you the number; write id = 1234
16: project.methods: they are missing; write methods = ["kaspi"]
16: project.secret_env: this project has no secret; write secret_env = "JETPAY_SECRET"
17: project.currency: the platform does not list this currency
18: project.strict_contracts: write true or false, without quotes
20: gate.base_url: a base URL must be a URL, such as https://
21: gate.ask_after_seconds: write a whole number from 1 to 600
"#,
    );
}

#[test]
fn empty_file_is_refused_with_what_it_lacks() {
    assert_problems(
        "",
        r#"
1: admin.token_env: there is no token; write [admin] with token_env = "JETPAY_ADMIN_TOKEN"
1: project: there is no project; write [[project]]
1: store.url: it is missing, and url_env and url_file are too; write [store] with url = "sqlite://jetpay.db"
"#,
    );
}

/// Every table and key, each once and without comments. Some of them exclude each other.
pub(super) fn all_keys() -> String {
    let lines: Vec<_> = ENTRIES.iter().map(|entry| entry.line).collect();
    lines.join("\n")
}

#[test]
fn every_key_of_the_commented_file_is_read_and_has_a_comment() {
    let all = all_keys().replace("\"ca.pem\"", "\"token\"");
    for (index, entry) in ENTRIES.iter().enumerate() {
        let mut pairs = COMMENTED.lines().zip(COMMENTED.lines().skip(1));
        let own = pairs.find(|(_, line)| line.trim_start_matches('#') == entry.line);
        assert!(
            own.unwrap().0.starts_with("# "),
            "{} has no comment",
            entry.line
        );
        if entry.key.is_empty() {
            continue;
        }
        // Nothing in the configuration is a date. The keys that replace the URL are read without it.
        let date = format!("{} = 1979-05-27", entry.key);
        let left_out = |line: &&str| entry.key.starts_with("url_") && line.starts_with("url =");
        let mut lines: Vec<_> = all.lines().collect();
        lines[index] = &date;
        let url = lines.iter().position(left_out);
        url.inspect(|url| lines[*url] = "");
        let found = read(&lines.join("\n")).err().unwrap();
        let place = format!("jetpay.toml:{}: {}.{}: ", index + 1, entry.table, entry.key);
        assert!(
            found.contains(&place),
            "{} is not read:\n{found}",
            entry.line
        );
    }
}

#[test]
fn default_that_the_commented_file_shows_is_the_one_of_a_file_without_the_key() {
    let tables = [
        ("server", ""),
        ("admin", "token_file = \"token\""),
        ("store", "url = \"sqlite://jetpay.db\""),
        ("verify", ""),
        ("pages", ""),
        ("log", ""),
        ("project", PROJECT_LINES),
        ("gate", "base_url = \"https://gate.example\""),
        (
            "data_api",
            "base_url = \"https://data.example\"\ntoken_file = \"token\"\nkey_file = \"other\"",
        ),
        (
            "mail",
            "url = \"smtps://mail.example\"\nfrom = \"a@example.com\"\nto = [\"b@example.com\"]",
        ),
        (
            "lookup",
            "kind = \"osmp\"\nurl = \"https://billing.example\"",
        ),
    ];
    let read = |with_defaults: bool| {
        let mut lines = Vec::new();
        for (table, required) in tables {
            lines.extend([keys::table(table).1, required]);
            let defaults = ENTRIES.iter().filter(|it| with_defaults && it.is_default);
            let own = defaults.filter(|it| it.table == table && !it.key.is_empty());
            lines.extend(own.map(|entry| entry.line));
        }
        (lines.len(), read(&lines.join("\n")).unwrap())
    };
    let ((few, without), (many, with)) = (read(false), read(true));
    assert_eq!(many - few, 23);
    let (project, gate) = (&without.projects[0], without.gate.unwrap());
    let (shown, of_gate) = (&with.projects[0], with.gate.unwrap());
    assert_eq!(without.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(
        (without.listen, without.admin_listen),
        (with.listen, with.admin_listen)
    );
    let (pages, of_pages) = (without.pages.unwrap(), with.pages.unwrap());
    assert_eq!(
        (pages.listen, pages.zone_name),
        (of_pages.listen, of_pages.zone_name)
    );
    let (workers, connections) = (without.workers, without.max_connections);
    assert_eq!((workers, connections), (None, with.max_connections));
    assert_eq!(
        (without.read_timeout, without.log),
        (with.read_timeout, with.log)
    );
    assert_eq!(
        without.log,
        LogConfig::default(),
        "the log changes its form at the start"
    );
    assert_eq!(
        (without.debts, without.currency),
        (with.debts, with.currency)
    );
    assert_eq!(project.kassa24_answers, shown.kassa24_answers);
    assert_eq!(project.strict_contracts, shown.strict_contracts);
    assert!(project.project.supports("qiwi-kz") && !project.project.supports("kassa24"));
    assert_eq!(gate.from_balance, of_gate.from_balance);
    assert_eq!(gate.keep_personal_data, of_gate.keep_personal_data);
    assert_eq!(gate.retry_policy, of_gate.retry_policy);
    assert_eq!(
        gate.retry_policy,
        jetpay_ledger::payout::RetryPolicy::default()
    );
    let (data_api, of_data_api) = (without.data_api.unwrap(), with.data_api.unwrap());
    assert_eq!(data_api.timeout, of_data_api.timeout);
    assert_eq!(without.reconcile_every, None);
    assert!(without.mail.unwrap().login.is_none());
    let (lookup, of_lookup) = (without.lookup.unwrap(), with.lookup.unwrap());
    assert_eq!(lookup.timeout, of_lookup.timeout);
    assert_eq!(lookup.max_in_flight, of_lookup.max_in_flight);
    assert_eq!(
        (lookup.cache, lookup.unknown_cache, lookup.stale),
        (of_lookup.cache, of_lookup.unknown_cache, of_lookup.stale)
    );
    let sum = |lookup: LookupConfig| match lookup.kind {
        LookupKind::Dialect { sum, .. } => sum,
        LookupKind::Http(_) => panic!("it is a dialect"),
    };
    assert_eq!(sum(lookup), sum(of_lookup));
}

#[test]
fn packaged_configuration_is_the_commented_one_with_the_database_in_the_folder_of_the_package() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/jetpay.toml");
    let packaged = std::fs::read_to_string(path).unwrap();
    let expected = COMMENTED.replace("sqlite://jetpay.db", "sqlite:///var/lib/jetpay/jetpay.db");
    assert_eq!(
        packaged, expected,
        "write it anew: jetpay config | sed 's|sqlite://jetpay.db|sqlite:///var/lib/jetpay/jetpay.db|' > packaging/jetpay.toml"
    );
}

#[test]
fn text_that_is_not_toml_is_refused_with_its_line_and_what_to_write() {
    assert_refused(
        "[store]",
        r#"
ca_file = "a" | url = “sqlite://x.db”       => 6: this line has curly quotes
ca_file = "a" | url = «x»                   => 6: this line has curly quotes
ca_file = "a" | url = sqlite://x.db         => 6: the value cannot be read; write text between quotes
ca_file = "a" | url =                       => 6: the value cannot be read; write text between quotes
ca_file = "a" | url = "x                    => 6: a quote is missing
ca_file = "a" | url = 'x                    => 6: a quote is missing
ca_file = "a" | url                         => 6: this line cannot be read; write key = value
ca_file = "a" | url: "x"                    => 6: this line cannot be read; write key = value
ca_file = "a" | url_file = "C:\keys\url"    => 6: a `\` between
ca_file = "a" | [store                      => 6: the head of a table cannot be read
ca_file = "a" | [store]                     => 6: this key or table is in the file already
ca_file = "a" | ca_file = "b"               => 6: this key or table is in the file already
ca_file = "a" | url = ["a" "b"]             => 6: a list here or above is not closed or lacks a comma
ca_file = "a" | ссылка = "x"                => 6: a key has only the letters a to z
ca_file = "a" | [[store.x]                  => 6: the head of a table cannot be read
ca_file = "a" | url = ["a",                 => 8: a list here or above is not closed or lacks a comma
"#.replace("\\\\", "\\").as_str(),
    );
    let several = "[server]\nlisten = x\n[admin]\ntoken_file = \"x\n[store]\nurl = sqlite://x.db\n";
    assert_problems(
        several,
        "2: the value cannot be read\n4: a quote is missing\n6: the value cannot be read",
    );
    let open = "[admin\ntoken_file = \"token\"\n[[project]]\nid = 1\n";
    assert_problems(open, "1: the head of a table cannot be read");
    let dotted = "admin.token_env = \"A\"\nadmin.token_env = \"B\"\n";
    assert_problems(dotted, "2: this key or table is in the file already");
}

#[test]
fn encoding_that_is_not_utf_8_is_named_and_a_byte_order_mark_is_left_out() {
    let text = format!("{HEAD}{PROJECT}");
    let whole = text.replace('\n', "\r\n");
    read_bytes(&[b"\xef\xbb\xbf", whole.as_bytes()].concat()).unwrap();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for utf16 in [
        [b"\xff\xfe", little.as_slice()].concat(),
        [b"\xfe\xff", big.as_slice()].concat(),
        little,
    ] {
        let text = read_bytes(&utf16).err().unwrap();
        assert!(
            text.starts_with("jetpay.toml:1: the file is UTF-16"),
            "{text}"
        );
    }
    let cyrillic = [text.as_bytes(), b"# \xca\xe0\xf1\xf1\xe0\n"].concat();
    let line = format!(
        "jetpay.toml:{}: this line is not UTF-8",
        text.lines().count() + 1
    );
    let text = read_bytes(&cyrillic).err().unwrap();
    assert!(text.starts_with(&line), "{text}");
}

#[test]
fn configuration_that_cannot_be_read_is_refused_with_the_reason() {
    let folder = folder();
    for (name, what) in [
        ("none.toml", "there is no such file"),
        ("", "this is a folder"),
    ] {
        let path = folder.path().join(name);
        let text = Config::read(&path).err().unwrap().to_string();
        assert!(
            text.contains(what) && text.contains("--config FILE"),
            "{text}"
        );
    }
    let beside = with(
        "[[project]]",
        &PROJECT_LINES.replace("\"secret\"", "\"none\""),
    );
    let here = std::env::current_dir().unwrap();
    let found = Config::parse(&beside, Path::new("jetpay.toml"), false).err();
    let found = format!("{}\n", found.unwrap());
    let what = format!(
        "project.secret_file: there is no such file; write its path, relative to {}\n",
        here.display()
    );
    assert!(found.contains(&what), "{found}");
}

#[test]
fn address_that_no_service_can_listen_on_is_refused_with_the_right_one() {
    assert_refused(
        "[server]",
        r#"
listen = "localhost:8080"        => 2: server.listen: this is no address; write "127.0.0.1:8080"
listen = "LOCALHOST:90"          => 2: server.listen: this is no address; write "127.0.0.1:90"
listen = "localhost"             => 2: server.listen: this is no address; the port is missing: write "127.0.0.1:8080"
listen = ":8080"                 => 2: server.listen: this is no address; write "127.0.0.1:8080" for this machine alone, or "0.0.0.0:8080"
listen = "*:80"                  => 2: server.listen: this is no address; write "127.0.0.1:80" for
listen = "127.0.0.1"             => 2: server.listen: this is no address; the port is missing: write "127.0.0.1:8080"
listen = "::1"                   => 2: server.listen: this is no address; the port is missing: write "[::1]:8080"
listen = "[::1]"                 => 2: server.listen: this is no address; the port is missing: write "[::1]:8080"
listen = "127.0.0.1:"            => 2: server.listen: this is no address; the port must be from 1 to 65535
listen = "127.0.0.1:65536"       => 2: server.listen: this is no address; the port must be from 1 to 65535
listen = "127.0.0.1:http"        => 2: server.listen: this is no address; the port must be from 1 to 65535
listen = "http://127.0.0.1:8080" => 2: server.listen: this is no address; write an IP address and a port alone
listen = "jetpay.internal:8080"  => 2: server.listen: this is no address; write an IP address, not a name
listen = "8080"                  => 2: server.listen: this is no address; write an IP address, not a name
listen = ""                      => 2: server.listen: this is no address; write an IP address
listen = 8080                    => 2: server.listen: this is a number; write listen = "127.0.0.1:8080"
listen = "224.0.0.1:8080"        => 2: server.listen: no connection can come to this address
listen = "255.255.255.255:8080"  => 2: server.listen: no connection can come to this address
listen = " 127.0.0.1 :90"        => 2: server.listen: this is no address; write "127.0.0.1:90", without white space
listen = "::1:90"                => 2: server.listen: this is no address; an IPv6 address has brackets around it: write "[::1]:90"
listen = "192.0.2.1:8080"        => 2: server.listen: this machine does not have this address
listen = "127.0.0.1:8081"        => 2: server.listen: [server] and [admin] listen on the same address
listen = "0.0.0.0:8081"          => 2: server.listen: [server] and [admin] listen on the same address
listen = "[::]:8081"             => 2: server.listen: [server] and [admin] listen on the same address
read_timeout_seconds = "30s"     => 2: server.read_timeout_seconds: write a whole number from 1 to 3600
trusted_proxies = ["10.0.0.0/33"] => 2: server.trusted_proxies: write a network
trusted_proxies = ["10.1.2.3/8"] => 2: server.trusted_proxies: this is no network; write "10.0.0.0/8"
trusted_proxies = ["fd00::1/8"]  => 2: server.trusted_proxies: this is no network; write "fd00::/8"
trusted_proxies = "10.0.0.0/8"   => 2: server.trusted_proxies: this is a text; write trusted_proxies = ["10.0.0.0/8"]
"#,
    );
    read(&with("[server]", "listen = \"127.0.0.2:8081\"")).unwrap();
}

#[test]
fn wrong_value_of_a_project_is_refused_with_what_to_write() {
    let rest = "methods = [\"qiwi-kz\"] | secret_file = \"secret\"";
    let rows = r#"
id = -1 | REST                  => 7: project.id: write a whole number from 1 to 9223372036854775807
id = 9223372036854775808 | REST => 7: project.id: write a whole number from 1
id = "1" | REST                 => 7: project.id: write a whole number from 1
id = 1.0 | REST                 => 7: project.id: write a whole number from 1
id = 1 | methods = "qiwi-kz" | secret_file = "secret"     => 8: project.methods: this is a text; write methods = ["kaspi"]
id = 1 | methods = ["qiwi-kz", 1] | secret_file = "secret" => 8: project.methods: this is a number; write methods
id = 1 | methods = ["Qiwi KZ"] | secret_file = "secret"   => 8: project.methods: there is no such method; did you mean "qiwi-kz"?
id = 1 | methods = ["qiwi_kz"] | secret_file = "secret"   => 8: project.methods: there is no such method; did you mean "qiwi-kz"?
id = 1 | methods = ["qiwi-kz", "cashin"] | secret_file = "secret" => 8: project.methods: there is no such method; did you mean "cashin-kz"?
id = 1 | methods = ["qiwi-kz"] | secret_file = "empty"    => 9: project.secret_file: the secret is empty
id = 1 | methods = ["qiwi-kz"] | secret_file = []         => 6: project.secret_env: this project has no secret
id = 1 | methods = ["qiwi-kz"] | secret_file = ["secret", "secret"] => 9: project.secret_file: this project has the same secret twice
id = 1 | methods = ["qiwi-kz"] | secret_file = 5          => 9: project.secret_file: this is a number; write secret_file
id = 1 | methods = ["qiwi-kz"] | secret_file = "."        => 9: project.secret_file: this is a folder; name a file
id = 1 | methods = ["qiwi-kz"] | secret_env = "JETPAY_NO" => 9: project.secret_env: the environment variable JETPAY_NO is not set
id = 1 | REST | kassa24_answers = "option 1"              => 10: project.kassa24_answers: there is no such word; write one of "contracts", "account"
id = 1 | REST | base_url = "x"                            => 10: project.base_url: there is no such key here; write it below [gate]
id = 1 | REST | name = "shop"                             => 10: project.name: there is no such key here; write it below [[admin.token]], or here one of id, methods,
id = 1 | REST | project_id = 1                           => 10: project.project_id: there is no such key; did you mean `id`?
id = 1 | REST | strict_contract = true                    => 10: project.strict_contract: there is no such key; did you mean `strict_contracts`?
id = 1 | REST | currency = "kzt"                          => 10: project.currency: the platform does not list this currency; write its three capital
id = 1 | REST | [[project]] | id = 2 | REST | currency = "USD" => 14: project.currency: this project has USD, another KZT; all projects share one currency
id = 1 | REST | [[project]] | id = 1 | REST               => 10: project: another [[project]] has the same id
"#;
    assert_refused("[[project]]", &rows.replace("REST", rest));
    let single = with("", "").replace("[[project]]", "[project]");
    assert_problems(&single, "6: project: this is a table; write [[project]]");
    let empty = with("", "")
        .replace("[\"qiwi-kz\"]", "[]")
        .replace("[gate]\nbase_url", "# ");
    assert_problems(
        &empty,
        "8: project.methods: a project without methods accepts nothing",
    );
}

#[test]
fn configurations_of_the_pages_are_valid_but_for_their_placeholders() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut count = 0;
    for page in [
        "README.md",
        "docs/billing.md",
        "docs/pages.md",
        "docs/service.md",
        "docs/payouts.md",
        "docs/postgres.md",
    ] {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let blocks = text
            .split("```toml\n")
            .skip(1)
            .map(|rest| rest.split("```").next().unwrap());
        for block in blocks.filter(|block| !block.contains("[dependencies]")) {
            let mut whole = block.to_owned();
            for (name, table) in [
                ("admin", "[admin]\ntoken_file = \"token\"\n"),
                ("store", "[store]\nurl = \"sqlite://jetpay.db\"\n"),
                ("project", PROJECT),
            ] {
                let begins = |line: &str| line.trim_start_matches('[').starts_with(name);
                let is_there = block.lines().any(begins);
                // Each case of this page has a whole configuration.
                assert!(is_there || page != "docs/billing.md", "{page}\n{block}");
                whole += if is_there { "" } else { table };
            }
            // The secrets of the examples are not on this machine, and the Gate's address is not public.
            let found = read(&whole).err().unwrap_or_default();
            let is_known = |line: &&str| {
                line.contains("is not set")
                    || line.contains("there is no such file")
                    || line.contains("base_url: a base URL must be a URL")
            };
            let wrong: Vec<_> = found.lines().filter(|line| !is_known(line)).collect();
            assert!(wrong.is_empty(), "{page}\n{block}\n{found}");
            count += 1;
        }
    }
    assert!(count >= 9, "only {count} configurations are in the pages");
}
