//! Steps: the history of a payout. They are only ever added. The steps that move money are its entries.

use jetpay_rules::closed_words;

closed_words! {
    /// What happened to a payout.
    StepKind {
        /// It was recorded, and its money was reserved.
        Created = "created",
        /// A send began.
        Sent = "sent",
        /// The platform accepted it.
        Accepted = "accepted",
        /// It was written to a file, which a person uploads in the platform's Dashboard.
        SentByHand = "sent_by_hand",
        /// The outcome of a send is not known.
        Unknown = "unknown",
        /// The platform did not accept it now. It is sent again later.
        Postponed = "postponed",
        /// The platform does not know it. It is sent again.
        NotKnown = "not_known",
        /// It ended with `error`. It is sent again.
        Error = "error",
        /// The platform's report does not fit. An operator must look, and the service does nothing more.
        Differs = "differs",
        /// It was sent to another Gate than the configured one. The service does nothing about it meanwhile.
        Elsewhere = "elsewhere",
        /// No outcome came in time. The service still asks, and an operator must look.
        Overdue = "overdue",
        /// The money left.
        Paid = "paid",
        /// The platform could not pay.
        Declined = "declined",
        /// The platform refused it.
        Rejected = "rejected",
        /// A success came after the money had been released. The money is reserved again, then paid.
        ReservedAgain = "reserved_again",
        /// The money, or a part of it, came back.
        Reversed = "reversed",
    }
}

closed_words! {
    /// An entry on the payouts account.
    PayoutEntry {
        /// From what can be spent to what is reserved.
        Reserve = "reserve",
        /// From what is reserved out to the wallet.
        Paid = "paid",
        /// From what is reserved back to what can be spent.
        Release = "release",
        /// From the wallet back to what can be spent.
        Reversal = "reversal",
    }
}

impl StepKind {
    /// Its entry, if it moves money.
    #[must_use]
    pub const fn entry(self) -> Option<PayoutEntry> {
        match self {
            Self::Created | Self::ReservedAgain => Some(PayoutEntry::Reserve),
            Self::Paid => Some(PayoutEntry::Paid),
            Self::Declined | Self::Rejected => Some(PayoutEntry::Release),
            Self::Reversed => Some(PayoutEntry::Reversal),
            Self::Sent
            | Self::SentByHand
            | Self::Accepted
            | Self::Unknown
            | Self::Postponed
            | Self::NotKnown
            | Self::Error
            | Self::Differs
            | Self::Elsewhere
            | Self::Overdue => None,
        }
    }
}
