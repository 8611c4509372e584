//! `payment.status`: the status of the whole payment.

use super::StatusClass;
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
        Success = "success",
        Decline = "decline",
        /// The merchant may send the same payment id again.
        Error = "error",
        Processing = "processing",
        ExternalProcessing = "external processing",
        Awaiting3dsResult = "awaiting 3ds result",
        AwaitingRedirectResult = "awaiting redirect result",
        AwaitingCustomer = "awaiting customer",
        AwaitingCustomerAction = "awaiting customer action",
        /// The platform declines a payout that stays in this status for 30 minutes.
        AwaitingClarification = "awaiting clarification",
        AwaitingClarifyData = "awaiting clarify data",
        AwaitingCapture = "awaiting capture",
        AwaitingApproval = "awaiting approval",
        AwaitingMerchantAuth = "awaiting merchant auth",
        AwaitingPayment = "awaiting payment",
        AwaitingConfirmation = "awaiting confirmation",
        /// The platform tries the payout again.
        AwaitingRetry = "awaiting retry",
        AwaitingClearing = "awaiting clearing",
        AwaitingPartiallyClearing = "awaiting partially clearing",
        ClearingProcessing = "clearing processing",
        ScheduledRecurringProcessing = "scheduled recurring processing",
        InvoiceSent = "invoice sent",
        /// The payer paid less than requested.
        PartiallyPaid = "partially paid",
        /// The platform paid out less than requested.
        PartiallyPaidOut = "partially paid out",
        Refunded = "refunded",
        PartiallyRefunded = "partially refunded",
        Reversed = "reversed",
        PartiallyReversed = "partially reversed",
        Canceled = "canceled",
        InvoiceCanceled = "invoice canceled",
        Expired = "expired",
        InternalError = "internal error",
        ExternalError = "external error",
        DeclineRenewal = "decline renewal",
    }
}

impl PaymentStatus {
    /// What the status means. An unknown word is [`StatusClass::Unknown`].
    #[must_use]
    pub const fn class(&self) -> StatusClass {
        match self {
            Self::Success => StatusClass::Succeeded,
            Self::Decline
            | Self::Error
            | Self::Canceled
            | Self::InvoiceCanceled
            | Self::Expired
            | Self::InternalError
            | Self::ExternalError
            | Self::DeclineRenewal => StatusClass::Failed,
            Self::Processing
            | Self::ExternalProcessing
            | Self::Awaiting3dsResult
            | Self::AwaitingRedirectResult
            | Self::AwaitingCustomer
            | Self::AwaitingCustomerAction
            | Self::AwaitingClarification
            | Self::AwaitingClarifyData
            | Self::AwaitingCapture
            | Self::AwaitingApproval
            | Self::AwaitingMerchantAuth
            | Self::AwaitingPayment
            | Self::AwaitingConfirmation
            | Self::AwaitingRetry
            | Self::AwaitingClearing
            | Self::AwaitingPartiallyClearing
            | Self::ClearingProcessing
            | Self::ScheduledRecurringProcessing
            | Self::InvoiceSent => StatusClass::Intermediate,
            Self::Refunded | Self::PartiallyRefunded | Self::Reversed | Self::PartiallyReversed => {
                StatusClass::AfterSuccess
            }
            Self::PartiallyPaid | Self::PartiallyPaidOut => StatusClass::PartiallyPaid,
            Self::Other(_) => StatusClass::Unknown,
        }
    }

    /// Whether the outcome is known; see [`StatusClass::is_final`].
    #[must_use]
    pub const fn is_final(&self) -> bool {
        self.class().is_final()
    }
}

#[cfg(test)]
mod tests {
    use super::StatusClass::{self, AfterSuccess, Failed, Intermediate, PartiallyPaid, Succeeded};
    use super::*;

    /// Every known word, as the platform writes it.
    const WORDS: &[(&str, StatusClass)] = &[
        ("success", Succeeded),
        ("decline", Failed),
        ("error", Failed),
        ("processing", Intermediate),
        ("external processing", Intermediate),
        ("awaiting 3ds result", Intermediate),
        ("awaiting redirect result", Intermediate),
        ("awaiting customer", Intermediate),
        ("awaiting customer action", Intermediate),
        ("awaiting clarification", Intermediate),
        ("awaiting clarify data", Intermediate),
        ("awaiting capture", Intermediate),
        ("awaiting approval", Intermediate),
        ("awaiting merchant auth", Intermediate),
        ("awaiting payment", Intermediate),
        ("awaiting confirmation", Intermediate),
        ("awaiting retry", Intermediate),
        ("awaiting clearing", Intermediate),
        ("awaiting partially clearing", Intermediate),
        ("clearing processing", Intermediate),
        ("scheduled recurring processing", Intermediate),
        ("invoice sent", Intermediate),
        ("partially paid", PartiallyPaid),
        ("partially paid out", PartiallyPaid),
        ("refunded", AfterSuccess),
        ("partially refunded", AfterSuccess),
        ("reversed", AfterSuccess),
        ("partially reversed", AfterSuccess),
        ("canceled", Failed),
        ("cancelled", Failed),
        ("invoice cancelled", Failed),
        ("expired", Failed),
        ("internal error", Failed),
        ("external error", Failed),
        ("decline renewal", Failed),
    ];

    #[test]
    fn every_listed_word_is_known_and_has_the_right_class() {
        for &(word, class) in WORDS {
            let status = PaymentStatus::from(word);
            assert!(!matches!(status, PaymentStatus::Other(_)), "{word}");
            assert_eq!(status.class(), class, "{word}");
            assert_eq!(status.is_final(), class.is_final(), "{word}");
            assert_eq!(status.as_str(), word.replace("cancelled", "canceled"));
        }
    }

    #[test]
    fn every_known_word_is_listed() {
        assert_eq!(PaymentStatus::KNOWN.len(), 34);
        for status in PaymentStatus::KNOWN {
            let mut listed = WORDS.iter().map(|(word, _)| PaymentStatus::from(*word));
            assert!(listed.any(|word| word == *status), "{status}");
        }
    }

    #[test]
    fn unknown_word_is_kept_and_is_not_final() {
        let status = PaymentStatus::from("Success!");
        assert_eq!(status.to_string(), "Success!");
        assert_eq!(status.class(), StatusClass::Unknown);
        assert!(!status.is_final());
    }
}
