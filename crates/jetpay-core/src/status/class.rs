//! What a status means for whoever waits for the outcome.

/// The class of a status word.
///
/// ```
/// use jetpay_core::status::{OperationStatus, StatusClass};
///
/// assert_eq!(OperationStatus::Expired.class(), StatusClass::Failed);
/// assert!(StatusClass::Failed.is_final());
/// assert!(!StatusClass::Intermediate.is_final());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StatusClass {
    /// Carried out.
    Succeeded,
    /// Not carried out, and will not be.
    Failed,
    /// Still under way.
    Intermediate,
    /// Was carried out, and has been refunded or reversed since, in whole or in part.
    AfterSuccess,
    /// Ended with less money than was asked for: a person must look.
    PartiallyPaid,
    /// The platform does not know, or its word is not known to us: wait, and ask.
    Unknown,
}

impl StatusClass {
    /// Whether there is an outcome to act on: everything but [`Intermediate`](Self::Intermediate) and
    /// [`Unknown`](Self::Unknown).
    ///
    /// Final is not frozen: a success can be refunded, and a decline can still turn into a success.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed | Self::AfterSuccess | Self::PartiallyPaid => true,
            Self::Intermediate | Self::Unknown => false,
        }
    }
}
