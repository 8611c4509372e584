//! `[gate]`, good and bad.

use std::time::Duration;

use crate::config::GateConfig;
use crate::config::tests::{HEAD, problems, read};

const PROJECT: &str = "[[project]]\nid = 1\nmethods = [\"qiwi-kz\"]\nsecret_file = \"secret\"\n";

/// The 9th line of the file is the first of these.
fn tables(lines: &str) -> String {
    format!("{PROJECT}[gate]\n{lines}")
}

fn gate(lines: &str) -> GateConfig {
    let config = read(&format!("{HEAD}{}", tables(lines))).unwrap();
    config.gate.expect("there is [gate]")
}

#[test]
fn without_gate_there_are_no_payouts() {
    assert!(read(&format!("{HEAD}{PROJECT}")).unwrap().gate.is_none());
}

#[test]
fn gate_has_the_documented_defaults() {
    let gate = gate("base_url = \"https://gate.example/\"");
    assert_eq!(gate.base_url.to_string(), "https://gate.example");
    assert!(!gate.from_balance);
    assert_eq!(gate.keep_personal_data, Duration::from_secs(30 * 86_400));
    assert_eq!(gate.pace, jetpay_ledger::payout::RetryPolicy::default());
}

#[test]
fn every_key_of_the_gate_counts() {
    let gate = gate(
        "base_url = \"http://127.0.0.1:9000/base\"\nformerly = [\"https://old.example\"]\n\
         from_balance = true\nkeep_personal_data_days = 0\n\
         answer_within_seconds = 5\nask_after_seconds = 1",
    );
    assert_eq!(gate.base_url.to_string(), "http://127.0.0.1:9000/base");
    assert!(gate.address().is("https://old.example"));
    assert!(gate.from_balance);
    assert_eq!(gate.keep_personal_data, Duration::ZERO);
    assert_eq!(gate.pace.answer_timeout.as_secs(), 5);
    assert_eq!(gate.pace.query_after.as_secs(), 1);
}

#[test]
fn bad_gate_is_refused_with_its_line() {
    let https = "base_url = \"https://gate.example\"";
    for (lines, line, part) in [
        ("", 9, "[gate] has no base_url"),
        ("base_url = \"gate.example\"", 10, "must be a URL"),
        (
            "base_url = \"http://gate.example\"",
            10,
            "must begin with https://",
        ),
        (
            "base_url = \"http://10.0.0.1\"",
            10,
            "must begin with https://",
        ),
        (
            "base_url = \"ftp://127.0.0.1\"",
            10,
            "must begin with https://",
        ),
        (
            "base_url = \"https://a:pass@gate.example\"",
            10,
            "a user or a password",
        ),
        ("base_url = \"https://gate.example?a=b\"", 10, "without `?`"),
        (
            &format!("{https}\nask_after_seconds = 9"),
            11,
            "the platform wants 10 seconds",
        ),
        (&format!("{https}\nask_after_seconds = 0"), 11, "nonzero"),
        (
            &format!("{https}\nanswer_within_seconds = 601"),
            11,
            "600 at most",
        ),
        (
            &format!("{https}\nask_after_seconds = 601"),
            11,
            "600 at most",
        ),
        (&format!("{https}\nkeep_personal_data_days = -1"), 11, ""),
        (&format!("{https}\nbase_uri = 1"), 11, "base_uri"),
    ] {
        let text = problems(&tables(lines));
        assert!(
            text.contains(&format!("jetpay.toml:{line}:")) && text.contains(part),
            "{lines}\n{text}"
        );
        assert!(!text.contains("pass@"), "{text}");
    }
}

#[test]
fn gate_beside_another_currency_is_refused() {
    let project = PROJECT.replace("id = 1\n", "id = 1\ncurrency = \"USD\"\n");
    let text = problems(&format!(
        "{project}[gate]\nbase_url = \"https://gate.example\"\n"
    ));
    assert!(text.contains("payouts are in KZT"), "{text}");
}
