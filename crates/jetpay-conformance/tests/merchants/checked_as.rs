//! How a merchant is checked: what the checks know, and what they expect.

use std::sync::Arc;

use jetpay_conformance::{Customers, Kassa24Answers, Observation, Project, Target};
use jetpay_platform::{Admin, KASPI, KASSA24, METHODS, MethodFacts};

use crate::merchant::{
    ACCOUNT_PROJECT, Fault, OTHER_PROJECT, PROJECT, SECRETS, STRICT_PROJECT, TestMerchant, keyring,
    serve,
};

/// How a merchant is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CheckedAs {
    /// As any merchant's endpoint.
    AnyMerchant,
    /// The same, with the answers of option 1 of Kassa24.
    AccountOnly,
    /// As the service `jetpay`.
    Service,
    /// The same, with a second method.
    ServiceWithTwoMethods,
}

/// Every method, and both options of the one that has two.
pub(crate) fn methods() -> impl Iterator<Item = (&'static MethodFacts, Kassa24Answers)> {
    let of_contracts = METHODS
        .iter()
        .map(|method| (method, Kassa24Answers::Contracts));
    of_contracts.chain([(&KASSA24, Kassa24Answers::Account)])
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

/// A merchant of Kaspi as any merchant's endpoint.
pub(crate) fn kaspi(fault: Fault) -> (Target, Arc<TestMerchant>) {
    any_merchant(fault, &KASPI, Kassa24Answers::Contracts)
}

/// A merchant of a method, and of others by another project, as the service `jetpay`.
pub(crate) fn service(
    fault: Fault,
    method: &'static MethodFacts,
    others: &[&'static MethodFacts],
) -> (Target, Arc<TestMerchant>) {
    let merchant = Arc::new(TestMerchant::new(fault, Customers::standard().as_json()));
    let url = serve(Arc::clone(&merchant), keyring());
    let target = service_at(&url, &[method], &[], &[method], others);
    (target, merchant)
}

/// The service `jetpay` there, with these methods of the first project, the account's, the strict and the other one.
pub(crate) fn service_at(
    url: &str,
    first: &[&'static MethodFacts],
    account: &[&'static MethodFacts],
    strict: &[&'static MethodFacts],
    others: &[&'static MethodFacts],
) -> Target {
    let project = |id, secret, methods: &[&'static MethodFacts]| {
        let project = Project::new(id, secret).unwrap();
        project.with_methods(methods.iter().copied())
    };
    let first = project(PROJECT, SECRETS[0], first).with_secret(SECRETS[1]);
    let account = project(ACCOUNT_PROJECT, SECRETS[2], account);
    Target::service(url, first.unwrap())
        .with_project(account.with_kassa24_answers(Kassa24Answers::Account))
        .with_project(project(STRICT_PROJECT, SECRETS[2], strict).with_strict_contracts())
        .with_project(project(OTHER_PROJECT, SECRETS[2], others))
        .with_observer(Admin::new(url, "token"))
}
