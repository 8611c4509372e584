//! Deliveries: tells the merchant's own systems what was credited, in order for each customer, until they have it.
//!
//! An endpoint has a stream for entries, and one for alarms if it wants them. One server leases a stream, sends, and records
//! ([`Driver`]); what it sends and records next is decided without I/O ([`queue`]). A stream that is new begins at the end of
//! its feed. One whose endpoint was removed and comes again under the same name continues at its cursor.

mod driver;
mod message;
pub mod queue;
mod receiver;
#[cfg(test)]
mod tests;
mod unconfigured;
mod worker;

use jetpay_billing::Delivery;
use jetpay_ledger::{Alarm, Entry};

pub use driver::{Action, Driver, Event, Settings};
pub use message::Message;
pub(crate) use receiver::HttpReceiver;
pub(crate) use unconfigured::{not_delivered, unconfigured, warnings};
#[cfg(test)]
use worker::ATTEMPT_LIMIT;
pub(crate) use worker::{ATTEMPT, Wake, Workers};

/// What is delivered.
#[derive(Clone, Debug)]
pub enum Item {
    /// An entry.
    Entry(Box<Entry>),
    /// An alarm.
    Alarm(Box<Alarm>),
}

/// Sends items to one endpoint: over HTTP, or a simulated one.
pub trait Receiver: Send + Sync {
    /// Sends an item once. `is_repeat`: the receiver may have it from an earlier attempt.
    fn deliver(&self, item: &Item, is_repeat: bool) -> impl Future<Output = Sent> + Send;
}

impl<R: Receiver> Receiver for std::sync::Arc<R> {
    async fn deliver(&self, item: &Item, is_repeat: bool) -> Sent {
        (**self).deliver(item, is_repeat).await
    }
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It was sent.
    Sent(Delivery),
    /// The receiver's protocol has no such item, for example a refund. It was not sent. The text says why, for people.
    NotDeliverable(String),
}
