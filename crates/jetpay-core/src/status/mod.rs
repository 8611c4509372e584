//! Statuses and types: the words of a callback that say what happened.
//!
//! Each set is open, because the platform can add a word at any time. Each type is an enum of the known words and of
//! `Other`, which keeps an unknown word exactly as received. An unknown status is stored and shown, and it is never
//! final.
//!
//! To store a word, use [`Display`](std::fmt::Display) or serde, and read it back with `From<&str>`: both directions keep an
//! unknown word. In a `match`, handle `Other` together with a wildcard, because a later version may know more words.
//!
//! Known words are compared in one spelling: ASCII lower case, a space for `_`, and `canceled` for `cancelled`. Space
//! around a word is not trimmed.
//!
//! ```
//! use jetpay_core::status::{PaymentStatus, StatusClass};
//!
//! assert_eq!(PaymentStatus::from("PARTIALLY_PAID"), PaymentStatus::PartiallyPaid);
//!
//! let new = PaymentStatus::from("Awaiting_Moon");
//! assert_eq!(new.as_str(), "Awaiting_Moon");
//! assert_eq!(new.class(), StatusClass::Unknown);
//! assert!(!new.is_final());
//! ```

mod open_set;
mod operation_status;
mod payment_status;
mod types;

pub use self::open_set::UnknownWord;
pub use self::operation_status::OperationStatus;
pub use self::payment_status::PaymentStatus;
pub use self::types::{OperationType, PaymentType};

/// What a status means for code that waits for the outcome.
///
/// It does not say whether a callback moves money: that also depends on the operation
/// ([`Callback::paid`](crate::Callback::paid)).
///
/// ```
/// use jetpay_core::status::{OperationStatus, StatusClass};
///
/// assert_eq!(OperationStatus::Expired.class(), StatusClass::Failed);
/// assert!(StatusClass::Failed.is_final());
/// assert!(!StatusClass::Intermediate.is_final());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "code that waits must handle every class; a new one is a breaking change"
)]
pub enum StatusClass {
    /// The operation or payment succeeded.
    Succeeded,
    /// It failed and will not be carried out.
    Failed,
    /// It is still in progress.
    Intermediate,
    /// It succeeded and was then refunded or reversed, in whole or in part.
    AfterSuccess,
    /// It ended with less money than requested. A person must look at it.
    PartiallyPaid,
    /// The platform does not know, or its word is unknown here. Wait, and ask for the status.
    Unknown,
}

impl StatusClass {
    /// Whether the outcome is known: every class except [`Intermediate`](Self::Intermediate) and
    /// [`Unknown`](Self::Unknown).
    ///
    /// A final status can still change: a success can be refunded, and a decline can become a success.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::AfterSuccess | Self::PartiallyPaid => true,
            Self::Intermediate | Self::Unknown => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::StatusClass::{
        self, AfterSuccess, Failed, Intermediate, PartiallyPaid, Succeeded, Unknown,
    };
    use super::{OperationStatus, PaymentStatus};

    /// Every known word as the platform writes it: where it occurs, its class, and the words of that class.
    const WORDS: [(&str, StatusClass, &str); 9] = [
        ("both", Succeeded, "success"),
        (
            "both",
            Failed,
            "decline, error, expired, internal error, external error, invoice cancelled",
        ),
        (
            "both",
            Intermediate,
            "processing, external processing, awaiting 3ds result, awaiting redirect result, awaiting customer, \
             awaiting customer action, awaiting clarification, awaiting approval, awaiting merchant auth, \
             awaiting payment, awaiting confirmation, invoice sent",
        ),
        ("operation", Intermediate, "awaiting finalization"),
        ("operation", Unknown, "unknown"),
        ("payment", Failed, "canceled, cancelled, decline renewal"),
        (
            "payment",
            Intermediate,
            "awaiting clarify data, awaiting capture, awaiting retry, awaiting clearing, awaiting partially clearing, \
             clearing processing, scheduled recurring processing",
        ),
        (
            "payment",
            PartiallyPaid,
            "partially paid, partially paid out",
        ),
        (
            "payment",
            AfterSuccess,
            "refunded, partially refunded, reversed, partially reversed",
        ),
    ];

    #[test]
    fn every_listed_word_is_known_and_has_the_right_class() {
        let (mut operations, mut payments) = (0, 0);
        for (place, class, words) in WORDS {
            for word in words.split(", ") {
                let one_spelling = word.replace("cancelled", "canceled");
                if place != "payment" {
                    operations += 1;
                    let status = OperationStatus::from(word);
                    assert!(OperationStatus::KNOWN.contains(&status), "{word}");
                    assert_eq!((status.class(), status.as_str()), (class, &*one_spelling));
                    assert_eq!(status.is_final(), class.is_final(), "{word}");
                }
                if place != "operation" {
                    payments += 1;
                    let status = PaymentStatus::from(word);
                    assert!(PaymentStatus::KNOWN.contains(&status), "{word}");
                    assert_eq!((status.class(), status.as_str()), (class, &*one_spelling));
                    assert_eq!(status.is_final(), class.is_final(), "{word}");
                }
            }
        }
        // `canceled` is listed in both spellings.
        let known = (OperationStatus::KNOWN.len(), PaymentStatus::KNOWN.len());
        assert_eq!(known, (operations, payments - 1));
    }

    #[test]
    fn unknown_word_is_kept_and_is_not_final() {
        let (operation, payment) = (OperationStatus::from("So!"), PaymentStatus::from("So!"));
        assert_eq!([operation.to_string(), payment.to_string()], ["So!"; 2]);
        assert_eq!([operation.class(), payment.class()], [Unknown; 2]);
        assert!(!operation.is_final() && !payment.is_final());
    }
}
