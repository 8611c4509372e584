//! Deliveries: tells the merchant's own systems what was credited, in order for each customer, until they have it.

mod message;

pub use message::Message;

use std::time::Duration;

use jetpay_billing::Delivery;
use jetpay_ledger::{Alarm, Entry};

/// How long one attempt may take.
pub const ATTEMPT: Duration = Duration::from_secs(15);

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
    /// Sends an item once. `is_repeat`: it is known that it was sent before.
    fn deliver(&self, item: &Item, is_repeat: bool) -> impl Future<Output = Sent> + Send;
}

/// What became of an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It was sent.
    Sent(Delivery),
    /// The receiver's protocol has no such item, for example a refund. It was not sent. The text says why, for people.
    NotDeliverable(String),
}
