//! How a merchant is checked: what the checks know, and what they expect.

use std::sync::Arc;

use jetpay_conformance::{
    Check, Customers, Group, Kassa24Answers, Observation, Project, Report, Target, checks,
    run_checks,
};
use jetpay_platform::{Admin, MethodFacts};
use tokio::task::JoinSet;

use super::{Broken, all};
use crate::merchant::{
    ACCOUNT_PROJECT, Fault, OTHER_PROJECT, PROJECT, SECRETS, STRICT_PROJECT, TestMerchant, keyring,
    serve,
};

/// How a merchant is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CheckedAs {
    /// As any merchant's endpoint.
    AnyMerchant,
    /// The same, with the answers of option 1 of Kassa24.
    AccountOnly,
    /// As the service `jetpay`.
    Service,
    /// The same, with a second method.
    ServiceWithTwoMethods,
}

/// A merchant of one method as any merchant's endpoint: one URL, one project and a second one, successes, a URL to
/// observe.
pub(crate) fn any_merchant(
    fault: Fault,
    method: &'static MethodFacts,
    answers: Kassa24Answers,
) -> (Target, Arc<TestMerchant>) {
    let customers = Customers::standard();
    let merchant = Arc::new(TestMerchant::new(fault, customers.as_json()));
    let url = serve(Arc::clone(&merchant), keyring());
    let projects = [(PROJECT, SECRETS[0]), (ACCOUNT_PROJECT, SECRETS[2])];
    let [(id, secret), (other_id, other_secret)] = match answers {
        Kassa24Answers::Contracts => projects,
        Kassa24Answers::Account => [projects[1], projects[0]],
    };
    let project = Project::new(id, secret)
        .unwrap()
        .with_methods([method])
        .with_kassa24_answers(answers);
    let other = Project::new(other_id, other_secret)
        .unwrap()
        .with_methods([])
        .with_kassa24_answers(answers);
    let mut target = Target::new(format!("{url}/{}", method.name), project, customers)
        .with_project(other)
        .with_observer(Observation::new(format!("{url}/seen/{{payment_id}}"), None));
    target.credits = true;
    (target, merchant)
}

/// A merchant of a method, and of others by another project, as the service `jetpay`.
pub(super) fn service(
    fault: Fault,
    method: &'static MethodFacts,
    others: &[&'static MethodFacts],
) -> (Target, Arc<TestMerchant>) {
    let merchant = Arc::new(TestMerchant::new(fault, Customers::standard().as_json()));
    let url = serve(Arc::clone(&merchant), keyring());
    let first = Project::new(PROJECT, SECRETS[0])
        .and_then(|project| project.with_secret(SECRETS[1]))
        .unwrap()
        .with_methods([method]);
    let project = |id| Project::new(id, SECRETS[2]).unwrap();
    let target = Target::service(&url, first)
        .with_project(
            project(ACCOUNT_PROJECT)
                .with_methods([])
                .with_kassa24_answers(Kassa24Answers::Account),
        )
        .with_project(
            project(STRICT_PROJECT)
                .with_methods([method])
                .with_strict_contracts(),
        )
        .with_project(project(OTHER_PROJECT).with_methods(others.iter().copied()))
        .with_observer(Admin::new(url, "token"));
    (target, merchant)
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
