//! Which callbacks move money, rightly or with a fault.

use std::time::Duration;

use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};
use jetpay_core::{Acknowledged, Callback, CallbackError, Money};

use super::LedgerFault;
use super::TestMerchant;
use super::ledger::Ledger;

/// The pause of a merchant that first looks for a credit and then credits.
pub(super) const THOUGHT: Duration = Duration::from_millis(30);

pub(super) async fn judge(
    merchant: &TestMerchant,
    callback: &Callback,
) -> Result<Acknowledged, CallbackError> {
    let fault = merchant.ledger().fault;
    if fault == Some(LedgerFault::LooksThenCredits) && callback.paid().is_some() {
        let open = is_open(&merchant.ledger(), callback);
        tokio::time::sleep(THOUGHT).await;
        if open {
            credit(&mut merchant.ledger(), callback);
        }
        return Ok(Acknowledged);
    }
    let mut ledger = merchant.ledger();
    if !ledger.payments.contains_key(callback.payment.id.as_str()) {
        return match fault {
            Some(LedgerFault::AcknowledgesStrangers) => Ok(Acknowledged),
            Some(LedgerFault::EarlyCallbackNamesTheNext) => {
                ledger.next_id = Some(callback.payment.id.as_str().to_owned());
                Err(CallbackError::UnknownPayment)
            }
            _ => Err(CallbackError::UnknownPayment),
        };
    }
    if fault == Some(LedgerFault::PayerByCallback) && names_another(&ledger, callback) {
        return Err(CallbackError::UnknownPayment);
    }
    apply(&mut ledger, callback);
    Ok(Acknowledged)
}

fn is_open(ledger: &Ledger, callback: &Callback) -> bool {
    let payment = ledger.payments.get(callback.payment.id.as_str());
    payment.is_some_and(|payment| {
        payment.left.is_none() && callback.operation.sum_initial == Some(payment.top_up.amount)
    })
}

fn credit(ledger: &mut Ledger, callback: &Callback) {
    let paid = callback.operation.sum_initial.map(Money::minor);
    ledger.enter(callback, paid.unwrap_or_default());
}

fn names_another(ledger: &Ledger, callback: &Callback) -> bool {
    let payer = &ledger.payments[callback.payment.id.as_str()]
        .top_up
        .customer_id;
    let named = [&callback.customer_id, &callback.account_number];
    named
        .into_iter()
        .flatten()
        .any(|named| named.as_str() != payer.as_str())
}

