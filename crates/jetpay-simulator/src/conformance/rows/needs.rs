//! What a check needs that whoever runs it can name.

use crate::conformance::outcome::{Checked, Stop};
use crate::conformance::scene::Scene;
use crate::messages::Contract;

/// A contract of the payer that cannot be paid.
pub(crate) fn closed_contract<'a>(scene: &'a Scene<'_>) -> Checked<&'a Contract> {
    let closed = scene.target.customers.closed.as_ref();
    closed.ok_or(Stop::NotRun {
        why: "needs a contract that cannot be paid: name it with --closed-contract",
    })
}

/// The customer who owes nothing.
pub(crate) fn owes_nothing<'a>(scene: &'a Scene<'_>) -> Checked<&'a str> {
    let customer = scene.target.customers.owes_nothing.as_deref();
    customer.ok_or(Stop::NotRun {
        why: "needs a customer who owes nothing on any contract",
    })
}
