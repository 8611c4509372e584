//! Alarms: what an operator must look at.

use jetpay_core::id::OperationId;

use crate::closed_words;

closed_words! {
    /// Why an operator must look at a payment.
    AlarmKind {
        /// The callback's project is not the payment's.
        ProjectDiffers = "project_differs",
        /// The callback's amount is not the payment's, or is not possible.
        AmountDiffers = "amount_differs",
        /// The callback's currency is not the payment's.
        CurrencyDiffers = "currency_differs",
        /// The payer paid less than the merchant asked for.
        PartiallyPaid = "partially_paid",
        /// A second sale of one payment succeeded: perhaps the payer paid twice.
        SecondSale = "second_sale",
        /// A decline came after the credit: ask the platform for the payment's status.
        DeclineAfterCredit = "decline_after_credit",
        /// The sale succeeded, but the payment's status is not success, and the payment is not credited.
        SaleWithoutSuccess = "sale_without_success",
        /// A refund or reversal of more than remains, or a reversed refund that was never made.
        CompensationTooLarge = "compensation_too_large",
        /// The platform's staff changed the payment manually.
        ManualChange = "manual_change",
        /// A payout's callback has the id of a top-up.
        PayoutForTopUp = "payout_for_top_up",
        /// The operation has already moved the money of another payment.
        OperationOfAnotherPayment = "operation_of_another_payment",
        /// An operation succeeded that moves money and that a top-up should not have.
        UnexpectedOperation = "unexpected_operation",
        /// The event came again with another type, amount or currency.
        ContradictoryRepeat = "contradictory_repeat",
    }
}

/// An alarm that a decision raises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewAlarm {
    /// Why.
    pub kind: AlarmKind,
    /// The operation that is the cause.
    pub operation_id: OperationId,
}