fn apply(ledger: &mut Ledger, callback: &Callback) {
    let fault = ledger.fault;
    let is = |other| fault == Some(other);
    let id = callback.payment.id.as_str();
    let (operation, status) = (&callback.operation, &callback.payment.status);
    if let (Some(id), Some(kind)) = (operation.id, &operation.kind) {
        let heard = !ledger
            .remembered
            .insert(format!("{id}/{kind}").into_bytes());
        if is(LedgerFault::HearsAnOperationOnce) && heard {
            return;
        }
    }
    let Some(payment) = ledger.payments.get_mut(id) else {
        return;
    };
    if callback.project_id != payment.top_up.project_id && !is(LedgerFault::IgnoresProject) {
        return;
    }
    if is(LedgerFault::UnknownIsFinal) && is_unknown(callback) {
        payment.state = "closed";
    }
    if is(LedgerFault::DeclineIsFinal) && payment.state == "declined"
        || is(LedgerFault::WrongIsFinal) && payment.state == "quarantined"
        || payment.state == "closed"
    {
        return;
    }
    let asked = payment.top_up.amount;
    let sum = callback.payment.sum;
    let paid = sum
        .filter(|_| is(LedgerFault::ReadsPaymentSum))
        .or(operation.sum_initial);
    let (Some(paid), Some(kind)) = (paid, &operation.kind) else {
        // Without an operation, the callback is about the payment alone.
        if is(LedgerFault::TrustsPaymentStatus) && *status == PaymentStatus::Success {
            ledger.enter(callback, asked.minor());
        } else if status.class() == StatusClass::Failed {
            decline(ledger, callback);
        }
        return;
    };
    let done = operation.status == Some(OperationStatus::Success);
    match kind {
        OperationType::Refund | OperationType::Reversal | OperationType::RefundReverse => {
            return compensate(ledger, callback, kind, paid);
        }
        OperationType::Sale => {}
        _ if is(LedgerFault::IgnoresType) || is(LedgerFault::TrustsPaymentStatus) => {}
        _ => return,
    }
    let success = match fault {
        Some(LedgerFault::TrustsPaymentStatus) => *status == PaymentStatus::Success,
        Some(LedgerFault::TrustsOperationStatus) => done,
        Some(LedgerFault::CreditsProcessing) => {
            matches!(status, PaymentStatus::Success | PaymentStatus::Processing)
        }
        Some(LedgerFault::CreditsPartPayments) => {
            done && matches!(
                status,
                PaymentStatus::Success | PaymentStatus::PartiallyPaid
            )
        }
        _ => done && *status == PaymentStatus::Success,
    };
    let partly = done && *status == PaymentStatus::PartiallyPaid;
    let fits = match fault {
        Some(LedgerFault::IgnoresAmount | LedgerFault::CreditsPartPayments) => {
            paid.currency() == asked.currency()
        }
        Some(LedgerFault::CreditsWhatCame) => paid.currency() == asked.currency(),
        Some(LedgerFault::IgnoresCurrency) => paid.minor() == asked.minor(),
        _ => paid == asked,
    };
    if success && fits {
        let minor = match fault {
            Some(LedgerFault::CreditsWhatCame) => paid.minor(),
            _ => asked.minor(),
        };
        credit_once(ledger, callback, minor);
    } else if success || partly {
        if !is(LedgerFault::NeverQuarantines) {
            payment.state = "quarantined";
        }
    } else if status.class() == StatusClass::Failed {
        decline(ledger, callback);
    } else if is(LedgerFault::ProcessingReopens) {
        payment.left = None;
        payment.state = "pending";
    } else if is(LedgerFault::UnknownWordIsADecline) && status.class() == StatusClass::Unknown {
        payment.state = "declined";
    }
}

/// Processes a refund, a reversal or a reversed refund.
fn compensate(ledger: &mut Ledger, callback: &Callback, kind: &OperationType, paid: Money) {
    let fault = ledger.fault;
    let is = |other| fault == Some(other);
    let asked = ledger.payments[callback.payment.id.as_str()].top_up.amount;
    let same_currency = paid.currency() == asked.currency() || is(LedgerFault::IgnoresCurrency);
    let positive = paid.minor() > 0 || is(LedgerFault::RefundsBelowZero);
    if !same_currency || !positive {
        return;
    }
    let done = callback.operation.status == Some(OperationStatus::Success);
    match kind {
        OperationType::RefundReverse if is(LedgerFault::IgnoresReversedRefunds) => {}
        OperationType::RefundReverse => {
            give_again(ledger, callback, paid.minor(), done);
        }
        OperationType::Reversal if is(LedgerFault::IgnoresReversals) => {}
        OperationType::Reversal => take_back(ledger, callback, paid.minor(), done),
        _ => refund(ledger, callback, paid.minor()),
    }
}

/// Whether it has a word that is unknown, or no operation.
fn is_unknown(callback: &Callback) -> bool {
    let operation = &callback.operation;
    callback.payment.status.class() == StatusClass::Unknown
        || matches!(operation.kind, None | Some(OperationType::Other(_)))
        || matches!(operation.status, Some(OperationStatus::Other(_)))
}

fn credit_once(ledger: &mut Ledger, callback: &Callback, minor: i64) {
    let fault = ledger.fault;
    let fresh = ledger.is_fresh(callback, true);
    let open = ledger.payments[callback.payment.id.as_str()].left.is_none();
    if fault == Some(LedgerFault::BooksRepeatsAnew) && !open {
        ledger.enter(callback, -minor);
        ledger.enter(callback, minor);
    }
    let credits = match fault {
        Some(LedgerFault::NeverCredits) => false,
        Some(LedgerFault::CreditsRepeats) => true,
        Some(LedgerFault::KnowsRepeatsByBytes) => ledger.remembered.insert(callback.body.to_vec()),
        Some(LedgerFault::CreditsEachOperation | LedgerFault::RefundsBeforeTheSale) => fresh,
        Some(LedgerFault::OneOperationTwoPayments | LedgerFault::ProcessingReopens) => open,
        _ => fresh && open,
    };
    if credits && fault == Some(LedgerFault::NetsEarlyRefunds) {
        let early = ledger.early_of(callback.payment.id.as_str()).into_iter();
        let taken = early.filter_map(|it| it.operation.sum_initial.map(Money::minor));
        ledger.enter(callback, (minor - taken.sum::<i64>()).max(0));
    } else if credits {
        ledger.enter(callback, minor);
        for early in ledger.early_of(callback.payment.id.as_str()) {
            let taken = early.operation.sum_initial.map_or(0, Money::minor);
            take_back(ledger, &early, taken, true);
        }
    }
}

