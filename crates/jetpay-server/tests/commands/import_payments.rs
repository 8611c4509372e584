//! `jetpay payments import`: the service matches callbacks with the pending payments of an older system.

use std::fmt::Write;

use jetpay_core::{Currency, Money};
use jetpay_platform::{KASPI, messages};
use serde_json::json;

use crate::running::{CUSTOMER, Folder, PROJECT, Running, text};

const HEADER: &str =
    "payment_id,project_id,method,customer_id,contract_id,amount,currency,created_at\n";

/// The HTTP status of the answer to a success callback.
async fn send_success(running: &Running, payment_id: &str, minor: i64) -> u16 {
    let amount = Money::new(minor, Currency::KZT);
    let operation = payment_id.bytes().next_back().map_or(0, u64::from);
    let callback = messages::Callback::success(&KASPI, PROJECT.into(), payment_id, amount)
        .with_operation_id(operation);
    let exchange = running.platform().call("/callback", &callback).await;
    exchange.unwrap().status
}

/// The standard output of the command, which must succeed.
fn imported(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.run(&[&["payments", "import"], arguments].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// The standard error of the command, which must fail.
fn refused(folder: &Folder, arguments: &[&str]) -> String {
    left_out(folder, arguments).1
}

/// The standard output and error of the command, which must fail.
fn left_out(folder: &Folder, arguments: &[&str]) -> (String, String) {
    let output = folder.run(&[&["payments", "import"], arguments].concat());
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert_eq!(output.status.code(), Some(1), "{out}{error}");
    (out, error)
}

#[actix_web::test]
async fn callback_of_an_imported_payment_credits_its_customer_whether_it_came_before_or_after() {
    let mut running = Folder::new().serve().await.with_customer().await;
    assert_eq!(send_success(&running, "old-1", 90_000).await, 404);
    let row = |id: &str, amount: i64, created_at: &str| {
        format!("{id},{PROJECT},kaspi,{CUSTOMER},12345,{amount},KZT,{created_at}\n")
    };
    let file = [
        HEADER,
        &row("old-1", 90_000, "2026-10-01T12:00:00+05:00"),
        &row("old-2", 100, ""),
    ];
    running.folder.write("old.csv", &file.concat());
    let blocked = refused(&running.folder, &["old.csv"]);
    assert!(blocked.contains("stop the service first"), "{blocked}");
    let output = running.while_stopped(|folder| {
        [
            imported(folder, &["old.csv"]),
            imported(folder, &["old.csv"]),
        ]
    });
    assert_eq!(
        output.await,
        [
            "2 new, 0 known already, 0 left out\n",
            "0 new, 2 known already, 0 left out\n"
        ]
    );

    assert_eq!(running.balance(CUSTOMER).await, 90_000);
    assert_eq!(send_success(&running, "old-1", 90_000).await, 200);
    assert_eq!(send_success(&running, "old-2", 100).await, 200);
    assert_eq!(running.balance(CUSTOMER).await, 90_100);
    let (_, payment) = running.get("/v1/payments/old-1").await;
    assert_eq!(payment["created_at"], "2026-10-01T07:00:00.000Z");
    assert_eq!(
        (
            &payment["method"],
            &payment["contract_id"],
            &payment["state"]
        ),
        (&json!("kaspi"), &json!("12345"), &json!("credited"))
    );
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
    folder.write("old.csv", &file);
    let output = refused(&folder, &["old.csv"]);
    for (line, (row, field)) in (3..).zip(wrong) {
        let error = format!("old.csv:{line}: `{field}`");
        assert!(
            output.contains(&error),
            "{row}: {error} is not in:\n{output}"
        );
    }
    assert!(
        output.contains("11 lines are wrong, and nothing was stored"),
        "{output}"
    );
    let (out, error) = left_out(&folder, &["old.csv", "--skip-bad"]);
    assert_eq!(
        out, "1 new, 0 known already, 11 left out\n",
        "the first run stored nothing"
    );
    assert!(error.ends_with("error: 11 lines were left out, see above; the others are stored\n"));
    folder.write("no_header.csv", "p1,1234,kaspi,1,,100,KZT,\n");
    assert!(refused(&folder, &["no_header.csv"]).contains("payment_id,project_id"));
}

#[test]
fn all_errors_of_a_line_are_told_in_csv_and_in_json_lines() {
    let folder = Folder::new();
    let row = ";99;kaspy;7.70011E+10;'c;1500.00;USD;yesterday\n";
    folder.write("old.csv", &(HEADER.replace(',', ";") + row));
    let line = json!({"project_id": 99, "method": "kaspy", "customer_id": "7.70011E+10", "contract_id": "'c", "amount": -1,
        "currency": "USD", "created_at": "yesterday"});
    folder.write("old.jsonl", &format!("\n{line}"));
    let types = json!({"payment_id": 1, "project_id": "1234", "method": true, "customer_id": [], "contract_id": {},
        "amount": 1.5, "currency": 398, "created_at": 0, "colour": "red"});
    folder.write("types.jsonl", &types.to_string());
    let error = refused(&folder, &["types.jsonl"]);
    for field in types.as_object().unwrap().keys() {
        let told = format!("types.jsonl:1: `{field}` ");
        assert_eq!(error.matches(&told).count(), 1, "{told}:\n{error}");
    }
    for file in ["old.csv", "old.jsonl"] {
        let error = refused(&folder, &[file]);
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
            let told = format!("{file}:2: {part}");
            assert!(error.contains(&told), "{told} is not in:\n{error}");
        }
        assert!(error.contains("one line is wrong"), "{error}");
    }
}

#[actix_web::test]
async fn json_lines_are_imported_like_csv() {
    let folder = Folder::new();
    let good = json!({"payment_id": "p1", "project_id": PROJECT, "method": "qiwi-kz", "customer_id": "1",
        "amount": 100, "currency": "KZT"});
    let wrong = |field: &str, value: serde_json::Value| {
        let mut line = good.clone();
        line[field] = value;
        line
    };
    let lines = [
        good.clone(),
        wrong("amount", json!("100")),
        wrong("project_id", json!("1234")),
        wrong("colour", json!("red")),
    ];
    let file: Vec<_> = lines.iter().map(ToString::to_string).collect();
    folder.write("old.jsonl", &file.join("\n"));
    let output = refused(&folder, &["old.jsonl"]);
    for error in ["2: `amount`", "3: `project_id`", "4: `colour`"] {
        assert!(
            output.contains(&format!("old.jsonl:{error}")),
            "{error} is not in:\n{output}"
        );
    }
    let (out, _) = left_out(&folder, &["old.jsonl", "--skip-bad"]);
    assert_eq!(out, "1 new, 0 known already, 3 left out\n");
}

#[test]
fn file_that_is_larger_than_one_transaction_is_imported_whole() {
    let folder = Folder::new();
    let mut file = HEADER.to_owned();
    for number in 0..10_001 {
        writeln!(file, "old-{number},1234,kaspi,1,,100,KZT,").unwrap();
    }
    folder.write("old.csv", &file);
    for output in [
        "10001 new, 0 known already, 0 left out\n",
        "0 new, 10001 known already, 0 left out\n",
    ] {
        assert_eq!(imported(&folder, &["old.csv"]), output);
    }
}
