//! Which callbacks move money: rightly, or with a slip.

use std::time::Duration;

use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};
use jetpay_core::{Acknowledged, Callback, CallbackError};

use super::Shop;
use super::books::Books;
use super::fault::Slip;

/// How long a merchant thinks who looks first and credits then.
pub(super) const THOUGHT: Duration = Duration::from_millis(30);

pub(super) async fn judge(shop: &Shop, callback: &Callback) -> Result<Acknowledged, CallbackError> {
    let slip = shop.slip();
    if slip == Some(Slip::LooksThenCredits) && callback.paid().is_some() {
        let open = is_open(&shop.books(), callback);
        tokio::time::sleep(THOUGHT).await;
        if open {
            credit(&mut shop.books(), callback);
        }
        return Ok(Acknowledged);
    }
    let mut books = shop.books();
    if !books.payments.contains_key(callback.payment.id.as_str()) {
        return match slip {
            Some(Slip::AcknowledgesStrangers) => Ok(Acknowledged),
            Some(Slip::EarlyCallbackNamesTheNext) => {
                books.next_id = Some(callback.payment.id.as_str().to_owned());
                Err(CallbackError::UnknownPayment)
            }
            _ => Err(CallbackError::UnknownPayment),
        };
    }
    if slip == Some(Slip::FindsThePayerByCallback) && names_another(&books, callback) {
        return Err(CallbackError::UnknownPayment);
    }
    apply(&mut books, callback, slip);
    Ok(Acknowledged)
}

fn is_open(books: &Books, callback: &Callback) -> bool {
    let payment = books.payments.get(callback.payment.id.as_str());
    payment.is_some_and(|payment| {
        payment.left.is_none() && payment.top_up.amount == callback.operation.sum_initial
    })
}

fn credit(books: &mut Books, callback: &Callback) {
    books.enter(callback, callback.operation.sum_initial.minor());
}

fn names_another(books: &Books, callback: &Callback) -> bool {
    let payer = &books.payments[callback.payment.id.as_str()]
        .top_up
        .customer_id;
    let named = [&callback.customer_id, &callback.account_number];
    named
        .into_iter()
        .flatten()
        .any(|named| named.as_str() != payer.as_str())
}

fn apply(books: &mut Books, callback: &Callback, slip: Option<Slip>) {
    let is = |other| slip == Some(other);
    let id = callback.payment.id.as_str();
    let (operation, status) = (&callback.operation, &callback.payment.status);
    let word = [
        operation.id.number().to_string().as_bytes(),
        b"/",
        operation.kind.as_str().as_bytes(),
    ]
    .concat();
    let heard = !books.remembered.insert(word);
    if is(Slip::HearsAnOperationOnce) && heard {
        return;
    }
    let Some(payment) = books.payments.get_mut(id) else {
        return;
    };
    if callback.project_id != payment.top_up.project_id && !is(Slip::IgnoresTheProject) {
        return;
    }
    if is(Slip::DeclineIsFinal) && payment.state == "declined"
        || is(Slip::WrongIsFinal) && payment.state == "quarantined"
    {
        return;
    }
    let asked = payment.top_up.amount;
    let paid = match callback
        .payment
        .sum
        .filter(|_| is(Slip::ReadsThePaymentsSum))
    {
        Some(sum) => sum,
        None => operation.sum_initial,
    };
    let done = operation.status == OperationStatus::Success;
    match &operation.kind {
        OperationType::Refund => return refund(books, callback, paid.minor(), slip),
        OperationType::Reversal if is(Slip::IgnoresReversals) => return,
        OperationType::Reversal => return take_back(books, callback, paid.minor(), done, slip),
        OperationType::Sale => {}
        _ if is(Slip::IgnoresTheType) || is(Slip::TrustsThePayment) => {}
        _ => return,
    }
    let success = match slip {
        Some(Slip::TrustsThePayment) => *status == PaymentStatus::Success,
        Some(Slip::TrustsTheOperation) => done,
        Some(Slip::CreditsProcessing) => {
            matches!(status, PaymentStatus::Success | PaymentStatus::Processing)
        }
        Some(Slip::CreditsPartPayments) => {
            done && matches!(
                status,
                PaymentStatus::Success | PaymentStatus::PartiallyPaid
            )
        }
        _ => done && *status == PaymentStatus::Success,
    };
    let partly = done && *status == PaymentStatus::PartiallyPaid;
    let fits = match slip {
        Some(Slip::IgnoresTheAmount | Slip::CreditsPartPayments) => {
            paid.currency() == asked.currency()
        }
        Some(Slip::CreditsWhatCame) => paid.currency() == asked.currency(),
        Some(Slip::IgnoresTheCurrency) => paid.minor() == asked.minor(),
        _ => paid == asked,
    };
    if success && fits {
        let minor = match slip {
            Some(Slip::CreditsWhatCame) => paid.minor(),
            _ => asked.minor(),
        };
        credit_once(books, callback, minor, slip);
    } else if success || partly {
        if !is(Slip::NeverQuarantines) {
            payment.state = "quarantined";
        }
    } else if *status == PaymentStatus::Decline {
        decline(books, callback, slip);
    } else if is(Slip::ProcessingReopens) {
        payment.left = None;
        payment.state = "pending";
    } else if is(Slip::UnknownIsADecline) && status.class() == StatusClass::Unknown {
        payment.state = "declined";
    }
}

