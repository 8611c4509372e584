//! `operation.status`: the status of one operation of a payment.

use super::StatusClass;
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
        Success = "success",
        Decline = "decline",
        Error = "error",
        Processing = "processing",
        ExternalProcessing = "external processing",
        Awaiting3dsResult = "awaiting 3ds result",
        AwaitingRedirectResult = "awaiting redirect result",
        AwaitingCustomer = "awaiting customer",
        AwaitingCustomerAction = "awaiting customer action",
        AwaitingClarification = "awaiting clarification",
        AwaitingApproval = "awaiting approval",
        AwaitingMerchantAuth = "awaiting merchant auth",
        AwaitingPayment = "awaiting payment",
        AwaitingConfirmation = "awaiting confirmation",
        AwaitingFinalization = "awaiting finalization",
        InvoiceSent = "invoice sent",
        InvoiceCanceled = "invoice canceled",
        Expired = "expired",
        InternalError = "internal error",
        ExternalError = "external error",
        /// The platform does not know the status. A word that is unknown here is [`Other`](Self::Other).
        Unknown = "unknown",
    }
}

impl OperationStatus {
    /// What the status means. An unknown word is [`StatusClass::Unknown`].
    #[must_use]
    pub const fn class(&self) -> StatusClass {
        match self {
            Self::Success => StatusClass::Succeeded,
            Self::Decline
            | Self::Error
            | Self::InvoiceCanceled
            | Self::Expired
            | Self::InternalError
            | Self::ExternalError => StatusClass::Failed,
            Self::Processing
            | Self::ExternalProcessing
            | Self::Awaiting3dsResult
            | Self::AwaitingRedirectResult
            | Self::AwaitingCustomer
            | Self::AwaitingCustomerAction
            | Self::AwaitingClarification
            | Self::AwaitingApproval
            | Self::AwaitingMerchantAuth
            | Self::AwaitingPayment
            | Self::AwaitingConfirmation
            | Self::AwaitingFinalization
            | Self::InvoiceSent => StatusClass::Intermediate,
            Self::Unknown | Self::Other(_) => StatusClass::Unknown,
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
    use super::StatusClass::{self, Failed, Intermediate, Succeeded, Unknown};
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
        ("awaiting approval", Intermediate),
        ("awaiting merchant auth", Intermediate),
        ("awaiting payment", Intermediate),
        ("awaiting confirmation", Intermediate),
        ("awaiting finalization", Intermediate),
        ("invoice sent", Intermediate),
        ("invoice cancelled", Failed),
        ("expired", Failed),
        ("internal error", Failed),
        ("external error", Failed),
        ("unknown", Unknown),
    ];

    #[test]
    fn every_listed_word_is_known_and_has_the_right_class() {
        for &(word, class) in WORDS {
            let status = OperationStatus::from(word);
            assert!(!matches!(status, OperationStatus::Other(_)), "{word}");
            assert_eq!(status.class(), class, "{word}");
            assert_eq!(status.is_final(), class.is_final(), "{word}");
            assert_eq!(status.as_str(), word.replace("cancelled", "canceled"));
        }
    }

    #[test]
    fn every_known_word_is_listed() {
        assert_eq!(OperationStatus::KNOWN.len(), 21);
        for status in OperationStatus::KNOWN {
            let mut listed = WORDS.iter().map(|(word, _)| OperationStatus::from(*word));
            assert!(listed.any(|word| word == *status), "{status}");
        }
    }

    #[test]
    fn unknown_word_is_kept_and_is_not_final() {
        let status = OperationStatus::from("Success!");
        assert_eq!(status.to_string(), "Success!");
        assert_eq!(status.class(), StatusClass::Unknown);
        assert!(!status.is_final());
    }
}
