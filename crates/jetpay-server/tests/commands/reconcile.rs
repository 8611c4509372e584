//! `jetpay reconcile` with reports of the Dashboard, beside a running service and without one.

use std::fs;

use jetpay_core::{Keyring, Project};
use jetpay_platform::gate::GateOptions;
use jetpay_testing::free_port;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::support::{
    CUSTOMER, Folder, PROJECT, Running, SECRET, Said, assert_has, each, on_every_store, success,
};

const HEADER: &str = "project_id,operation_id,payment_id,operation_type,operation_status,amount,currency,completed_at";
const MAP: &str = "amount_unit = \"minor\"\n[columns]\nproject_id = \"project_id\"\noperation_id = \"operation_id\"\n\
                   payment_id = \"payment_id\"\noperation_type = \"operation_type\"\noperation_status = \"operation_status\"\n\
                   amount = \"amount\"\ncurrency = \"currency\"\ncompleted_at = \"completed_at\"\n";

/// A date so many days from now.
fn day(days: i64) -> String {
    let time = Timestamp::now() + (days * 24).hours();
    time.strftime("%Y-%m-%d").to_string()
}

/// A row of a report: an operation of project 1234 that succeeded now.
fn row(operation: u64, payment: &str, minor: i64) -> String {
    let now = Timestamp::now().strftime("%Y-%m-%d %H:%M:%S");
    format!("1234,{operation},{payment},sale,success,{minor},KZT,{now}")
}

fn write_report(folder: &Folder, name: &str, rows: &[String]) {
    folder.write("map.toml", MAP);
    folder.write(name, format!("{HEADER}\n{}\n", rows.join("\n")));
}

/// Compares yesterday to tomorrow with a report. Without a grace time, all that is not on both sides is a difference.
fn compare(folder: &Folder, options: &str) -> Said {
    let mut line = format!("reconcile csv --map map.toml {options}");
    for (option, value) in [("--from", &*day(-1)), ("--to", &*day(2)), ("--grace", "0h")] {
        if !options.contains(&format!("{option} ")) {
            line += &[" ", option, " ", value].concat();
        }
    }
    folder.run(&line)
}

on_every_store! {
    with_customer;
    differences_are_shown_recorded_and_raise_alarms,
    recorded_runs_are_listed_shown_and_resolved_and_then_nothing_is_to_be_done,
    report_that_agrees_closes_the_differences_and_ends_with_0,
}

async fn with_customer(folder: Folder) -> Running {
    folder.serve().await.with_customer().await
}

/// Three credited payments and a pending one, and a report that has two of the credits, a success of the
/// pending payment, and another amount of the third. The ids of the payments.
async fn payments_and_report(running: &Running) -> [String; 4] {
    let mut payments = Vec::new();
    for _ in 0..4 {
        payments.push(running.announced(100_000).await);
    }
    for (operation, payment) in (11..).zip(&payments[..3]) {
        running.succeed(payment, 100_000, operation).await;
    }
    let payments: [String; 4] = payments.try_into().unwrap();
    let [a, b, c, pending] = &payments;
    let rows = [
        row(11, a, 100_000),
        row(12, b, 100_000),
        row(13, c, 100_001),
        row(14, pending, 100_000),
    ];
    write_report(&running.folder, "report.csv", &rows);
    payments
}

