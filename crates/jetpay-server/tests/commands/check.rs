//! `jetpay check`: what it says, and what it finds.

use std::process::{Command, Output};

use jetpay_core::Keyring;
use jetpay_core::Project;
use jetpay_platform::gate::{GateState, ServerOptions, serve};
use jetpay_testing::free_port;
use jetpay_testing::postgres::{self, require_or_skip};

use crate::running::{Folder, JETPAY, PROJECT, SECRET, text};

/// The exit code, and both outputs.
fn said(output: &Output) -> (Option<i32>, String) {
    let all = text(&output.stdout) + &text(&output.stderr);
    (output.status.code(), all)
}

/// Changes the configuration.
pub(crate) fn change(folder: &Folder, from: &str, to: &str) {
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    assert!(config.contains(from), "{config}");
    folder.write("jetpay.toml", &config.replacen(from, to, 1));
}

#[test]
fn check_says_what_the_service_would_do() {
    let folder = Folder::new();
    let output = folder.run(&["check"]);
    assert!(output.status.success());
    let output = text(&output.stdout);
    for part in [
        "is valid",
        "/kassa24-bvu",
        "project 1234",
        "kassa24 answers with contracts",
    ] {
        assert!(output.contains(part), "{part} is not in:\n{output}");
    }
}

#[test]
fn check_says_how_the_service_would_make_payouts() {
    let folder = Folder::new();
    let without = text(&folder.run(&["check"]).stdout);
    assert!(without.contains("until you add [gate]"), "{without}");
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    let gate = "[gate]\nbase_url = \"https://gate.example\"\nfrom_balance = true\n";
    folder.write("jetpay.toml", &(config + gate));
    let output = text(&folder.run(&["check"]).stdout);
    for part in [
        "to https://gate.example",
        "from the customer's balance",
        "deleted 30 days after",
        "10 s after a request",
    ] {
        assert!(output.contains(part), "{part} is not in:\n{output}");
    }
}

/// What `jetpay config` prints is valid once its secrets are there, and so it is with every other key in it: each variant leaves
/// out the keys instead of which others are written.
#[test]
fn configuration_that_config_prints_is_valid_with_every_key() {
    let folder = Folder::new();
    let printed = text(&folder.run(&["config"]).stdout);
    for (name, content) in [
        ("admin.token", "the token of the administrator"),
        ("aliya.token", "the token of Aliya, for alarms"),
        ("jetpay.secret", SECRET),
        ("store.url", "sqlite://jetpay.db"),
        ("ca.pem", ""),
    ] {
        folder.write(name, content);
    }
    let check = |config: &str| {
        folder.write("jetpay.toml", config);
        let mut command = Command::new(JETPAY);
        command.arg("check").current_dir(folder.path(""));
        command.env("JETPAY_ADMIN_TOKEN", "another token of the administrator");
        command.env("JETPAY_TOKEN_ALIYA", "another token of Aliya, for alarms");
        command.env("JETPAY_SECRET", SECRET);
        command.env("JETPAY_STORE_URL", "sqlite://jetpay.db");
        let (code, found) = said(&command.output().unwrap());
        assert_eq!(code, Some(0), "{config}\n{found}");
    };
    check(&printed);
    let lines = printed.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') => format!("{key}\n"),
        _ => format!("{line}\n"),
    });
    let all = lines.collect::<String>();
    let all = all.replace("[\"kaspi\"]", "[\"kaspi\", \"qiwi-kz\"]");
    for left_out in [
        &[
            "admin.token_env",
            "token.env",
            "store.url_file",
            "store.url_env",
            "project.secret",
            "project.secret_env",
        ][..],
        &[
            "admin.token_file",
            "token.file",
            "store.url",
            "store.url_env",
            "project.secret",
            "project.secret_file",
        ],
        &[
            "admin.token_env",
            "token.env",
            "store.url",
            "store.url_file",
            "secret.env",
            "project.secret_file",
            "project.secret_env",
        ],
        &[
            "admin.token_env",
            "token.env",
            "store.url",
            "store.url_file",
            "secret.file",
            "project.secret_file",
            "project.secret_env",
        ],
    ] {
        let mut config: toml::Table = all.parse().expect(&all);
        for path in left_out {
            let (table, key) = path.split_once('.').unwrap();
            let table = match table {
                "token" => &mut config["admin"]["token"][0],
                "project" => &mut config["project"][0],
                "secret" => &mut config["project"][0]["secret"][0],
                _ => &mut config[table],
            };
            assert!(
                table.as_table_mut().unwrap().remove(key).is_some(),
                "{path}"
            );
        }
        check(&config.to_string());
    }
}

