//! Payments: announced by `check_deposit`, or imported from an older system.

use super::callback::match_waiting;
use crate::model::{Error, Imported, Millis, NewPayment};
use crate::port::{Command, Keys, LedgerTransaction, TransactionError};

/// Records a pending payment, and applies the callbacks that came before it.
pub(crate) struct RecordPayment(pub(crate) NewPayment);

impl Command for RecordPayment {
    type Output = Result<(), Error>;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.0.id.clone());
        keys.announces = true;
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<Self::Output, TransactionError> {
        let new = announce(transaction, &self.0, self.0.created_at)?;
        Ok(new.then_some(()).ok_or(Error::PaymentExists))
    }
}

/// Records the pending payments of an older system. A payment whose id is known stays as it is.
pub(crate) struct ImportPayments {
    pub(crate) payments: Vec<NewPayment>,
    pub(crate) now: Millis,
}

impl Command for ImportPayments {
    type Output = Imported;

    fn keys(&self, keys: &mut Keys) {
        let ids = self.payments.iter().map(|payment| payment.id.clone());
        keys.payouts.extend(ids.clone());
        keys.payments.extend(ids);
        keys.announces = true;
    }

    fn run(
        &mut self,
        transaction: &mut dyn LedgerTransaction,
    ) -> Result<Imported, TransactionError> {
        let mut imported = Imported::default();
        for payment in &self.payments {
            // Payments and payouts share one set of ids.
            let is_payout = transaction.payout(&payment.id)?.is_some();
            if !is_payout && announce(transaction, payment, self.now)? {
                imported.new += 1;
            } else {
                imported.known += 1;
            }
        }
        Ok(imported)
    }
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
