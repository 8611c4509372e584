//! `jetpay ledger` and `jetpay store`: check, export, backup and copy.

use std::os::unix::fs::PermissionsExt;

use jetpay_platform::KASPI;
use jetpay_testing::postgres::{self, require_or_skip};

use crate::support::{CUSTOMER, Folder, PROJECT, Running, assert_has};

/// A service with one credited top-up and one pending top-up.
pub(crate) async fn service_with_top_ups() -> Running {
    let running = Folder::new().serve().await.with_customer().await;
    running.paid(&KASPI, 100_000).await;
    running.announced(5_000).await;
    running
}

#[actix_web::test]
async fn ledger_is_checked_while_the_service_runs_and_a_manual_change_is_found() {
    let running = service_with_top_ups().await;
    let checked = running.run("ledger check").good();
    assert!(checked.ends_with("The ledger agrees.\n"), "{checked}");
    assert_has(&checked, &["1 callbacks, 1 of them verified again"]);
    let sql = "UPDATE payments SET remaining = remaining - 1 WHERE state = 'credited'";
    running.folder.sql(sql);
    let checked = running.run("ledger check");
    let wrong = "WRONG: what remains of a payment is the sum of its entries";
    assert_has(&checked.out, &[wrong]);
    checked.bad();
}

#[actix_web::test]
async fn past_secret_verifies_what_is_stored_and_accepts_nothing_new() {
    let mut running = service_with_top_ups().await;
    let config = running.folder.config();
    let rotated = |old: &str| {
        let secrets = format!(
            "[[project.secret]]\nfile = \"secret\"\nuse = {old:?}\n[[project.secret]]\nfile = \"token\"\nuse = \"sign\"\n"
        );
        config.replace("secret_file = \"secret\"\n", "") + &secrets
    };
    running.folder.write("jetpay.toml", rotated("past"));
    let checked = running.run("ledger check").good();
    assert_has(&checked, &["1 callbacks, 1 of them verified again"]);
    assert_has(&running.run("check").good(), &["1 past"]);
    // A past secret accepts nothing; with one that verifies, the signature is right and the payment unknown.
    for (old, status) in [("past", 400), ("verify", 404)] {
        let change = |folder: &Folder| folder.write("jetpay.toml", rotated(old));
        running.while_stopped(change).await;
        assert_eq!(running.succeed("unknown", 5_000, 1).await, status, "{old}");
    }
    let gone = config.replace("\"secret\"", "\"token\"");
    running.folder.write("jetpay.toml", gone);
    assert_has(&running.run("ledger check").bad(), &["use = \"past\""]);
}

#[actix_web::test]
async fn entries_are_exported_as_csv_in_minor_units() {
    let running = service_with_top_ups().await;
    let csv = running.run("ledger export").good();
    let lines: Vec<&str> = csv.lines().collect();
    let head = "seq,time,kind,payment_id,operation_id,project_id,method,customer_id,amount,currency,contract_id,\
                provider_payment_id,corrects";
    assert_eq!((lines.len(), lines[0]), (2, head));
    let cells: Vec<&str> = lines[1].split(',').collect();
    assert!(cells[0] == "1" && cells[1].starts_with("20"), "{csv}");
    let project = PROJECT.to_string();
    let of_payment = [&project, "kaspi", CUSTOMER, "100000", "KZT", "12345"];
    assert_eq!(cells[5..11], of_payment);
    assert!(!cells[11].is_empty() && cells[12].is_empty(), "{csv}");
    running.run("ledger export --to entries.csv").good();
    let file = running.folder.path("entries.csv");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), csv);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "for its owner alone");
    let rest = running.run("ledger export --after 1").good();
    assert_eq!(rest.lines().count(), 1);
}

#[actix_web::test]
async fn backup_made_while_the_service_runs_can_replace_the_store() {
    let mut running = service_with_top_ups().await;
    running.run("store backup backup.db").good();
    running.run("store backup backup.db").bad();
    running.signal("-TERM");
    running.ended();
    let [backup, database] = ["backup.db", "jetpay.db"].map(|name| running.folder.path(name));
    std::fs::rename(backup, database).unwrap();
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
    let from = running.folder.path("jetpay.db");
    let copy = format!(
        "store copy --from sqlite://{} --to {}",
        from.display(),
        database.url()
    );
    assert_has(&running.run(&copy).bad(), &["stop the service first"]);
    running.signal("-TERM");
    running.ended();
    let copied = running.run(&copy).good();
    assert_has(&copied, &["2 payments, 1 callbacks, 1 entries"]);
    assert!(!copied.contains(database.url()));

    running.folder.change("sqlite://jetpay.db", database.url());
    running.start_again().await;
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
    running.run("ledger check").good();
    let (_, found) = running.get("/v1/search?q=1234_ABC").await;
    assert_eq!(found["hits"].as_array().map(Vec::len), Some(3));
    let (_, feed) = running.get("/v1/entries?after=1").await;
    assert_eq!(feed["entries"].as_array().map(Vec::len), Some(0));
}

#[actix_web::test]
async fn customer_whose_contracts_cannot_be_read_is_named_by_check_and_copy() {
    let running = Folder::new().serve().await.with_customer().await;
    let folder = running.stop();
    folder.sql("UPDATE customers SET contracts = '[{'");
    let named = format!("contracts of a customer can be read; not so at customer {CUSTOMER}");
    let checked = folder.run("ledger check");
    assert_has(&checked.out, &[&named]);
    checked.bad();
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let from = folder.path("jetpay.db");
    let copy = format!(
        "store copy --from sqlite://{} --to {}",
        from.display(),
        database.url()
    );
    let copied = folder.run(&copy).good();
    assert_has(&copied, &[&format!("{named}, which was copied as it is")]);
}
