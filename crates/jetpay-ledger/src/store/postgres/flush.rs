//! The second round trip: writes what a group changed, and commits.

mod events;
mod money;
mod payments;
mod payouts;

use futures_util::try_join;
use jetpay_core::id::OperationId;
use tokio_postgres::Error;
use tokio_postgres::types::ToSql;

use super::desk::{Desk, PaymentRow};
use super::rows;
use super::session::Session;
use crate::work::Failure;

type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// All statements are sent without waiting for each other's answers: each future sends one, when it is first polled, and
/// that is in this order. A second statement of one future would come after the commit. If one fails, the commit rolls
/// back. The row of `counts` is locked last, so that servers wait for each other no longer than a commit takes. What
/// groups seldom have is boxed, so that a lane does not carry the room for it for ever.
pub(super) async fn flush(session: &Session, desk: &Desk) -> Result<(), FlushError> {
    let flags = flags(desk)?;
    try_join!(
        payments::add_payments(session, desk, &flags),
        payments::change_payments(session, desk),
        events::add_events(session, desk),
        events::move_events(session, desk),
        Box::pin(payouts::add_payouts(session, desk)),
        Box::pin(payouts::change_payouts(session, desk)),
        Box::pin(payments::put_customers(session, desk)),
        Box::pin(payments::delete_customers(session, desk)),
        money::count(session, desk),
        money::add_entries(session, desk),
        Box::pin(payouts::add_steps(session, desk)),
        Box::pin(money::add_alarms(session, desk)),
        Box::pin(money::add_settlements(session, desk)),
        Box::pin(money::settle_alarms(session, desk)),
        session.client.batch_execute("COMMIT"),
    )?;
    Ok(())
}

/// Why nothing is known to be written.
pub(super) enum FlushError {
    Database(Error),
    Row(Failure),
}

impl From<Error> for FlushError {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

impl From<Failure> for FlushError {
    fn from(failure: Failure) -> Self {
        Self::Row(failure)
    }
}

fn new_payments(desk: &Desk) -> impl Iterator<Item = &PaymentRow> {
    let rows = desk.payments.values().flatten();
    rows.filter(|row| row.new.is_some())
}

fn flags(desk: &Desk) -> Result<Vec<Option<String>>, Failure> {
    let new = new_payments(desk).filter_map(|row| row.new.as_ref());
    new.map(|payment| rows::json(&payment.flags)).collect()
}

fn number(id: OperationId) -> i64 {
    id.number().cast_signed()
}

/// Fills columns from rows: `columns!(rows, row => name: value, ...)`.
macro_rules! columns {
    ($rows:expr, $row:pat => $($name:ident: $value:expr,)+) => {
        $(let mut $name = Vec::new();)+
        for $row in $rows {
            $($name.push($value);)+
        }
    };
}

use columns;
