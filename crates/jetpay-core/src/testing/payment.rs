//! A pending payment and its callbacks.

use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;

use super::{Message, test_project};
use crate::id::PaymentId;
use crate::message::Callback;
use crate::money::Money;
use crate::signature::Project;

/// A date in the platform's format. Nothing depends on it, so that a test reads no clock.
const DATE: &str = "2022-03-25T11:08:45+0000";

/// The callbacks of a payment.
///
/// ```
/// use jetpay_core::testing::{Payment, callback};
/// use jetpay_core::{Currency, Money, PaymentId};
///
/// let tenge = |minor| Money::new(minor, Currency::KZT);
/// let payment = Payment::new(PaymentId::new("payment_47")?, tenge(100_000));
/// assert_eq!(callback(&payment).success().read()?.paid(), Some(tenge(100_000)));
///
/// let refund = callback(&payment).refund(tenge(30_000)).read()?;
/// assert_eq!(refund.operation.sum_initial, Some(tenge(30_000)));
/// assert_eq!(refund.payment.sum, Some(tenge(70_000)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Source: every document, callback.
#[must_use]
pub fn callback(payment: &Payment) -> PaymentCallback<'_> {
    PaymentCallback(payment)
}

/// A pending payment, as the platform knows it after `check_deposit`.
#[derive(Debug, Clone)]
pub struct Payment {
    id: PaymentId,
    amount: Money,
    project: Project,
}

impl Payment {
    /// A payment of the test project. [`Answer::payment`](super::Answer::payment) makes one from the answer to a `check_deposit`.
    #[must_use]
    pub fn new(id: PaymentId, amount: Money) -> Self {
        Self {
            id,
            amount,
            project: test_project(),
        }
    }

    /// Makes it a payment of this project.
    #[must_use]
    pub fn of_project(self, project: &Project) -> Self {
        Self {
            project: project.clone(),
            ..self
        }
    }

    /// The merchant's id of the payment.
    #[must_use]
    pub fn id(&self) -> &PaymentId {
        &self.id
    }
}

/// Makes the callbacks of a payment. Each has an operation id that no other has in this process; replace it with
/// `with("operation:id", 28)`. To repeat a callback, serve the same message again.
#[derive(Debug, Clone, Copy)]
pub struct PaymentCallback<'a>(&'a Payment);

impl PaymentCallback<'_> {
    /// The payer paid the whole amount: a successful sale. A merchant credits it.
    #[must_use]
    pub fn success(self) -> Message<Callback> {
        self.of("success", "sale", "success", self.0.amount)
    }

    /// The payment failed: a declined sale with the operation code 20000. A merchant credits nothing.
    #[must_use]
    pub fn decline(self) -> Message<Callback> {
        let message = self.of("decline", "sale", "decline", self.0.amount);
        message.with("operation:code", "20000")
    }

    /// The payment is in progress, with the operation code 9999. It can also arrive after the success, as a late repeat.
    #[must_use]
    pub fn processing(self) -> Message<Callback> {
        let message = self.of("processing", "sale", "processing", self.0.amount);
        message.with("operation:code", "9999")
    }

    /// The payer got `part` back, in minor units, as the first refund of the payment. It may be the whole amount. For a second
    /// refund, set `payment:sum:amount` and, if nothing is left, `payment:status`.
    #[must_use]
    pub fn refund(self, part: Money) -> Message<Callback> {
        let left = self.0.amount.minor() - part.minor();
        let status = if left == 0 {
            "refunded"
        } else {
            "partially refunded"
        };
        let message = self.of(status, "refund", "success", part);
        message.with("payment:sum:amount", left)
    }

    /// The sale was undone: a successful reversal of the whole amount.
    #[must_use]
    pub fn reversal(self) -> Message<Callback> {
        let message = self.of("reversed", "reversal", "success", self.0.amount);
        message.with("payment:sum:amount", 0)
    }

    fn of(self, payment_status: &str, kind: &str, status: &str, sum: Money) -> Message<Callback> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let Payment {
            id,
            amount,
            project,
        } = self.0;
        let fields = json!({
            "payment": {
                "id": id, "type": "purchase", "status": payment_status, "date": DATE, "method": "test", "sum": amount,
                "description": "",
            },
            "operation": {
                "id": NEXT.fetch_add(1, Ordering::Relaxed), "type": kind, "status": status, "date": DATE,
                "created_date": DATE, "request_id": "", "sum_initial": sum, "sum_converted": sum, "code": "0",
                "message": "", "provider": {"id": 12345, "payment_id": "", "auth_code": ""},
            },
        });
        Message::new(fields, project)
    }
}
