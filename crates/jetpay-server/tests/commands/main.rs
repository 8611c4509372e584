//! The commands of the binary `jetpay`.

#[path = "../behind_tls/mod.rs"]
mod behind_tls;
mod billing_page;
mod check;
mod confirm;
mod deliver;
mod explain;
mod export;
mod find;
mod import_customers;
mod import_payments;
mod ledger;
mod operator;
mod payouts;
mod reconcile;
mod reconcile_api;
mod reconcile_columns;
mod send;
mod serve;
mod simulate;
#[path = "../support/mod.rs"]
mod support;
mod totals;

use std::fs::File;

use support::{CUSTOMER, Folder, Said, assert_has};

#[test]
fn body_that_sign_signed_matches_in_explain() {
    let folder = Folder::new();
    for body in [
        "{\"type\": \"verify\",  \"project_id\": 1234}",
        "{\"general\":{\"project_id\":1}}\n",
        "\u{feff}{\"project_id\": 1234}",
    ] {
        let signed = folder.piped("sign --secret-env SECRET", body).good();
        let explained = folder.piped("explain --secret-env SECRET --json", signed);
        let json = explained.json();
        explained.good();
        assert_eq!(
            (&json["verdict"], &json["order"]),
            (&"match".into(), &"natural".into())
        );
        assert_eq!(json["computed"], json["given"]);
        assert!(json["hints"].as_array().is_some());
    }
}

#[test]
fn missing_secret_is_reported_with_what_to_set() {
    let error = Folder::new()
        .piped("sign --secret-env JETPAY_NO_SUCH_VARIABLE", "{}")
        .bad();
    assert_has(&error, &["export JETPAY_NO_SUCH_VARIABLE="]);
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
    let shown = Folder::new().run("demo --exit --dir demo").good();
    let methods = [
        "/kaspi",
        "/kassa24",
        "/kassa24-bvu",
        "/cashin-kz",
        "/qiwi-kz",
    ];
    assert_has(&shown, &methods);
    let states = "5 credited once each, 5 declined, 1 pending, 1 for a person to decide";
    assert_has(
        &shown,
        &[
            "boris@example.com tops up 1 000.00 KZT, and pays 900.00 KZT",
            states,
        ],
    );
    let (_, reconciled) = shown.split_once("Reconciliation").unwrap();
    assert_eq!(
        reconciled.matches("not_credited: ").count(),
        2,
        "{reconciled}"
    );
    let said = [
        "16 operations of the platform",
        "8  matched",
        "6 000.00 KZT of payment",
        "the payment is pending: the callback was lost",
        "payments confirm",
        "900.00 KZT of payment",
        "quarantined; alarm 1",
        "alarms resolve 1 --verdict credit",
        "2 to look at",
    ];
    assert_has(reconciled, &said);
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
        "",
        "--help",
        "--version",
        "--url http://127.0.0.1:1/kaspi --exact -x",
        "-- more",
    ] {
        let Said { code, out, err } = Folder::new().run(&format!("conformance {options}"));
        assert_eq!((code, &*out), (Some(2), ""), "{options}");
        assert_has(&err, &["`jetpay-conformance`", "docs/conformance.md"]);
    }
}

/// Runs a command whose standard output has no reader, and standard error neither if `mute`.
fn unread(folder: &Folder, line: &str, mute: bool) -> Said {
    let (reader, out) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = folder.command(line);
    command.stdin(File::open(folder.path("signed.json")).unwrap());
    if mute {
        command.stderr(out.try_clone().unwrap());
    }
    Said::of(command.stdout(out).output().unwrap())
}

