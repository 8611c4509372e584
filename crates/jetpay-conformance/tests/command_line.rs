//! The command line of `jetpay-conformance`, against the real service as any merchant's endpoint. Behind TLS it trusts
//! only the certificates that the machine trusts.

#[path = "../../jetpay-server/tests/behind_tls/mod.rs"]
mod behind_tls;
mod service;

use std::path::Path;

use behind_tls::{certificate, in_front_of};
use jetpay_conformance::{ALARM_KINDS, resolve_alarms};
use serde_json::{Value, json};
use service::{CUSTOMER, Ended, Running, SECRET, TOKEN};

/// Checks the method Kaspi of the running service, with additional arguments.
fn conformance(running: &Running, more: &[&str]) -> Ended {
    run(running, "S", &[&kaspi(&running.url()), more].concat())
}

/// The arguments that every check of the method Kaspi needs.
fn kaspi(url: &str) -> [&str; 6] {
    ["--url", url, "--method", "kaspi", "--customer", CUSTOMER]
}

/// Runs the program in the folder of the service.
fn run(running: &Running, secret_env: &str, arguments: &[&str]) -> Ended {
    let output = service::conformance(secret_env, arguments)
        .current_dir(running.path(""))
        .output();
    output.unwrap().into()
}

/// The reports as texts, and the JSON report parsed.
fn reports(running: &Running) -> (Value, [String; 3]) {
    let texts = ["report.json", "report.html", "report.xml"]
        .map(|name| std::fs::read_to_string(running.path(name)).unwrap());
    (serde_json::from_str(&texts[0]).unwrap(), texts)
}

#[tokio::test]
async fn without_allow_credits_nothing_is_credited_and_checks_that_credit_are_not_run() {
    let running = Running::with_customer().await;
    let required = conformance(&running, &["--require-observed"]);
    assert_eq!(required.code, Some(1), "{}{}", required.out, required.err);
    let ended = conformance(&running, &["--report", "report.json"]);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    for out in [&required.out, &ended.out] {
        assert!(
            out.contains("Exactly-once was not checked: no success"),
            "{out}"
        );
    }
    assert!(
        ended.out.contains("pays the contract 12345"),
        "{}",
        ended.out
    );
    assert!(ended.out.contains("--allow-credits"), "{}", ended.out);
    assert!(ended.out.contains("not observed"), "{}", ended.out);
    let admin = running.admin();
    assert_eq!(admin.balance(CUSTOMER).await, Ok(0));
    let entries = admin
        .call("GET", "/v1/entries?after=0", None)
        .await
        .unwrap();
    assert_eq!(entries.json.unwrap()["entries"], json!([]));
}

