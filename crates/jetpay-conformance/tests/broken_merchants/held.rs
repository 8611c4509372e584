//! How a merchant is held: what is known of it, and what is demanded.

use std::sync::Arc;

use jetpay_conformance::{Customers, Kassa24Answers, Observation, Project, Target};
use jetpay_platform::{Admin, MethodFacts};

use crate::merchant::{
    ACCOUNT_PROJECT, Fault, OTHER_PROJECT, PROJECT, SECRETS, STRICT_PROJECT, Shop, keyring, serve,
};

/// How a merchant is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// As anybody's endpoint.
    Stranger,
    /// The same, answering Kassa24 with the account alone.
    AccountAlone,
    /// As the service `jetpay`.
    Strictly,
    /// The same with a second method.
    StrictlyByTwoMethods,
}

/// A merchant of one method as anybody's endpoint: one URL, one project and another one, successes, one URL to observe.
pub(crate) fn stranger(
    fault: Fault,
    method: &'static MethodFacts,
    answers: Kassa24Answers,
) -> (Target, Arc<Shop>) {
    let customers = Customers::standard();
    let shop = Arc::new(Shop::new(fault, customers.as_json()));
    let url = serve(Arc::clone(&shop), keyring());
    let projects = [(PROJECT, SECRETS[0]), (ACCOUNT_PROJECT, SECRETS[2])];
    let [(id, secret), (other_id, other_secret)] = match answers {
        Kassa24Answers::Contracts => projects,
        Kassa24Answers::Account => [projects[1], projects[0]],
    };
    let project = Project::new(id, secret)
        .unwrap()
        .only([method])
        .answering_kassa24(answers);
    let other = Project::new(other_id, other_secret)
        .unwrap()
        .only([])
        .answering_kassa24(answers);
    let mut target = Target::at(format!("{url}/{}", method.name), project, customers)
        .and_project(other)
        .observed_by(Observation::new(format!("{url}/seen/{{payment_id}}"), None));
    target.credits = true;
    (target, shop)
}

/// A merchant of a method, and of others by another project, held as the service `jetpay`.
pub(super) fn strict(
    fault: Fault,
    method: &'static MethodFacts,
    others: &[&'static MethodFacts],
) -> (Target, Arc<Shop>) {
    let shop = Arc::new(Shop::new(fault, Customers::standard().as_json()));
    let url = serve(Arc::clone(&shop), keyring());
    let first = Project::new(PROJECT, SECRETS[0])
        .and_then(|project| project.and_secret(SECRETS[1]))
        .unwrap()
        .only([method]);
    let project = |id| Project::new(id, SECRETS[2]).unwrap();
    let target = Target::service(&url, first)
        .and_project(
            project(ACCOUNT_PROJECT)
                .only([])
                .answering_kassa24(Kassa24Answers::Account),
        )
        .and_project(project(STRICT_PROJECT).only([method]).strict())
        .and_project(project(OTHER_PROJECT).only(others.iter().copied()))
        .observed_by(Admin::new(url, "token"));
    (target, shop)
}
