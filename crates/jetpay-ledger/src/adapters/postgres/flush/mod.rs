//! The second round trip: writes what a group changed, and commits.

mod money;
mod payments;

use super::error::PostgresError;
use super::rows;
use super::session::Session;
use super::wire::send;
use super::working_set::{PaymentRow, WorkingSet};
use crate::port::TransactionError;

/// Sends all statements in this order, then waits for the answers. If a statement fails, `COMMIT` rolls back.
///
/// Payments come before `counts`: a server that waits for the row of `counts` holds its payments already, and two servers
/// never wait for each other in a ring. `counts` comes as late as it can, so that servers wait for each other no longer than
/// one commit takes; only what takes its numbers from that row comes after it.
pub(super) async fn flush(session: &Session, set: &WorkingSet) -> Result<(), PostgresError> {
    let written = write(session, set).await;
    written.map_err(PostgresError::committing)
}

async fn write(session: &Session, set: &WorkingSet) -> Result<(), PostgresError> {
    let (flags, contracts) = (flags(set)?, contracts(set)?);
    let answers = [
        send(payments::add_payments(session, set, &flags)).await,
        send(payments::change_payments(session, set)).await,
        send(payments::add_events(session, set)).await,
        send(payments::set_event_statuses(session, set)).await,
        send(payments::complete_events(session, set)).await,
        send(money::add_payouts(session, set)).await,
        send(money::change_payouts(session, set)).await,
        send(payments::put_customers(session, set, &contracts)).await,
        send(payments::delete_customers(session, set)).await,
        send(money::count(session, set)).await,
        send(money::add_entries(session, set)).await,
        send(money::add_steps(session, set)).await,
        send(money::add_alarms(session, set)).await,
        send(money::add_resolutions(session, set)).await,
        send(money::resolve_alarms(session, set)).await,
        send(async { session.client.batch_execute("COMMIT").await }).await,
    ];
    for answer in answers {
        answer.wait().await?;
    }
    Ok(())
}

fn new_payments(set: &WorkingSet) -> impl Iterator<Item = &PaymentRow> {
    let rows = set.payments.values().flatten();
    rows.filter(|row| row.new.is_some())
}

fn flags(set: &WorkingSet) -> Result<Vec<Option<String>>, TransactionError> {
    let new = new_payments(set).filter_map(|row| row.new.as_ref());
    new.map(|payment| rows::json(&payment.flags)).collect()
}

/// The contracts of the customers that are put, in their order.
fn contracts(set: &WorkingSet) -> Result<Vec<Option<String>>, TransactionError> {
    let put = set.changes.customers.values().flatten();
    put.map(|customer| rows::json(&customer.contracts))
        .collect()
}
