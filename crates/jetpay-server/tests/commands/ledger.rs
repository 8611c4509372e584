//! `jetpay ledger` and `jetpay store`: check, export, backup and copy.

use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, messages};
use jetpay_testing::postgres::{self, require_or_skip};

use crate::running::{CUSTOMER, Folder, PROJECT, Running, text};

/// A service with one credited top-up and one pending top-up.
pub(crate) async fn service_with_top_ups() -> Running {
    let running = Folder::new().serve().await.with_customer().await;
    let paid = running.announced(100_000).await;
    let amount = Money::new(100_000, Currency::KZT);
    let callback = messages::Callback::success(&KASPI, PROJECT.into(), &paid, amount);
    let exchange = running.platform().call("/callback", &callback).await;
    assert_eq!(exchange.unwrap().status, 200);
    running.announced(5_000).await;
    running
}

fn good(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

#[actix_web::test]
async fn ledger_is_checked_while_the_service_runs_and_a_manual_change_is_found() {
    let running = service_with_top_ups().await;
    let checked = good(&running.folder.run(&["ledger", "check"]));
    assert!(checked.ends_with("The ledger agrees.\n"), "{checked}");
    assert!(
        checked.contains("1 callbacks, 1 of them verified again"),
        "{checked}"
    );

    let path = running.folder.path("jetpay.db");
    let database = rusqlite::Connection::open(path).unwrap();
    let sql = "UPDATE payments SET remaining = remaining - 1 WHERE state = 'credited'";
    database.execute_batch(sql).unwrap();
    let output = running.folder.run(&["ledger", "check"]);
    assert_eq!(output.status.code(), Some(1));
    let found = text(&output.stdout);
    assert!(
        found.contains("WRONG: what remains of a payment is the sum of its entries"),
        "{found}"
    );
}

#[actix_web::test]
async fn past_secret_verifies_what_is_stored_and_accepts_nothing_new() {
    let mut running = service_with_top_ups().await;
    let folder = &running.folder;
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    let rotated = |old: &str| {
        let secrets = format!(
            "[[project.secret]]\nfile = \"secret\"\nuse = {old:?}\n[[project.secret]]\nfile = \"token\"\nuse = \"sign\"\n"
        );
        config.replace("secret_file = \"secret\"\n", "") + &secrets
    };
    folder.write("jetpay.toml", &rotated("past"));
    let checked = good(&folder.run(&["ledger", "check"]));
    assert!(
        checked.contains("1 callbacks, 1 of them verified again"),
        "{checked}"
    );
    assert!(good(&folder.run(&["check"])).contains("1 past"));
    let amount = Money::new(5_000, Currency::KZT);
    let status = async |running: &Running| {
        let callback = messages::Callback::success(&KASPI, PROJECT.into(), "unknown", amount);
        running
            .platform()
            .call("/callback", &callback)
            .await
            .unwrap()
            .status
    };
    running.while_stopped(|_| ()).await;
    assert_eq!(status(&running).await, 400, "a past secret accepts nothing");
    running
        .while_stopped(|folder| folder.write("jetpay.toml", &rotated("verify")))
        .await;
    assert_eq!(
        status(&running).await,
        404,
        "the payment is unknown, and the signature right"
    );

    let gone = config.replace("\"secret\"", "\"token\"");
    running.folder.write("jetpay.toml", &gone);
    let output = running.folder.run(&["ledger", "check"]);
    assert!(
        text(&output.stderr).contains("use = \"past\""),
        "{}",
        text(&output.stderr)
    );
}

#[actix_web::test]
async fn entries_are_exported_as_csv_in_minor_units() {
    let running = service_with_top_ups().await;
    let csv = good(&running.folder.run(&["ledger", "export"]));
    let lines: Vec<&str> = csv.lines().collect();
    let head = "seq,time,kind,payment_id,operation_id,project_id,method,customer_id,amount,currency,contract_id,\
                provider_payment_id,corrects";
    assert_eq!((lines.len(), lines[0]), (2, head));
    let end = format!(",{PROJECT},kaspi,{CUSTOMER},100000,KZT,12345,");
    let (entry, receipt) = lines[1]
        .strip_suffix(',')
        .unwrap()
        .rsplit_once(',')
        .unwrap();
    assert!(
        entry.starts_with("1,20") && format!("{entry},").ends_with(&end) && !receipt.is_empty(),
        "{csv}"
    );
    let file = running.folder.path("entries.csv");
    let to = ["ledger", "export", "--to", file.to_str().unwrap()];
    good(&running.folder.run(&to));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), csv);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    let rest = good(&running.folder.run(&["ledger", "export", "--after", "1"]));
    assert_eq!(rest.lines().count(), 1);
}

#[actix_web::test]
async fn backup_made_while_the_service_runs_can_replace_the_store() {
    let mut running = service_with_top_ups().await;
    let backup = running.folder.path("backup.db");
    let to = backup.to_str().unwrap();
    good(&running.folder.run(&["store", "backup", to]));
    assert!(
        !running
            .folder
            .run(&["store", "backup", to])
            .status
            .success()
    );
    running.signal("-TERM");
    running.ended();
    std::fs::rename(&backup, running.folder.path("jetpay.db")).unwrap();
    for rest in ["jetpay.db-wal", "jetpay.db-shm"] {
        let _ = std::fs::remove_file(running.folder.path(rest));
    }
    running.start_again().await;
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
}

#[actix_web::test]
async fn ledger_is_copied_to_postgres_and_the_service_continues_there() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let mut running = service_with_top_ups().await;
    let from = format!("sqlite://{}", running.folder.path("jetpay.db").display());
    let copy = ["store", "copy", "--from", &from, "--to", database.url()];
    let refused = running.folder.run(&copy);
    assert!(text(&refused.stderr).contains("stop the service first"));
    running.signal("-TERM");
    running.ended();
    let copied = good(&running.folder.run(&copy));
    assert!(
        copied.contains("2 payments, 1 callbacks, 1 entries"),
        "{copied}"
    );
    assert!(!copied.contains(database.url()));

    let config = std::fs::read_to_string(running.folder.path("jetpay.toml")).unwrap();
    let config = config.replace("sqlite://jetpay.db", database.url());
    running.folder.write("jetpay.toml", &config);
    running.start_again().await;
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
    good(&running.folder.run(&["ledger", "check"]));
    let (_, found) = running.get("/v1/search?q=1234_ABC").await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(3));
    let (_, feed) = running.get("/v1/entries?after=1").await;
    assert_eq!(feed["entries"].as_array().map(Vec::len), Some(0));
}

#[actix_web::test]
async fn customer_whose_contracts_cannot_be_read_is_named_by_check_and_copy() {
    let running = Folder::new().serve().await.with_customer().await;
    let folder = running.stop();
    let path = folder.path("jetpay.db");
    let database = rusqlite::Connection::open(&path).unwrap();
    let sql = "UPDATE customers SET contracts = '[{'";
    database.execute_batch(sql).unwrap();
    drop(database);
    let named = format!("contracts of a customer can be read; not so at customer {CUSTOMER}");
    let output = folder.run(&["ledger", "check"]);
    let found = text(&output.stdout);
    assert!(
        !output.status.success() && found.contains(&named),
        "{found}"
    );
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let from = format!("sqlite://{}", path.display());
    let copied = good(&folder.run(&["store", "copy", "--from", &from, "--to", database.url()]));
    assert!(
        copied.contains(&format!("{named}, which was copied as it is")),
        "{copied}"
    );
}
