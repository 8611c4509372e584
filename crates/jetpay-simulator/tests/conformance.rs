//! The checks let a right merchant pass and catch a wrong one.

mod shop;

use jetpay_core::{Keyring, Project};
use jetpay_simulator::conformance::{
    self, Kassa24Answers, Outcome, Report, Target, checks, run_all,
};
use jetpay_simulator::{Admin, KASPI, KASSA24, QIWI_KZ};
use shop::{ACCOUNT_PROJECT, Fault, STRICT_PROJECT, Shop, serve};

const SECRETS: [&str; 3] = [
    "the first of secrets",
    "the next of secrets",
    "another of secrets",
];

fn target(base_url: &str) -> Target {
    let project = |id, secret| conformance::Project::new(id, secret).unwrap();
    Target::service(
        base_url,
        project(1234, SECRETS[0]).and_secret(SECRETS[1]).unwrap(),
    )
    .and_project(
        project(ACCOUNT_PROJECT, SECRETS[2])
            .only([&KASSA24])
            .answering_kassa24(Kassa24Answers::Account),
    )
    .and_project(
        project(STRICT_PROJECT, SECRETS[2])
            .only([&KASPI, &KASSA24])
            .strict(),
    )
    .and_project(project(1237, SECRETS[2]).only([&QIWI_KZ]))
    .observed_by(Admin::new(base_url, "token"))
}

fn keyring() -> Keyring {
    let project = |id: u64, secret| Project::new(id, secret).unwrap();
    Keyring::new([
        project(1234, SECRETS[0]).and_secret(SECRETS[1]).unwrap(),
        project(ACCOUNT_PROJECT, SECRETS[2]).only(["kassa24"]),
        project(STRICT_PROJECT, SECRETS[2]).only(["kaspi", "kassa24"]),
        project(1237, SECRETS[2]).only(["qiwi-kz"]),
    ])
    .unwrap()
}

/// All checks of a merchant with this fault.
async fn report(fault: Fault) -> Report {
    let customers = conformance::Customers::standard();
    let url = serve(Shop::new(fault, customers.as_json()), keyring());
    run_all(&target(&url), |_| ()).await
}

fn failed(report: &Report) -> Vec<String> {
    let failed = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Failed { .. }));
    failed.map(|finding| finding.check.full_id()).collect()
}

#[track_caller]
fn assert_caught(report: &Report, checks: &[&str]) {
    let failed = failed(report);
    for check in checks {
        assert!(
            failed.contains(&(*check).to_owned()),
            "{check} has not failed, but {failed:?}"
        );
    }
    assert!(
        !failed.contains(&"kaspi/verify-good".to_owned()),
        "what is right still passes"
    );
}

#[actix_web::test]
async fn right_merchant_passes_every_check() {
    let report = report(Fault::None).await;
    let summary = report.summary();
    assert!(
        report.is_good() && summary.not_run + summary.not_observed == 0,
        "{report}"
    );
    assert!(summary.passed >= 60);
}

#[actix_web::test]
async fn merchant_that_credits_a_repeat_is_caught() {
    let report = report(Fault::CreditsTwice).await;
    assert_caught(
        &report,
        &[
            "kaspi/callback-repeated",
            "qiwi-kz/callback-at-once",
            "cashin-kz/callback-second-success",
        ],
    );
}

#[actix_web::test]
async fn merchant_that_acknowledges_what_nobody_signed_is_caught() {
    let report = report(Fault::AcknowledgesUnsigned).await;
    assert_caught(
        &report,
        &[
            "kaspi/callback-bad-signature",
            "kassa24/attack-status-hidden",
            "callback-unreadable",
        ],
    );
}

#[actix_web::test]
async fn merchant_with_one_payment_id_for_all_is_caught() {
    let report = report(Fault::OnePaymentId).await;
    assert_caught(
        &report,
        &["kaspi/deposit-twice", "kassa24-bvu/deposit-twice"],
    );
}

#[actix_web::test]
async fn endpoint_that_is_not_there_fails_every_check() {
    // Nobody listens on port 1.
    let report = run_all(&target("http://127.0.0.1:1"), |_| ()).await;
    let summary = report.summary();
    assert_eq!(
        summary.passed + summary.not_run + summary.not_observed,
        0,
        "{report}"
    );
}

#[actix_web::test]
async fn address_that_is_none_fails_every_check() {
    let report = run_all(&target("not an address"), |_| ()).await;
    let summary = report.summary();
    assert_eq!(
        summary.passed + summary.not_run + summary.not_observed,
        0,
        "{report}"
    );
}

#[test]
fn every_check_has_its_own_id_and_says_where_it_comes_from() {
    let checks = checks(&target("http://127.0.0.1:1"));
    let mut ids: Vec<String> = checks.iter().map(|check| check.full_id()).collect();
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
async fn right_merchant_whose_books_are_closed_fails_nothing_and_what_is_unseen_is_not_observed() {
    let customers = conformance::Customers::standard();
    let url = serve(Shop::new(Fault::None, customers.as_json()), keyring());
    let mut target = target(&url);
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
async fn endpoint_that_says_the_same_to_everything_never_passes_a_method() {
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
    for (status, body) in answers {
        let report = run_all(&target(&shop::serve_constant(status, body)), |_| ()).await;
        assert!(
            failed(&report).len() > report.summary().passed,
            "{status} {body}: {report}"
        );
    }
}
