//! `jetpay payments import`: the service matches callbacks with the pending payments of an older system.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::support::{CUSTOMER, Folder, PROJECT, assert_has};

const HEADER: &str =
    "payment_id,project_id,method,customer_id,contract_id,amount,currency,created_at\n";

#[actix_web::test]
async fn callback_of_an_imported_payment_credits_its_customer_whether_it_came_before_or_after() {
    let mut running = Folder::new().serve().await.with_customer().await;
    assert_eq!(running.succeed("old-1", 90_000, 1).await, 404);
    let row = |id: &str, amount: i64, created_at: &str| {
        format!("{id},{PROJECT},kaspi,{CUSTOMER},12345,{amount},KZT,{created_at}\n")
    };
    let first = row("old-1", 90_000, "2026-10-01T12:00:00+05:00");
    let file = [HEADER, &first, &row("old-2", 100, "")].concat();
    running.folder.write("old.csv", file);
    let blocked = running.run("payments import old.csv").bad();
    assert_has(&blocked, &["stop the service first"]);
    let import = |folder: &Folder| folder.run("payments import old.csv").good();
    let outputs = running
        .while_stopped(|folder| [import(folder), import(folder)])
        .await;
    let first = "2 new, 0 known already, 0 left out\n";
    assert_eq!(outputs, [first, "0 new, 2 known already, 0 left out\n"]);

    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    assert_eq!(running.succeed("old-1", 90_000, 1).await, 200);
    assert_eq!(running.succeed("old-2", 100, 2).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 90_100);
    let (_, payment) = running.get("/v1/payments/old-1").await;
    for (field, value) in [
        ("created_at", "2026-10-01T07:00:00.000Z"),
        ("method", "kaspi"),
        ("contract_id", "12345"),
        ("state", "credited"),
    ] {
        assert_eq!(payment[field], value);
    }
}

#[actix_web::test]
async fn every_wrong_line_is_reported_by_number_and_field_and_nothing_is_stored_unless_they_may_be_left_out()
 {
    let folder = Folder::new();
    let wrong = [
        ("a;b,1234,kaspi,1,,100,KZT,", "payment_id"),
        ("p1,99,kaspi,1,,100,KZT,", "project_id"),
        ("p1,,kaspi,1,,100,KZT,", "project_id"),
        ("p1,1234,kaspy,1,,100,KZT,", "method"),
        ("p1,1234,kaspi,,,100,KZT,", "customer_id"),
        ("p1,1234,kaspi,1,a;b,100,KZT,", "contract_id"),
        ("p1,1234,kaspi,1,,0,KZT,", "amount"),
        ("p1,1234,kaspi,1,,10.50,KZT,", "amount"),
        ("p1,1234,kaspi,1,,100,USD,", "currency"),
        ("p1,1234,kaspi,1,,100,KZT,yesterday", "created_at"),
        ("good,1234,kaspi,1,,100,KZT,", "payment_id"),
    ];
    let mut file = format!("{HEADER}good,1234,kaspi,1,,100,KZT,\n");
    for (row, _) in wrong {
        writeln!(file, "{row}").unwrap();
    }
    folder.write("old.csv", file);
    let error = folder.run("payments import old.csv").bad();
    for (line, (_, field)) in (3..).zip(wrong) {
        assert_has(&error, &[&format!("old.csv:{line}: `{field}`")]);
    }
    assert_has(&error, &["11 lines are wrong, and nothing was stored"]);
    let skipped = folder.run("payments import old.csv --skip-bad");
    let stored = "1 new, 0 known already, 11 left out\n";
    assert_eq!(skipped.out, stored, "the first run stored nothing");
    let error = skipped.bad();
    let end = "error: 11 lines were left out, see above; the others are stored\n";
    assert!(error.ends_with(end), "{error}");
    folder.write("no_header.csv", "p1,1234,kaspi,1,,100,KZT,\n");
    let error = folder.run("payments import no_header.csv").bad();
    assert_has(&error, &["payment_id,project_id"]);
}

#[test]
fn all_errors_of_a_line_are_told_in_csv_and_in_json_lines() {
    let folder = Folder::new();
    let row = ";99;kaspy;7.70011E+10;'c;1500.00;USD;yesterday\n";
    folder.write("old.csv", HEADER.replace(',', ";") + row);
    let line = json!({"project_id": 99, "method": "kaspy", "customer_id": "7.70011E+10", "contract_id": "'c", "amount": -1,
        "currency": "USD", "created_at": "yesterday"});
    folder.write("old.jsonl", format!("\n{line}"));
    let types = json!({"payment_id": 1, "project_id": "1234", "method": true, "customer_id": [], "contract_id": {},
        "amount": 1.5, "currency": 398, "created_at": 0, "colour": "red"});
    folder.write("types.jsonl", types.to_string());
    let error = folder.run("payments import types.jsonl").bad();
    for field in types.as_object().unwrap().keys() {
        let told = format!("types.jsonl:1: `{field}` ");
        assert_eq!(error.matches(&told).count(), 1, "{told}:\n{error}");
    }
    for file in ["old.csv", "old.jsonl"] {
        let error = folder.run(&format!("payments import {file}")).bad();
        for part in [
            "`payment_id` is missing",
            "`project_id` is not in the configuration",
            "`method` must be one of kaspi",
            "`customer_id` is a number that a spreadsheet rounded (it looks like 7.70011E+10)",
            "`contract_id` begins with `'`",
            "`amount` must be",
            "`currency` must be KZT",
            "`created_at` must be an instant",
        ] {
            assert_has(&error, &[&format!("{file}:2: {part}")]);
        }
        assert_has(&error, &["one line is wrong"]);
    }
}

#[test]
fn json_lines_are_imported_like_csv() {
    let folder = Folder::new();
    let good = json!({"payment_id": "p1", "project_id": PROJECT, "method": "qiwi-kz", "customer_id": "1",
        "amount": 100, "currency": "KZT"});
    let wrong = |field: &str, value: Value| {
        let mut line = good.clone();
        line[field] = value;
        line.to_string()
    };
    let lines = [
        good.to_string(),
        wrong("amount", json!("100")),
        wrong("project_id", json!("1234")),
        wrong("colour", json!("red")),
    ];
    folder.write("old.jsonl", lines.join("\n"));
    let skipped = folder.run("payments import old.jsonl --skip-bad");
    assert_eq!(skipped.out, "1 new, 0 known already, 3 left out\n");
    let error = skipped.bad();
    for part in ["2: `amount`", "3: `project_id`", "4: `colour`"] {
        assert_has(&error, &[&format!("old.jsonl:{part}")]);
    }
}

#[test]
fn file_that_is_larger_than_one_transaction_is_imported_whole() {
    let folder = Folder::new();
    let rows = (0..10_001).map(|number| format!("old-{number},1234,kaspi,1,,100,KZT,\n"));
    folder.write("old.csv", HEADER.to_owned() + &rows.collect::<String>());
    for output in [
        "10001 new, 0 known already, 0 left out\n",
        "0 new, 10001 known already, 0 left out\n",
    ] {
        assert_eq!(folder.run("payments import old.csv").good(), output);
    }
}
