//! To which methods and targets a row applies, and what a check needs from the caller.

use jetpay_platform::messages::Contract;
use jetpay_platform::{ContractFields, MethodFacts};

use crate::check::{CheckResult, Stop};
use crate::check_context::CheckContext;
use crate::target::{Kassa24Answers, Target};

pub(crate) fn has_contracts(method: &MethodFacts, target: &Target) -> bool {
    match method.contract_fields {
        ContractFields::None => false,
        ContractFields::EntityId => true,
        ContractFields::EntityIdAndNumber => target.answers_kassa24(Kassa24Answers::Contracts),
    }
}

pub(crate) fn no_contracts(method: &MethodFacts, _: &Target) -> bool {
    method.contract_fields == ContractFields::None
}

pub(crate) fn always_contracts(method: &MethodFacts, _: &Target) -> bool {
    method.contract_fields == ContractFields::EntityId
}

/// The method with two answer options, if a project uses the first one.
pub(crate) fn option_1(method: &MethodFacts, target: &Target) -> bool {
    two_options(method) && target.answers_kassa24(Kassa24Answers::Account)
}

/// The method with two answer options, if a project uses the second one.
pub(crate) fn option_2(method: &MethodFacts, target: &Target) -> bool {
    two_options(method) && target.answers_kassa24(Kassa24Answers::Contracts)
}

fn two_options(method: &MethodFacts) -> bool {
    method.contract_fields == ContractFields::EntityIdAndNumber
}

/// The target has a URL for callbacks only.
pub(crate) fn has_callback_url(_: &MethodFacts, target: &Target) -> bool {
    target.callback_urls.last() != Some(&target.url)
}

/// Only the service `jetpay` promises it.
pub(crate) fn exact(_: &MethodFacts, target: &Target) -> bool {
    target.exact
}

/// A contract of the payer that cannot be paid.
pub(crate) fn closed_contract<'a>(context: &'a CheckContext<'_>) -> CheckResult<&'a Contract> {
    let closed = context.target.customers.closed.as_ref();
    closed.ok_or(Stop::NotRun {
        why: "needs a contract that cannot be paid: name it with --closed-contract",
    })
}

/// The customer who owes nothing.
pub(crate) fn owes_nothing<'a>(context: &'a CheckContext<'_>) -> CheckResult<&'a str> {
    let customer = context.target.customers.owes_nothing.as_deref();
    customer.ok_or(Stop::NotRun {
        why: "needs a customer who owes nothing on any contract: name one with --owes-nothing",
    })
}
