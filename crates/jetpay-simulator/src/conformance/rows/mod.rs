//! What is checked, row by row. A file holds what one part of the protocol demands.

mod amounts;
mod attacks;
mod callback_refused;
mod callback_shapes;
mod callback_urls;
mod check_deposit;
mod contracts;
mod credit;
mod fields;
mod http;
mod kassa24;
mod no_credit;
mod odd_texts;
mod order;
mod quarantine;
mod refund;
mod secrets;
mod signature;
mod typed_verify;
mod unreadable;
mod verify;

use super::check::{Row, Section};
use crate::methods::{ContractFields, MethodFacts};

/// All rows, in the order of a report: what the documents show, then bad input, then attacks.
pub(crate) static ALL: &[&[Row]] = &[
    verify::ROWS,
    contracts::ROWS,
    check_deposit::ROWS,
    kassa24::ROWS,
    typed_verify::ROWS,
    credit::ROWS,
    no_credit::ROWS,
    order::ROWS,
    refund::ROWS,
    quarantine::ROWS,
    callback_shapes::ROWS,
    odd_texts::ROWS,
    callback_urls::ROWS,
    callback_refused::ROWS,
    unreadable::ROWS,
    signature::ROWS,
    secrets::ROWS,
    fields::ROWS,
    amounts::ROWS,
    http::ROWS,
    attacks::ROWS,
];

/// What the signature does not protect.
const SIGNATURE: Section = Section::Ours("protocol 2: signature");
/// Which answers a method has.
const METHOD: Section = Section::Ours("protocol 3: the five methods");
/// How callbacks are taken and answered.
const ANSWERS: Section = Section::Ours("protocol 4: answers to callbacks");
const WORDS: Section = Section::Ours("protocol 4: open words and fields");
/// The rules that keep the money right.
const RULE_1: Section = Section::Ours("protocol 5, rule 1: no effects");
const RULE_2: Section = Section::Ours("protocol 5, rule 2: pending");
const RULE_3: Section = Section::Ours("protocol 5, rule 3: one credit");
const RULE_5: Section = Section::Ours("protocol 5, rule 5: any order");
const RULE_7: Section = Section::Ours("protocol 5, rule 7: take and flag");
/// Rows of the table of bad input.
const UNREADABLE: Section = Section::Ours("bad input: unreadable");
const UNSIGNED: Section = Section::Ours("bad input: signature, project, method");
const BAD_FIELD: Section = Section::Ours("bad input: signed, but a field is wrong");

fn has_contracts(method: &MethodFacts) -> bool {
    method.contract_fields != ContractFields::None
}

fn no_contracts(method: &MethodFacts) -> bool {
    method.contract_fields == ContractFields::None
}

fn always_contracts(method: &MethodFacts) -> bool {
    method.contract_fields == ContractFields::EntityId
}

/// The method with two options of answers.
fn two_options(method: &MethodFacts) -> bool {
    method.contract_fields == ContractFields::EntityIdAndNumber
}
