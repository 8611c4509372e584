//! What the body of a waiting callback says about the payer. The ledger keeps it only there.

use serde_json::Value;

/// The words of a body; empty where it has none.
#[derive(Default)]
pub(super) struct Said {
    pub(super) method: String,
    /// What the payer typed.
    pub(super) account: String,
    pub(super) customer: String,
    /// The number on the payer's receipt.
    pub(super) receipt: String,
}

impl Said {
    pub(super) fn of(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |pointer| match body.pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        };
        Self {
            method: text("/payment/method"),
            account: text("/account/number"),
            customer: text("/customer/id"),
            receipt: text("/operation/provider/payment_id"),
        }
    }

    /// The customer whom the body names: by the merchant's id, or else by the account.
    pub(super) fn payer(&self) -> &str {
        if self.customer.is_empty() {
            &self.account
        } else {
            &self.customer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn body_that_is_odd_says_nothing_and_is_no_error() {
        for body in [
            &b""[..],
            b"{",
            b"[1]",
            b"\"x\"",
            br#"{"payment": 7, "account": {"number": []}}"#,
        ] {
            let said = Said::of(body);
            assert_eq!((said.payer(), &*said.method), ("", ""), "{body:?}");
        }
        let said = Said::of(br#"{"account": {"number": 12}}"#);
        assert_eq!(said.payer(), "12");
    }
}