async fn differences_are_shown_recorded_and_raise_alarms(running: &Running) {
    let [.., pending] = payments_and_report(running).await;
    let said = compare(&running.folder, "report.csv --json");
    assert_eq!(said.code, Some(1), "{said:?}");
    let report = said.json();
    assert_eq!(report["run"], 1);
    assert_eq!(
        report["counts"],
        json!({"matched": 2, "amount_differs": 1, "not_credited": 1})
    );
    assert_eq!(report["sources"][0]["name"], "report.csv");
    assert_eq!(report["sources"][0]["rows"], 4);
    assert_eq!(
        each(&report["results"], "id"),
        json!(["1234-13-amount_differs", "1234-14-not_credited"])
    );
    assert_eq!(each(&report["results"], "state"), json!(["open", "open"]));
    let [differs, lost] = [0, 1].map(|at| &report["results"][at]);
    assert_eq!(
        (&differs["field"], &differs["ours"], &differs["theirs"]),
        (&json!("amount"), &json!("100000 KZT"), &json!("100001 KZT"))
    );
    assert_eq!(lost["payment_id"], json!(pending));
    assert_eq!(lost["line"], 5);
    let sum = &report["sums"][0];
    assert_eq!(
        (&sum["ours"], &sum["theirs"], &sum["explained"]),
        (&json!(300_000), &json!(400_001), &json!(100_001))
    );
    let (_, alarms) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(
        each(&alarms["alarms"], "seq").as_array().unwrap().len(),
        2,
        "{alarms}"
    );
    // Nothing was credited.
    assert_eq!(running.balance(CUSTOMER).await, 300_000);
    running.run("ledger check").good();
}

async fn recorded_runs_are_listed_shown_and_resolved_and_then_nothing_is_to_be_done(
    running: &Running,
) {
    payments_and_report(running).await;
    let text = compare(&running.folder, "report.csv --zone Asia/Almaty");
    assert_eq!(text.code, Some(1), "{text:?}");
    assert_has(
        &text.out,
        &[
            "(Asia/Almaty)",
            "in UTC",
            "jetpay payments confirm PAYMENT_ID --reason TEXT",
            "2 differences are to be looked at.",
            "Recorded as run 1. Differences: 2 opened, 0 closed. Alarms: 2 raised.",
        ],
    );
    let runs = running.run("reconcile runs").good();
    assert_has(runs.lines().nth(1).unwrap(), &["report.csv", "  2 "]);
    for id in ["1234-13-amount_differs", "1234-14-not_credited"] {
        let resolve = format!("reconcile resolve {id} --verdict accepted --reason 'asked JetPay'");
        assert_eq!(running.run(&resolve).good(), format!("{id} is accepted\n"));
        assert_has(&running.run(&resolve).bad(), &["error: "]);
    }
    let shown = running.run("reconcile show 1 --report shown.html").good();
    assert_has(
        &shown,
        &[
            "accepted",
            "asked JetPay",
            "people have decided about every difference",
        ],
    );
    let page = fs::read_to_string(running.folder.path("shown.html")).unwrap();
    assert_has(&page, &["asked JetPay"]);
    let again = compare(&running.folder, "report.csv");
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_has(&again.out, &["Recorded as run 2. Differences: 0 opened"]);
    assert_has(
        &running.run("reconcile show 99").bad(),
        &["there is no reconciliation"],
    );
    // Other facts: the difference is open again.
    let report = fs::read_to_string(running.folder.path("report.csv")).unwrap();
    running
        .folder
        .write("report.csv", report.replace("100001", "100002"));
    let again = compare(&running.folder, "report.csv");
    assert_eq!(again.code, Some(1), "{again:?}");
    assert_has(
        &again.out,
        &["100 002", "One difference"].map(|it| if it == "100 002" { "1 000.02 KZT" } else { it }),
    );
}

async fn report_that_agrees_closes_the_differences_and_ends_with_0(running: &Running) {
    let [a, b, c, pending] = payments_and_report(running).await;
    assert_eq!(compare(&running.folder, "report.csv").code, Some(1));
    running.succeed(&pending, 100_000, 14).await;
    let rows: Vec<_> = (11..)
        .zip([&a, &b, &c, &pending])
        .map(|(operation, payment)| row(operation, payment, 100_000))
        .collect();
    write_report(&running.folder, "report.csv", &rows);
    let said = compare(&running.folder, "report.csv");
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_has(
        &said.out,
        &[
            "the ledger agrees with the platform's books",
            "Differences: 0 opened, 2 closed",
        ],
    );
    let (_, alarms) = running.get("/v1/alarms?resolved=false").await;
    assert_eq!(alarms["alarms"], json!([]));
}

