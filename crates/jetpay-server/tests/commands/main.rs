//! The commands of the binary `jetpay`.

mod find;
mod import_customers;
mod import_payments;
mod ledger;
mod operator;
#[path = "../running/mod.rs"]
mod running;

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

#[test]
fn check_says_what_the_service_would_do() {
    let folder = Folder::new();
    let output = folder.run(&["check"]);
    assert!(output.status.success());
    let output = text(&output.stdout);
    for part in [
        "is valid",
        "/kassa24-bvu",
        "project 1234",
        "kassa24 answers with contracts",
    ] {
        assert!(output.contains(part), "{part} is not in:\n{output}");
    }
}

#[test]
fn check_says_how_the_service_would_make_payouts() {
    let folder = Folder::new();
    let without = text(&folder.run(&["check"]).stdout);
    assert!(without.contains("until you add [gate]"), "{without}");
    let config = std::fs::read_to_string(folder.path("jetpay.toml")).unwrap();
    let gate = "[gate]\nbase_url = \"https://gate.example\"\nfrom_balance = true\n";
    folder.write("jetpay.toml", &(config + gate));
    let output = text(&folder.run(&["check"]).stdout);
    for part in [
        "to https://gate.example",
        "from the customer's balance",
        "deleted 30 days after",
        "10 s after a request",
    ] {
        assert!(output.contains(part), "{part} is not in:\n{output}");
    }
}

#[test]
fn check_of_an_invalid_file_names_the_line() {
    let folder = Folder::new();
    folder.write(
        "bad.toml",
        "[admin]\ntoken_file = \"token\"\n[store]\nurl = \"mysql://x\"\n",
    );
    let output = folder.run(&["check", "--config", "bad.toml"]);
    assert!(!output.status.success());
    assert!(
        text(&output.stderr).contains("bad.toml:4:"),
        "{}",
        text(&output.stderr)
    );
    assert!(
        text(&folder.run(&["check", "--config", "none.toml"]).stderr).contains("--config FILE")
    );
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
        text(&output.stdout),
        "2 new, 0 replaced, 1 left out\n",
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
