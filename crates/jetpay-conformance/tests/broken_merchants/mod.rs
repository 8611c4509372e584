//! Merchants with one fault each, and the checks that must find it.

mod answers;
mod as_service;
mod checked_as;
mod comes;
mod documented;
mod fields;
mod ledger;
mod odd;
mod shapes;
mod signed;
mod wire;

use std::time::Duration;

use checked_as::CheckedAs;
use jetpay_conformance::{Kassa24Answers, Level, Target};
use jetpay_platform::{KASPI, KASSA24, MethodFacts, QIWI_KZ};

use crate::merchant::{Fault, LedgerFault, Wire};

pub(crate) use checked_as::{any_merchant, reports};

/// How long an answer may take by default.
const PATIENCE: Duration = Duration::from_secs(5);

/// A merchant with one fault.
#[derive(Clone, Copy)]
pub(crate) struct Broken {
    pub(crate) name: &'static str,
    /// One sentence that describes the fault.
    pub(crate) wrong: &'static str,
    pub(crate) fault: Fault,
    /// The rows of the checks that must fail.
    pub(crate) caught_by: &'static [&'static str],
    pub(crate) method: &'static MethodFacts,
    /// Whether the report must be bad, or only contain advice.
    pub(crate) level: Level,
    /// Whether more than half of the checks may fail.
    pub(crate) everywhere: bool,
    checked_as: CheckedAs,
    patience: Duration,
}

impl Broken {
    /// A merchant of Kaspi, checked as any merchant's endpoint, whose report must be bad.
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
            checked_as: CheckedAs::AnyMerchant,
            patience: PATIENCE,
        }
    }

    const fn slips(
        name: &'static str,
        wrong: &'static str,
        ledger_fault: LedgerFault,
        caught_by: &'static [&'static str],
    ) -> Self {
        Self::new(name, wrong, Fault::Ledger(ledger_fault), caught_by)
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

    /// A merchant of Kassa24 with the answers of option 1.
    const fn account_only(self) -> Self {
        Self {
            checked_as: CheckedAs::AccountOnly,
            ..self.by(&KASSA24)
        }
    }

    /// Checked as the service `jetpay`.
    const fn as_service(self) -> Self {
        Self {
            checked_as: CheckedAs::Service,
            ..self
        }
    }

    /// The same, with the method QIWI too.
    const fn as_service_with_two_methods(self) -> Self {
        Self {
            checked_as: CheckedAs::ServiceWithTwoMethods,
            ..self
        }
    }

    /// Only advice: the report stays good.
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

    /// Whether it answers later than the time limit.
    pub(crate) fn is_slow(&self) -> bool {
        self.patience < PATIENCE
    }

    /// Opens the endpoint. Returns the target of the checks.
    pub(crate) fn open(&self) -> Target {
        let (mut target, _) = match self.checked_as {
            CheckedAs::AnyMerchant => {
                checked_as::any_merchant(self.fault, self.method, Kassa24Answers::Contracts)
            }
            CheckedAs::AccountOnly => {
                checked_as::any_merchant(self.fault, self.method, Kassa24Answers::Account)
            }
            CheckedAs::Service => checked_as::service(self.fault, self.method, &[]),
            CheckedAs::ServiceWithTwoMethods => {
                checked_as::service(self.fault, self.method, &[&QIWI_KZ])
            }
        };
        target.time_limit = self.patience;
        target
    }
}

/// All broken merchants.
pub(crate) fn all() -> impl Iterator<Item = &'static Broken> {
    [
        // These take longest.
        wire::ALL,
        answers::ALL,
        ledger::ALL,
        comes::ALL,
        documented::ALL,
        fields::ALL,
        as_service::ALL,
        odd::ALL,
        shapes::ALL,
        signed::ALL,
    ]
    .into_iter()
    .flatten()
}
