//! The words for where a payout stands.

/// Where a payout stands, in the words of the payment and of the operation that made it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Processing,
    ExternalProcessing,
    Success,
    Decline,
    Error,
    Reversed,
}

impl Word {
    /// `payment.status`.
    pub(super) fn of_payment(self) -> &'static str {
        match self {
            Self::Processing => "processing",
            Self::ExternalProcessing => "external processing",
            Self::Success => "success",
            Self::Decline => "decline",
            Self::Error => "error",
            Self::Reversed => "reversed",
        }
    }

    /// `operation.status`.
    pub(super) fn of_operation(self) -> &'static str {
        match self {
            Self::Reversed => "success",
            other => other.of_payment(),
        }
    }

    /// `operation.message`.
    pub(super) fn message(self) -> &'static str {
        match self {
            Self::Processing | Self::ExternalProcessing => "Awaiting processing",
            Self::Success | Self::Reversed => "Success",
            Self::Decline => "General decline",
            Self::Error => "Error",
        }
    }

    /// Whether nothing more is waited for.
    pub(super) fn is_under_way(self) -> bool {
        matches!(self, Self::Processing | Self::ExternalProcessing)
    }
}
