//! Valid and invalid configurations.

use std::path::Path;
use std::time::Duration;

use super::{Config, GateConfig, reachable};

/// The smallest token.
pub(super) const TOKEN: &str = "123456789 123456789 1234";

/// A folder with two tokens, a secret and an empty secret.
pub(super) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), format!("{TOKEN}\n")).unwrap();
    std::fs::write(
        folder.path().join("other"),
        "another token of the tests of jetpay\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("secret"), "secret\n").unwrap();
    std::fs::write(folder.path().join("empty"), "\n").unwrap();
    folder
}

pub(super) const HEAD: &str =
    "[admin]\ntoken_file = \"token\"\n[store]\nurl = \"sqlite://jetpay.db\"\n";

pub(super) fn read(text: &str) -> Result<Config, String> {
    let folder = folder();
    Config::parse(text, Path::new("jetpay.toml"), folder.path())
        .map_err(|problems| problems.to_string())
}

fn problems(tables: &str) -> String {
    read(&format!("{HEAD}{tables}"))
        .err()
        .expect("this configuration is invalid")
}

#[test]
fn smallest_configuration_has_the_documented_defaults() {
    let config = read(&format!(
        "{HEAD}[[project]]\nid = 1234\nmethods = [\"kaspi\"]\nsecret_file = \"secret\"\n"
    ))
    .unwrap();
    assert_eq!(config.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.admin_listen.to_string(), "127.0.0.1:8081");
    assert_eq!(config.currency.code(), "KZT");
    assert_eq!(
        (config.max_connections, config.read_timeout.as_secs()),
        (10_000, 30)
    );
    assert!(!config.projects[0].strict_contracts);
    assert!(config.projects[0].project.supports("kaspi"));
    assert!(!config.projects[0].project.supports("kassa24"));
    assert!(config.store.to_string().ends_with("jetpay.db"));
}

#[test]
fn unknown_key_is_refused_with_its_line() {
    let text = problems("[[project]]\nid = 1\nmethods = [\"kaspi\"]\nsecret_fil = \"secret\"\n");
    assert!(
        text.contains("jetpay.toml:8:") && text.contains("secret_fil"),
        "{text}"
    );
}

