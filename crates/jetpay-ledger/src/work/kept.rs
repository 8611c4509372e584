//! What became of a stored event.

use crate::state::Disposition;
use crate::words::closed_words;

closed_words! {
    /// What became of a stored event.
    Kept {
        /// It moved money or changed the state.
        Applied = "applied",
        /// It changed nothing.
        Noted = "noted",
        /// A compensation that waits for its credit.
        Early = "early",
        /// It does not fit the payment.
        Quarantined = "quarantined",
        /// It waits for its payment.
        Unmatched = "unmatched",
        /// A person said that it is not ours. If its payment appears all the same, it is matched all the same.
        Dismissed = "dismissed",
    }
}

impl From<Disposition> for Kept {
    fn from(disposition: Disposition) -> Self {
        match disposition {
            Disposition::Applied => Self::Applied,
            Disposition::Noted => Self::Noted,
            Disposition::Early => Self::Early,
            Disposition::Quarantined => Self::Quarantined,
        }
    }
}
