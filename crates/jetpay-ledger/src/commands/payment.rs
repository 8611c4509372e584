//! Payments: announced by `check_deposit`, or imported from an older system.

use super::callback::match_waiting;
use crate::model::{Error, Imported, Millis, NewPayment};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// Records a pending payment, and applies the callbacks that came before it.
pub(crate) fn record_payment(payment: NewPayment) -> Command<Result<(), Error>> {
    let keys = Keys {
        payments: vec![payment.id.clone()],
        announces: true,
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let new = announce(transaction, &payment, payment.created_at)?;
        Ok(new.then_some(()).ok_or(Error::PaymentExists))
    })
}

/// Records the pending payments of an older system. A payment whose id is known stays as it is.
pub(crate) fn import_payments(payments: Vec<NewPayment>, now: Millis) -> Command<Imported> {
    let ids = payments.iter().map(|payment| payment.id.clone());
    let keys = Keys {
        payouts: ids.clone().collect(),
        payments: ids.collect(),
        announces: true,
        ..Keys::default()
    };
    Command::new(keys, move |transaction| {
        let mut imported = Imported::default();
        for payment in &payments {
            // Payments and payouts share one set of ids.
            let is_payout = transaction.payout(&payment.id)?.is_some();
            if !is_payout && announce(transaction, payment, now)? {
                imported.new += 1;
            } else {
                imported.known += 1;
            }
        }
        Ok(imported)
    })
}

/// Adds a pending payment, and applies the callbacks that wait for it. Whether its id was free.
pub(super) fn announce(
    transaction: &mut dyn LedgerTransaction,
    payment: &NewPayment,
    now: Millis,
) -> Result<bool, TransactionError> {
    let new = transaction.add_payment(payment)?;
    if new {
        transaction.counts().pending += 1;
        match_waiting(transaction, &payment.id, now)?;
    }
    Ok(new)
}
