//! `operation.status`: the status of one operation of a payment.

use super::open_set::open_set;

open_set! {
    /// The status of one operation. The payment's own status sums up all of its operations.
    ///
    /// Source: every document, callback, `operation.status`; the list of words is the platform's.
    ///
    /// ```
    /// use jetpay_core::status::{OperationStatus, StatusClass};
    ///
    /// let status = OperationStatus::from("external_processing");
    /// assert_eq!(status, OperationStatus::ExternalProcessing);
    /// assert_eq!(status.class(), StatusClass::Intermediate);
    /// ```
    OperationStatus {
        Success = "success" => Succeeded,
        Decline = "decline" => Failed,
        Error = "error" => Failed,
        Processing = "processing" => Intermediate,
        ExternalProcessing = "external processing" => Intermediate,
        Awaiting3dsResult = "awaiting 3ds result" => Intermediate,
        AwaitingRedirectResult = "awaiting redirect result" => Intermediate,
        AwaitingCustomer = "awaiting customer" => Intermediate,
        AwaitingCustomerAction = "awaiting customer action" => Intermediate,
        AwaitingClarification = "awaiting clarification" => Intermediate,
        AwaitingApproval = "awaiting approval" => Intermediate,
        AwaitingMerchantAuth = "awaiting merchant auth" => Intermediate,
        AwaitingPayment = "awaiting payment" => Intermediate,
        AwaitingConfirmation = "awaiting confirmation" => Intermediate,
        AwaitingFinalization = "awaiting finalization" => Intermediate,
        InvoiceSent = "invoice sent" => Intermediate,
        InvoiceCanceled = "invoice canceled" => Failed,
        Expired = "expired" => Failed,
        InternalError = "internal error" => Failed,
        ExternalError = "external error" => Failed,
        /// The platform does not know the status. A word that is unknown here is [`Other`](Self::Other).
        Unknown = "unknown" => Unknown,
    }
}
