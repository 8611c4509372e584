//! `payment.status`: the status of the whole payment.

use super::open_set::open_set;

open_set! {
    /// The status of a payment. It sums up the payment's operations.
    ///
    /// Only [`Success`](Self::Success), with a successful sale, credits a customer. A decline can still be followed by a
    /// success, which credits, too.
    ///
    /// Source: every document, callback, `payment.status`; the list of words is the platform's.
    ///
    /// ```
    /// use jetpay_core::status::PaymentStatus;
    ///
    /// let status = PaymentStatus::from("Cancelled");
    /// assert_eq!(status, PaymentStatus::Canceled);
    /// assert!(status.is_final());
    /// ```
    PaymentStatus {
        Success = "success" => Succeeded,
        Decline = "decline" => Failed,
        /// The merchant may send the same payment id again.
        Error = "error" => Failed,
        Processing = "processing" => Intermediate,
        ExternalProcessing = "external processing" => Intermediate,
        Awaiting3dsResult = "awaiting 3ds result" => Intermediate,
        AwaitingRedirectResult = "awaiting redirect result" => Intermediate,
        AwaitingCustomer = "awaiting customer" => Intermediate,
        AwaitingCustomerAction = "awaiting customer action" => Intermediate,
        /// The platform declines a payout that stays in this status for 30 minutes.
        AwaitingClarification = "awaiting clarification" => Intermediate,
        AwaitingClarifyData = "awaiting clarify data" => Intermediate,
        AwaitingCapture = "awaiting capture" => Intermediate,
        AwaitingApproval = "awaiting approval" => Intermediate,
        AwaitingMerchantAuth = "awaiting merchant auth" => Intermediate,
        AwaitingPayment = "awaiting payment" => Intermediate,
        AwaitingConfirmation = "awaiting confirmation" => Intermediate,
        /// The platform tries the payout again.
        AwaitingRetry = "awaiting retry" => Intermediate,
        AwaitingClearing = "awaiting clearing" => Intermediate,
        AwaitingPartiallyClearing = "awaiting partially clearing" => Intermediate,
        ClearingProcessing = "clearing processing" => Intermediate,
        ScheduledRecurringProcessing = "scheduled recurring processing" => Intermediate,
        InvoiceSent = "invoice sent" => Intermediate,
        /// The payer paid less than requested.
        PartiallyPaid = "partially paid" => PartiallyPaid,
        /// The platform paid out less than requested.
        PartiallyPaidOut = "partially paid out" => PartiallyPaid,
        Refunded = "refunded" => AfterSuccess,
        PartiallyRefunded = "partially refunded" => AfterSuccess,
        Reversed = "reversed" => AfterSuccess,
        PartiallyReversed = "partially reversed" => AfterSuccess,
        Canceled = "canceled" => Failed,
        InvoiceCanceled = "invoice canceled" => Failed,
        Expired = "expired" => Failed,
        InternalError = "internal error" => Failed,
        ExternalError = "external error" => Failed,
        DeclineRenewal = "decline renewal" => Failed,
    }
}
