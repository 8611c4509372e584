//! What is counted apart.

use std::fmt;

use super::fault::Fault;
use super::plan::{Act, Telling};
use crate::top_up::CallbackKind;

/// What an answer was given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// `verify` of a customer.
    Verify,
    /// `check_deposit`.
    CheckDeposit,
    /// A callback: under way.
    Processing,
    /// A callback: paid.
    Success,
    /// A callback: not paid.
    Decline,
    /// A callback: all or a part goes back.
    Refund,
    /// A callback: taken back on the same day.
    Reversal,
    /// Something that went wrong on purpose.
    Fault(Fault),
}

impl Kind {
    pub(super) fn of(telling: &Telling) -> Self {
        match (telling.fault, telling.act) {
            (Some(fault), _) => Self::Fault(fault),
            (
                None,
                Act::Tell(kind) | Act::AtOnce(kind, _) | Act::Slowly(kind, _) | Act::Cut(kind),
            ) => Self::told(kind),
            (None, _) => Self::Success,
        }
    }

    fn told(kind: CallbackKind) -> Self {
        match kind {
            CallbackKind::Success | CallbackKind::PartiallyPaid(_) => Self::Success,
            CallbackKind::Decline => Self::Decline,
            CallbackKind::Processing => Self::Processing,
            CallbackKind::Refund | CallbackKind::PartialRefund(_) => Self::Refund,
            CallbackKind::Reversal => Self::Reversal,
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Verify => "verify",
            Self::CheckDeposit => "check_deposit",
            Self::Processing => "callback: processing",
            Self::Success => "callback: success",
            Self::Decline => "callback: decline",
            Self::Refund => "callback: refund",
            Self::Reversal => "callback: reversal",
            Self::Fault(fault) => return write_fault(*fault, f),
        })
    }
}

fn write_fault(fault: Fault, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.pad(&format!("fault: {fault}"))
}
