//! The checks find what they name: merchants with one fault each.

use std::collections::BTreeSet;

use jetpay_conformance::{Check, Group, Level, Outcome, Report, checks, run_checks};
use jetpay_platform::{KASSA24, METHODS};
use tokio::task::JoinSet;

use crate::broken::{Broken, all};
use crate::checked_as::{any_merchant, methods, service_at};
use crate::failed;
use crate::merchant::Fault;

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_merchant_fails_the_checks_that_name_its_fault() {
    let mut wrong: Vec<String> = Vec::new();
    for (broken, report) in &reports().await {
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
    let mut say = |what: String| wrong.push(format!("{}: {what}", broken.name()));
    if broken.caught_by.is_empty() {
        say(format!("names no check; failed were {failed:?}"));
    }
    // With `strict`, advice counts.
    let mut stays_good = !report.subject.strict;
    for row in broken.caught_by {
        match report.findings.iter().find(|it| it.check.id == *row) {
            Some(finding) => {
                stays_good &= finding.check.level == Level::Should;
                if !matches!(finding.outcome, Outcome::Failed { .. }) {
                    let outcome = &finding.outcome;
                    say(format!(
                        "{row} has not failed but {outcome:?}; failed were {failed:?}"
                    ));
                }
            }
            None => say(format!("there is no check {row}; failed were {failed:?}")),
        }
    }
    if failed.contains("verify-good") && !broken.caught_by.contains(&"verify-good") {
        say("verify-good fails, too".into());
    }
    if report.is_good() != stays_good {
        let good = report.is_good();
        say(format!(
            "its report is good: {good}; failed were {failed:?}"
        ));
    }
    let all = report.findings.len();
    if failed.len() > all / 2 && !broken.everywhere {
        say(format!("{} of {all} checks fail", failed.len()));
    }
    wrong
}

/// All rows, of every method and both options, exact and not.
fn catalogue() -> BTreeSet<&'static str> {
    let all: Vec<_> = METHODS.iter().collect();
    let target = service_at("http://127.0.0.1:1", &all, &[&KASSA24], &all, &[]);
    let strangers = methods().map(|(method, answers)| any_merchant(Fault::None, method, answers).0);
    std::iter::once(target)
        .chain(strangers)
        .flat_map(|target| checks(&target))
        .map(|check| check.id)
        .collect()
}

#[test]
fn every_broken_merchant_has_a_unique_name() {
    let names: BTreeSet<String> = all().map(Broken::name).collect();
    assert_eq!(names.len(), all().count());
    assert!(names.len() >= 227, "{}", names.len());
}

/// The number of merchants that are checked at the same time. It is more than there are processors, because checks
/// mostly wait.
const AT_ONCE: usize = 10;

/// Rows that take long. They run only for merchants that name them or have a fault in HTTP.
const LONG: [&str; 12] = [
    "callback-decline-without-operation",
    "callback-missing-field",
    "callback-odd-status",
    "callback-odd-type",
    "callback-signature-part",
    "callback-success-after-report",
    "callback-wrong-type",
    "connection-slow",
    "large-callback",
    "large-verify",
    "shape-nothing-inside",
    "signature-part",
];

/// The report of each merchant.
async fn reports() -> Vec<(&'static Broken, Report)> {
    let mut waiting = all();
    let mut running = JoinSet::new();
    let mut reports = Vec::new();
    loop {
        while running.len() < AT_ONCE
            && let Some(broken) = waiting.next()
        {
            running.spawn(async move {
                let target = broken.open();
                let checks = checks(&target).into_iter();
                let checks = checks.filter(|check| runs(broken, check));
                (broken, run_checks(&target, checks, |_| ()).await)
            });
        }
        match running.join_next().await {
            Some(report) => reports.push(report.unwrap()),
            None => return reports,
        }
    }
}

/// Whether a check runs for this merchant. The checks that it names always run.
fn runs(broken: &Broken, check: &Check) -> bool {
    if broken.caught_by.contains(&check.id) || check.id == "verify-good" {
        return true;
    }
    if broken.is_slow() {
        return check.group == Group::Time;
    }
    matches!(broken.fault, Fault::Wire(_)) || !LONG.contains(&check.id)
}
