//! Merchants that are wrong in one thing each, and the checks that must name it.

mod answers;
mod books;
mod comes;
mod documented;
mod held_strictly;
mod odd;
mod refusals;
mod shapes;
mod signed;
mod wire;
mod written;

use std::sync::Arc;
use std::time::Duration;

use jetpay_simulator::conformance::{
    Customers, Kassa24Answers, Level, Observation, Project, Target,
};
use jetpay_simulator::{Admin, KASPI, KASSA24, MethodFacts, QIWI_KZ};

use crate::shop::{
    ACCOUNT_PROJECT, Fault, OTHER_PROJECT, PROJECT, SECRETS, STRICT_PROJECT, Shop, Slip, Wire,
    keyring, serve,
};

/// A merchant that is wrong in one thing.
#[derive(Clone, Copy)]
pub(crate) struct Broken {
    pub(crate) name: &'static str,
    /// One sentence: what it does.
    pub(crate) wrong: &'static str,
    pub(crate) fault: Fault,
    /// The rows of the checks that must name it.
    pub(crate) caught_by: &'static [&'static str],
    pub(crate) method: &'static MethodFacts,
    /// Whether its report must be bad, or only less good than it could be.
    pub(crate) level: Level,
    /// Whether more than half of the checks may fail.
    pub(crate) everywhere: bool,
    held: Held,
    patience: Duration,
}

/// How a merchant is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// As anybody's endpoint.
    Stranger,
    /// The same, answering Kassa24 with the account alone.
    AccountAlone,
    /// As the service `jetpay`.
    Strictly,
    /// The same with a second method.
    StrictlyByTwoMethods,
}

impl Broken {
    /// A merchant of Kaspi, held as a stranger, whose report must be bad.
    const fn new(
        name: &'static str,
        wrong: &'static str,
        fault: Fault,
        caught_by: &'static [&'static str],
    ) -> Self {
        Self {
            name,
            wrong,
            fault,
            caught_by,
            method: &KASPI,
            level: Level::Must,
            everywhere: false,
            held: Held::Stranger,
            patience: Duration::from_secs(5),
        }
    }

    const fn slips(
        name: &'static str,
        wrong: &'static str,
        slip: Slip,
        caught_by: &'static [&'static str],
    ) -> Self {
        Self::new(name, wrong, Fault::Books(slip), caught_by)
    }

    const fn wire(
        name: &'static str,
        wrong: &'static str,
        wire: Wire,
        caught_by: &'static [&'static str],
    ) -> Self {
        Self::new(name, wrong, Fault::Wire(wire), caught_by)
    }

    const fn by(self, method: &'static MethodFacts) -> Self {
        Self { method, ..self }
    }

    /// Of Kassa24, with the account alone.
    const fn account_alone(self) -> Self {
        Self {
            held: Held::AccountAlone,
            ..self.by(&KASSA24)
        }
    }

    /// Held as the service `jetpay`.
    const fn strictly(self) -> Self {
        Self {
            held: Held::Strictly,
            ..self
        }
    }

    /// The same, and serving QIWI, too.
    const fn strictly_with_another_method(self) -> Self {
        Self {
            held: Held::StrictlyByTwoMethods,
            ..self
        }
    }

    /// Only advised against: the report stays good.
    const fn advised_against(self) -> Self {
        Self {
            level: Level::Should,
            ..self
        }
    }

    /// More than half of the checks may fail.
    const fn everywhere(self) -> Self {
        Self {
            everywhere: true,
            ..self
        }
    }

    const fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Opens it: its target, as it is held.
    pub(crate) fn open(&self) -> Target {
        let (target, _) = match self.held {
            Held::Stranger => stranger(self.fault, self.method, Kassa24Answers::Contracts),
            Held::AccountAlone => stranger(self.fault, self.method, Kassa24Answers::Account),
            Held::Strictly => strict(self.fault, self.method, &[]),
            Held::StrictlyByTwoMethods => strict(self.fault, self.method, &[&QIWI_KZ]),
        };
        let mut target = target;
        target.time_limit = self.patience;
        target
    }
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Broken> {
    [
        answers::ALL,
        books::ALL,
        comes::ALL,
        documented::ALL,
        held_strictly::ALL,
        odd::ALL,
        refusals::ALL,
        shapes::ALL,
        signed::ALL,
        wire::ALL,
        written::ALL,
    ]
    .into_iter()
    .flatten()
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
fn strict(
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
