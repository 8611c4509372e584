//! A contract in a good answer to `verify`: the documents' *entity*.

use serde::Serialize;
use serde_json::{Map, Value};

/// A contract that a customer can pay. Amounts are in minor units of the account's currency.
///
/// Source: kaspi and kassa24 (option 2), answer to `verify`, `entities`.
#[derive(Clone, PartialEq, Serialize)]
pub struct Contract {
    id: String,
    number: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    info: Option<Map<String, Value>>,
}

impl Contract {
    /// A contract with its id, which comes back in `check_deposit`, and its number for people.
    #[must_use]
    pub fn new(id: impl Into<String>, number: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            number: number.into(),
            min_payment: None,
            payment: None,
            info: None,
        }
    }

    /// What is to be paid, in minor units. Whether it may be left out is agreed with JetPay.
    #[must_use]
    pub fn with_payment_minor(mut self, payment: i64) -> Self {
        self.payment = Some(payment);
        self
    }

    /// The least that may be paid, in minor units.
    #[must_use]
    pub fn with_min_payment_minor(mut self, min_payment: i64) -> Self {
        self.min_payment = Some(min_payment);
        self
    }

    /// Anything that JetPay agreed to show to the customer.
    #[must_use]
    pub fn with_info(mut self, info: Map<String, Value>) -> Self {
        self.info = Some(info);
        self
    }
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Contract(hidden)")
    }
}
