//! The state of a payout.

use jetpay_rules::closed_words;

closed_words! {
    /// The state of a payout.
    PayoutState {
        /// EventStatus, its money reserved; the platform does not have it, so it will be sent, or sent again.
        Created = "created",
        /// It was sent, or was about to be, and the outcome is not known. The service queries the status.
        Unknown = "unknown",
        /// The platform has accepted it and is working on it.
        Accepted = "accepted",
        /// The money left.
        Paid = "paid",
        /// The platform accepted it and could not pay. The money was released.
        Declined = "declined",
        /// The platform refused it. The money was released.
        Rejected = "rejected",
        /// It was paid, and all the money came back.
        Reversed = "reversed",
    }
}

impl PayoutState {
    /// Whether the outcome is still open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Created | Self::Unknown | Self::Accepted)
    }
}