#[actix_web::test]
async fn reader_that_closes_the_pipe_changes_neither_what_a_command_does_nor_its_exit_code() {
    let mut running = ledger::service_with_top_ups().await;
    let folder = &running.folder;
    let signed = folder.piped("sign --secret-env SECRET", "{\"project_id\":1234}");
    folder.write("signed.json", signed.good());
    folder.write("good.jsonl", "{\"customer_id\":\"1\"}\n");
    folder.write("bad.jsonl", "{\"customer_id\":\"a;b\"}\n");
    let columns = "payment_id,project_id,method,customer_id,amount,currency";
    folder.write(
        "payments.csv",
        format!("{columns}\na,1234,kaspi,1,100,KZT\n"),
    );
    let simulate = format!(
        "simulate platform --url http://127.0.0.1:{}/kaspi --method kaspi --project 1234 --secret-env SECRET \
         --customer {CUSTOMER} --count 1 --hurry 1000",
        folder.listen
    );
    let checked = |folder: &Folder, line: &str, code| {
        for mute in [false, true] {
            let said = unread(folder, line, mute);
            assert_eq!(said.code, Some(code), "{line} {mute}: {said:?}");
            let error = said.err;
            assert!(code > 0 || error.is_empty(), "{line}: {error}");
            let fails = error.contains("panicked") || error.contains("Broken pipe");
            assert!(!fails, "{line}: {error}");
        }
    };
    for (line, code) in [
        ("--help", 0),
        ("payouts send --help", 0),
        ("--version", 0),
        ("check", 0),
        ("sign --secret-env SECRET", 0),
        ("explain --secret-env SECRET", 0),
        ("explain --secret-env SECRET none.json", 2),
        ("ledger check", 0),
        ("ledger export", 0),
        ("customers import good.jsonl", 0),
        ("customers import bad.jsonl", 1),
        ("alarms list", 0),
        ("alarms list --json", 0),
        ("alarms show 1", 1),
        ("inbox list", 0),
        ("resolutions list", 0),
        ("reconcile runs", 0),
        ("reconcile show 1", 1),
        (
            "reconcile csv none.csv --map none.toml --from 2026-01-01 --to 2026-01-02",
            2,
        ),
        ("payouts list", 0),
        ("deliver status", 0),
        ("deliver waiting shop", 1),
        ("entries correct 1 --reason mistake", 0),
        (&simulate, 0),
        ("conformance", 2),
        ("demo --dir demo", 0),
    ] {
        checked(folder, line, code);
    }
    for name in ["backup-1.db", "backup-2.db"] {
        let backup = unread(folder, &format!("store backup {name}"), true);
        assert_eq!(backup.code, Some(0));
    }
    running.signal("-TERM");
    running.ended();
    let folder = &running.folder;
    checked(folder, "payments import payments.csv", 0);
    // More than the export holds in memory: its first write fails before the last entry is read.
    folder.sql(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
         INSERT INTO entries (payment_id, project_id, operation_id, kind, amount, time)
         SELECT payment_id, project_id, 1000000 + i, 'refund', -1, time FROM n, entries WHERE kind = 'credit' AND seq = 1",
    );
    checked(folder, "ledger export", 0);
}

#[test]
fn number_that_cannot_be_read_is_explained_in_plain_words() {
    let (whole, large) = ("write a whole number", "no number is so large");
    let folder = Folder::new();
    for (line, wrong) in [
        ("alarms show x", "'x' for '<SEQ>': write a whole number"),
        ("alarms show ''", whole),
        ("alarms show 99999999999999999999", large),
        ("alarms resolve 1-2 --verdict dismiss --reason r", whole),
        (
            "alarms list --limit 1.5",
            "'--limit <N>': write a whole number",
        ),
        ("alarms list --before=-99999999999999999999", large),
        ("entries correct 1e3 --reason r", whole),
        ("ledger export --after x", whole),
        ("deliver retry shop x --reason r", whole),
        ("simulate gate --seed=-1", whole),
        ("simulate platform --project 99999999999999999999", large),
    ] {
        let Said { code, out, err } = folder.run(line);
        assert_eq!((code, &*out), (Some(2), ""), "{err}");
        assert_has(&err, &[wrong, "--help"]);
    }
}
