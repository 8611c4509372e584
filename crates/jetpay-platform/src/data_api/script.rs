//! How the Data API answers: by which edition, and what goes wrong.

use std::time::Duration;

use jetpay_core::report::ReportedOperation;

/// An edition of the documentation. Which one a brand of the platform runs is not public.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// "2.0": dates with an offset, `2018-08-01T08:28:47+00:00`.
    A,
    /// "2.0.04": dates in the zone of the request, `2018-08-01 08:28:47`.
    B,
}

/// What the editions, and the samples in them, decide differently. A reader must cope with each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Conventions {
    /// How dates are written.
    pub edition: Edition,
    /// Amounts are texts. Edition B describes them so, although its sample has integers.
    pub amounts_are_texts: bool,
    /// `operation_completed_at` is `""`, as in edition A's sample of a successful sale. `operation_created_at` is the time of
    /// the operation's first version.
    pub completed_at_is_empty: bool,
}

impl Conventions {
    /// What the schema of an edition says.
    #[must_use]
    pub fn of(edition: Edition) -> Self {
        Self {
            edition,
            amounts_are_texts: edition == Edition::B,
            completed_at_is_empty: false,
        }
    }
}

/// What happens to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum OnRequest {
    /// It is answered.
    Answer,
    /// It is answered after this time. The platform's pages say that an answer takes up to five minutes.
    Slowly(Duration),
    /// The connection breaks.
    Drop,
    /// It fails with this HTTP status and an error of the Data API: 429 when there are too many requests, 500.
    Fail(u16),
    /// The answer is signed with another key.
    WrongSignature,
    /// The answer has no signature.
    Unsigned,
    /// The answer is HTTP 200 with JSON that ends too early.
    Unreadable,
    /// First the platform changes this operation, then it answers. An operation that comes into the interval, or leaves it,
    /// shifts the pages behind it: the reader sees an operation twice, or misses one.
    Change(Box<ReportedOperation>),
}
