//! Which methods and targets a row is about.

use crate::project::Kassa24Answers;
use crate::target::Target;
use jetpay_platform::{ContractFields, MethodFacts};

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

/// The method with two options of answers, where the first one is used.
pub(crate) fn option_1(method: &MethodFacts, target: &Target) -> bool {
    two_options(method) && target.answers_kassa24(Kassa24Answers::Account)
}

/// The method with two options of answers, where the second one is used.
pub(crate) fn option_2(method: &MethodFacts, target: &Target) -> bool {
    two_options(method) && target.answers_kassa24(Kassa24Answers::Contracts)
}

fn two_options(method: &MethodFacts) -> bool {
    method.contract_fields == ContractFields::EntityIdAndNumber
}

/// A URL that takes callbacks alone.
pub(crate) fn has_callback_url(_: &MethodFacts, target: &Target) -> bool {
    target.callback_urls.last() != Some(&target.url)
}

/// What only the service `jetpay` promises.
pub(crate) fn strict(_: &MethodFacts, target: &Target) -> bool {
    target.exact
}
