//! What is kept for a person: signed messages that are not usable, and the inbox.

use jetpay_core::id::{PaymentId, ProjectId};

use super::{Books, Failure, Keys, Work};
use crate::alarm::{AlarmKind, Cause};
use crate::millis::Millis;
use crate::settlement::NewSettlement;

/// Raises an alarm, unless one keeps the same body already; whether it was new.
pub(super) fn raise(
    books: &mut dyn Books,
    cause: &Cause<'_>,
    now: Millis,
) -> Result<bool, Failure> {
    let new = books.raise(cause, now)?;
    let counts = books.counts();
    counts.alarms += i64::from(new);
    counts.open_alarms += i64::from(new);
    counts.quarantined += i64::from(new && cause.body.is_some());
    Ok(new)
}

/// Keeps a signed callback that is not usable, once for each body; whether it is new.
pub(crate) struct KeepUnusable {
    pub(crate) project_id: ProjectId,
    pub(crate) body: Box<[u8]>,
    pub(crate) reason: String,
    pub(crate) now: Millis,
}

impl Work for KeepUnusable {
    type Done = bool;

    fn keys(&self, keys: &mut Keys) {
        keys.bodies.push(self.body.clone());
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<bool, Failure> {
        let cause = Cause {
            kind: AlarmKind::Unusable,
            project_id: self.project_id,
            payment_id: None,
            operation_id: None,
            reason: Some(&self.reason),
            body: Some(&self.body),
        };
        raise(books, &cause, self.now)
    }
}

/// A person says that the callbacks of an unknown payment are not ours; how many that settles.
pub(crate) struct DismissUnmatched {
    pub(crate) payment_id: PaymentId,
    pub(crate) settlement: NewSettlement,
    pub(crate) now: Millis,
}

impl Work for DismissUnmatched {
    type Done = usize;

    fn keys(&self, keys: &mut Keys) {
        keys.payments.push(self.payment_id.clone());
        // Else the payment could be announced, and its callbacks be applied, between the look and the change.
        keys.fills_inbox = true;
    }

    fn run(&mut self, books: &mut dyn Books) -> Result<usize, Failure> {
        let dismissed = books.dismiss(&self.payment_id)?;
        books.counts().unmatched -= i64::try_from(dismissed).unwrap_or(i64::MAX);
        if dismissed > 0 {
            books.settle(&self.settlement, self.now)?;
        }
        Ok(dismissed)
    }
}