#[test]
fn check_of_an_invalid_file_names_the_line() {
    let folder = Folder::new();
    folder.write(
        "bad.toml",
        "[admin]\ntoken_file = \"token\"\n[store]\nurl = \"mysql://x\"\n",
    );
    let output = folder.run(&["check", "--config", "bad.toml"]);
    assert!(!output.status.success());
    assert!(
        text(&output.stderr).contains("bad.toml:4:"),
        "{}",
        text(&output.stderr)
    );
    assert!(
        text(&folder.run(&["check", "--config", "none.toml"]).stderr).contains("--config FILE")
    );
}

#[test]
fn serve_reports_the_problems_of_check_in_the_same_words() {
    let folder = Folder::new();
    change(&folder, "127.0.0.1:", "192.0.2.1:");
    change(&folder, "sqlite://jetpay.db", "sqlite://secret");
    change(&folder, "\"kaspi\"", "\"kaspy\"");
    let (code, check) = said(&folder.run(&["check"]));
    assert_eq!((code, check.lines().count()), (Some(1), 3), "{check}");
    assert!(check.contains("jetpay.toml:2: server.listen: "), "{check}");
    assert!(check.contains("\njetpay.toml:8: store.url: "), "{check}");
    assert!(
        check.contains("\njetpay.toml:12: project.methods: "),
        "{check}"
    );
    assert_eq!((code, check), said(&folder.run(&["serve"])));
}

#[test]
fn check_with_warnings_alone_ends_with_0_and_names_a_port_that_is_in_use() {
    let folder = Folder::new();
    folder.write("secret", &format!("\u{feff}{SECRET}\n"));
    let taken = std::net::TcpListener::bind(("127.0.0.1", folder.listen)).unwrap();
    let (code, found) = said(&folder.run(&["check"]));
    assert_eq!(code, Some(0), "{found}");
    let warning =
        "warning: jetpay.toml:11: project.secret_file: the secret begins with a byte order mark";
    assert!(
        found.contains(warning) && !found.contains(SECRET),
        "{found}"
    );
    let address = taken.local_addr().unwrap();
    let note = format!("note: a program listens on {address} already");
    assert_eq!(found.matches("note: ").count(), 1, "{found}");
    assert!(found.contains(&note), "{found}");
}

#[test]
fn file_that_the_service_would_refuse_is_refused_with_its_line() {
    let folder = Folder::new();
    folder.write("one.db", "");
    std::fs::hard_link(folder.path("one.db"), folder.path("two.db")).unwrap();
    folder.write("emptied.db", "");
    folder.write("emptied.db-wal", "x");
    folder.write("damaged.db", &"SQLite format 3\0".repeat(64));
    let newer = rusqlite::Connection::open(folder.path("newer.db")).unwrap();
    newer.pragma_update(None, "user_version", 1_000).unwrap();
    drop(newer);
    std::os::unix::fs::symlink("none/x.db", folder.path("link.db")).unwrap();
    let mut before = "jetpay.db";
    for (name, what) in [
        ("two.db", "it has 2 names (hard links)"),
        ("emptied.db", "it was emptied, and its -wal file was not"),
        ("damaged.db", "file is not a database"),
        ("newer.db", "use a newer program"),
        ("link.db", "the folder of this file does not exist"),
    ] {
        change(&folder, before, name);
        before = name;
        let (code, found) = said(&folder.run(&["check"]));
        let place = "error: jetpay.toml:8: store.url: ";
        let is_refused = code == Some(1) && found.contains(place) && found.contains(what);
        assert!(is_refused, "{name}\n{found}");
    }
}