#[test]
fn unknown_method_is_refused_with_the_list_of_methods() {
    let text = problems("[[project]]\nid = 1\nmethods = [\"kaspy\"]\nsecret_file = \"secret\"\n");
    assert!(
        text.contains("jetpay.toml:7:") && text.contains("kassa24-bvu"),
        "{text}"
    );
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = problems(
        "[[project]]\nid = 1\nmethods = []\nsecret_file = \"empty\"\n[[project]]\nid = 1\nmethods = [\"kaspi\"]\n",
    );
    for part in [
        "without methods",
        "secret is empty",
        "has the same id",
        "has no secret",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn empty_list_of_secrets_is_refused_as_no_secret() {
    let text = problems("[[project]]\nid = 1\nmethods = [\"kaspi\"]\nsecret_env = []\n");
    assert!(text.contains("has no secret"), "{text}");
}

#[test]
fn store_in_a_folder_that_does_not_exist_is_refused() {
    let text = read("[admin]\ntoken_file = \"token\"\n[store]\nurl = \"sqlite://no/such/x.db\"\n")
        .err()
        .unwrap();
    assert!(
        text.contains("folder of this file does not exist"),
        "{text}"
    );
}

#[test]
fn two_currencies_are_refused() {
    let project = |id, currency| {
        format!(
            "[[project]]\nid = {id}\nmethods = [\"kaspi\"]\nsecret_file = \"secret\"\ncurrency = \"{currency}\"\n"
        )
    };
    let text = problems(&(project(1, "KZT") + &project(2, "USD")));
    assert!(text.contains("share one currency"), "{text}");
    assert!(problems(&project(1, "XXZ")).contains("does not list"));
}

#[test]
fn trusted_proxies_are_networks_or_addresses() {
    let server = |list: &str| {
        read(&format!(
            "[server]\ntrusted_proxies = {list}\n{HEAD}{PROJECT}"
        ))
    };
    let config = server("[\"10.0.0.0/8\", \"fd00::1\"]").unwrap();
    let networks = config.trusted_proxies.iter().map(ToString::to_string);
    assert_eq!(networks.collect::<Vec<_>>(), ["10.0.0.0/8", "fd00::1/128"]);
    let text = server("[\"10.0.0.0/33\"]").err().unwrap();
    assert!(text.contains("jetpay.toml:2: write a network"), "{text}");
}

#[test]
fn missing_token_is_refused() {
    let text = read("[admin]\n[store]\nurl = \"sqlite://x.db\"\n")
        .err()
        .unwrap();
    assert!(text.contains("no token"), "{text}");
}

#[test]
fn list_of_secrets_gives_a_project_several_keys() {
    let tables =
        "[[project]]\nid = 1\nmethods = [\"kaspi\"]\nsecret_file = [\"secret\", \"token\"]\n";
    let config = read(&format!("{HEAD}{tables}")).unwrap();
    assert_eq!(config.projects[0].project.keys().len(), 2);
}

#[test]
fn no_problem_contains_a_secret() {
    let text = problems(
        "[[project]]\nid = 1\nmethods = [\"kaspi\"]\nsecret_file = \"secret\"\ncurrency = \"?\"\n",
    );
    assert!(!text.contains("secret\n"), "{text}");
}
pub(super) const PROJECT: &str =
    "[[project]]\nid = 1\nmethods = [\"qiwi-kz\"]\nsecret_file = \"secret\"\n";

/// A project and `[gate]`, which is the 9th line of the file.
fn tables(lines: &str) -> String {
    format!("{PROJECT}[gate]\n{lines}")
}

fn gate(lines: &str) -> GateConfig {
    let config = read(&format!("{HEAD}{}", tables(lines))).unwrap();
    config.gate.expect("the configuration has [gate]")
}

#[test]
fn configuration_without_gate_makes_no_payouts() {
    assert!(read(&format!("{HEAD}{PROJECT}")).unwrap().gate.is_none());
}

#[test]
fn gate_has_the_documented_defaults() {
    let gate = gate("base_url = \"https://gate.example/\"");
    assert_eq!(gate.base_url.to_string(), "https://gate.example");
    assert!(!gate.from_balance);
    assert_eq!(gate.keep_personal_data, Duration::from_secs(30 * 86_400));
    assert_eq!(
        gate.retry_policy,
        jetpay_ledger::payout::RetryPolicy::default()
    );
}

#[test]
fn every_key_of_the_gate_is_used() {
    let gate = gate(
        "base_url = \"http://127.0.0.1:9000/base\"\nformerly = [\"https://old.example\"]\n\
         from_balance = true\nkeep_personal_data_days = 0\n\
         answer_within_seconds = 5\nask_after_seconds = 1",
    );
    assert_eq!(gate.base_url.to_string(), "http://127.0.0.1:9000/base");
    assert!(gate.address().is("https://old.example"));
    assert!(gate.from_balance);
    // Shorter than a day, a second payout to the same wallet would not be noticed.
    assert_eq!(gate.keep_personal_data, Duration::from_secs(86_400));
    assert_eq!(gate.retry_policy.answer_timeout.as_secs(), 5);
    assert_eq!(gate.retry_policy.query_after.as_secs(), 1);
}

#[test]
fn invalid_gate_is_refused_with_its_line() {
    let https = "base_url = \"https://gate.example\"";
    for (lines, line, part) in [
        ("", 9, "[gate] has no base_url"),
        ("base_url = \"gate.example\"", 10, "must be a URL"),
        (
            "base_url = \"http://gate.example\"",
            10,
            "must begin with https://",
        ),
        (
            "base_url = \"http://10.0.0.1\"",
            10,
            "must begin with https://",
        ),
        (
            "base_url = \"ftp://127.0.0.1\"",
            10,
            "must begin with https://",
        ),
        (
            "base_url = \"https://a:pass@gate.example\"",
            10,
            "a user or a password",
        ),
        ("base_url = \"https://gate.example?a=b\"", 10, "without `?`"),
        (
            &format!("{https}\nask_after_seconds = 9"),
            11,
            "at least 10 seconds",
        ),
        (&format!("{https}\nask_after_seconds = 0"), 11, "nonzero"),
        (
            &format!("{https}\nanswer_within_seconds = 601"),
            11,
            "600 at most",
        ),
        (
            &format!("{https}\nask_after_seconds = 601"),
            11,
            "600 at most",
        ),
        (&format!("{https}\nkeep_personal_data_days = -1"), 11, ""),
        (&format!("{https}\nbase_uri = 1"), 11, "base_uri"),
    ] {
        let text = problems(&tables(lines));
        assert!(
            text.contains(&format!("jetpay.toml:{line}:")) && text.contains(part),
            "{lines}\n{text}"
        );
        assert!(!text.contains("pass@"), "{text}");
    }
}

#[test]
fn gate_with_projects_in_another_currency_is_refused() {
    let project = PROJECT.replace("id = 1\n", "id = 1\ncurrency = \"USD\"\n");
    let text = problems(&format!(
        "{project}[gate]\nbase_url = \"https://gate.example\"\n"
    ));
    assert!(text.contains("payouts are in KZT"), "{text}");
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
fn proxies_in_every_network_are_warned_of_and_host_bits_are_refused_with_the_network() {
    let with = |proxies: &str| {
        let server = format!("[server]\ntrusted_proxies = [{proxies}]\n");
        read(&format!("{server}{HEAD}{PROJECT}"))
    };
    for every in ["0.0.0.0/0", "::/0", "::ffff:0.0.0.0/96"] {
        let warnings = with(&format!("{every:?}")).unwrap().warnings.join("\n");
        assert!(
            warnings.contains("jetpay.toml:2: every address"),
            "{every} {warnings}"
        );
    }
    let config = with("\"10.0.0.0/8\", \"10.1.2.3\", \"fd00::1\"").unwrap();
    assert!(!config.warnings.join("\n").contains("every address"));
    for (wrong, right) in [
        ("10.1.2.3/8", "write 10.0.0.0/8"),
        ("fd00::1/8", "write fd00::/8"),
    ] {
        let text = with(&format!("{wrong:?}")).err().expect(wrong);
        assert!(
            text.contains("jetpay.toml:2:") && text.contains(right),
            "{text}"
        );
    }
}

#[cfg(unix)]
#[test]
fn configuration_with_a_password_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("jetpay.toml");
    let password = "postgres://jetpay:p%40ss@db/books";
    for (url, mode, warned) in [
        (password, 0o644, true),
        (password, 0o640, true),
        (password, 0o600, false),
        ("postgres://jetpay@db/books?password=p", 0o644, true),
        ("postgres://jetpay@db:5432/books", 0o644, false),
        ("sqlite://jetpay.db", 0o644, false),
    ] {
        let text = format!("[admin]\ntoken_file = \"token\"\n[store]\nurl = {url:?}\n{PROJECT}");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let warnings = Config::read(&path).unwrap().warnings.join("\n");
        let found = warnings.contains("jetpay.toml:4: other users of this machine can read");
        assert_eq!(found, warned, "{url} {mode:o}\n{warnings}");
        assert!(!warnings.contains("p%40ss"), "{warnings}");
    }
}
