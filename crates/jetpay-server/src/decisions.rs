//! What operators decide, over HTTP and on the pages: the ledger carries it out, and the log says who decided what. The log
//! never gets the reason: a person wrote it, and it may name a payer.

use jetpay_core::Money;
use jetpay_core::id::{CustomerId, OperationId, PaymentId};
use jetpay_ledger::payout::PayoutResolution;
use jetpay_ledger::{
    Alarm, AlarmFilter, AlarmKind, Customer, DeliveryStream, DifferenceVerdict, Error, Reason,
    ResolveError, ResolvedAlarms, Verdict,
};

use crate::admin::Admin;
use crate::environment::now;

/// Resolves an alarm. A credit names the operation if the alarm does not, and says so if it undoes a dismissal.
///
/// # Errors
/// [`Error::Resolve`], and those of the store.
pub(crate) async fn resolve_alarm(
    admin: &Admin,
    seq: i64,
    operation_id: Option<OperationId>,
    verdict: Verdict,
    undoes_dismissal: bool,
    reason: Reason,
) -> Result<(), Error> {
    let (ledger, by) = (&admin.ledger, reason.by.clone());
    match operation_id {
        id if undoes_dismissal => {
            ledger
                .credit_dismissed(seq, id, verdict, reason, now())
                .await?;
        }
        Some(id) => {
            ledger
                .credit_operation(seq, id, verdict, reason, now())
                .await?;
        }
        None => ledger.resolve_alarm(seq, verdict, reason, now()).await?,
    }
    let verdict = verdict.as_str();
    tracing::info!(alarm = seq, verdict, by, "the merchant resolved an alarm");
    Ok(())
}

/// Resolves alarms without a credit, in one transaction.
///
/// # Errors
/// As [`resolve_alarm`].
pub(crate) async fn resolve_alarms(
    admin: &Admin,
    seqs: Vec<i64>,
    verdict: Verdict,
    reason: Reason,
) -> Result<ResolvedAlarms, Error> {
    let by = reason.by.clone();
    let outcome = admin
        .ledger
        .resolve_alarms(seqs, verdict, reason, now())
        .await?;
    let (alarms, verdict) = (outcome.resolved.len(), verdict.as_str());
    tracing::info!(alarms, verdict, by, "the merchant resolved alarms");
    Ok(outcome)
}

/// The most alarms that are resolved together.
pub(crate) const MOST_ALARMS: usize = 1000;

/// The newest open alarms of these kinds up to a number, at most [`MOST_ALARMS`], and whether there are more.
///
/// # Errors
/// Those of the store.
pub(crate) async fn open_alarms(
    admin: &Admin,
    kinds: Vec<AlarmKind>,
    up_to: Option<i64>,
) -> Result<(Vec<Alarm>, bool), Error> {
    let open = AlarmFilter {
        kinds,
        resolved: Some(false),
        before: up_to.map(|last| last.saturating_add(1)),
        limit: MOST_ALARMS + 1,
        ..AlarmFilter::default()
    };
    let mut open = admin.ledger.alarms(open).await?;
    let more = open.len() > MOST_ALARMS;
    open.truncate(MOST_ALARMS);
    Ok((open, more))
}

/// Undoes an entry with a new one.
///
/// # Errors
/// As [`resolve_alarm`].
pub(crate) async fn correct_entry(admin: &Admin, seq: i64, reason: Reason) -> Result<(), Error> {
    let by = reason.by.clone();
    admin.ledger.correct_entry(seq, reason, now()).await?;
    tracing::info!(entry = seq, by, "the merchant corrected an entry");
    Ok(())
}

/// What an operator decides about the callbacks of an unknown payment.
pub(crate) enum InboxVerdict {
    /// They are this customer's: the payment is recorded with this amount, in minor units, and they are applied to it.
    Credit {
        customer: CustomerId,
        amount: Money,
        /// Also when a callback says another amount.
        overrides: bool,
    },
    /// There is nothing to do, or the payment is not the merchant's.
    Dismiss(Verdict),
}

/// The customer to credit, if the ledger knows the customer: a mistyped id would hide the credit.
///
/// # Errors
/// Those of the store.
pub(crate) async fn customer_to_credit(
    admin: &Admin,
    id: &CustomerId,
) -> Result<Option<Customer>, Error> {
    admin.ledger.customer(id.as_str()).await
}

