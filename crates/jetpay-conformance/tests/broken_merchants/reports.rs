//! What is found of each of them.

use jetpay_conformance::{Check, Group, Report, checks, run_these};
use tokio::task::JoinSet;

use super::{Broken, all};
use crate::merchant::Fault;

/// How many merchants are checked at once: more than there are processors, as most of a check is waiting.
const AT_ONCE: usize = 10;

/// Rows that take long, and of which a failure is advice or a matter of HTTP: for those who name them, and for those who do
/// HTTP by hand.
const LONG: [&str; 8] = [
    "callback-missing-field",
    "callback-odd-status",
    "callback-odd-type",
    "callback-wrong-type",
    "connection-slow",
    "large-callback",
    "large-verify",
    "shape-nothing-inside",
];

/// What each merchant was found to be.
pub(crate) async fn reports() -> Vec<(&'static Broken, Report)> {
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
                (broken, run_these(&target, checks, |_| ()).await)
            });
        }
        match running.join_next().await {
            Some(report) => reports.push(report.unwrap()),
            None => return reports,
        }
    }
}

/// Whether a check is worth its time with this merchant: those that it names always are.
fn runs(broken: &Broken, check: &Check) -> bool {
    if broken.caught_by.contains(&check.id) || check.id == "verify-good" {
        return true;
    }
    if broken.is_slow() {
        return check.group == Group::Time;
    }
    matches!(broken.fault, Fault::Wire(_)) || !LONG.contains(&check.id)
}
