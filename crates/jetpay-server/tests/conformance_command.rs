//! `jetpay conformance` against the real service, as anybody's endpoint.

mod running;

use std::process::Command;

use running::{CUSTOMER, Folder, JETPAY, PROJECT, Running, SECRET, TOKEN};
use serde_json::Value;

/// What the command printed, and how it ended.
struct Said {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Checks the running service with these arguments more.
fn conformance(running: &Running, more: &[&str]) -> Said {
    let url = format!("http://127.0.0.1:{}/kaspi", running.folder.listen);
    let all = [
        &["--url", &url, "--method", "kaspi", "--customer", CUSTOMER],
        more,
    ]
    .concat();
    said(running, &all)
}

/// With the secret in `S`, another one in `OTHER`, and the admin's token in `TOKEN`.
fn said(running: &Running, arguments: &[&str]) -> Said {
    let project = PROJECT.to_string();
    let output = Command::new(JETPAY)
        .args(["conformance", "--project", &project, "--secret-env", "S"])
        .args(arguments)
        .envs([("S", SECRET), ("OTHER", "another secret"), ("TOKEN", TOKEN)])
        .current_dir(running.folder.path(""))
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Said {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

async fn service() -> Running {
    Folder::new().serve().await.with_customer().await
}

fn seen(running: &Running) -> String {
    format!(
        "http://127.0.0.1:{}/v1/payments/{{payment_id}}",
        running.folder.admin
    )
}

/// The reports as files, and the JSON one parsed.
fn reports(running: &Running) -> (Value, [String; 3]) {
    let texts = ["report.json", "report.html", "report.xml"]
        .map(|name| std::fs::read_to_string(running.folder.path(name)).unwrap());
    (serde_json::from_str(&texts[0]).unwrap(), texts)
}

#[actix_web::test]
async fn without_leave_nobody_is_credited_and_what_would_credit_is_not_run() {
    let running = service().await;
    let said = conformance(&running, &["--report", "report.json"]);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(said.out.contains("pays the contract 12345"), "{}", said.out);
    assert!(said.out.contains("--allow-credits"), "{}", said.out);
    assert!(said.out.contains("not observed"), "{}", said.out);
    assert_eq!(running.balance(CUSTOMER).await, 0);
    let (_, entries) = running.get("/v1/entries?after=0").await;
    assert_eq!(entries["entries"], Value::Array(Vec::new()));
}

#[actix_web::test]
async fn with_leave_and_observation_every_check_that_needs_no_more_passes_and_reports_tell_no_secret()
 {
    let running = service().await;
    let seen = seen(&running);
    let arguments = [
        "--allow-credits",
        "--observe",
        &seen,
        "--observe-token-env",
        "TOKEN",
        "--report",
        "report.json",
        "--report",
        "report.html",
        "--report",
        "report.xml",
    ];
    let said = conformance(&running, &arguments);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    assert!(running.balance(CUSTOMER).await > 0);
    let (json, texts) = reports(&running);
    let findings = json["findings"].as_array().unwrap();
    assert!(findings.len() > 100, "{}", findings.len());
    for finding in findings {
        let outcome = finding["outcome"].as_str().unwrap();
        assert!(outcome == "passed" || outcome == "not_run", "{finding}");
        if outcome == "not_run" {
            assert!(
                finding["reason"].as_str().unwrap().contains("--"),
                "{finding}"
            );
        }
    }
    for text in texts.iter().chain([&said.out, &said.err]) {
        for secret in [SECRET, TOKEN] {
            assert!(!text.contains(secret), "{text}");
        }
        let word = text
            .split(|it: char| !it.is_ascii_alphanumeric() && it != '+' && it != '/')
            .find(|word| word.len() >= 80);
        assert_eq!(word, None, "a signature");
    }
}

#[actix_web::test]
async fn wrong_secret_is_said_and_ends_with_1() {
    let running = service().await;
    let said = conformance(&running, &["--secret-env", "OTHER"]);
    // An option given twice is a mistake of usage.
    assert_eq!(said.code, Some(2), "{}", said.err);
    let url = format!("http://127.0.0.1:{}/kaspi", running.folder.listen);
    let output = Command::new(JETPAY)
        .args(["conformance", "--project", "1234", "--secret-env", "OTHER"])
        .args(["--url", &url, "--method", "kaspi", "--customer", CUSTOMER])
        .env("OTHER", "another secret")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let out = String::from_utf8(output.stdout).unwrap();
    assert!(out.contains("Is this the secret"), "{out}");
}

#[actix_web::test]
async fn what_cannot_be_run_ends_with_2_and_says_what_to_do() {
    let running = service().await;
    let own = format!("http://127.0.0.1:{}/kaspi", running.folder.listen);
    let customer = ["--customer", CUSTOMER];
    let kaspi = ["--method", "kaspi"];
    for (arguments, says) in [
        (&["--url", "http://127.0.0.1:1/kaspi"][..], "is it running"),
        (
            &["--url", "ftp://shop.example/kaspi"],
            "http:// or https://",
        ),
        (&["--url", "shop"], "no URL"),
        (&["--url", &own, "--method", "qiwi-kz"], "{method}"),
        (&["--url", &own, "--report", "report.pdf"], ".html, .json"),
        (
            &["--url", &own, "--report", "no/folder/report.json"],
            "no/folder",
        ),
        (
            &["--url", &own, "--observe", "http://127.0.0.1:1/seen"],
            "{payment_id}",
        ),
        (&["--url", &own, "--only", "no-such-check"], "--list"),
        (&["--url", &own, "--method", "card"], "kassa24-bvu"),
        (
            &["--url", &own, "--observe-token-env", "TOKEN"],
            "--observe",
        ),
    ] {
        let said = said(&running, &[arguments, &kaspi, &customer].concat());
        assert_eq!(
            said.code,
            Some(2),
            "{arguments:?}: {}{}",
            said.out,
            said.err
        );
        assert!(said.err.contains(says), "{arguments:?}: {}", said.err);
    }
}

#[actix_web::test]
async fn chosen_checks_alone_are_run_and_listed() {
    let running = service().await;
    let said = conformance(&running, &["--only", "verify-", "--list"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.out.lines().count() > 3, "{}", said.out);
    assert!(
        said.out.lines().all(|line| line.contains("kaspi/verify-")),
        "{}",
        said.out
    );
    let said = conformance(
        &running,
        &["--only", "kaspi/verify-good", "--report", "report.json"],
    );
    assert_eq!(said.code, Some(0), "{}", said.err);
    let report = std::fs::read_to_string(running.folder.path("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

#[actix_web::test]
async fn every_method_is_checked_where_the_url_says_which() {
    let running = service().await;
    let url = format!("http://127.0.0.1:{}/{{method}}", running.folder.listen);
    let methods = "kaspi,kassa24,kassa24-bvu,cashin-kz,qiwi-kz";
    let arguments = ["--url", &url, "--method", methods, "--customer", CUSTOMER];
    let said = said(&running, &arguments);
    assert_eq!(said.code, Some(0), "{}{}", said.out, said.err);
    for method in methods.split(',') {
        assert!(said.out.contains(method), "{method}: {}", said.out);
    }
}
