//! Limits of payouts by line of business, and of cards (3305 to 3363).
//!
//! *Gambling* stands for the merchant category codes 7995 and 9406.

use super::super::Advice::{AskSupport, DoNotRetry, FixRequest, RetryLater};
use super::super::KnownCode;
use super::row;

#[rustfmt::skip] // One row a line, however long its text is.
pub(super) const LIMITS: &[KnownCode] = &[
    row(3305, "too many domestic gambling payouts in 30 days", RetryLater),
    row(3306, "too many cross-border gambling payouts in 30 days", RetryLater),
    row(3307, "too many domestic transfer payouts in 30 days", RetryLater),
    row(3308, "too many cross-border transfer payouts in 30 days", RetryLater),
    row(3309, "too many domestic disbursement payouts in 30 days", RetryLater),
    row(3310, "too many cross-border disbursement payouts in 30 days", RetryLater),
    row(3311, "weekly limit of domestic gambling payouts is reached", RetryLater),
    row(3312, "weekly limit of cross-border gambling payouts is reached", RetryLater),
    row(3313, "weekly limit of domestic transfer payouts is reached", RetryLater),
    row(3314, "weekly limit of cross-border transfer payouts is reached", RetryLater),
    row(3315, "weekly limit of domestic disbursement payouts is reached", RetryLater),
    row(3316, "weekly limit of cross-border disbursement payouts is reached", RetryLater),
    row(3317, "24-hour limit of domestic gambling payouts is reached", RetryLater),
    row(3318, "24-hour limit of cross-border gambling payouts is reached", RetryLater),
    row(3319, "24-hour limit of domestic transfer payouts is reached", RetryLater),
    row(3320, "24-hour limit of cross-border transfer payouts is reached", RetryLater),
    row(3321, "24-hour limit of domestic disbursement payouts is reached", RetryLater),
    row(3322, "24-hour limit of cross-border disbursement payouts is reached", RetryLater),
    row(3323, "30-day limit of domestic gambling payouts is reached", RetryLater),
    row(3324, "30-day limit of cross-border gambling payouts is reached", RetryLater),
    row(3325, "30-day limit of domestic transfer payouts is reached", RetryLater),
    row(3326, "30-day limit of cross-border transfer payouts is reached", RetryLater),
    row(3327, "30-day limit of domestic disbursement payouts is reached", RetryLater),
    row(3328, "30-day limit of cross-border disbursement payouts is reached", RetryLater),
    row(3329, "too many domestic gambling payouts in a week", RetryLater),
    row(3330, "too many cross-border gambling payouts in a week", RetryLater),
    row(3331, "too many domestic transfer payouts in a week", RetryLater),
    row(3332, "too many cross-border transfer payouts in a week", RetryLater),
    row(3333, "too many domestic disbursement payouts in a week", RetryLater),
    row(3334, "too many cross-border disbursement payouts in a week", RetryLater),
    row(3335, "too many domestic gambling payouts in 24 hours", RetryLater),
    row(3336, "too many cross-border gambling payouts in 24 hours", RetryLater),
    row(3337, "too many domestic transfer payouts in 24 hours", RetryLater),
    row(3338, "too many cross-border transfer payouts in 24 hours", RetryLater),
    row(3339, "too many domestic disbursement payouts in 24 hours", RetryLater),
    row(3340, "too many cross-border disbursement payouts in 24 hours", RetryLater),
    row(3341, "card's limits rule out the payout", AskSupport),
    row(3355, "same card used too often in 24 hours", RetryLater),
    row(3356, "card may not be used for this", DoNotRetry),
    row(3357, "same card used too often in 30 days", RetryLater),
    row(3358, "amount is under the lower limit", FixRequest),
    row(3360, "prepaid card pays 50 EUR at most", FixRequest),
    row(3362, "30-day limit of gambling payouts is reached", RetryLater),
    row(3363, "recurring or merchant-initiated payment lacks trace id", AskSupport),
];
