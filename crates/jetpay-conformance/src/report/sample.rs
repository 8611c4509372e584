//! A small report with every outcome, for tests. It does not change with the checks.

use std::time::Duration;

use jetpay_platform::KASPI;

use super::{Report, Subject};
use crate::check::{Check, Finding, Outcome};
use crate::expect::Refusal;
use crate::row::{Group, Procedure, Row, Rule, Source, must, should};
use crate::{RecordedExchange, Role};

/// An answer that would harm a careless reader of the report.
pub(super) const HOSTILE: &str =
    "{\"message\":\"<script>alert('\u{202e}x')</script>]]>&amp;\",\"\u{0}\":\"\u{1b}[31m\"}";

const WHY: &str = "a person pays, and the shop never hears of it";
const CREDITS: &str = "it sends a success, which credits a real customer; --allow-credits runs it";
const UNSEEN: &str = "the answers were right; --observe URL lets the money be seen";

const fn row(rule: Rule, sentence: &'static str) -> Row {
    let nothing = Procedure::Refused(|_| Vec::new(), Refusal::new(200, 500));
    rule.that(sentence).why(WHY).runs(nothing)
}

const HERE: Source = Source::Callback;

static ROWS: [Row; 8] = [
    row(must("verify-known", HERE), "a known customer is found"),
    row(
        should("deposit-unknown-field", HERE),
        "an undocumented field is ignored",
    ),
    row(
        must("callback-repeated", HERE),
        "a repeated success is answered 200 and credits nothing more",
    ),
    must("callback-success", HERE)
        .that("a success credits the amount, once")
        .why(WHY)
        .credits_with(|it| it),
    row(must("refund-after", HERE), "a refund takes the money back"),
    row(
        must("refund-twice", HERE),
        "a refund takes the money back once",
    ),
    row(
        should("slow-sender", HERE).once(),
        "a slow sender is waited for",
    ),
    row(
        must("callback-late", HERE),
        "a late success is answered 200",
    ),
];

/// One check passed, one that must hold failed, one that should hold failed, two were not run, two were not observed, and
/// one follows from the failed one.
pub(super) fn report() -> Report {
    let outcomes = [
        (Group::Documented, Outcome::Passed),
        (
            Group::Documented,
            failed("code 0", "code 500, \"unknown field\""),
        ),
        (
            Group::Idempotence,
            failed("HTTP 200", &format!("HTTP 500 {HOSTILE}")),
        ),
        (Group::Idempotence, not_run(CREDITS)),
        (Group::Money, not_run(CREDITS)),
        (Group::Money, not_observed(UNSEEN)),
        (
            Group::Robustness,
            not_observed("the connection broke; try again"),
        ),
        (
            Group::Robustness,
            Outcome::Failed {
                expected: "HTTP 200".into(),
                got: "HTTP 500, no body".into(),
                follows: Some("kaspi/callback-repeated".into()),
            },
        ),
    ];
    let findings = ROWS.iter().zip(outcomes).zip(1..);
    let findings =
        findings.map(|((row, (group, outcome)), number)| finding(row, group, outcome, number));
    Report {
        subject: subject(),
        findings: findings.collect(),
    }
}

pub(super) fn not_run(why: &str) -> Outcome {
    Outcome::NotRun { why: why.into() }
}

pub(super) fn not_observed(why: &str) -> Outcome {
    Outcome::NotObserved { why: why.into() }
}

fn failed(expected: &str, got: &str) -> Outcome {
    Outcome::Failed {
        expected: expected.into(),
        got: got.into(),
        follows: None,
    }
}

fn finding(row: &'static Row, group: Group, outcome: Outcome, number: u64) -> Finding {
    let took = Duration::from_millis(number * 17);
    let ran = !matches!(outcome, Outcome::NotRun { .. });
    let left_out = if matches!(outcome, Outcome::Failed { .. }) {
        12
    } else {
        0
    };
    let mut exchanges = if ran { exchanges() } else { Vec::new() };
    if left_out > 0 {
        exchanges[1].role = Some(Role::Guilty);
        exchanges[2].role = Some(Role::Observed);
    }
    Finding {
        exchanges,
        exchanges_left_out: left_out,
        ..Check::new(group, row, &KASPI).found(outcome, took)
    }
}

fn exchanges() -> Vec<RecordedExchange> {
    let recorded = |sent: &str, status, got: &str, took| RecordedExchange {
        role: None,
        request: "POST https://shop.example/pay/kaspi?token=…".into(),
        content_type: Some("application/json".into()),
        sent: sent.into(),
        status,
        got: got.into(),
        took_ms: Duration::from_millis(took),
    };
    let sent = r#"{"general":{"project_id":1234,"signature":"p8gMk6…"},"account":{"number":"7123456789"}}"#;
    vec![
        recorded(sent, Some(200), r#"{"code":0,"message":"OK"}"#, 7),
        recorded(sent, None, "connection refused", 0),
        recorded("not JSON", Some(500), HOSTILE, 1_204),
    ]
}

fn subject() -> Subject {
    let url = "https://shop.example/pay/{method}?token=…".to_owned();
    Subject {
        version: "0.1.0",
        callback_urls: vec![url.clone(), "https://shop.example/callback".into()],
        url,
        methods: vec!["kaspi"],
        projects: vec![1234],
        currency: "KZT".into(),
        credits: false,
        observed: false,
        strict: false,
        require_observed: false,
        exact: false,
        notes: vec!["kaspi: pays the contract 12345, the first that the customer can pay.".into()],
        time_limit_ms: Duration::from_secs(5),
        began: "2022-03-25T11:08:45+0000".into(),
        took_ms: Duration::from_millis(3_274),
    }
}