fn decline(ledger: &mut Ledger, callback: &Callback) {
    let fault = ledger.fault;
    let own = ledger.has_credited(callback);
    let Some(payment) = ledger.payments.get_mut(callback.payment.id.as_str()) else {
        return;
    };
    match (payment.left, fault) {
        (None, _) => payment.state = "declined",
        (Some(left), Some(LedgerFault::DeclineTakesBack)) if left > 0 => {
            ledger.enter(callback, -left);
        }
        (Some(left), Some(LedgerFault::DeclineOfOperationTakesBack)) if own && left > 0 => {
            ledger.enter(callback, -left);
        }
        _ => {}
    }
}

fn refund(ledger: &mut Ledger, callback: &Callback, minor: i64) {
    let fault = ledger.fault;
    let done = callback.operation.status == Some(OperationStatus::Success);
    let left = ledger.payments[callback.payment.id.as_str()].left;
    let asked = ledger.payments[callback.payment.id.as_str()]
        .top_up
        .amount
        .minor();
    match fault {
        Some(LedgerFault::IgnoresRefunds) => {}
        Some(LedgerFault::RefundsOnce) if left.is_some_and(|left| left < asked) => {}
        Some(LedgerFault::RefundsNoParts) if minor < asked => {}
        Some(LedgerFault::RefundsAll) => take_back(ledger, callback, asked, done),
        _ => take_back(ledger, callback, minor, done),
    }
}

fn take_back(ledger: &mut Ledger, callback: &Callback, minor: i64, done: bool) {
    let fault = ledger.fault;
    let payment = &ledger.payments[callback.payment.id.as_str()];
    let status = callback.operation.status.as_ref();
    let failed = status.is_some_and(|status| status.class() == StatusClass::Failed);
    let done = match fault {
        Some(LedgerFault::TrustsRefunds) => true,
        Some(LedgerFault::RefundsUnlessDeclined) => !failed,
        _ => done,
    };
    if payment.left.is_none() && fault == Some(LedgerFault::RefundsBeforeTheSale) {
        ledger.enter(callback, -minor);
        return;
    }
    let Some(left) = payment.left.filter(|_| done) else {
        if done && fault != Some(LedgerFault::LosesEarlyRefunds) {
            ledger.early.push(callback.clone());
        }
        return;
    };
    let minor = match fault {
        Some(LedgerFault::RefundsWhatIsLeft) if left > 0 => minor.min(left),
        _ => minor,
    };
    let fits = match fault {
        Some(LedgerFault::RefundsAll | LedgerFault::RefundsRepeats) => true,
        Some(LedgerFault::ForgetsWhatIsLeft) => minor <= payment.top_up.amount.minor(),
        Some(LedgerFault::RefundsTooMuch) => left > 0,
        _ => minor <= left,
    };
    if fits && (ledger.is_fresh(callback, false) || fault == Some(LedgerFault::RefundsRepeats)) {
        ledger.enter(callback, -minor);
    }
}

/// Undoes a refund: what was taken back is the customer's again.
fn give_again(ledger: &mut Ledger, callback: &Callback, minor: i64, done: bool) {
    let fault = ledger.fault;
    let payment = &ledger.payments[callback.payment.id.as_str()];
    let taken = payment
        .left
        .map(|left| payment.top_up.amount.minor() - left);
    let fits = taken.is_some_and(|taken| minor <= taken);
    let trusted = fault == Some(LedgerFault::TrustsReversedRefunds);
    if done && (trusted || fits && ledger.is_fresh(callback, false)) {
        ledger.enter(callback, minor);
    }
}
