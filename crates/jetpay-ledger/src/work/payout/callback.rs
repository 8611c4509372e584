//! Callbacks of payouts.

use jetpay_core::Callback;

use super::super::{Books, Failure, callback::repeated};
use super::follow;
use crate::millis::Millis;
use crate::recorded::Recorded;
use crate::state::{Disposition, Fact};
use crate::store::PayoutRow;

/// Stores what a payout's callback says, and does what follows from it.
pub(in crate::work) fn callback(
    books: &mut dyn Books,
    row: PayoutRow,
    callback: &Callback,
    fact: &Fact,
    now: Millis,
) -> Result<Recorded, Failure> {
    let code = callback.operation.code.as_ref();
    let change = row.standing.callback(fact, code, now);
    let disposition = change.disposition;
    if !books.add_event(callback, disposition.into(), now)? {
        return repeated(books, callback, fact, now);
    }
    books.counts().quarantined += i64::from(disposition == Disposition::Quarantined);
    follow(books, row, change, now)?;
    Ok(disposition.into())
}
