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

use super::group::Group;
use super::project::Kassa24Answers;
use super::row::{Row, Section};
use super::target::Target;
use crate::methods::{ContractFields, MethodFacts};

/// All rows, chapter by chapter, in the order of a report.
static CHAPTERS: &[(Group, &[&[Row]])] = &[
    (
        Group::Documented,
        &[
            verify::ROWS,
            contracts::ROWS,
            check_deposit::ROWS,
            kassa24::ROWS,
            typed_verify::ROWS,
        ],
    ),
    (Group::Shape, &[]),
    (
        Group::Signatures,
        &[callback_refused::ROWS, signature::ROWS, secrets::ROWS],
    ),
    (Group::Malleability, &[attacks::ROWS]),
    (Group::Idempotence, &[credit::ROWS]),
    (
        Group::Money,
        &[
            no_credit::ROWS,
            refund::ROWS,
            quarantine::ROWS,
            callback_shapes::ROWS,
            odd_texts::ROWS,
            callback_urls::ROWS,
        ],
    ),
    (Group::Order, &[order::ROWS]),
    (
        Group::BadInput,
        &[unreadable::ROWS, fields::ROWS, amounts::ROWS],
    ),
    (Group::Robustness, &[http::ROWS]),
    (Group::Time, &[]),
];

/// All rows, each with its chapter.
pub(crate) fn all() -> impl Iterator<Item = (Group, &'static Row)> {
    CHAPTERS.iter().flat_map(|(group, files)| {
        let rows = files.iter().copied().flatten();
        rows.map(|row| (*group, row))
    })
}

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

fn has_contracts(method: &MethodFacts, target: &Target) -> bool {
    match method.contract_fields {
        ContractFields::None => false,
        ContractFields::EntityId => true,
        ContractFields::EntityIdAndNumber => target.answers_kassa24(Kassa24Answers::Contracts),
    }
}

fn no_contracts(method: &MethodFacts, _: &Target) -> bool {
    method.contract_fields == ContractFields::None
}

fn always_contracts(method: &MethodFacts, _: &Target) -> bool {
    method.contract_fields == ContractFields::EntityId
}

/// The method with two options of answers, where the first one is used.
fn option_1(method: &MethodFacts, target: &Target) -> bool {
    two_options(method) && target.answers_kassa24(Kassa24Answers::Account)
}

/// The method with two options of answers, where the second one is used.
fn option_2(method: &MethodFacts, target: &Target) -> bool {
    two_options(method) && target.answers_kassa24(Kassa24Answers::Contracts)
}

fn two_options(method: &MethodFacts) -> bool {
    method.contract_fields == ContractFields::EntityIdAndNumber
}

/// A URL that takes callbacks alone.
fn has_callback_url(_: &MethodFacts, target: &Target) -> bool {
    target.callback_urls.last() != Some(&target.url)
}

/// What only the service `jetpay` promises.
fn strict(_: &MethodFacts, target: &Target) -> bool {
    target.strict
}