#[actix_web::test]
async fn without_a_service_the_report_is_recorded_in_the_store_and_a_dry_run_records_nothing() {
    let running = with_customer(Folder::new()).await;
    payments_and_report(&running).await;
    let folder = running.stop();
    let dry = compare(&folder, "report.csv --dry-run --json");
    assert_eq!((dry.code, &dry.json()["run"]), (Some(1), &Value::Null));
    let said = compare(&folder, "report.csv --json --report a.html --report a.csv");
    assert_eq!((said.code, &said.json()["run"]), (Some(1), &json!(1)));
    let csv = fs::read_to_string(folder.path("a.csv")).unwrap();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let running = folder.serve().await;
    let (_, runs) = running.get("/v1/reconciliations").await;
    assert_eq!(each(&runs["reconciliations"], "by"), json!(["the command"]));
}

#[actix_web::test]
async fn comparison_that_cannot_be_made_ends_with_2_and_records_nothing() {
    let running = with_customer(Folder::new()).await;
    let payments = payments_and_report(&running).await;
    let folder = &running.folder;
    let other: Vec<_> = [("99", 1), ("98", 2), ("97", 3)]
        .map(|(payment, operation)| row(operation, payment, 5).replace("success", "decline"))
        .into();
    write_report(folder, "other.csv", &other);
    let major: Vec<_> = (11..)
        .zip(&payments[..3])
        .map(|(operation, payment)| row(operation, payment, 1_000))
        .collect();
    write_report(folder, "major.csv", &major);
    folder.write(
        "damaged.csv",
        format!("{HEADER}\n1234,3.6425E+13,p,sale,success,1,KZT,x\n"),
    );
    folder.write("taken.html", "");
    for (options, expected) in [
        (
            "report.csv --from 2026-13-01",
            "--from 2026-13-01: write a date as",
        ),
        ("report.csv --zone Asia/Nowhere", "there is no such zone"),
        ("report.csv --grace soon", "write hours or minutes"),
        ("report.csv --report a.txt", "ends in .html or .csv"),
        ("report.csv --report taken.html", "the file exists"),
        (
            "report.csv --project 9",
            "the configuration does not have this project",
        ),
        ("report.csv --ask", "--ask needs [gate]"),
        ("report.csv --config none.toml", "none.toml"),
        ("none.csv", "none.csv"),
        ("damaged.csv", "none of the rows (1) can be read"),
        ("major.csv", "amount_unit = \"major\""),
        ("other.csv", "list no success of project 1234"),
    ] {
        let said = compare(folder, options);
        assert_eq!(
            (said.code, &*said.out),
            (Some(2), ""),
            "{options}: {said:?}"
        );
        assert_has(&said.err, &[expected]);
    }
    let (_, runs) = running.get("/v1/reconciliations").await;
    assert_eq!(runs["reconciliations"], json!([]));
    // Named, the project is compared all the same.
    let named = compare(folder, "other.csv --project 1234 --json");
    assert_eq!(named.code, Some(1), "{named:?}");
    assert_eq!(named.json()["counts"]["not_there"], 3);
}

#[actix_web::test]
async fn reports_of_another_time_are_no_comparison_and_an_unknown_token_is_found_before_it() {
    let running = with_customer(Folder::new()).await;
    payments_and_report(&running).await;
    let folder = &running.folder;
    let now = Timestamp::now().strftime("%Y-%m-%d").to_string();
    let report = fs::read_to_string(folder.path("report.csv")).unwrap();
    folder.write("old.csv", report.replace(&now, "2024-03-05"));
    for (options, expected) in [
        ("old.csv", "no row is inside the interval"),
        ("report.csv --token ghost", "ghost"),
    ] {
        let said = compare(folder, options);
        assert_eq!((said.code, &*said.out), (Some(2), ""), "{said:?}");
        assert_has(&said.err, &[expected]);
    }
    let (_, runs) = running.get("/v1/reconciliations").await;
    assert_eq!(runs["reconciliations"], json!([]));
}

