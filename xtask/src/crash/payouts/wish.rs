//! What a client asks for.

use jetpay_platform::gate::Plan;
use serde_json::{Value, json};

use super::plan;
use crate::crash::chance::Chance;
use crate::crash::messages::{CUSTOMERS, PROJECT};

/// A payout as a client wants it: a wallet of its own, so that whatever is sent there is this one.
pub(super) struct Wish {
    pub(super) key: String,
    pub(super) account: String,
    pub(super) amount: i64,
    customer: &'static str,
    /// What happens to it at the Gate.
    pub(super) plan: Plan,
}

impl Wish {
    /// `number` is its own.
    pub(super) fn any(number: usize, chance: &mut Chance) -> Self {
        Self {
            key: format!("key-{number}"),
            account: format!("7700{number:08}"),
            amount: chance.amount(1_000_000),
            customer: CUSTOMERS[chance.below(CUSTOMERS.len())],
            plan: plan::any(chance),
        }
    }

    /// The body of `POST /v1/payouts`, always the same.
    pub(super) fn body(&self) -> Value {
        json!({
            "project_id": PROJECT,
            "customer": {
                "id": self.customer,
                "ip_address": "198.51.100.47",
                "first_name": "John",
                "last_name": "Doe",
                "email": "johndoe@example.com",
            },
            "account_number": self.account,
            "amount": self.amount,
            "currency": "KZT",
            "idempotency_key": self.key,
        })
    }

    /// Something else under the same key.
    pub(super) fn other_body(&self) -> Value {
        let mut body = self.body();
        body["amount"] = json!(self.amount + 1);
        body
    }
}
