//! `jetpay check`: what it says, and what it finds.

use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::{GateState, ServerOptions, serve};
use jetpay_testing::free_port;
use jetpay_testing::postgres::{self, require_or_skip};
use jetpay_testing::smtp::SmtpServer;

use crate::support::{Folder, PROJECT, SECRET, Said, assert_has};

/// The exit code, and both outputs.
fn said(folder: &Folder, line: &str) -> (Option<i32>, String) {
    let said = folder.run(line);
    (said.code, said.all())
}

/// Checks what `jetpay check` with this option says, and how it ends.
#[track_caller]
fn assert_says(folder: &Folder, option: &str, expected: i32, parts: &[&str]) -> String {
    let (code, found) = said(folder, &format!("check {option}"));
    assert_eq!(code, Some(expected), "{found}");
    assert_has(&found, parts);
    found
}

#[test]
fn check_says_what_the_service_would_do() {
    let parts = [
        "is valid",
        "/kassa24-bvu",
        "project 1234",
        "kassa24 answers with contracts",
    ];
    assert_says(&Folder::new(), "", 0, &parts);
}

#[test]
fn check_says_how_the_service_would_make_payouts() {
    let folder = Folder::new();
    assert_says(&folder, "", 0, &["until you add [gate]"]);
    let gate = "[gate]\nbase_url = \"https://gate.example\"\nfrom_balance = true\n";
    let folder = folder.configured(gate);
    assert_says(
        &folder,
        "",
        0,
        &["to https://gate.example", "from the customer's balance"],
    );
    assert_says(
        &folder,
        "",
        0,
        &["deleted 30 days after", "10 s after a request"],
    );
}

#[test]
fn check_says_whether_the_service_would_reconcile() {
    let folder = Folder::new();
    assert_says(&folder, "", 0, &["until you add [data_api]"]);
    folder.write("data_api.token", "the token of a user");
    folder.write("data_api.key", "the key of the token");
    let data_api = "[data_api]\nbase_url = \"https://data.example\"\ntoken_file = \"data_api.token\"\n\
                    key_file = \"data_api.key\"\n";
    let folder = folder.configured(data_api);
    let asked = ["with https://data.example, when `jetpay reconcile api` asks it"];
    assert_says(&folder, "", 0, &asked);
    let folder = folder.configured("[reconcile]\nevery = \"90m\"\n");
    let found = assert_says(&folder, "", 0, &["with https://data.example, every 1h 30m"]);
    assert!(!found.contains("the token of a user") && !found.contains("the key of"));
}

const SIGNING: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

/// The keys that a variant of the configuration leaves out: others are written instead.
const LEFT_OUT: [&[&str]; 4] = [
    &[
        "deliver.secret_env",
        "deliver.cancel",
        "deliver.zone",
        "mail.secret_env",
        "lookup.secret_env",
        "lookup.debt_field",
        "lookup.balance_field",
        "lookup.sum",
        "data_api.token_env",
        "data_api.key_env",
        "admin.token_env",
        "token.env",
        "store.url_file",
        "store.url_env",
        "project.secret",
        "project.secret_env",
    ],
    &[
        "deliver.secret_file",
        "deliver.cancel",
        "deliver.zone",
        "mail.secret_file",
        "lookup.secret_file",
        "lookup.debt_field",
        "lookup.balance_field",
        "lookup.sum",
        "data_api.token_file",
        "data_api.key_file",
        "admin.token_file",
        "token.file",
        "store.url",
        "store.url_env",
        "project.secret",
        "project.secret_file",
    ],
    &[
        "deliver.secret_file",
        "deliver.alarms",
        "mail.secret_env",
        "lookup.secret_file",
        "lookup.balance_field",
        "data_api.token_env",
        "data_api.key_env",
        "admin.token_env",
        "token.env",
        "store.url",
        "store.url_file",
        "secret.env",
        "project.secret_file",
        "project.secret_env",
    ],
    &[
        "deliver.secret_file",
        "deliver.alarms",
        "mail.secret_env",
        "lookup.secret_file",
        "lookup.debt_field",
        "data_api.token_env",
        "data_api.key_env",
        "admin.token_env",
        "token.env",
        "store.url",
        "store.url_file",
        "secret.file",
        "project.secret_file",
        "project.secret_env",
    ],
];

