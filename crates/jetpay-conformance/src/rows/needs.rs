//! What a check needs that whoever runs it can name.

use crate::check_context::CheckContext;
use crate::outcome::{Checked, Stop};
use jetpay_platform::messages::Contract;

/// A contract of the payer that cannot be paid.
pub(crate) fn closed_contract<'a>(scene: &'a CheckContext<'_>) -> Checked<&'a Contract> {
    let closed = scene.target.customers.closed.as_ref();
    closed.ok_or(Stop::NotRun {
        why: "needs a contract that cannot be paid: name it with --closed-contract",
    })
}

/// The customer who owes nothing.
pub(crate) fn owes_nothing<'a>(scene: &'a CheckContext<'_>) -> Checked<&'a str> {
    let customer = scene.target.customers.owes_nothing.as_deref();
    customer.ok_or(Stop::NotRun {
        why: "needs a customer who owes nothing on any contract: name one with --owes-nothing",
    })
}
