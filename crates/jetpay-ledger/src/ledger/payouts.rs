//! Payouts: recorded, leased for an action, and ended by the first outcome. The rules are in [`crate::payout`].

use std::collections::HashMap;

use jetpay_core::id::PaymentId;

use super::Ledger;
use crate::commands;
use crate::commands::record_outcome;
use crate::model::{Error, Millis, Reason};
use crate::payout::{
    ByHand, ByHandError, GateAddress, Lease, NewPayout, Payout, PayoutFilter, PayoutMove,
    PayoutRequestOutcome, PayoutRequestText, PayoutResolution, PayoutSnapshot, PayoutState,
    PayoutStep, RetryPolicy, SendOutcome, StatusAnswer, after,
};
use crate::port::payouts::{sql, step};
use crate::port::{PayoutRow, Value, rows};

/// Writes.
///
/// # Errors
/// Each can give [`Error::Busy`] and [`Error::Unavailable`]; then nothing was stored.
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// Records a payout and reserves its money, before anything is sent. The same key in the same project is the same payout.
    ///
    /// # Errors
    /// [`Error::NotPositive`].
    pub async fn record_payout(&self, payout: NewPayout) -> Result<PayoutRequestOutcome, Error> {
        if !payout.amount.is_positive() {
            return Err(Error::NotPositive);
        }
        self.write(commands::record_payout(payout)).await
    }

    /// Leases a payout, if an action is due now and no other server has the lease. The action is recorded before this
    /// returns: after a crash the status is queried, and the payout is not sent again.
    ///
    /// Begin the action within [`RetryPolicy::answer_timeout`], or drop it. A payout that was first sent to another Gate than
    /// `at` is not leased, and raises an alarm.
    pub async fn lease_payout(
        &self,
        payment_id: PaymentId,
        at: GateAddress,
        now: Millis,
        policy: RetryPolicy,
    ) -> Result<Option<Lease>, Error> {
        let lease = commands::lease_payout(payment_id, at, now, policy);
        self.write(lease).await
    }

    /// Records the outcome of a send; the payout's state then.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`]: then the service will query the status.
    pub async fn record_send(
        &self,
        payment_id: PaymentId,
        fencing_token: i64,
        outcome: SendOutcome,
        now: Millis,
        policy: RetryPolicy,
    ) -> Result<Option<PayoutState>, Error> {
        let decide = move |snapshot: &PayoutSnapshot| {
            snapshot.on_send(fencing_token, &outcome, now, &policy)
        };
        self.write(record_outcome(payment_id, decide, now)).await
    }

    /// Records the outcome of a status query; the payout's state then.
    ///
    /// # Errors
    /// [`Error::Busy`], [`Error::Unavailable`]: then the service will query the status again.
    pub async fn record_status(
        &self,
        payment_id: PaymentId,
        fencing_token: i64,
        answer: StatusAnswer,
        now: Millis,
        policy: RetryPolicy,
    ) -> Result<Option<PayoutState>, Error> {
        let decide = move |snapshot: &PayoutSnapshot| {
            snapshot.on_status(fencing_token, &answer, now, &policy)
        };
        self.write(record_outcome(payment_id, decide, now)).await
    }

    /// An operator says how a payout without an outcome ended.
    ///
    /// # Errors
    /// [`Error::Resolve`].
    pub async fn resolve_payout(
        &self,
        payment_id: PaymentId,
        resolution: PayoutResolution,
        reason: Reason,
        now: Millis,
    ) -> Result<(), Error> {
        let reason = reason.checked()?;
        let resolve = commands::resolve_payout(payment_id, resolution, reason, now);
        Ok(self.write(resolve).await??)
    }

    /// Marks payouts as sent by a person, who uploads a file in the platform's Dashboard: from now on no server sends them. Gives
    /// the payouts that are marked now or, when none is because one of them may not be in such a file, the first such payout.
    ///
    /// Give the file out only after this returned. Name each payout once. `by` is the name of the token with which the
    /// request came.
    pub async fn send_payouts_by_hand(
        &self,
        payment_ids: Vec<PaymentId>,
        which: ByHand,
        by: Option<String>,
        now: Millis,
        policy: RetryPolicy,
    ) -> Result<Result<Vec<PaymentId>, (PaymentId, ByHandError)>, Error> {
        let mark = commands::send_by_hand(payment_ids, which, by, now, policy);
        self.write(mark).await
    }

    /// Forgets the payers of payouts that ended before this time: names, addresses, and all but the last digits of the
    /// wallets. At most `limit` payouts; how many they were.
    pub async fn forget_payers(&self, before: Millis, limit: usize) -> Result<usize, Error> {
        let values = vec![before.into(), Value::limit(limit)];
        let ids = self.read(sql::FORGETTABLE, values, rows::id).await?;
        let forgotten = ids.len();
        if forgotten > 0 {
            self.write(commands::forget_payers(ids)).await?;
        }
        Ok(forgotten)
    }
}

