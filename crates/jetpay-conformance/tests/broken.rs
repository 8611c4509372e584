//! The checks find what they name: merchants with one fault each, and a merchant without a fault.

mod broken_merchants;
#[path = "../../jetpay-platform/tests/merchant/mod.rs"]
mod merchant;

use std::collections::BTreeSet;
use std::sync::Arc;

use broken_merchants::{Broken, all, any_merchant, reports};
use jetpay_conformance::{
    Kassa24Answers, Level, Observation, Outcome, Report, Target, checks, run_all,
};
use jetpay_platform::{Admin, KASPI, KASSA24, METHODS, MethodFacts, QIWI_KZ};
use merchant::{
    ACCOUNT_PROJECT, Answer, Fault, LedgerFault, PROJECT, SECRETS, STRICT_PROJECT, TestMerchant,
};
use serde_json::Value;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_merchant_fails_the_checks_that_name_its_fault() {
    let reports = reports().await;
    let mut wrong: Vec<String> = Vec::new();
    for (broken, report) in &reports {
        wrong.extend(judged(broken, report));
    }
    // A check that no broken merchant fails may be a check that cannot fail.
    let named: BTreeSet<&str> = all().flat_map(|broken| broken.caught_by).copied().collect();
    let unproven = catalogue().into_iter().filter(|row| !named.contains(row));
    wrong.extend(unproven.map(|row| format!("no merchant shows that {row} can fail")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is wrong with the report of a broken merchant.
fn judged(broken: &Broken, report: &Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let failed = failed(report);
    let mut say = |what: String| wrong.push(format!("{}: {what}", broken.name));
    if broken.caught_by.is_empty() {
        say(format!("names no check; failed were {failed:?}"));
    }
    for row in broken.caught_by {
        let finding = report.findings.iter().find(|it| it.check.id == *row);
        match finding.map(|it| &it.outcome) {
            Some(Outcome::Failed { .. }) => {}
            Some(other) => say(format!(
                "{row} has not failed but {other:?}; failed were {failed:?}"
            )),
            None => say(format!("there is no check {row}; failed were {failed:?}")),
        }
    }
    if failed.contains("verify-good") && !broken.caught_by.contains(&"verify-good") {
        say("verify-good fails, too".into());
    }
    // With `strict`, advice counts.
    let stays_good = broken.level == Level::Should && !report.subject.strict;
    if report.is_good() != stays_good {
        say(format!(
            "its report is good: {}; failed were {failed:?}",
            report.is_good()
        ));
    }
    let half = report.findings.len() / 2;
    if failed.len() > half && !broken.everywhere {
        say(format!(
            "{} of {} checks fail",
            failed.len(),
            report.findings.len()
        ));
    }
    wrong
}

/// The rows that failed.
fn failed(report: &Report) -> BTreeSet<&'static str> {
    let failed = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Failed { .. }));
    failed.map(|finding| finding.check.id).collect()
}

/// The rows that were not observed.
fn unobserved(report: &Report) -> BTreeSet<&'static str> {
    let unobserved = report
        .findings
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::NotObserved { .. }));
    unobserved.map(|finding| finding.check.id).collect()
}

/// All rows, of every method and both options, exact and not.
fn catalogue() -> BTreeSet<&'static str> {
    let project = |id, secret| jetpay_conformance::Project::new(id, secret).unwrap();
    let url = "http://127.0.0.1:1";
    let target = Target::service(url, project(PROJECT, SECRETS[0]))
        .with_project(
            project(ACCOUNT_PROJECT, SECRETS[2]).with_kassa24_answers(Kassa24Answers::Account),
        )
        .with_project(project(STRICT_PROJECT, SECRETS[2]).with_strict_contracts())
        .with_observer(Admin::new(url, "token"));
    let strangers = METHODS
        .iter()
        .map(|method| any_merchant(Fault::None, method, Kassa24Answers::Contracts).0);
    std::iter::once(target)
        .chain(strangers)
        .flat_map(|target| checks(&target))
        .map(|check| check.id)
        .collect()
}

