//! A right merchant passes the checks.

#[path = "../../jetpay-platform/tests/merchant/mod.rs"]
mod merchant;

use jetpay_conformance::{Kassa24Answers, Outcome, Report, Target, checks, run_all};
use jetpay_platform::{Admin, KASPI, KASSA24, QIWI_KZ};
use merchant::{
    ACCOUNT_PROJECT, Fault, OTHER_PROJECT, PROJECT, SECRETS, STRICT_PROJECT, TestMerchant, keyring,
    serve,
};

/// The merchant as the service `jetpay`: all projects, all methods, everything observed.
fn target(base_url: &str) -> Target {
    let project = |id, secret| jetpay_conformance::Project::new(id, secret).unwrap();
    Target::service(
        base_url,
        project(PROJECT, SECRETS[0])
            .with_secret(SECRETS[1])
            .unwrap(),
    )
    .with_project(
        project(ACCOUNT_PROJECT, SECRETS[2])
            .with_methods([&KASSA24])
            .with_kassa24_answers(Kassa24Answers::Account),
    )
    .with_project(
        project(STRICT_PROJECT, SECRETS[2])
            .with_methods([&KASPI, &KASSA24])
            .with_strict_contracts(),
    )
    .with_project(project(OTHER_PROJECT, SECRETS[2]).with_methods([&QIWI_KZ]))
    .with_observer(Admin::new(base_url, "token"))
}

/// The URL of the right merchant.
fn right_merchant() -> String {
    let customers = jetpay_conformance::Customers::standard();
    serve(
        TestMerchant::new(Fault::None, customers.as_json()),
        keyring(),
    )
}

fn failed(report: &Report) -> Vec<String> {
    let failed = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Failed { .. }));
    failed.map(|finding| finding.check.full_id()).collect()
}

#[actix_web::test]
async fn right_merchant_passes_every_check() {
    let report = run_all(&target(&right_merchant()), |_| ()).await;
    let summary = report.summary();
    assert!(
        report.is_good() && summary.not_run + summary.not_observed == 0,
        "{report}"
    );
    assert!(summary.passed >= 60);
}

#[actix_web::test]
async fn closed_port_fails_every_check() {
    // No program listens on port 1.
    let report = run_all(&target("http://127.0.0.1:1"), |_| ()).await;
    let summary = report.summary();
    assert_eq!(
        summary.passed + summary.not_run + summary.not_observed,
        0,
        "{report}"
    );
}

#[actix_web::test]
async fn invalid_url_fails_every_check() {
    let report = run_all(&target("not an address"), |_| ()).await;
    let summary = report.summary();
    assert_eq!(
        summary.passed + summary.not_run + summary.not_observed,
        0,
        "{report}"
    );
}

#[test]
fn every_check_has_a_unique_id_and_a_source() {
    let checks = checks(&target("http://127.0.0.1:1"));
    let mut ids: Vec<String> = checks
        .iter()
        .map(jetpay_conformance::Check::full_id)
        .collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), checks.len());
    let kebab = |id: &str| {
        id.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    assert!(
        checks.iter().all(|check| kebab(check.id)
            && !check.sentence.is_empty()
            && !check.section.is_empty())
    );
}

#[actix_web::test]
async fn right_merchant_without_an_observer_fails_nothing_and_effects_are_not_observed() {
    let mut target = target(&right_merchant());
    target.observer = None;
    let report = run_all(&target, |_| ()).await;
    let summary = report.summary();
    assert!(report.is_good(), "{report}");
    assert!(
        summary.not_observed > 0 && summary.passed > 0 && summary.not_run == 0,
        "{report}"
    );
}

#[actix_web::test]
async fn endpoint_that_gives_the_same_answer_to_everything_never_passes_a_method() {
    let answers = [
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
    ];
    let mut running = tokio::task::JoinSet::new();
    for (status, body) in answers {
        let target = target(&merchant::serve_constant(status, body));
        running.spawn(async move { (status, body, run_all(&target, |_| ()).await) });
    }
    for (status, body, report) in running.join_all().await {
        assert!(
            failed(&report).len() > report.summary().passed,
            "{status} {body}: {report}"
        );
    }
}
