//! A right merchant passes the checks, and an endpoint that is none fails them.

use std::sync::Arc;

use jetpay_conformance::{Customers, Kassa24Answers, Outcome, Report, Target, run_all};
use jetpay_platform::{KASPI, KASSA24, METHODS, MethodFacts, QIWI_KZ};
use serde_json::Value;
use tokio::task::JoinSet;

use crate::checked_as::{any_merchant, methods, service_at};
use crate::failed;
use crate::merchant::{
    Change, Fault, Instead, LedgerFault, TestMerchant, keyring, serve, serve_constant,
};

/// The merchant as the service `jetpay`: all projects, all methods, everything observed.
fn service(url: &str) -> Target {
    let all: Vec<_> = METHODS.iter().collect();
    service_at(url, &all, &[&KASSA24], &[&KASPI, &KASSA24], &[&QIWI_KZ])
}

/// The URL of the right merchant.
fn right_merchant() -> String {
    let customers = Customers::standard().as_json();
    serve(TestMerchant::new(Fault::None, customers), keyring())
}

#[tokio::test(flavor = "multi_thread")]
async fn right_merchant_passes_every_check_as_the_service() {
    let mut target = service(&right_merchant());
    let report = run_all(&target, |_| ()).await;
    let summary = report.summary();
    assert!(report.is_good(), "{report}");
    assert_eq!(summary.not_run + summary.not_observed, 0, "{report}");
    assert!(summary.passed >= 60);
    // Without an observer it still fails nothing, and effects are not observed.
    target.observer = None;
    let report = run_all(&target, |_| ()).await;
    let summary = report.summary();
    assert!(report.is_good() && summary.passed > 0, "{report}");
    assert!(summary.not_observed > 0 && summary.not_run == 0, "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_port_and_invalid_url_fail_every_check() {
    // No program listens on port 1.
    for url in ["http://127.0.0.1:1", "not an address"] {
        let report = run_all(&service(url), |_| ()).await;
        assert_eq!(failed_count(&report), report.findings.len(), "{report}");
    }
}

fn failed_count(report: &Report) -> usize {
    let failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed { .. });
    let findings = report.findings.iter();
    findings.filter(|it| failed(&it.outcome)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn endpoint_that_gives_the_same_answer_to_everything_never_passes_a_method() {
    let mut running = JoinSet::new();
    for (status, body) in [
        (200, ""),
        (
            200,
            "{\"code\":0,\"payment_id\":\"1\",\"currency\":\"KZT\",\"additional_customer_id\":\"1\"}",
        ),
        (200, "{\"code\":[],\"payment_id\":{},\"entities\":7}"),
        (200, "[[[["),
        (
            400,
            "{\"code\":500,\"message\":\"no\",\"error_description\":\"no\",\"errors\":{\"message\":\"no\"}}",
        ),
        (500, "panicked at src/main.rs:1"),
        (302, "\u{0}\u{feff}"),
    ] {
        let target = service(&serve_constant(status, body));
        running.spawn(async move { (status, body, run_all(&target, |_| ()).await) });
    }
    for (status, body, report) in running.join_all().await {
        let failed = failed_count(&report);
        assert!(
            failed > report.summary().passed,
            "{status} {body}: {report}"
        );
    }
}

/// What merchants may do although the right merchant does something else, and checks that must pass.
const RIGHT_IN_ANOTHER_WAY: [(Fault, &MethodFacts, &[&str]); 6] = [
    // Leaves refunds to people, and refuses their callbacks.
    (
        Fault::Stops(
            |it| {
                let kind = it.at("/operation/type");
                let kind = kind.as_str();
                kind.is_some_and(|kind| kind.contains("ref") || kind == "reversal")
            },
            Instead::Status(422),
        ),
        &KASPI,
        &["callback-refund-repeated", "callback-refund-declined"],
    ),
    // Takes what is left when a refund is larger.
    (
        Fault::Ledger(LedgerFault::RefundsWhatIsLeft),
        &KASPI,
        &["callback-refund-too-large", "callback-refund-second"],
    ),
    // Credits only what an early refund leaves.
    (
        Fault::Ledger(LedgerFault::NetsEarlyRefunds),
        &KASPI,
        &["callback-refund-before-sale", "callback-refund-too-large"],
    ),
    // Writes an empty list where the method has no contracts.
    (
        Fault::Answers(
            |it, answer| it.is_verify() && answer.is_good(),
            Change::Fields(|it| it["entities"] = Value::Array(Vec::new())),
        ),
        &QIWI_KZ,
        &["verify-no-contracts"],
    ),
    // Leaves contracts out that cannot be paid.
    (
        Fault::Answers(
            |_, _| true,
            Change::Fields(|it| {
                if let Some(Value::Array(contracts)) = it.get_mut("entities") {
                    contracts.retain(|contract| contract["status_code"] == 0);
                }
            }),
        ),
        &KASSA24,
        &["option-2-status"],
    ),
    // Says that it has no other HTTP methods.
    (
        Fault::Stops(|it| it.http_method != "POST", Instead::Status(501)),
        &KASPI,
        &["http-post-only", "http-get"],
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn merchant_that_is_right_in_another_way_fails_no_check_that_must_hold() {
    for (fault, method, pass) in RIGHT_IN_ANOTHER_WAY {
        let (target, _) = any_merchant(fault, method, Kassa24Answers::Contracts);
        let report = run_all(&target, |_| ()).await;
        assert!(report.is_good(), "{report}");
        let failed = failed(&report);
        assert!(pass.iter().all(|row| !failed.contains(row)), "{failed:?}");
    }
}

/// The right merchant, as any merchant's endpoint, by every method and both options. `change` changes each target.
async fn right_merchants(change: fn(&mut Target)) -> Vec<(Report, Arc<TestMerchant>)> {
    let mut running = JoinSet::new();
    for (method, answers) in methods() {
        let (mut target, merchant) = any_merchant(Fault::None, method, answers);
        change(&mut target);
        running.spawn(async move { (run_all(&target, |_| ()).await, merchant) });
    }
    running.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn right_merchant_passes_as_any_endpoint_and_skipped_checks_name_an_option() {
    for (report, merchant) in right_merchants(|_| ()).await {
        let mut wrong = report.findings.iter().filter(|it| match &it.outcome {
            Outcome::Passed => false,
            Outcome::Failed { .. } => true,
            Outcome::NotRun { why } => !why.contains("--"),
            Outcome::NotObserved { .. } => {
                !["callback-success-balance", "callback-refund-balance"].contains(&it.check.id)
            }
        });
        assert!(wrong.next().is_none(), "{report}");
        assert!(report.is_good() && merchant.ledger().credits() > 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_permission_to_credit_nothing_fails_and_nothing_is_credited() {
    for (report, merchant) in right_merchants(|target| target.credits = false).await {
        let summary = report.summary();
        assert_eq!(summary.failed + summary.failed_should, 0, "{report}");
        let not_run = |id: &str| {
            let finding = report.findings.iter().find(|it| it.check.id == id).unwrap();
            matches!(finding.outcome, Outcome::NotRun { .. })
        };
        assert!(not_run("callback-success") && not_run("callback-repeated"));
        assert_eq!(merchant.ledger().credits(), 0);
    }
}
