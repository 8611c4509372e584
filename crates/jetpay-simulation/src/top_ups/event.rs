//! The events of the simulation of top-ups, and what its trace records.

use std::fmt;

use jetpay_ledger::sim::Fault;

use crate::report::Traced;

/// Something that will happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A payer begins a top-up. One of an older system begins with its callbacks.
    TopUpBegins(usize),
    /// The platform stops waiting for the answer to this request.
    RequestTimesOut(Message),
    /// The platform sends a callback, unless it was acknowledged.
    CallbackDue(usize),
    /// A message arrives at the service.
    MessageArrives(Message),
    /// The answer arrives at the platform, with this HTTP status.
    ResponseArrives(Message, u16),
    /// The answer to `check_deposit` arrives at the platform: the top-up, and the index of its payment.
    PaymentIdArrives(usize, usize),
    /// The store writes what waits.
    StoreStep,
    /// An operator treats a payment that the service does not know.
    OperatorActs(Message),
}

/// A message. The number is that of the top-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Message {
    Verify(usize),
    CheckDeposit(usize),
    /// A callback with this notification, in one of its variants.
    Callback {
        notification: usize,
        variant: usize,
    },
    /// An operator imports the payment of an older system.
    Import(usize),
    /// An operator dismisses the callbacks of a payment that is not the merchant's.
    Dismiss(usize),
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Verify(_) => f.write_str("verify"),
            Self::CheckDeposit(_) => f.write_str("check_deposit"),
            Self::Callback {
                notification,
                variant,
            } => {
                write!(
                    f,
                    "callback of notification {notification} in variant {variant}"
                )
            }
            Self::Import(_) => f.write_str("import"),
            Self::Dismiss(_) => f.write_str("dismissal"),
        }
    }
}

/// Something that happened.
#[derive(Clone, Copy, Debug, Hash)]
pub(crate) enum TraceEvent {
    /// The message was sent. So many copies will arrive.
    Sent(Message, usize),
    /// The message arrived while the service was down.
    NotListening(Message),
    Arrived(Message),
    Answered(Message, u16),
    /// The service crashed before it answered.
    Interrupted(Message),
    ResponseLost(Message),
    /// The answer arrived at the platform.
    ResponseSeen(Message, u16),
    /// The store wrote so many commands.
    StoreStep(Fault, usize),
    /// A notification is in the committed database.
    Stored(usize),
    /// An amount in minor units moved, by this operation.
    Moved(i64, u64),
}

impl Traced for TraceEvent {
    fn is_fault(&self) -> bool {
        matches!(self, Self::StoreStep(fault, _) if *fault != Fault::Commits)
    }

    fn reaches_service(&self) -> bool {
        !matches!(
            self,
            Self::Sent(..) | Self::NotListening(_) | Self::ResponseLost(_) | Self::ResponseSeen(..)
        )
    }
}

impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent(message, 0) => write!(f, "{message}: sent and lost"),
            Self::Sent(message, 1) => write!(f, "{message}: sent"),
            Self::Sent(message, copies) => {
                write!(f, "{message}: sent, {copies} copies will arrive")
            }
            Self::NotListening(message) => {
                write!(f, "{message}: arrived, but the service was down")
            }
            Self::Arrived(message) => write!(f, "{message}: arrived"),
            Self::Answered(message, status) => write!(f, "{message}: answered {status}"),
            Self::Interrupted(message) => {
                write!(f, "{message}: the service crashed before it answered")
            }
            Self::ResponseLost(message) => write!(f, "{message}: the answer was lost"),
            Self::ResponseSeen(message, status) => {
                write!(f, "{message}: the platform received {status}")
            }
            Self::StoreStep(fault, commands) => {
                write!(f, "the store wrote {commands} commands: {fault:?}")
            }
            Self::Stored(notification) => write!(f, "notification {notification} is stored"),
            Self::Moved(amount, operation) => {
                write!(f, "money moved: {amount} by operation {operation}")
            }
        }
    }
}