#[tokio::test]
async fn with_allow_credits_and_observe_every_other_check_passes_and_reports_show_no_secret() {
    let running = Running::with_customer().await;
    let seen = running.observe_url();
    let arguments = [
        "--allow-credits",
        "--require-observed",
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
    let ended = conformance(&running, &arguments);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    assert!(running.admin().balance(CUSTOMER).await.unwrap() > 0);
    assert!(ended.out.contains(&resolve_alarms()), "{}", ended.out);
    let open = "/v1/alarms?resolved=false&limit=1000";
    let open = running.admin().call("GET", open, None).await.unwrap();
    let open = open.json.unwrap_or_default()["alarms"].clone();
    let kinds = open.as_array().unwrap().iter().map(|it| it["kind"].clone());
    let not_said: Vec<_> = kinds
        .filter(|kind| !ALARM_KINDS.contains(&kind.as_str().unwrap()))
        .collect();
    assert_eq!(not_said, Vec::<Value>::new());
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
    for text in texts.iter().chain([&ended.out, &ended.err]) {
        for secret in [SECRET, TOKEN] {
            assert!(!text.contains(secret), "{text}");
        }
        let word = text
            .split(|it: char| !it.is_ascii_alphanumeric() && it != '+' && it != '/')
            .find(|word| word.len() >= 80);
        assert_eq!(word, None, "a signature");
    }
}

#[tokio::test]
async fn wrong_secret_or_customer_ends_with_2_and_one_sentence() {
    let running = Running::with_customer().await;
    let ended = conformance(&running, &["--secret-env", "OTHER"]);
    // Giving an option twice is an error of usage.
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    let url = running.url();
    for (secret_env, customer, says) in [
        ("OTHER", CUSTOMER, "refuses the signature"),
        ("S", "7999", "does not know the customer"),
        ("S", "", "--customer is empty"),
    ] {
        let arguments = ["--url", &url, "--method", "kaspi", "--customer", customer];
        let ended = run(&running, secret_env, &arguments);
        assert_eq!(ended.code, Some(2), "{}", ended.err);
        assert!(ended.err.contains(says), "{}", ended.err);
        assert_eq!((ended.err.lines().count(), ended.out.as_str()), (1, ""));
    }
}

#[tokio::test]
async fn secret_or_token_that_may_be_a_word_is_refused() {
    let running = Running::with_customer().await;
    let (url, seen) = (running.url(), running.observe_url());
    for (secret_env, more) in [
        ("SHORT", &[][..]),
        (
            "S",
            &["--other-project", "7", "--other-secret-env", "SHORT"],
        ),
        ("S", &["--observe", &seen, "--observe-token-env", "SHORT"]),
    ] {
        let ended = run(&running, secret_env, &[&kaspi(&url), more].concat());
        assert_eq!(ended.code, Some(2), "{more:?}: {}", ended.err);
        let says = "SHORT is refused: it has fewer than 8 characters";
        assert!(ended.err.contains(says), "{more:?}: {}", ended.err);
        assert!(!ended.err.contains("seven77"), "{}", ended.err);
    }
}

#[tokio::test]
async fn run_that_cannot_begin_ends_with_2_and_says_what_to_do() {
    let running = Running::with_customer().await;
    let own = running.url();
    let customer = ["--customer", CUSTOMER];
    let kaspi = ["--method", "kaspi"];
    for (arguments, says) in [
        (&["--url", "http://127.0.0.1:1/kaspi"][..], "is it running"),
        (
            &["--url", "ftp://shop.example/kaspi"],
            "http:// or https://",
        ),
        (&["--url", "merchant"], "no URL: write one such as"),
        (
            &["--url", &own, "--unknown-customer", CUSTOMER],
            "--unknown-customer must be another",
        ),
        (
            &["--url", &own, "--owes-nothing", CUSTOMER],
            "--owes-nothing must be another",
        ),
        (
            &["--url", &own, "--contract", "1", "--closed-contract", "1:2"],
            "--closed-contract must be another",
        ),
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
        let ended = run(&running, "S", &[arguments, &kaspi, &customer].concat());
        assert_eq!(
            ended.code,
            Some(2),
            "{arguments:?}: {}{}",
            ended.out,
            ended.err
        );
        assert!(ended.err.contains(says), "{arguments:?}: {}", ended.err);
    }
}

#[tokio::test]
async fn only_the_chosen_checks_are_run_and_listed() {
    let running = Running::with_customer().await;
    let ended = conformance(&running, &["--only", "verify-", "--list"]);
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.out.lines().count() > 3, "{}", ended.out);
    assert!(
        ended.out.lines().all(|line| line.contains("kaspi/verify-")),
        "{}",
        ended.out
    );
    let ended = conformance(
        &running,
        &["--only", "kaspi/verify-good", "--report", "report.json"],
    );
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let report = std::fs::read_to_string(running.path("report.json")).unwrap();
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_method_is_checked_when_the_url_contains_the_method() {
    let running = Running::with_customer().await;
    let url = format!("http://{}/{{method}}", running.listen);
    let methods = "kaspi,kassa24,kassa24-bvu,cashin-kz,qiwi-kz";
    let arguments = ["--url", &url, "--method", methods, "--customer", CUSTOMER];
    let ended = run(&running, "S", &arguments);
    assert_eq!(ended.code, Some(0), "{}{}", ended.out, ended.err);
    for method in methods.split(',') {
        assert!(ended.out.contains(method), "{method}: {}", ended.out);
    }
}

#[tokio::test]
async fn endpoint_behind_tls_is_checked_only_when_the_machine_trusts_its_certificate() {
    let running = Running::with_customer().await;
    let certificate = certificate();
    let trusted = running.write("trusted.pem", &certificate.cert.pem());
    let port = in_front_of(running.listen.port(), &certificate);

    let ended = checked(port, &trusted);
    assert_eq!(ended.code, Some(0), "{}", ended.out);
    assert!(ended.out.contains(" 0 failed"), "{}", ended.out);

    let none = running.write("none.pem", "");
    let ended = checked(port, &none);
    assert_eq!(ended.code, Some(2), "{}", ended.err);
    assert!(ended.err.contains("certificate"), "{}", ended.err);
}

fn checked(port: u16, trusted: &Path) -> Ended {
    let url = format!("https://localhost:{port}/kaspi");
    let output = service::conformance("S", &kaspi(&url))
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
        .output();
    output.unwrap().into()
}
