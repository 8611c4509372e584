//! Payments: announced by `check_deposit`, or taken over from an older system.

use super::callback::match_waiting;
use super::{Books, Failure, Keys, Work};
use crate::error::Error;
use crate::millis::Millis;
use crate::payment::{Imported, NewPayment};

/// Records a pending payment, and applies the callbacks that came before it.
pub(crate) struct RecordPayment(pub(crate) NewPayment);

impl Work for RecordPayment {
    type Done = Result<(), Error>;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.0.id.clone());
        keys.announces = true;
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Self::Done, Failure> {
        let new = announce(books, &self.0, self.0.created_at)?;
        Ok(new.then_some(()).ok_or(Error::PaymentExists))
    }
}

/// Records the pending payments of an older system. Those that are there already stay as they are.
pub(crate) struct ImportPayments {
    pub(crate) payments: Vec<NewPayment>,
    pub(crate) now: Millis,
}

impl Work for ImportPayments {
    type Done = Imported;

    fn keys(&self, keys: &mut Keys) {
        let ids = self.payments.iter().map(|payment| payment.id.clone());
        keys.payouts.extend(ids.clone());
        keys.payments.extend(ids);
        keys.announces = true;
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<Imported, Failure> {
        let mut imported = Imported::default();
        for payment in &self.payments {
            // Ids of payments and payouts are one set.
            let of_payout = books.payout(&payment.id)?.is_some();
            if !of_payout && announce(books, payment, self.now)? {
                imported.new += 1;
            } else {
                imported.known += 1;
            }
        }
        Ok(imported)
    }
}

/// Whether the payment's id was free.
pub(super) fn announce(
    books: &mut dyn Books,
    payment: &NewPayment,
    now: Millis,
) -> Result<bool, Failure> {
    let new = books.add_payment(payment)?;
    if new {
        books.counts().pending += 1;
        match_waiting(books, &payment.id, now)?;
    }
    Ok(new)
}
