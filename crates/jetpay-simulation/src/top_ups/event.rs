//! The events of the simulation of top-ups.

use std::fmt;

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
    /// An operator treats a payment that the service does not know, or a delivery that the billing refused.
    OperatorActs(Message),
    /// A request arrives at the merchant's billing.
    BillingReceives(usize),
    /// The billing's answer arrives at the service.
    BillingAnswers(usize),
    /// The service stops waiting for the billing's answer.
    BillingTimesOut(usize),
    /// A server that tells the billing wakes.
    TellerWakes(usize),
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
    /// An operator has the entry with this number told again.
    Retry(usize),
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
            Self::Retry(seq) => write!(f, "retry of entry {seq}"),
        }
    }
}
