//! The response to a status request, read as the callbacks that it stands for.

use std::collections::BTreeSet;

use super::Authentic;
use super::callback::{Callback, Needed, require_absent, require_whole_words};
use super::fields::{Field, Fields};
use super::harmless::Harmless;
use crate::rejection::{FieldFlaw, Rejection};
use crate::signature::Found;
use crate::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};

/// Fields that no status answer has, but that other signed messages have: `operation` in callbacks, `type` in `verify` and
/// `check_deposit`, `general` in requests to the Gate.
const FOREIGN: [Field; 3] = [Field::Operation, Field::Type, Field::General];

/// The fields that an effect depends on, or the refusal of a foreign message. `operations` covers every field of every listed
/// operation: an attacker cannot move a field from one operation into a text, nor out of it.
const EFFECT: [&str; 8] = [
    Field::ProjectId.path(),
    Field::PaymentId.path(),
    Field::PaymentStatus.path(),
    Field::PaymentType.path(),
    Field::Operations.path(),
    FOREIGN[0].path(),
    FOREIGN[1].path(),
    FOREIGN[2].path(),
];

/// No payment has so many operations. Each becomes a callback with a copy of the body.
const MAX_OPERATIONS: usize = 100;

/// See [`Authentic::status_answer`].
pub(super) fn read(message: &Authentic<'_, '_>) -> Result<Vec<Callback>, Rejection> {
    message.require_uncut(&EFFECT)?;
    let fields = Fields::of(message);
    for foreign in FOREIGN {
        let flaw = "absent: a status answer has no such field, other signed messages have";
        require_absent(&fields, foreign, flaw)?;
    }
    let listed = indexes(message, fields.at(Field::Operations))?.into_iter();
    let callbacks = listed.map(|index| operation(message, index));
    let mut callbacks = callbacks.collect::<Result<Vec<_>, _>>()?;
    callbacks.sort_by_key(|callback| (!is_good_sale(callback), callback.operation.id));
    Ok(callbacks)
}

/// The indexes of the list `operations`. An element without any value is not signed, and says nothing.
fn indexes(message: &Authentic<'_, '_>, list: Found<'_>) -> Result<BTreeSet<usize>, Rejection> {
    let path = Field::Operations.path();
    let flaw = |flaw| Rejection::Field { path, flaw };
    let not_a_list = || flaw(FieldFlaw::NotA("a list of at most 100 objects"));
    let mut indexes = BTreeSet::new();
    for below in message.canonical().below(path) {
        let (index, _) = below.split_once(':').ok_or_else(not_a_list)?;
        let number = index.parse().map_err(|_| not_a_list())?;
        // An object in the place of the list can have the key `01`.
        if usize::to_string(&number) != index {
            return Err(not_a_list());
        }
        indexes.insert(number);
    }
    match indexes.len() {
        0 if list.is_any() => Err(not_a_list()),
        0 => Err(flaw(FieldFlaw::Missing)),
        1..=MAX_OPERATIONS => Ok(indexes),
        _ => Err(not_a_list()),
    }
}

fn operation(message: &Authentic<'_, '_>, index: usize) -> Result<Callback, Rejection> {
    let fields = Fields::with_listed(message, index);
    require_whole_words(&fields)?;
    let status = Harmless::of(&fields).word(Field::OperationStatus);
    let needed = Needed {
        operation: true,
        sum: status.map(OperationStatus::from) == Some(OperationStatus::Success),
    };
    let mut callback = Callback::of(&fields, needed, message.body())?;
    let class = callback.payment.status.class();
    if class == StatusClass::AfterSuccess && is_good_sale(&callback) {
        callback.payment.status = PaymentStatus::Success;
    }
    Ok(callback)
}

fn is_good_sale(callback: &Callback) -> bool {
    callback.operation.kind == Some(OperationType::Sale)
        && callback.operation.status == Some(OperationStatus::Success)
}
