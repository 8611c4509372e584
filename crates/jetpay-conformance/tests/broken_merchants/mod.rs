//! Merchants that are wrong in one thing each, and the checks that must name it.

mod answers;
mod comes;
mod documented;
mod fields;
mod held;
mod held_strictly;
mod ledger;
mod odd;
mod shapes;
mod signed;
mod wire;

use std::time::Duration;

use held::Held;
use jetpay_conformance::{Kassa24Answers, Level, Target};
use jetpay_platform::{KASPI, KASSA24, MethodFacts, QIWI_KZ};

use crate::merchant::{Fault, LedgerFault, Wire};

pub(crate) use held::{reports, stranger};

/// How long an answer may take, when nothing else is said.
const PATIENCE: Duration = Duration::from_secs(5);

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

    /// Whether it takes longer than is waited for.
    pub(crate) fn is_slow(&self) -> bool {
        self.patience < PATIENCE
    }

    /// Opens it: its target, as it is held.
    pub(crate) fn open(&self) -> Target {
        let (mut target, _) = match self.held {
            Held::Stranger => held::stranger(self.fault, self.method, Kassa24Answers::Contracts),
            Held::AccountAlone => held::stranger(self.fault, self.method, Kassa24Answers::Account),
            Held::Strictly => held::strict(self.fault, self.method, &[]),
            Held::StrictlyByTwoMethods => held::strict(self.fault, self.method, &[&QIWI_KZ]),
        };
        target.time_limit = self.patience;
        target
    }
}

/// All of them.
pub(crate) fn all() -> impl Iterator<Item = &'static Broken> {
    [
        // Those take longest.
        wire::ALL,
        answers::ALL,
        ledger::ALL,
        comes::ALL,
        documented::ALL,
        fields::ALL,
        held_strictly::ALL,
        odd::ALL,
        shapes::ALL,
        signed::ALL,
    ]
    .into_iter()
    .flatten()
}
