//! The messages of most checks, before they are changed and signed, and the changes.

use jetpay_core::Money;
use jetpay_platform::messages::{Callback, CheckDeposit, Verify};
use serde_json::Value;

use super::CheckContext;

impl CheckContext<'_> {
    pub(crate) fn verify(&self, customer_id: &str) -> Verify {
        Verify::new(self.project.id, customer_id)
    }

    /// `verify` for the payer, as JSON.
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

    /// `check_deposit` for the payer, as JSON.
    pub(crate) fn check_deposit_json(&self) -> Value {
        serde_json::to_value(self.check_deposit(self.amount())).unwrap_or_default()
    }

    pub(crate) fn success(&self, payment_id: &str) -> Callback {
        Callback::success(self.method, self.project.id, payment_id, self.amount())
    }

    /// A callback of a new payment that is refused or must change nothing. It is a success, or a decline if successes
    /// are not permitted.
    pub(crate) fn any_callback(&self, payment_id: &str) -> Callback {
        if self.target.credits {
            self.success(payment_id)
        } else {
            Callback::decline(self.method, self.project.id, payment_id, self.amount())
        }
    }
}

/// Sets the value at a JSON pointer. The last name may be new.
pub(crate) fn with(mut message: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(object)) = message.pointer_mut(parent) {
        object.insert(name.to_owned(), value);
    }
    message
}

/// Removes the field at a JSON pointer.
pub(crate) fn without(mut message: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(object)) = message.pointer_mut(parent) {
        object.remove(name);
    }
    message
}

/// Changes a signed body without changing its signature.
pub(crate) fn tampered(signed: &[u8], change: impl FnOnce(Value) -> Value) -> Vec<u8> {
    change(serde_json::from_slice(signed).unwrap_or_default())
        .to_string()
        .into_bytes()
}

/// Replaces a text in a body once.
pub(crate) fn replaced(body: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(body)
        .replacen(from, to, 1)
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn field_is_changed_added_and_removed_at_a_pointer() {
        let message = json!({"a": {"b": 1}});
        assert_eq!(
            with(message.clone(), "/a/b", json!(2)),
            json!({"a": {"b": 2}})
        );
        assert_eq!(
            with(message.clone(), "/c", json!(3)),
            json!({"a": {"b": 1}, "c": 3})
        );
        assert_eq!(without(message, "/a/b"), json!({"a": {}}));
    }
}
