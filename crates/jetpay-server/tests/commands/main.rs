//! The commands of the binary `jetpay`.

mod check;
mod find;
mod import_customers;
mod import_payments;
mod ledger;
mod operator;
#[path = "../raw/mod.rs"]
mod raw;
#[path = "../running/mod.rs"]
mod running;
mod serve;

use std::fs::File;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use running::{CUSTOMER, Folder, JETPAY, SECRET, text};
use serde_json::Value;

fn piped(arguments: &[&str], input: &[u8]) -> Output {
    let mut process = Command::new(JETPAY)
        .args(arguments)
        .env("JETPAY_TEST_SECRET", SECRET)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails at once does not read its input.
    let _ = process.stdin.take().unwrap().write_all(input);
    process.wait_with_output().unwrap()
}

#[test]
fn body_that_sign_signed_matches_in_explain() {
    for body in [
        "{\"type\": \"verify\",  \"project_id\": 1234}",
        "{\"general\":{\"project_id\":1}}\n",
        "\u{feff}{\"project_id\": 1234}",
    ] {
        let signed = piped(
            &["sign", "--secret-env", "JETPAY_TEST_SECRET"],
            body.as_bytes(),
        );
        assert!(signed.status.success());
        let explained = piped(
            &["explain", "--secret-env", "JETPAY_TEST_SECRET", "--json"],
            &signed.stdout,
        );
        assert_eq!(explained.status.code(), Some(0));
        let json: Value = serde_json::from_slice(&explained.stdout).unwrap();
        assert_eq!(
            (&json["verdict"], &json["order"]),
            (&"match".into(), &"natural".into())
        );
        assert_eq!(json["computed"], json["given"]);
        assert!(json["hints"].as_array().is_some());
    }
}

#[test]
fn explain_ends_with_1_for_a_mismatch_and_with_2_for_an_unreadable_body() {
    for (body, code, verdict) in [
        (
            "{\"project_id\":1,\"signature\":\"e19695449545fac562843ca06e7e0f3e51281ad6\"}",
            1,
            "mismatch",
        ),
        ("{\"project_id\":1}", 1, "mismatch"),
        ("{\"project_id\":1,}", 2, "unreadable"),
        ("", 2, "unreadable"),
    ] {
        let explained = piped(
            &["explain", "--secret-env", "JETPAY_TEST_SECRET", "--json"],
            body.as_bytes(),
        );
        let json: Value = serde_json::from_slice(&explained.stdout).unwrap();
        assert_eq!(
            (explained.status.code(), json["verdict"].as_str()),
            (Some(code), Some(verdict)),
            "{body}"
        );
        let plain = piped(
            &["explain", "--secret-env", "JETPAY_TEST_SECRET"],
            body.as_bytes(),
        );
        assert_eq!(plain.status.code(), Some(code));
        assert!(!text(&plain.stdout).contains(SECRET) && !text(&explained.stdout).contains(SECRET));
    }
}

#[test]
fn missing_secret_is_reported_with_what_to_set() {
    let output = piped(&["sign", "--secret-env", "JETPAY_NO_SUCH_VARIABLE"], b"{}");
    assert!(!output.status.success());
    assert!(text(&output.stderr).contains("export JETPAY_NO_SUCH_VARIABLE="));
}

