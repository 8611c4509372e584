//! Success, and declines by the platform itself (0 to 999).

use super::super::Advice::{AskSupport, DoNotRetry, FixRequest, Nothing, Retry, RetryLater};
use super::super::KnownCode;
use super::row;

#[rustfmt::skip] // One row a line, however long its text is.
pub(super) const PLATFORM: &[KnownCode] = &[
    row(0, "the operation went through", Nothing),
    row(100, "declined, the platform names no reason", AskSupport),
    row(104, "3-D Secure check was not passed", Retry),
    row(108, "the payer did not come back from 3-D Secure", Retry),
    row(109, "billing address does not match the card", FixRequest),
    row(301, "called off before it was carried out", Retry),
    row(303, "no right to do this", AskSupport),
    row(309, "converted amount is too high", FixRequest),
    row(310, "project settings forbid this", AskSupport),
    row(314, "provider is out of reach just now", RetryLater),
    row(318, "project may not pay by card token", AskSupport),
    row(319, "request lacks data for an operation", FixRequest),
    row(402, "stopped by the platform's risk control", DoNotRetry),
    row(501, "platform failed on its own side", AskSupport),
    row(502, "platform found the data invalid", AskSupport),
    row(504, "balance does not cover the operation", AskSupport),
    row(601, "did not work, another attempt may", Retry),
    row(602, "connection failed on the way", Retry),
    row(603, "closed by an automatic rule", Retry),
    row(604, "payout session ran out of time", Retry),
    row(702, "request could not be understood", FixRequest),
    row(903, "refund is larger than permitted", AskSupport),
    row(904, "payout is larger than permitted", AskSupport),
];