/// What merchants may do although the right merchant does something else, and checks that must pass.
const RIGHT_IN_ANOTHER_WAY: [(Fault, &MethodFacts, &[&str]); 6] = [
    // Leaves refunds to people, and refuses their callbacks.
    (
        Fault::Stops(|it| {
            let json = it.json();
            let kind = json.pointer("/operation/type").and_then(Value::as_str);
            kind.is_some_and(|kind| kind.contains("ref") || kind == "reversal")
                .then(|| Answer::new(422, ""))
        }),
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
        Fault::Answers(|incoming, answer| {
            if incoming.is_verify() && answer.is_good() {
                answer.edit(|it| it["entities"] = Value::Array(Vec::new()));
            }
        }),
        &QIWI_KZ,
        &["verify-no-contracts"],
    ),
    // Leaves contracts out that cannot be paid.
    (
        Fault::Answers(|_, answer| {
            answer.edit(|it| {
                if let Some(Value::Array(contracts)) = it.get_mut("entities") {
                    contracts.retain(|contract| contract["status_code"] == 0);
                }
            });
        }),
        &KASSA24,
        &["option-2-status"],
    ),
    // Says that it has no other HTTP methods.
    (
        Fault::Stops(|it| (it.http_method != "POST").then(|| Answer::new(501, ""))),
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

#[test]
fn every_broken_merchant_has_a_unique_name_and_a_description() {
    let names: BTreeSet<&str> = all().map(|broken| broken.name).collect();
    assert_eq!(names.len(), all().count());
    assert!(names.len() >= 40);
    assert!(all().all(|broken| broken.wrong.ends_with('.')));
}

/// The right merchant, as any merchant's endpoint, by every method and both options. `change` changes each target.
async fn right_merchants(change: fn(&mut Target)) -> Vec<(Report, Arc<TestMerchant>)> {
    let mut running = JoinSet::new();
    let contracts = METHODS
        .iter()
        .map(|method| any_merchant(Fault::None, method, Kassa24Answers::Contracts));
    let account = any_merchant(Fault::None, &KASSA24, Kassa24Answers::Account);
    for (mut target, merchant) in contracts.chain([account]) {
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

/// Rows that ask for a refusal or for HTTP 200, which the answer shows, and look at the money if they can.
const SEEN_IN_THE_ANSWER: [&str; 14] = [
    "attack-number-as-text",
    "attack-status-hidden",
    "callback-bad-signature",
    "callback-decline-without-operation",
    "callback-missing-field",
    "callback-other-secret",
    "callback-signature-malformed",
    "callback-signature-part",
    "callback-unknown-project",
    "callback-wrong-type",
    "connection-cut",
    "deposit-after-early-callback",
    "http-get",
    "large-callback",
];

#[tokio::test(flavor = "multi_thread")]
async fn unobserved_effect_on_money_is_not_observed_and_never_passed() {
    let (mut target, _) = any_merchant(Fault::None, &KASPI, Kassa24Answers::Contracts);
    // A row that fails to reach this observer is a row that looks at the money.
    let unreachable = Observation::new("http://127.0.0.1:1/{payment_id}", None);
    let unanswered = run_all(&target.clone().with_observer(unreachable), |_| ()).await;
    let money = unobserved(&unanswered);
    assert!(money.len() > 40, "{money:?}");
    assert!(failed(&unanswered).is_empty(), "{unanswered}");
    target.observer = None;
    let report = run_all(&target, |_| ()).await;
    assert!(report.is_good(), "{report}");
    let passed = report
        .findings
        .iter()
        .filter(|finding| finding.outcome == Outcome::Passed)
        .map(|finding| finding.check.id);
    let unobserved: BTreeSet<&str> = passed.filter(|row| money.contains(row)).collect();
    assert_eq!(unobserved, SEEN_IN_THE_ANSWER.into());
}

#[tokio::test(flavor = "multi_thread")]
async fn payment_that_the_observer_does_not_know_counts_as_not_credited() {
    let (target, _) = any_merchant(Fault::None, &KASPI, Kassa24Answers::Contracts);
    let elsewhere = target.url.replace("/kaspi", "/nowhere/{payment_id}");
    let target = target.with_observer(Observation::new(elsewhere, None));
    let failed = failed(&run_all(&target, |_| ()).await);
    for row in ["callback-success", "callback-repeated", "callback-words"] {
        assert!(failed.contains(row), "{row}: {failed:?}");
    }
    assert!(!failed.contains("callback-decline"), "{failed:?}");
}
