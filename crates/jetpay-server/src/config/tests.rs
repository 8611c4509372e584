//! Configurations, good and bad.

use std::path::Path;

use super::Config;

/// A folder with two secrets.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("token"), "token\n").unwrap();
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

pub(super) fn problems(tables: &str) -> String {
    read(&format!("{HEAD}{tables}"))
        .err()
        .expect("this configuration is bad")
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
fn all_problems_are_told_at_once() {
    let text = problems(
        "[[project]]\nid = 1\nmethods = []\nsecret_file = \"empty\"\n[[project]]\nid = 1\nmethods = [\"kaspi\"]\n",
    );
    for part in [
        "without methods",
        "secret is empty",
        "stands twice",
        "has no secret",
    ] {
        assert!(text.contains(part), "{part} is not in:\n{text}");
    }
}

#[test]
fn empty_list_of_secrets_is_no_secret() {
    let text = problems("[[project]]\nid = 1\nmethods = [\"kaspi\"]\nsecret_env = []\n");
    assert!(text.contains("has no secret"), "{text}");
}

#[test]
fn store_in_a_folder_that_is_not_there_is_refused() {
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
fn missing_token_is_refused() {
    let text = read("[admin]\n[store]\nurl = \"sqlite://x.db\"\n")
        .err()
        .unwrap();
    assert!(text.contains("no token"), "{text}");
}

#[test]
fn secrets_of_a_rotation_are_a_list() {
    let tables =
        "[[project]]\nid = 1\nmethods = [\"kaspi\"]\nsecret_file = [\"secret\", \"token\"]\n";
    let config = read(&format!("{HEAD}{tables}")).unwrap();
    assert_eq!(config.projects[0].project.keys().len(), 2);
}

#[test]
fn no_problem_repeats_a_secret() {
    let text = problems(
        "[[project]]\nid = 1\nmethods = [\"kaspi\"]\nsecret_file = \"secret\"\ncurrency = \"?\"\n",
    );
    assert!(!text.contains("secret\n"), "{text}");
}
