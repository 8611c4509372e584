//! The state of a payment, and what the rules did with an event.

use crate::closed_words;

closed_words! {
    /// The state of a payment.
    PaymentState {
        /// Announced, without an outcome. If no callback comes, it stays pending for ever.
        Pending = "pending",
        /// The customer has all the money that was credited.
        Credited = "credited",
        /// The platform declined it. A later success still credits it.
        Declined = "declined",
        /// A callback did not fit the payment, and an operator must look at it. A success that fits still credits it.
        Quarantined = "quarantined",
        /// A part of the money was taken back.
        PartiallyRefunded = "partially_refunded",
        /// All the money was taken back; the last part by a refund.
        Refunded = "refunded",
        /// All the money was taken back; the last part by a reversal or a manual change.
        Reversed = "reversed",
    }
}

impl PaymentState {
    /// Whether the customer was ever credited.
    #[must_use]
    pub const fn was_credited(self) -> bool {
        match self {
            Self::Pending | Self::Declined | Self::Quarantined => false,
            Self::Credited | Self::PartiallyRefunded | Self::Refunded | Self::Reversed => true,
        }
    }
}

closed_words! {
    /// What happened to an event: store it with the event.
    ///
    /// [`decide`](crate::decide) gives one of the first four. The last two are for events that arrive before their
    /// payment is recorded.
    EventStatus {
        /// It moved money or changed the payment's state.
        Applied = "applied",
        /// It changed nothing.
        Noted = "noted",
        /// A compensation that waits for the payment's credit.
        Early = "early",
        /// It does not fit the payment.
        Quarantined = "quarantined",
        /// It waits in the inbox: no payment has its id.
        Unmatched = "unmatched",
        /// An operator said that the payment is not ours. If the payment is recorded later, the event is decided then.
        Dismissed = "dismissed",
    }
}
