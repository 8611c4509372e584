//! `jetpay customers import`: into the store, or through the running service.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

use jetpay_core::{Currency, Money};
use jetpay_platform::{CallbackKind, KASPI, TopUp, top_up};
use jetpay_testing::postgres::{self, require_or_skip};

use crate::running::{CUSTOMER, Folder, JETPAY, Running, text};

/// The standard output of the command, which must succeed.
fn imported(folder: &Folder, arguments: &[&str]) -> String {
    let output = folder.run(&[&["customers", "import"], arguments].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// Runs the command with this answer to its question.
fn answered(folder: &Folder, arguments: &[&str], answer: &str) -> Output {
    let mut process = Command::new(JETPAY)
        .args([&["customers", "import"], arguments].concat())
        .current_dir(folder.path(""))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = process.stdin.take().unwrap().write_all(answer.as_bytes());
    process.wait_with_output().unwrap()
}

/// The ids of all customers.
async fn ids(running: &Running) -> Vec<String> {
    let (_, all) = running.get("/v1/customers?limit=1000").await;
    let customers = all["customers"].as_array().unwrap().iter();
    let ids = customers.map(|customer| customer["customer_id"].as_str().unwrap().to_owned());
    ids.collect()
}

async fn file_is_imported_and_replaces_all_while_the_service_runs(running: &Running) {
    let mut file = String::from("customer_id,contract_id,contract_number,payment\n");
    for number in 0..2_345 {
        writeln!(file, "{number:05},c,N,{number}").unwrap();
    }
    running.folder.write("all.csv", &file);
    let output = imported(&running.folder, &["all.csv"]);
    assert_eq!(output, "2345 new, 0 replaced, 0 left out\n");
    let output = imported(&running.folder, &["all.csv"]);
    assert_eq!(output, "0 new, 2345 replaced, 0 left out\n");
    let (_, last) = running.get("/v1/customers/02344").await;
    assert_eq!(last["contracts"][0]["payment"], 2_344);

    let few = "{\"customer_id\":\"00001\"}\n{\"customer_id\":\"new/1\"}\n";
    running.folder.write("few.jsonl", few);
    for answer in ["", "n\n", "2344\n"] {
        let output = answered(&running.folder, &["few.jsonl", "--replace-all"], answer);
        assert!(!output.status.success(), "{answer:?}");
        let error = text(&output.stderr);
        assert!(
            error.contains("2344 customers are not in the file"),
            "{error}"
        );
        assert!(error.contains("nothing was changed"), "{error}");
    }
    assert_eq!(ids(running).await.len(), 1_000, "nothing was removed");
    assert_eq!(
        running.get("/v1/customers/new%2F1").await.0,
        404,
        "nor stored"
    );
    let output = answered(&running.folder, &["few.jsonl", "--replace-all"], "y\n");
    assert_eq!(
        text(&output.stdout),
        "1 new, 1 replaced, 0 left out, 2344 removed\n",
        "{}",
        text(&output.stderr)
    );
    assert_eq!(ids(running).await, ["00001", "new/1"]);
    running
        .folder
        .write("one.jsonl", "{\"customer_id\":\"new/1\"}");
    let output = imported(&running.folder, &["one.jsonl", "--replace-all", "--yes"]);
    assert_eq!(output, "0 new, 1 replaced, 0 left out, 1 removed\n");
}

#[actix_web::test]
async fn file_is_imported_through_the_service_that_has_the_sqlite_file_open() {
    let running = Folder::new().serve().await;
    file_is_imported_and_replaces_all_while_the_service_runs(&running).await;
}

#[actix_web::test]
async fn file_is_imported_into_postgres_beside_the_service() {
    let Some(database) = require_or_skip(postgres::database()) else {
        return;
    };
    let running = Folder::with_store(database.url()).serve().await;
    file_is_imported_and_replaces_all_while_the_service_runs(&running).await;
}

#[actix_web::test]
async fn file_that_another_process_holds_open_without_a_service_is_an_error_that_says_so() {
    let running = Folder::new().serve().await;
    running.folder.write("one.jsonl", "{\"customer_id\":\"1\"}");
    let config = std::fs::read_to_string(running.folder.path("jetpay.toml")).unwrap();
    let nobody = jetpay_testing::free_port();
    let config = config.replace(&running.folder.admin.to_string(), &nobody.to_string());
    running.folder.write("other.toml", &config);
    let arguments = ["customers", "import", "one.jsonl", "--config", "other.toml"];
    let output = running.folder.run(&arguments);
    let error = text(&output.stderr);
    assert!(!output.status.success());
    assert!(
        error.contains("another process has the SQLite file open"),
        "{error}"
    );
    assert!(error.contains("cannot reach the service"), "{error}");
}

#[actix_web::test]
async fn debts_of_a_file_include_the_entries_that_the_merchant_says() {
    let running = Folder::new().serve().await.with_customer().await;
    let paid = TopUp::new(&KASPI, CUSTOMER, Money::new(100, Currency::KZT));
    let paid = paid.then(CallbackKind::Success);
    top_up(&running.platform(), &paid, |_| {}).await.unwrap();
    let head = "customer_id,contract_id,contract_number,payment,as_of_seq\n";
    let row = |as_of| format!("{CUSTOMER},12345,N,500,{as_of}\n");
    for (options, file, as_of) in [
        (&["f.csv"][..], row(""), 1),
        (&["f.csv"], row("0"), 0),
        (&["f.csv", "--as-of-seq", "0"], row(""), 0),
        (&["f.csv", "--as-of-seq", "0"], row("1"), 1),
    ] {
        running.folder.write("f.csv", &(head.to_owned() + &file));
        imported(&running.folder, options);
        let (_, shown) = running.get(&format!("/v1/customers/{CUSTOMER}")).await;
        assert_eq!(
            shown["contracts"][0]["as_of_seq"], as_of,
            "{options:?} {file}"
        );
    }
    let beyond = ["customers", "import", "f.csv", "--as-of-seq", "2"];
    let output = running.folder.run(&beyond);
    assert!(text(&output.stderr).contains("--as-of-seq must be from 0 to 1"));
    let output = running.folder.run(&["ledger", "export", "--after", "2"]);
    assert!(text(&output.stderr).contains("beyond the last entry, number 1"));
}

/// A pipe can be read once only.
#[test]
fn piped_file_is_imported() {
    let folder = Folder::new();
    let output = answered(&folder, &["/dev/stdin"], "{\"customer_id\":\"1\"}\n");
    let error = text(&output.stderr);
    assert_eq!(
        text(&output.stdout),
        "1 new, 0 replaced, 0 left out\n",
        "{error}"
    );
}
