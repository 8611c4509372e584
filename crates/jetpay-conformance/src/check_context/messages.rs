//! What is sent in most checks, before it is changed and signed.

use jetpay_core::Money;
use serde_json::Value;

use super::CheckContext;
use jetpay_platform::messages::{Callback, CheckDeposit, Verify};

impl CheckContext<'_> {
    pub(crate) fn verify(&self, customer_id: &str) -> Verify {
        Verify::new(self.project.id, customer_id)
    }

    /// `verify` of the payer as JSON, to be changed.
    pub(crate) fn verify_json(&self) -> Value {
        serde_json::to_value(self.verify(&self.target.customers.payer)).unwrap_or_default()
    }

    pub(crate) fn check_deposit(&self, amount: Money) -> CheckDeposit {
        CheckDeposit::new(
            self.method,
            self.project.id,
            &self.target.customers.payer,
            amount,
            self.contract(),
        )
    }

    /// `check_deposit` of the payer as JSON, to be changed.
    pub(crate) fn check_deposit_json(&self) -> Value {
        serde_json::to_value(self.check_deposit(self.amount())).unwrap_or_default()
    }

    pub(crate) fn success(&self, payment_id: &str) -> Callback {
        Callback::success(self.method, self.project.id, payment_id, self.amount())
    }

    /// A callback of a fresh top-up that is refused, or must change nothing: a success, or, where none may be sent, a
    /// decline.
    pub(crate) fn any_callback(&self, payment_id: &str) -> Callback {
        if self.target.credits {
            self.success(payment_id)
        } else {
            Callback::decline(self.method, self.project.id, payment_id, self.amount())
        }
    }
}
