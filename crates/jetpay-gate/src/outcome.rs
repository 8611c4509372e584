//! What became of a payout that was sent.

use jetpay_core::operation_code::OperationCode;

use crate::Unknown;

/// The outcome of sending a payout. Look at it: two of the three do not allow to forget the payout, and none of them
/// says that it is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "a payout whose outcome nobody looks at is lost, or paid twice"]
pub enum Outcome {
    /// The platform has it. A callback will tell how it ends; or ask for the status.
    Accepted(Accepted),
    /// The platform does not have it.
    Rejected(Rejected),
    /// Nobody knows whether the platform has it: keep the id and the money, wait 10 s or more, and ask for the status.
    Unknown(Unknown),
}

/// The platform has the payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// The platform's id of the request, by which its status can be asked, too.
    pub request_id: Option<String>,
    /// It had it before (code 3041): an earlier request with this id was accepted.
    pub known_before: bool,
}

/// The platform does not have the payout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejected {
    /// Why, as a code.
    pub code: Option<OperationCode>,
    /// The HTTP status of the answer.
    pub http_status: u16,
    /// Why, in the platform's words, for a person: at most 200 characters, printable, and without what the request
    /// said of the payer. Empty when it has none.
    pub message: String,
    /// Whether the same payout may be sent again later, under the same id (code 3613, HTTP 401, 403, 429). Else this
    /// is final: release the money.
    pub same_id_later: bool,
}
