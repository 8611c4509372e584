//! Declines on the merchant's side, which is ours (30000 to 30999).

use super::super::Advice::DoNotRetry;
use super::super::KnownCode;
use super::row;

#[rustfmt::skip] // One row a line, however long its text is.
pub(super) const MERCHANT: &[KnownCode] = &[
    row(30000, "merchant turned the operation down", DoNotRetry),
    row(30100, "merchant declined, reason not known", DoNotRetry),
    row(30301, "merchant gave no confirmation", DoNotRetry),
    row(30302, "merchant left the request unanswered", DoNotRetry),
    row(30303, "merchant confirmed another amount or currency", DoNotRetry),
    row(30401, "list of draws is empty", DoNotRetry),
];
