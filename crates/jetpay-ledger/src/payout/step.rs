//! Steps: the history of a payout, only ever added. Those that move money are its entries.

use crate::words::closed_words;

closed_words! {
    /// What happened to a payout.
    StepKind {
        /// It was taken and its money reserved.
        Created = "created",
        /// A send began.
        Sent = "sent",
        /// The platform took it.
        Accepted = "accepted",
        /// Nobody knows what came of sending it.
        Unknown = "unknown",
        /// The platform did not take it now: it is sent again later.
        Postponed = "postponed",
        /// The platform does not know it: it is sent again.
        NotKnown = "not_known",
        /// It ended with `error`: it is sent again.
        Error = "error",
        /// The platform paid less or otherwise than it was told to: a person must look, and nothing is done by itself.
        Differs = "differs",
        /// It was sent to another Gate than this service is configured for: nothing is done about it meanwhile.
        Elsewhere = "elsewhere",
        /// No outcome came in time: it is asked about, and a person must look.
        Overdue = "overdue",
        /// The money left.
        Paid = "paid",
        /// The platform could not pay.
        Declined = "declined",
        /// The platform did not take it.
        Rejected = "rejected",
        /// A success came after the money had been released: it is reserved again before it is paid.
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
    /// The entry that it is, if it moves money.
    #[must_use]
    pub const fn entry(self) -> Option<PayoutEntry> {
        match self {
            Self::Created | Self::ReservedAgain => Some(PayoutEntry::Reserve),
            Self::Paid => Some(PayoutEntry::Paid),
            Self::Declined | Self::Rejected => Some(PayoutEntry::Release),
            Self::Reversed => Some(PayoutEntry::Reversal),
            Self::Sent
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
