//! Merchants with one fault each: a deviation from the right merchant, and the checks that must find it.

mod answers;
mod as_service;
mod comes;
mod documented;
mod fields;
mod ledger;
mod odd;
mod shapes;
mod signed;
mod wire;

use std::time::Duration;

use jetpay_conformance::{Kassa24Answers, Target};
use jetpay_platform::{KASPI, KASSA24, MethodFacts, QIWI_KZ};
use serde_json::Value;

use crate::checked_as::{CheckedAs, any_merchant, service};
use crate::merchant::{Answer, Change, Fault, Incoming, Instead, LedgerFault, Wire};

/// How long an answer may take by default.
const PATIENCE: Duration = Duration::from_secs(5);

/// A merchant with one fault.
#[derive(Clone, Copy)]
pub(crate) struct Broken {
    /// `None` for a fault that has a name of its own.
    name: Option<&'static str>,
    pub(crate) fault: Fault,
    /// The rows of the checks that must fail. If one of them must hold, the report is bad; otherwise it contains advice.
    pub(crate) caught_by: &'static [&'static str],
    pub(crate) method: &'static MethodFacts,
    /// Whether more than half of the checks may fail.
    pub(crate) everywhere: bool,
    checked_as: CheckedAs,
    patience: Duration,
}

/// A merchant of Kaspi without a fault yet, checked as any merchant's endpoint.
const fn merchant(name: &'static str) -> Broken {
    Broken {
        name: Some(name),
        fault: Fault::None,
        caught_by: &[],
        method: &KASPI,
        everywhere: false,
        checked_as: CheckedAs::AnyMerchant,
        patience: PATIENCE,
    }
}

/// A merchant whose ledger slips. The fault names it.
const fn slip(fault: LedgerFault) -> Broken {
    Broken {
        name: None,
        ..merchant("").with(Fault::Ledger(fault))
    }
}

/// A merchant that reads or writes HTTP wrongly. The fault names it.
const fn wire(fault: Wire) -> Broken {
    Broken {
        name: None,
        ..merchant("").with(Fault::Wire(fault))
    }
}

/// What the merchant does wrong.
impl Broken {
    const fn with(self, fault: Fault) -> Self {
        Self { fault, ..self }
    }

    /// Changes the fields of a request before it processes them.
    const fn reads(self, reads: fn(&mut Value)) -> Self {
        self.with(Fault::Reads(reads))
    }

    /// Changes a request before it processes it.
    const fn comes(self, comes: fn(&mut Incoming)) -> Self {
        self.with(Fault::Comes(comes))
    }

    const fn crashes(self, when: fn(&Incoming) -> bool) -> Self {
        self.with(Fault::Stops(when, Instead::Crash))
    }

    const fn hangs_up(self, when: fn(&Incoming) -> bool) -> Self {
        self.with(Fault::Stops(when, Instead::HangUp))
    }

    /// Refuses requests with this code, and callbacks with this HTTP status.
    const fn refuses(self, code: u16, when: fn(&Incoming) -> bool) -> Self {
        self.with(Fault::Stops(when, Instead::Refusal(code)))
    }

    /// Answers with this HTTP status and no body.
    const fn says(self, status: u16, when: fn(&Incoming) -> bool) -> Self {
        self.with(Fault::Stops(when, Instead::Status(status)))
    }

    /// Changes the fields of its answers.
    const fn edits(self, edit: fn(&mut Value)) -> Self {
        self.with(Fault::Answers(always, Change::Fields(edit)))
    }

    /// Changes the text of its answers.
    const fn rewrites(self, rewrite: fn(&str) -> String) -> Self {
        self.with(Fault::Answers(always, Change::Text(rewrite)))
    }

    /// Changes its answers.
    const fn changes(self, change: fn(&mut Answer)) -> Self {
        self.with(Fault::Answers(always, Change::Answer(change)))
    }

    /// Only these answers.
    const fn on(self, when: fn(&Incoming, &Answer) -> bool) -> Self {
        match self.fault {
            Fault::Answers(_, change) => self.with(Fault::Answers(when, change)),
            _ => panic!("a fault of answers"),
        }
    }
}

