//! Entries: the movements of money, which are only ever added.

use jetpay_core::Money;
use jetpay_core::id::{ContractId, CustomerId, OperationId, PaymentId, ProjectId};
use jetpay_rules::{EntryKind, UnknownWord};
use serde::Serialize;

use super::numbers::{Millis, digits};

/// One movement of money on a customer's account. The sum of a customer's entries is the balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The order of commit, from 1 and growing: a reader who has read this entry has missed none before it.
    pub seq: i64,
    /// What moved the money.
    pub kind: EntryKind,
    /// The payment.
    pub payment_id: PaymentId,
    /// The platform's operation; with the project and the kind, it makes the entry unique.
    #[serde(serialize_with = "digits")]
    pub operation_id: OperationId,
    /// The project.
    pub project_id: ProjectId,
    /// The payment method's name, as it was recorded with the payment.
    pub method: String,
    /// The customer whose account it is.
    pub customer_id: CustomerId,
    /// The contract that was paid for, if the payment has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_id: Option<ContractId>,
    /// The provider's id of the operation, which the receipt shows, if a callback has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_payment_id: Option<String>,
    /// How much, in minor units, signed: a credit is positive, a refund negative. In JSON, `amount` and `currency`.
    #[serde(flatten)]
    pub amount: Money,
    /// When it was stored.
    pub time: Millis,
    /// The `seq` of the entry that a correction undoes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrects: Option<i64>,
}

/// The word that databases hold for a manual credit. Databases keep the words that they were written with.
const STORED_MANUAL_CREDIT: &str = "settled_credit";

/// The word of an entry's kind in a database.
pub(crate) const fn stored_kind(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::ManualCredit => STORED_MANUAL_CREDIT,
        EntryKind::Credit
        | EntryKind::Refund
        | EntryKind::Reversal
        | EntryKind::RefundReverse
        | EntryKind::ManualChange
        | EntryKind::Correction => kind.as_str(),
    }
}

/// The kind that a database's word means.
pub(crate) fn kind_from_stored(word: &str) -> Result<EntryKind, UnknownWord> {
    match word {
        STORED_MANUAL_CREDIT => Ok(EntryKind::ManualCredit),
        word => word.parse(),
    }
}

/// The method that databases hold for a payment that an operator recorded out of the inbox.
pub(crate) const STORED_METHOD_OF_OPERATORS: &str = "settled";

/// The method that a database's word means, for people.
pub(crate) fn method_from_stored(word: String) -> String {
    if word == STORED_METHOD_OF_OPERATORS {
        "manual".to_owned()
    } else {
        word
    }
}

#[cfg(test)]
mod tests {
    use jetpay_rules::EntryKind;

    use super::{kind_from_stored, stored_kind};

    #[test]
    fn every_kind_survives_a_database_and_a_manual_credit_has_its_old_word_there() {
        for kind in EntryKind::ALL {
            assert_eq!(kind_from_stored(stored_kind(*kind)), Ok(*kind));
        }
        assert_eq!(stored_kind(EntryKind::ManualCredit), "settled_credit");
    }
}
