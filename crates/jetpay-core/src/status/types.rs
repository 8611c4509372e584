//! `operation.type` and `payment.type`: the kind of operation, and the kind of payment.

use super::open_set::open_set;

open_set! {
    /// The type of an operation. For a top-up, only [`Sale`](Self::Sale) credits the customer.
    ///
    /// Source: every document, callback, `operation.type`; the list of words is the platform's.
    ///
    /// ```
    /// use jetpay_core::status::OperationType;
    ///
    /// assert_eq!(OperationType::from("sale"), OperationType::Sale);
    /// assert_eq!(OperationType::from("create_cash_voucher").as_str(), "create cash voucher");
    /// ```
    OperationType {
        Sale = "sale",
        Payout = "payout",
        Refund = "refund",
        Reversal = "reversal",
        RefundReverse = "refund reverse",
        PayoutReversal = "payout reversal",
        ManualChange = "manual change",
        Auth = "auth",
        Capture = "capture",
        Cancel = "cancel",
        Incremental = "incremental",
        Recurring = "recurring",
        RecurringUpdate = "recurring update",
        RecurringCancel = "recurring cancel",
        AccountVerification = "account verification",
        Invoice = "invoice",
        CustomerAction = "customer action",
        PaymentConfirmation = "payment confirmation",
        CaptureSettlement = "capture settlement",
        ContractRegistration = "contract registration",
        Commission = "commission",
        CreateCashVoucher = "create cash voucher",
    }
}

impl OperationType {
    /// Whether the operation takes money back that was paid, or gives it back again. It moves money whatever the status of
    /// the payment is.
    ///
    /// ```
    /// use jetpay_core::status::OperationType;
    ///
    /// assert!(OperationType::Refund.is_compensation());
    /// assert!(!OperationType::Sale.is_compensation());
    /// ```
    #[must_use]
    pub const fn is_compensation(&self) -> bool {
        matches!(
            self,
            Self::Refund
                | Self::Reversal
                | Self::RefundReverse
                | Self::PayoutReversal
                | Self::ManualChange
        )
    }
}

open_set! {
    /// The type of a payment: money from the payer, or money to the payer.
    ///
    /// Source: every document, callback, `payment.type`.
    ///
    /// ```
    /// use jetpay_core::status::PaymentType;
    ///
    /// assert_eq!(PaymentType::from("purchase"), PaymentType::Purchase);
    /// assert!(matches!(PaymentType::from("gift"), PaymentType::Other(word) if word.as_str() == "gift"));
    /// ```
    PaymentType {
        Purchase = "purchase",
        Payout = "payout",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_operation_type_is_known() {
        let words = "sale, payout, refund, reversal, refund reverse, payout reversal, manual change, auth, capture, \
                     cancel, incremental, recurring, recurring update, recurring cancel, account verification, invoice, \
                     customer action, payment confirmation, capture settlement, contract registration, commission, \
                     create_cash_voucher";
        let words: Vec<&str> = words.split(", ").collect();
        for &word in &words {
            let known = OperationType::from(word);
            assert!(!matches!(known, OperationType::Other(_)), "{word}");
            assert_eq!(known.as_str(), word.replace('_', " "));
        }
        assert_eq!(OperationType::KNOWN.len(), words.len());
    }

    #[test]
    fn every_listed_payment_type_is_known() {
        let known = ["purchase", "payout"].map(PaymentType::from);
        assert_eq!(known, PaymentType::KNOWN);
    }

    #[test]
    fn sale_with_white_space_around_it_is_no_sale() {
        for text in [" sale", "sale ", "sale\n"] {
            assert!(
                matches!(OperationType::from(text), OperationType::Other(word) if word.as_str() == text)
            );
        }
    }
}
