//! Requests that did not pass validation (2000 to 2999).

use super::super::Advice::{AskSupport, FixRequest, Retry, RetryLater};
use super::super::KnownCode;
use super::row;

#[rustfmt::skip] // One row a line, however long its text is.
pub(super) const REQUEST: &[KnownCode] = &[
    row(2003, "body is not readable JSON", FixRequest),
    row(2004, "a mandatory field is missing", FixRequest),
    row(2014, "addendum does not go with recurring registration", FixRequest),
    row(2061, "nothing given for the address check", FixRequest),
    row(2123, "checking an account is not permitted", FixRequest),
    row(2124, "payer's id is not acceptable", FixRequest),
    row(2147, "another request holds the lock", RetryLater),
    row(2154, "project wants the payer's id", FixRequest),
    row(2261, "country is not known", FixRequest),
    row(2426, "e-mail address is malformed", FixRequest),
    row(2442, "no project has this id", FixRequest),
    row(2466, "3-D Secure result fails the project's settings", Retry),
    row(2467, "3-D Secure through an SDK is unavailable", FixRequest),
    row(2468, "3-D Secure without the payer is unavailable", FixRequest),
    row(2541, "platform knows no such method", FixRequest),
    row(2606, "withdrawal needs an earlier payment", FixRequest),
    row(2609, "date of birth is malformed", FixRequest),
    row(2610, "country is not acceptable", FixRequest),
    row(2611, "city is not acceptable", FixRequest),
    row(2641, "no such bank code or currency", FixRequest),
    row(2642, "amount is over the upper limit", FixRequest),
    row(2701, "project rules turned the request down", AskSupport),
    row(2801, "no bank has this id", FixRequest),
    row(2945, "type of operation cannot be tried again", FixRequest),
    row(2949, "amount does not fit a repeated attempt", FixRequest),
];