/// Resolves the waiting callbacks of a payment.
///
/// # Errors
/// As [`resolve_alarm`]; [`ResolveError::NothingWaits`].
pub(crate) async fn resolve_inbox(
    admin: &Admin,
    payment_id: &PaymentId,
    verdict: InboxVerdict,
    reason: Reason,
) -> Result<(), Error> {
    let (ledger, by) = (&admin.ledger, reason.by.clone());
    let verdict = match verdict {
        InboxVerdict::Credit {
            customer,
            amount,
            overrides,
        } => {
            let credit =
                ledger.credit_unmatched(payment_id, customer, amount, overrides, reason, now());
            credit.await?;
            "credit"
        }
        InboxVerdict::Dismiss(verdict) => {
            if ledger.dismiss_unmatched(payment_id, reason, now()).await? == 0 {
                return Err(ResolveError::NothingWaits.into());
            }
            verdict.as_str()
        }
    };
    tracing::info!(payment = %payment_id, verdict, by, "the merchant resolved callbacks of the inbox");
    Ok(())
}

/// Records how a payout ended when the platform does not say it.
///
/// # Errors
/// As [`resolve_alarm`].
pub(crate) async fn resolve_payout(
    admin: &Admin,
    id: &PaymentId,
    ending: PayoutResolution,
    reason: Reason,
) -> Result<(), Error> {
    let by = reason.by.clone();
    admin
        .ledger
        .resolve_payout(id.clone(), ending, reason, now())
        .await?;
    tracing::info!(payment = %id, %ending, by, "the merchant resolved a payout");
    Ok(())
}

/// Records what an operator says about a difference with the platform's books.
///
/// # Errors
/// As [`resolve_alarm`].
pub(crate) async fn resolve_difference(
    admin: &Admin,
    id: &str,
    verdict: DifferenceVerdict,
    reason: Reason,
) -> Result<(), Error> {
    let by = reason.by.clone();
    admin
        .ledger
        .resolve_difference(id, verdict, reason, now())
        .await?;
    let verdict = verdict.as_str();
    tracing::info!(
        difference = id,
        verdict,
        by,
        "the merchant resolved a difference"
    );
    Ok(())
}

/// What an operator decides about an item that is not delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeliveryVerdict {
    /// It is sent again now.
    Retry,
    /// It counts as delivered, and is not sent. One that may be on its way is held first.
    Skip,
}

impl DeliveryVerdict {
    /// How the item stands then.
    pub(crate) const fn state(self) -> &'static str {
        match self {
            Self::Retry => "waiting",
            Self::Skip => "skipped",
        }
    }
}

/// Carries out a decision about an item that is not delivered.
///
/// # Errors
/// As [`resolve_alarm`]; [`ResolveError::Held`] when the item is held now, and can be skipped later.
pub(crate) async fn resolve_delivery(
    admin: &Admin,
    stream: &DeliveryStream,
    seq: i64,
    verdict: DeliveryVerdict,
    reason: Reason,
) -> Result<(), Error> {
    let (ledger, by) = (&admin.ledger, reason.by.clone());
    let decided = match verdict {
        DeliveryVerdict::Retry => ledger.retry_delivery(stream, seq, reason, now()).await,
        DeliveryVerdict::Skip => ledger.skip_delivery(stream, seq, reason, now()).await,
    };
    // Also after a refusal: it may have held the item.
    admin.wake.was_changed();
    decided?;
    let (endpoint, state) = (&stream.name, verdict.state());
    tracing::info!(
        endpoint,
        seq,
        state,
        by,
        "the merchant decided about a delivery"
    );
    Ok(())
}

/// What a replay does.
pub(crate) struct Replayed {
    /// Where the stream was before.
    pub(crate) before: i64,
    /// How many items are not sent again, because a person skipped them or the receiver's protocol has no such item.
    pub(crate) left_out: usize,
}

/// Delivers everything after an item again, under the same ids.
///
/// # Errors
/// As [`resolve_alarm`].
pub(crate) async fn replay_deliveries(
    admin: &Admin,
    stream: &DeliveryStream,
    after: i64,
    reason: Reason,
) -> Result<Replayed, Error> {
    let (ledger, by) = (&admin.ledger, reason.by.clone());
    let before = ledger
        .replay_deliveries(stream, after, reason, now())
        .await?;
    // It is done now, also if the read below fails.
    admin.wake.was_changed();
    let endpoint = &stream.name;
    tracing::info!(
        endpoint,
        after,
        before,
        by,
        "the merchant replays deliveries"
    );
    let left_out = ledger.skipped_deliveries(stream, after).await?.len();
    Ok(Replayed { before, left_out })
}