fn always(_: &Incoming, _: &Answer) -> bool {
    true
}

fn verified(incoming: &Incoming, answer: &Answer) -> bool {
    incoming.is_verify() && answer.is_good()
}

fn deposited(incoming: &Incoming, answer: &Answer) -> bool {
    incoming.is_check_deposit() && answer.is_good()
}

fn acknowledged(incoming: &Incoming, answer: &Answer) -> bool {
    incoming.is_callback() && answer.status == 200
}

fn refused(_: &Incoming, answer: &Answer) -> bool {
    answer.is_refusal()
}

/// The customer who owes nothing.
fn owes_nothing(incoming: &Incoming, _: &Answer) -> bool {
    incoming.text().contains("7000000204")
}

/// Whether a message has a text at a JSON pointer for which this holds.
fn has_text(incoming: &Incoming, place: &str, holds: fn(&str) -> bool) -> bool {
    incoming.at(place).as_str().is_some_and(holds)
}

fn remove(answer: &mut Value, name: &str) {
    if let Some(answer) = answer.as_object_mut() {
        answer.remove(name);
    }
}

fn each_contract(answer: &mut Value, change: fn(&mut Value)) {
    let contracts = answer.get_mut("entities").and_then(Value::as_array_mut);
    contracts.into_iter().flatten().for_each(change);
}

/// Changes the text at a JSON pointer if there is one.
fn change_text(message: &mut Value, place: &str, change: impl Fn(&str) -> String) {
    if let Some(value) = message.pointer_mut(place)
        && let Some(text) = value.as_str()
    {
        *value = change(text).into();
    }
}

/// Replaces a field if there is one.
fn replace(answer: &mut Value, name: &str, value: impl Into<Value>) {
    if let Some(field) = answer.get_mut(name) {
        *field = value.into();
    }
}

/// How the merchant is checked, and what finds the fault.
impl Broken {
    const fn fails(self, caught_by: &'static [&'static str]) -> Self {
        Self { caught_by, ..self }
    }

    const fn by(self, method: &'static MethodFacts) -> Self {
        Self { method, ..self }
    }

    const fn checked_as(self, checked_as: CheckedAs) -> Self {
        Self { checked_as, ..self }
    }

    /// A merchant of Kassa24 with the answers of option 1.
    const fn account_only(self) -> Self {
        self.by(&KASSA24).checked_as(CheckedAs::AccountOnly)
    }

    /// Checked as the service `jetpay`.
    const fn as_service(self) -> Self {
        self.checked_as(CheckedAs::Service)
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

    /// `knows-repeats-by-bytes`, of its own or of the fault in the ledger or in HTTP.
    pub(crate) fn name(&self) -> String {
        let fault = match (self.name, self.fault) {
            (Some(name), _) => return name.to_owned(),
            (None, Fault::Ledger(fault)) => format!("{fault:?}"),
            (None, Fault::Wire(fault)) => format!("{fault:?}"),
            (None, _) => panic!("a fault without a name"),
        };
        let mut name = String::new();
        for letter in fault.chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }

    /// Whether it answers later than the time limit.
    pub(crate) fn is_slow(&self) -> bool {
        self.patience < PATIENCE
    }

    /// Opens the endpoint. Returns the target of the checks.
    pub(crate) fn open(&self) -> Target {
        let (mut target, _) = match self.checked_as {
            CheckedAs::AnyMerchant => {
                any_merchant(self.fault, self.method, Kassa24Answers::Contracts)
            }
            CheckedAs::AccountOnly => {
                any_merchant(self.fault, self.method, Kassa24Answers::Account)
            }
            CheckedAs::Service => service(self.fault, self.method, &[]),
            CheckedAs::ServiceWithTwoMethods => service(self.fault, self.method, &[&QIWI_KZ]),
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

/// The broken merchant with this name.
pub(crate) fn named(name: &str) -> &'static Broken {
    let mut found = all().filter(|broken| broken.name() == name);
    found.next().expect(name)
}