#[actix_web::test]
async fn import_stores_nothing_of_a_file_with_a_wrong_line_unless_it_may_skip_it() {
    let folder = Folder::new();
    folder.write(
        "customers.jsonl",
        "{\"customer_id\":\"1\"}\n{\"customer_id\":\"a;b\"}\n{\"customer_id\":\"2\"}\n",
    );
    let output = folder.run(&["customers", "import", "customers.jsonl"]);
    assert!(!output.status.success());
    assert!(
        text(&output.stderr).contains("customers.jsonl:2:"),
        "{}",
        text(&output.stderr)
    );
    let output = folder.run(&["customers", "import", "customers.jsonl", "--skip-bad"]);
    assert_eq!(
        (output.status.code(), text(&output.stdout).as_str()),
        (Some(1), "2 new, 0 replaced, 1 left out\n"),
        "the first run stored nothing"
    );

    folder.write(
        "more.csv",
        "customer_id,contract_id,contract_number,payment,status_code\n1,c1,N1,500,\n1,c2,N2,,204\n3,,,,\n",
    );
    let output = folder.run(&["customers", "import", "more.csv"]);
    assert_eq!(text(&output.stdout), "1 new, 1 replaced, 0 left out\n");

    let running = folder.serve().await;
    let (_, customer) = running.get("/v1/customers/1").await;
    assert_eq!(customer["contracts"][0]["payment"], 500);
    assert_eq!(customer["contracts"][1]["status_code"], 204);
    assert_eq!(running.get("/v1/customers/2").await.0, 200);
    assert_eq!(
        running.get(&format!("/v1/customers/{CUSTOMER}")).await.0,
        404
    );
}

#[actix_web::test]
async fn service_ends_with_0_after_either_signal() {
    for signal in ["-TERM", "-INT"] {
        let running = Folder::new().serve().await;
        assert_eq!(running.end(signal).code(), Some(0), "{signal}");
    }
}