/// Reads: of the last commit.
///
/// # Errors
/// Each can give [`Error::Unavailable`].
#[allow(clippy::missing_errors_doc, reason = "said once, above")]
impl Ledger {
    /// The payout with this id, and its history.
    pub async fn payout(&self, payment_id: &str) -> Result<Option<Payout>, Error> {
        let Ok(id) = PaymentId::new(payment_id) else {
            return Ok(None);
        };
        let id = || vec![Value::from(&id)];
        let payout = self.read(&sql::by_id(), id(), PayoutRow::read).await?.pop();
        let Some(payout) = payout else {
            return Ok(None);
        };
        let mut payout = payout.shown();
        payout.history = self.read(sql::HISTORY, id(), step::read).await?;
        Ok(Some(payout))
    }

    /// The payouts that the filter lets through, in its order. Without their histories.
    pub async fn payouts(&self, filter: &PayoutFilter) -> Result<Vec<Payout>, Error> {
        let (sql, values) = sql::filtered(filter);
        let read = self.read(&sql, values, |row| Ok(PayoutRow::read(row)?.shown()));
        read.await
    }

    /// The request of a payout: what is sent, as JSON without a signature. It holds the payer's data, and is empty after that is
    /// forgotten. None: there is no such payout.
    pub async fn payout_request(
        &self,
        payment_id: &PaymentId,
    ) -> Result<Option<PayoutRequestText>, Error> {
        let sql = sql::by_id();
        let rows = self.read(&sql, vec![payment_id.into()], PayoutRow::read);
        Ok(rows.await?.pop().map(|row| PayoutRequestText {
            method: row.payout.method.into_owned(),
            request: row.payout.request,
        }))
    }

    /// The payouts with an action that is due, the most overdue first, at most `limit`. An action that lies further ahead than
    /// [`RetryPolicy::longest_ahead`] is due as well: a clock was wrong when it was stored.
    pub async fn payouts_due(
        &self,
        now: Millis,
        limit: usize,
        policy: &RetryPolicy,
    ) -> Result<Vec<PaymentId>, Error> {
        let ahead = after(now, policy.longest_ahead());
        let values = vec![now.into(), Value::limit(limit), ahead.into()];
        let mut ids = self.read(sql::DUE, values, rows::id).await?;
        ids.truncate(limit);
        Ok(ids)
    }

    /// The entries of the payouts account, those with a `seq` greater than `after` (0: from the first), at most `limit`.
    /// Reading on from the last `seq` misses none.
    pub async fn payout_entries(&self, after: i64, limit: usize) -> Result<Vec<PayoutStep>, Error> {
        let values = vec![after.into(), Value::limit(limit)];
        self.read(sql::ENTRIES, values, step::read).await
    }

    /// The same entries, each with its payout.
    pub async fn payout_moves(&self, after: i64, limit: usize) -> Result<Vec<PayoutMove>, Error> {
        let values = vec![after.into(), Value::limit(limit)];
        self.read(sql::MOVES, values, step::moved).await
    }

    /// How many payouts wait for an outcome, by state; and how many of them are overdue.
    pub async fn open_payouts(&self) -> Result<(HashMap<PayoutState, i64>, i64), Error> {
        let counted = self.read(sql::OPEN, Vec::new(), |row| {
            Ok(((row.word()?, row.int()?), row.int()?))
        });
        let (open, overdue): (_, Vec<i64>) = counted.await?.into_iter().unzip();
        Ok((open, overdue.iter().sum()))
    }
}