#[actix_web::test]
async fn report_that_cannot_be_recorded_is_shown_and_ends_with_2() {
    let folder = Folder::new();
    let token = "token_file = \"token\"\n";
    folder.write("reader", "the token of a reader, and long");
    folder.change(
        token,
        &format!("{token}[[admin.token]]\nname = \"reader\"\nrole = \"read\"\nfile = \"reader\"\n"),
    );
    let running = folder.serve().await.with_customer().await;
    let payment = running.announced(100_000).await;
    write_report(&running.folder, "report.csv", &[row(14, &payment, 100_000)]);
    let said = compare(&running.folder, "report.csv --token reader");
    assert_eq!(said.code, Some(2), "{said:?}");
    assert_has(&said.out, &["1234-14-not_credited"]);
    assert_has(
        &said.err,
        &["the report is not recorded", "this token has the role read"],
    );
    assert_eq!(compare(&running.folder, "report.csv").code, Some(1));
    let (_, runs) = running.get("/v1/reconciliations").await;
    assert_eq!(each(&runs["reconciliations"], "by"), json!(["admin"]));
}

#[actix_web::test]
async fn late_end_is_warned_about_with_a_report_and_hostile_texts_of_it_do_nothing() {
    let running = Folder::new().serve().await;
    let hostile = "<script>alert(1)</script>";
    let name = "=1+1<b>.csv";
    write_report(&running.folder, name, &[row(14, hostile, 100_000)]);
    let said = compare(
        &running.folder,
        &format!("'{name}' --report a.html --report a.csv"),
    );
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_has(&said.err, &["warning: --to is less than an hour ago"]);
    assert!(!said.all().contains('\u{1b}'), "{said:?}");
    let [page, csv] =
        ["a.html", "a.csv"].map(|file| fs::read_to_string(running.folder.path(file)).unwrap());
    assert!(!page.contains("<script") && !page.contains("<b>"), "{page}");
    assert_has(&page, &["&lt;script&gt;", "=1+1&lt;b&gt;.csv"]);
    assert_has(&csv, &["'=1+1<b>.csv"]);
}

#[actix_web::test]
async fn lost_callback_is_found_asked_about_and_confirmed_and_then_the_books_agree() {
    let port = free_port();
    let gate = format!("[gate]\nbase_url = \"http://127.0.0.1:{port}\"\nask_after_seconds = 1\n");
    let running = with_customer(Folder::new().configured(&gate)).await;
    let lost = running.announced(100_000).await;
    write_report(&running.folder, "report.csv", &[row(14, &lost, 100_000)]);
    let project = Project::new(PROJECT, SECRET).unwrap();
    let mut options = GateOptions::new(([127, 0, 0, 1], port).into(), Keyring::from(project));
    options.lost = vec![success(&lost, 100_000).with_operation_id(14)];
    let _gate = options.open().await.unwrap();
    let commands = async |line: String| {
        let mut command = running.folder.command(&line);
        // The simulated Gate answers on this thread.
        let output = tokio::task::spawn_blocking(move || command.output());
        Said::of(output.await.unwrap().unwrap())
    };
    let line = format!(
        "reconcile csv report.csv --map map.toml --from {} --to {} --grace 0h --ask --json",
        day(-1),
        day(2)
    );
    let said = commands(line.clone()).await;
    assert_eq!(said.code, Some(1), "{said:?}");
    assert_eq!(
        each(&said.json()["results"], "status"),
        json!([
            "the payment is success; operation 14: sale success 1 000.00 KZT; signed with the project's secret"
        ])
    );
    assert_eq!(running.balance(CUSTOMER).await, 0, "asking changes nothing");
    let confirm = format!("payments confirm {lost} --yes --reason 'the callback was lost'");
    commands(confirm).await.good();
    assert_eq!(running.balance(CUSTOMER).await, 100_000);
    let said = commands(line).await;
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_eq!(said.json()["counts"], json!({"matched": 1}));
}