fn credit_once(books: &mut Books, callback: &Callback, minor: i64, slip: Option<Slip>) {
    let fresh = books.is_fresh(callback, true);
    let open = books.payments[callback.payment.id.as_str()].left.is_none();
    if slip == Some(Slip::BooksRepeatsAnew) && !open {
        books.enter(callback, -minor);
        books.enter(callback, minor);
    }
    let credits = match slip {
        Some(Slip::NeverCredits) => false,
        Some(Slip::CreditsRepeats) => true,
        Some(Slip::KnowsRepeatsByTheirBytes) => books.remembered.insert(callback.body.to_vec()),
        Some(Slip::CreditsEachOperation) => fresh,
        Some(Slip::CreditsTwoPayments | Slip::ProcessingReopens) => open,
        _ => fresh && open,
    };
    if credits {
        books.enter(callback, minor);
    }
}

fn decline(books: &mut Books, callback: &Callback, slip: Option<Slip>) {
    let own = books.has_credited(callback);
    let Some(payment) = books.payments.get_mut(callback.payment.id.as_str()) else {
        return;
    };
    match (payment.left, slip) {
        (None, _) => payment.state = "declined",
        (Some(left), Some(Slip::DeclineTakesBack)) if left > 0 => books.enter(callback, -left),
        (Some(left), Some(Slip::DeclineOfTheOperationTakesBack)) if own && left > 0 => {
            books.enter(callback, -left);
        }
        _ => {}
    }
}

fn refund(books: &mut Books, callback: &Callback, minor: i64, slip: Option<Slip>) {
    let done = callback.operation.status == OperationStatus::Success;
    let left = books.payments[callback.payment.id.as_str()].left;
    let asked = books.payments[callback.payment.id.as_str()]
        .top_up
        .amount
        .minor();
    match slip {
        Some(Slip::IgnoresRefunds) => {}
        Some(Slip::RefundsOnce) if left.is_some_and(|left| left < asked) => {}
        Some(Slip::RefundsAll) => take_back(books, callback, asked, done, slip),
        _ => take_back(books, callback, minor, done, slip),
    }
}

fn take_back(books: &mut Books, callback: &Callback, minor: i64, done: bool, slip: Option<Slip>) {
    let credited = books.payments[callback.payment.id.as_str()].left.is_some();
    let done = done || slip == Some(Slip::TrustsRefunds);
    if credited && done && (books.is_fresh(callback, false) || slip == Some(Slip::RefundsRepeats)) {
        books.enter(callback, -minor);
    }
}