#[test]
fn demo_shows_all_methods_and_ends() {
    let folder = Folder::new();
    let output = folder.run(&["demo", "--exit", "--dir", "demo"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    for part in [
        "/kaspi",
        "/kassa24",
        "/kassa24-bvu",
        "/cashin-kz",
        "/qiwi-kz",
        "5 credited once each, 5 declined",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    let (_, next) = shown.split_once("What next?").unwrap();
    let commands = next.lines().filter(|line| line.contains("cargo run"));
    let commands: Vec<_> = commands.map(str::trim).collect();
    assert_eq!(commands.len(), 3, "{next}");
    let words = [
        "--package shop-axum",
        "-- config > jetpay.toml",
        "--package jetpay-conformance",
    ];
    for (command, word) in commands.iter().zip(words) {
        assert!(command.contains(word), "{command}");
    }
}

#[test]
fn conformance_with_any_options_names_the_program_that_does_it_now_and_ends_with_2() {
    for options in [
        &[][..],
        &["--help"],
        &["--version"],
        &["--url", "http://127.0.0.1:1/kaspi", "--exact", "-x"],
        &["--", "more"],
    ] {
        let output = piped(&[&["conformance"], options].concat(), b"");
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert_eq!(text(&output.stdout), "", "{options:?}");
        let output = text(&output.stderr);
        assert!(
            output.contains("`jetpay-conformance`"),
            "{options:?}: {output}"
        );
        assert!(
            output.contains("docs/conformance.md"),
            "{options:?}: {output}"
        );
    }
}

/// Runs a command whose standard output has no reader, and standard error neither if `mute`.
fn unread(folder: &Folder, arguments: &[&str], mute: bool) -> Output {
    let (reader, out) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = Command::new(JETPAY);
    command.args(arguments).current_dir(folder.path(""));
    command.env("JETPAY_TEST_SECRET", SECRET);
    command.stdin(File::open(folder.path("signed.json")).unwrap());
    if mute {
        command.stderr(out.try_clone().unwrap());
    }
    command.stdout(out).output().unwrap()
}

#[actix_web::test]
async fn reader_that_closes_the_pipe_changes_neither_what_a_command_does_nor_its_exit_code() {
    let mut running = ledger::service_with_top_ups().await;
    let folder = &running.folder;
    let sign = ["sign", "--secret-env", "JETPAY_TEST_SECRET"];
    let signed = piped(&sign, b"{\"project_id\":1234}").stdout;
    folder.write("signed.json", &text(&signed));
    folder.write("good.jsonl", "{\"customer_id\":\"1\"}\n");
    folder.write("bad.jsonl", "{\"customer_id\":\"a;b\"}\n");
    folder.write(
        "payments.csv",
        "payment_id,project_id,method,customer_id,amount,currency\na,1234,kaspi,1,100,KZT\n",
    );
    let url = format!("http://127.0.0.1:{}/kaspi", folder.listen);
    let simulate = [
        "simulate",
        "platform",
        "--url",
        &url,
        "--method",
        "kaspi",
        "--project",
        "1234",
        "--secret-env",
        "JETPAY_TEST_SECRET",
        "--customer",
        CUSTOMER,
        "--count",
        "1",
        "--hurry",
        "1000",
    ];
    let rows: &[(&[&str], i32)] = &[
        (&["--help"], 0),
        (&["payouts", "send", "--help"], 0),
        (&["--version"], 0),
        (&["check"], 0),
        (&sign, 0),
        (&["explain", "--secret-env", "JETPAY_TEST_SECRET"], 0),
        (&["ledger", "check"], 0),
        (&["ledger", "export"], 0),
        (&["customers", "import", "good.jsonl"], 0),
        (&["customers", "import", "bad.jsonl"], 1),
        (&["alarms", "list"], 0),
        (&["alarms", "list", "--json"], 0),
        (&["alarms", "show", "1"], 1),
        (&["inbox", "list"], 0),
        (&["resolutions", "list"], 0),
        (&["payouts", "list"], 0),
        (&["entries", "correct", "1", "--reason", "a mistake"], 0),
        (&simulate, 0),
        (&["conformance"], 2),
        (&["demo", "--dir", "demo"], 0),
    ];
    let checked = |folder: &Folder, arguments: &[&str], code| {
        for mute in [false, true] {
            let output = unread(folder, arguments, mute);
            let error = text(&output.stderr);
            assert_eq!(
                output.status.code(),
                Some(code),
                "{arguments:?} {mute}: {error}"
            );
            assert!(code > 0 || error.is_empty(), "{arguments:?}: {error}");
            assert!(
                !error.contains("panicked") && !error.contains("Broken pipe"),
                "{error}"
            );
        }
    };
    for (arguments, code) in rows {
        checked(folder, arguments, *code);
    }
    for name in ["backup-1.db", "backup-2.db"] {
        assert_eq!(
            unread(folder, &["store", "backup", name], true)
                .status
                .code(),
            Some(0)
        );
    }
    running.signal("-TERM");
    running.ended();
    let folder = &running.folder;
    checked(folder, &["payments", "import", "payments.csv"], 0);
    // More than the export holds in memory: its first write fails before the last entry is read.
    let database = rusqlite::Connection::open(folder.path("jetpay.db")).unwrap();
    let more = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
        INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time)
        SELECT payment_id, project_id, 1000000 + i, 'refund', -1, time FROM n, entries WHERE kind = 'credit' AND seq = 1";
    database.execute_batch(more).unwrap();
    checked(folder, &["ledger", "export"], 0);
}

#[test]
fn number_that_cannot_be_read_is_explained_in_plain_words() {
    const LARGE: &str = "99999999999999999999";
    for (arguments, wrong) in [
        (
            &["alarms", "show", "x"][..],
            "'x' for '<SEQ>': write a whole number",
        ),
        (&["alarms", "show", ""], "write a whole number"),
        (&["alarms", "show", LARGE], "no number is so large"),
        (
            &[
                "alarms",
                "resolve",
                "1-2",
                "--verdict",
                "dismiss",
                "--reason",
                "r",
            ],
            "write a whole number",
        ),
        (
            &["alarms", "list", "--limit", "1.5"],
            "'--limit <N>': write a whole number",
        ),
        (
            &["alarms", "list", "--before=-99999999999999999999"],
            "no number is so large",
        ),
        (
            &["entries", "correct", "1e3", "--reason", "r"],
            "write a whole number",
        ),
        (
            &["ledger", "export", "--after", "x"],
            "write a whole number",
        ),
        (&["simulate", "gate", "--seed=-1"], "write a whole number"),
        (
            &["simulate", "platform", "--project", LARGE],
            "no number is so large",
        ),
    ] {
        let output = Command::new(JETPAY).args(arguments).output().unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains(wrong), "{arguments:?}: {error}");
        assert!(
            output.stdout.is_empty() && error.contains("--help"),
            "{error}"
        );
    }
}