#[actix_web::test]
async fn connect_tries_the_store_and_changes_nothing() {
    let folder = Folder::new();
    let connect = |folder: &Folder| said(&folder.run(&["check", "--connect"]));
    let (code, found) = connect(&folder);
    assert_eq!(code, Some(0), "{found}");
    assert!(
        found.contains("ok     jetpay.db: no file yet, which the first start makes"),
        "{found}"
    );
    assert!(!folder.path("jetpay.db").exists());
    let running = folder.serve().await;
    let (code, found) = connect(&running.folder);
    assert!(
        code == Some(0) && found.contains(", in use by a running service"),
        "{found}"
    );
    let folder = running.stop();
    let database = rusqlite::Connection::open(folder.path("jetpay.db")).unwrap();
    database.pragma_update(None, "user_version", 1_000).unwrap();
    drop(database);
    let (code, found) = connect(&folder);
    assert!(
        code == Some(1)
            && found.contains("FAILED jetpay.db: ")
            && found.contains("use a newer program"),
        "{found}"
    );

    let folder = Folder::with_store(&format!("postgres://u:pa55@127.0.0.1:{}/x", free_port()));
    let (code, found) = connect(&folder);
    assert!(
        code == Some(1) && found.contains("FAILED PostgreSQL at 127.0.0.1:"),
        "{found}"
    );
    assert!(!found.contains("pa55"), "{found}");
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let folder = Folder::with_store(database.url());
    let (code, found) = connect(&folder);
    assert!(
        code == Some(0) && found.contains("no tables yet, which the first start makes"),
        "{found}"
    );
    assert_eq!(
        database
            .run("SELECT to_regclass('jetpay_schema') IS NULL")
            .unwrap()
            .trim(),
        "t"
    );
    let running = folder.serve().await;
    let (code, found) = connect(&running.folder);
    assert!(
        code == Some(0) && found.contains("schema version "),
        "{found}"
    );
}

/// A simulated Gate on a thread of its own, because the commands of these tests block theirs. Returns its URL.
fn gate() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(|| {
        actix_web::rt::System::new().block_on(async {
            let keyring = Keyring::from(Project::new(PROJECT, SECRET).unwrap());
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            let _serving = serve(listener, GateState::new(keyring), ServerOptions::default());
            std::future::pending::<()>().await;
        });
    });
    url
}

#[test]
fn connect_asks_the_gate_and_explains_a_wrong_secret() {
    let url = gate();
    let folder = Folder::new();
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    let with_gate = |url: &str| {
        folder.write(
            "jetpay.toml",
            &format!("{config}[gate]\nbase_url = {url:?}\n"),
        )
    };
    let connect = || said(&folder.run(&["check", "--connect"]));
    with_gate(&url);
    let (code, found) = connect();
    assert_eq!(code, Some(0), "{found}");
    assert!(
        found.contains("project 1234: it accepts the signature of this project"),
        "{found}"
    );
    folder.write("secret", "another secret");
    let (code, found) = connect();
    assert!(
        code == Some(1) && found.contains("FAILED the Gate at http://127.0.0.1:"),
        "{found}"
    );
    assert!(
        found.contains("secret") && !found.contains("another secret"),
        "{found}"
    );
    with_gate(&format!("http://127.0.0.1:{}", free_port()));
    let (code, found) = connect();
    assert!(
        code == Some(1) && found.contains("does the network let this machine out?"),
        "{found}"
    );
}
