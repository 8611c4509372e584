//! Payouts: what is done about them in a transaction.

mod books;
mod callback;
mod errand;
mod forget;
mod outcome;
mod record;

pub use books::PayoutBooks;
pub(crate) use errand::TakeUp;
pub(crate) use forget::ForgetPayers;
pub(crate) use outcome::{RecordOutcome, SettlePayout};
pub(crate) use record::RecordPayout;

pub(super) use callback::callback;

use super::alarm::raise;
use super::{Books, Failure};
use crate::alarm::Cause;
use crate::millis::Millis;
use crate::payout::{Change, NewStep, Step};
use crate::store::PayoutRow;

/// Writes what follows for a payout; nothing if nothing does.
fn follow(
    books: &mut dyn Books,
    mut row: PayoutRow,
    change: Change,
    now: Millis,
) -> Result<(), Failure> {
    for step in change.steps {
        add_step(books, &row, step, now)?;
    }
    for alarm in &change.alarms {
        let cause = Cause {
            kind: alarm.kind,
            project_id: row.payout.project_id,
            payment_id: Some(&row.payout.id),
            operation_id: alarm.operation_id,
            reason: None,
            body: None,
        };
        raise(books, &cause, now)?;
    }
    if row.standing != change.standing {
        row.standing = change.standing;
        row.changed_at = now;
        books.change_payout(&row)?;
    }
    Ok(())
}

fn add_step(
    books: &mut dyn Books,
    row: &PayoutRow,
    step: NewStep,
    now: Millis,
) -> Result<(), Failure> {
    books.add_step(&Step {
        seq: 0,
        payment_id: row.payout.id.clone(),
        project_id: row.payout.project_id,
        what: step.what,
        amount: step.amount,
        operation_id: step.operation_id,
        code: step.code,
        message: step.message,
        time: now,
    })
}