/// What `jetpay config` prints is valid once its secrets are there, and so it is with every other key in it: each variant leaves
/// out the keys instead of which others are written.
#[test]
fn configuration_that_config_prints_is_valid_with_every_key() {
    let folder = Folder::new();
    let printed = folder.run("config").good();
    for (name, content) in [
        ("admin.token", "the token of the administrator"),
        ("aliya.token", "the token of Aliya, for alarms"),
        ("jetpay.secret", SECRET),
        ("store.url", "sqlite://jetpay.db"),
        ("ca.pem", ""),
        ("data_api.token", "the token of a user"),
        ("data_api.key", "the key of the token"),
        ("mail.login", "jetpay:the password of the mail"),
        ("lookup.secret", SIGNING),
        ("deliver.secret", SIGNING),
    ] {
        folder.write(name, content);
    }
    let check = |config: &str| {
        folder.write("jetpay.toml", config);
        let mut command = folder.command("check");
        command.env("JETPAY_ADMIN_TOKEN", "another token of the administrator");
        command.env("JETPAY_TOKEN_ALIYA", "another token of Aliya, for alarms");
        command.env("JETPAY_SECRET", SECRET);
        command.env("JETPAY_STORE_URL", "sqlite://jetpay.db");
        command.env("JETPAY_DATA_API_TOKEN", "the token of a user");
        command.env("JETPAY_DATA_API_KEY", "the key of the token");
        command.env("JETPAY_MAIL_LOGIN", "jetpay:the password of the mail");
        let secret = |kind: &str| {
            if config.contains(kind) {
                SIGNING
            } else {
                "jetpay:password"
            }
        };
        command.env("JETPAY_LOOKUP_SECRET", secret("kind = \"http\""));
        command.env("JETPAY_DELIVER_SECRET", secret("kind = \"webhook\""));
        let said = Said::of(command.output().unwrap());
        let (code, found) = (said.code, said.all());
        assert_eq!(code, Some(0), "{config}\n{found}");
    };
    check(&printed);
    let lines = printed.lines().map(|line| match line.strip_prefix('#') {
        Some(key) if !key.starts_with(' ') => format!("{key}\n"),
        _ => format!("{line}\n"),
    });
    let all = lines.collect::<String>();
    let all = all.replace("[\"kaspi\"]", "[\"kaspi\", \"qiwi-kz\"]");
    for left_out in LEFT_OUT {
        // The keys that a billing alone has are there, so it is one.
        let mut all = all.clone();
        for (key, kind) in [("lookup.sum", "http"), ("deliver.zone", "webhook")] {
            if !left_out.contains(&key) {
                all = all.replace(&format!("kind = {kind:?}"), "kind = \"osmp\"");
            }
        }
        let mut config: toml::Table = all.parse().expect(&all);
        for path in left_out {
            let (table, key) = path.split_once('.').unwrap();
            let table = match table {
                "token" => &mut config["admin"]["token"][0],
                "project" | "deliver" => &mut config[table][0],
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
    let bad = "[admin]\ntoken_file = \"token\"\n[store]\nurl = \"mysql://x\"\n";
    folder.write("bad.toml", bad);
    assert_says(&folder, "--config bad.toml", 1, &["bad.toml:4:"]);
    assert_says(&folder, "--config none.toml", 1, &["--config FILE"]);
}

#[test]
fn serve_reports_the_problems_of_check_in_the_same_words() {
    let folder = Folder::new();
    folder.change("127.0.0.1:", "192.0.2.1:");
    folder.change("sqlite://jetpay.db", "sqlite://secret");
    folder.change("\"kaspi\"", "\"kaspy\"");
    let (code, check) = said(&folder, "check");
    assert_eq!((code, check.lines().count()), (Some(1), 3), "{check}");
    assert_has(
        &check,
        &[
            "jetpay.toml:2: server.listen: ",
            "\njetpay.toml:8: store.url: ",
        ],
    );
    assert_has(&check, &["\njetpay.toml:12: project.methods: "]);
    assert_eq!((code, check), said(&folder, "serve"));
}

#[test]
fn check_with_warnings_alone_ends_with_0_and_names_a_port_that_is_in_use() {
    let folder = Folder::new();
    folder.write("secret", format!("\u{feff}{SECRET}\n"));
    let taken = std::net::TcpListener::bind(("127.0.0.1", folder.listen)).unwrap();
    let address = taken.local_addr().unwrap();
    let warning =
        "warning: jetpay.toml:11: project.secret_file: the secret begins with a byte order mark";
    let note = format!("note: a program listens on {address} already");
    let found = assert_says(&folder, "", 0, &[warning, &note]);
    assert!(!found.contains(SECRET), "{found}");
    assert_eq!(found.matches("note: ").count(), 1, "{found}");
}

#[test]
fn file_that_the_service_would_refuse_is_refused_with_its_line() {
    let folder = Folder::new();
    folder.write("one.db", "");
    std::fs::hard_link(folder.path("one.db"), folder.path("two.db")).unwrap();
    folder.write("emptied.db", "");
    folder.write("emptied.db-wal", "x");
    folder.write("damaged.db", "SQLite format 3\0".repeat(64));
    folder.sql("PRAGMA user_version = 1000");
    std::os::unix::fs::symlink("none/x.db", folder.path("link.db")).unwrap();
    let mut before = "jetpay.db";
    for (name, what) in [
        ("jetpay.db", "use a newer program"),
        ("two.db", "it has 2 names (hard links)"),
        ("emptied.db", "it was emptied, and its -wal file was not"),
        ("damaged.db", "file is not a database"),
        ("link.db", "the folder of this file does not exist"),
    ] {
        folder.change(before, name);
        before = name;
        assert_says(&folder, "", 1, &["error: jetpay.toml:8: store.url: ", what]);
    }
}

#[actix_web::test]
async fn connect_tries_the_store_and_changes_nothing() {
    let folder = Folder::new();
    let no_file = "ok     jetpay.db: no file yet, which the first start makes";
    assert_says(&folder, "--connect", 0, &[no_file]);
    assert!(!folder.path("jetpay.db").exists());
    let running = folder.serve().await;
    assert_says(
        &running.folder,
        "--connect",
        0,
        &[", in use by a running service"],
    );
    let folder = running.stop();
    folder.sql("PRAGMA user_version = 1000");
    assert_says(
        &folder,
        "--connect",
        1,
        &["FAILED jetpay.db: ", "use a newer program"],
    );

    let folder = Folder::with_store(&format!("postgres://u:pa55@127.0.0.1:{}/x", free_port()));
    let found = assert_says(
        &folder,
        "--connect",
        1,
        &["FAILED PostgreSQL at 127.0.0.1:"],
    );
    assert!(!found.contains("pa55"), "{found}");
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let folder = Folder::with_store(database.url());
    let no_tables = "no tables yet, which the first start makes";
    assert_says(&folder, "--connect", 0, &[no_tables]);
    let schema = database.run("SELECT to_regclass('jetpay_schema') IS NULL");
    assert_eq!(schema.unwrap().trim(), "t");
    let running = folder.serve().await;
    assert_says(&running.folder, "--connect", 0, &["schema version "]);
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
    let folder = Folder::new().configured(&format!("[gate]\nbase_url = {url:?}\n"));
    let accepted = "project 1234: it accepts the signature of this project";
    assert_says(&folder, "--connect", 0, &[accepted]);
    folder.write("secret", "another secret");
    let refused = "FAILED the Gate at http://127.0.0.1:";
    let found = assert_says(&folder, "--connect", 1, &[refused, "secret"]);
    assert!(!found.contains("another secret"), "{found}");
    folder.change(&url, &format!("http://127.0.0.1:{}", free_port()));
    let unreachable = "does the network let this machine out?";
    assert_says(&folder, "--connect", 1, &[unreachable]);
}

#[test]
fn check_says_what_the_service_would_deliver_and_shows_no_secret() {
    let folder = Folder::new();
    assert_says(&folder, "", 0, &["until you add [[deliver]]"]);
    folder.write("login", "jetpay:pa55word");
    folder.write("whsec", "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz");
    let folder = folder.configured(
        "[[deliver]]\nname = \"billing\"\nkind = \"osmp\"\nurl = \"https://billing.example/pay?key=pa55word\"\n\
         secret_file = \"login\"\n\
         [[deliver]]\nname = \"shop\"\nkind = \"webhook\"\nurl = \"https://shop.example/entries\"\n\
         secret_file = \"whsec\"\nalarms = true\n",
    );
    let expected = [
        "  deliver entries               to billing at https://billing.example/pay, kind osmp\n",
        "  deliver entries and alarms    to shop at https://shop.example/entries, kind webhook\n",
    ];
    let found = assert_says(&folder, "", 0, &expected);
    assert!(
        !found.contains("pa55word") && !found.contains("MDEy"),
        "{found}"
    );
}

#[test]
fn connect_logs_in_at_the_mail_server_and_sends_nothing() {
    let server = SmtpServer::start();
    let folder = Folder::new();
    assert_says(&folder, "", 0, &["until you add [mail]"]);
    let url = server.url();
    let folder = folder.configured(&format!(
        "[mail]\nurl = {url:?}\nfrom = \"jetpay@example.com\"\nto = [\"aliya@example.com\"]\n"
    ));
    assert_says(&folder, "", 0, &[&format!("by {url} to 1 receiver")]);
    let answers = format!("ok     the mail server at {url}: it answers, without a login");
    assert_says(&folder, "--connect", 0, &[&answers]);
    // `\0jetpay\0pa55word` in base64.
    server.demand_login("AGpldHBheQBwYTU1d29yZA==");
    folder.write("login", "jetpay:pa55word\n");
    let folder = folder.configured("secret_file = \"login\"\n");
    assert_says(&folder, "--connect", 0, &["it accepts the login"]);
    folder.write("login", "jetpay:another\n");
    let refused = [
        "FAILED the mail server at ",
        "wrong login; are url and the login",
    ];
    let found = assert_says(&folder, "--connect", 1, &refused);
    assert!(!found.contains("another"), "{found}");
    assert!(server.mails().is_empty());
}
