//! What a search finds.

use std::fmt;

use jetpay_core::Money;
use jetpay_core::id::{ContractId, CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_rules::closed_words;
use serde::Serialize;

use crate::model::{Millis, digits};

closed_words! {
    /// What a search found. In the order of a page among hits of one time.
    HitKind {
        /// A callback that names an unknown payment. It waits in the inbox, or an operator called it foreign.
        Inbox = "inbox",
        /// A payout.
        Payout = "payout",
        /// A payment.
        Payment = "payment",
        /// A customer.
        Customer = "customer",
    }
}

closed_words! {
    /// Which of its words a hit was found by.
    MatchedWord {
        /// The provider's id, which the receipt shows.
        Receipt = "receipt",
        /// The platform's id of an operation.
        Operation = "operation",
        /// The merchant's id of a payment or payout.
        Payment = "payment",
        /// The account that the payer named, of a callback in the inbox.
        Account = "account",
        /// The customer's id or second name; of a callback in the inbox, the customer that it names.
        Customer = "customer",
        /// The id or number of a contract.
        Contract = "contract",
    }
}

/// Something that has the word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    /// What it is.
    pub kind: HitKind,
    /// The words that it was found by.
    pub matched: Vec<MatchedWord>,
    /// Where it is in the order of all hits.
    #[serde(skip)]
    pub position: SearchPosition,
    /// When it was recorded or received; of a customer, no time is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time: Option<Millis>,
    /// The payment or payout; of the inbox, the id that the callback names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<PaymentId>,
    /// The customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// The contract that was paid for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<ContractId>,
    /// The project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_id: Option<ProjectId>,
    /// The operation that the callback names, of the inbox.
    #[serde(serialize_with = "digits", skip_serializing_if = "Option::is_none")]
    pub operation_id: Option<OperationId>,
    /// The receipt that the callback names, of the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_payment_id: Option<String>,
    /// The amount, in minor units.
    #[serde(flatten)]
    pub amount: Option<Money>,
    /// The state of a payment or payout; `unmatched` or `dismissed` in the inbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The method of a payment or payout.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
}

/// The place of a hit in the order of all hits: customers come first, then the newest.
#[derive(Clone, PartialEq, Eq)]
pub struct SearchPosition {
    /// What the hit is.
    pub kind: HitKind,
    /// When it was recorded, in milliseconds since 1970; 0 for a customer.
    pub time: i64,
    /// The number of the callback; of a customer, the bucket of the words, or -1 if the id is the word.
    pub number: i64,
    /// The id of the payment, payout or customer.
    pub id: String,
}

/// Leaves out the id: it may be a customer's.
impl fmt::Debug for SearchPosition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SearchPosition")
            .field("kind", &self.kind)
            .field("time", &self.time)
            .finish_non_exhaustive()
    }
}
