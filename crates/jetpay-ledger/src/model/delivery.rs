//! Deliveries: which of the ledger's entries and alarms a receiver of the merchant's has.

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_rules::{EntryKind, closed_words};
use serde::Serialize;

use super::alarm::AlarmKind;
use super::numbers::Millis;

closed_words! {
    /// What a stream delivers.
    #[derive(PartialOrd, Ord)]
    #[expect(clippy::exhaustive_enums, reason = "a program that delivers must know every feed")]
    Feed {
        /// Entries, by their `seq`.
        Entries = "entries",
        /// Alarms, by their `seq`.
        Alarms = "alarms",
    }
}

/// One feed to one receiver: an endpoint has one or two.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct DeliveryStream {
    /// The name of the endpoint in the configuration.
    pub name: String,
    /// What it gets.
    pub feed: Feed,
}

closed_words! {
    /// How an item that is not delivered stands.
    #[expect(clippy::exhaustive_enums, reason = "a program that delivers must know every state")]
    WaitingState {
        /// It is sent (again) when its time comes, and when no earlier item of its lane waits.
        Waiting = "waiting",
        /// The receiver refused it, or a person wants to skip it: a person decides.
        Parked = "parked",
    }
}

/// An item at or before the cursor that is not delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// The `seq` of the entry, or of the alarm.
    pub seq: i64,
    /// Items of one lane are delivered one after the other: the customer's id, for entries.
    #[serde(skip)]
    pub lane: String,
    /// How it stands.
    pub state: WaitingState,
    /// How often it was sent.
    pub attempts: u32,
    /// When the cursor passed it.
    pub since: Millis,
    /// When it is sent again. Of a parked one: when it can be skipped.
    pub due_at: Millis,
    /// Why the last attempt failed, if there was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Whether the receiver may have it: an attempt may have arrived and was not refused, or its end is not known.
    #[serde(skip)]
    pub may_be_there: bool,
}

impl Waiting {
    /// Whether a person wants to skip it, and an attempt to send it may be under way.
    #[must_use]
    pub fn is_held(&self, now: Millis) -> bool {
        self.state == WaitingState::Parked && now < self.due_at
    }
}

/// A stream, leased by one server. Until the lease ends, no other server sends anything of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryLease {
    /// The stream.
    pub stream: DeliveryStream,
    /// What the server shows when it records: a later lease has another one.
    pub fencing_token: i64,
    /// Every item up to this `seq` is delivered, or skipped, or waits in `waiting`.
    pub cursor: i64,
    /// Grows when a person retries or skips an item: then read the items that wait anew.
    pub changes: i64,
    /// In the order of `seq`.
    pub waiting: Vec<Waiting>,
    /// The items behind the cursor that are not sent, in the order of `seq`: a person skipped them, or the receiver's protocol has
    /// no such item. There are some after a replay.
    pub skipped: Vec<i64>,
}

/// What a server delivered since it recorded last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryProgress {
    /// The new cursor.
    pub cursor: i64,
    /// The items that no longer wait.
    pub done: Vec<i64>,
    /// The items that wait: new ones, all behind the stored cursor and up to the new one, and those that changed. One that a
    /// person removed meanwhile is not added again, and one that a person holds stays parked; one behind the new cursor is left
    /// out, because it is read again.
    pub waiting: Vec<Waiting>,
    /// Receipts of the receiver.
    pub receipts: Vec<DeliveryReceipt>,
    /// What to tell people.
    pub alarms: Vec<DeliveryAlarm>,
    /// Whether the stream delivers in time: then its open alarm about lateness is resolved.
    pub in_time: bool,
}

/// The receiver's own number of a delivered entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryReceipt {
    /// The project of the entry.
    pub project_id: ProjectId,
    /// Its operation.
    pub operation_id: OperationId,
    /// Its kind.
    pub kind: EntryKind,
    /// The receiver's number, such as `prv_txn`.
    pub receipt: String,
}

/// An alarm about a delivery. Each names an entry: its payment and operation are found by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryAlarm {
    /// Which one.
    pub kind: DeliveryAlarmKind,
    /// The `seq` of the entry.
    pub seq: i64,
    /// What happened, for people.
    pub reason: String,
}

/// What an alarm about a delivery is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryAlarmKind {
    /// The receiver refused the entry, or a person holds it, and it is parked: [`AlarmKind::DeliveryParked`](super::AlarmKind::DeliveryParked). It is
    /// resolved when the entry is delivered or skipped.
    Parked,
    /// The oldest entry waits too long: [`AlarmKind::DeliveryLate`](super::AlarmKind::DeliveryLate). A stream has at most one
    /// open.
    Late,
    /// The receiver's protocol has no such entry, for example a refund: [`AlarmKind::NotDeliverable`](super::AlarmKind::NotDeliverable).
    /// It is not sent, and holds nothing back.
    NotDeliverable,
}

impl From<DeliveryAlarmKind> for AlarmKind {
    fn from(kind: DeliveryAlarmKind) -> Self {
        match kind {
            DeliveryAlarmKind::Parked => Self::DeliveryParked,
            DeliveryAlarmKind::Late => Self::DeliveryLate,
            DeliveryAlarmKind::NotDeliverable => Self::NotDeliverable,
        }
    }
}

/// How one endpoint stands with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryDelivery {
    /// The `seq` of the entry.
    pub entry: i64,
    /// The name of the endpoint.
    pub endpoint: String,
    /// Whether it has the entry.
    pub state: EntryDeliveryState,
    /// The receiver's number of the entry. It may be that of an earlier delivery.
    pub receipt: Option<String>,
}

/// Whether an endpoint has an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a program that shows it must know every state"
)]
pub enum EntryDeliveryState {
    /// The stream has not come to it: it is sent soon, perhaps once more after a replay.
    NotYet,
    /// It waits, or is parked.
    Waiting(Waiting),
    /// It is not sent: a person skipped it, or the receiver's protocol has no such entry.
    Skipped,
    /// The receiver has it.
    Delivered,
    /// It is older than the stream, and was never to be sent.
    Older,
    /// The receiver has it, or it is older than the stream: an older version did not keep where the stream began.
    DeliveredOrOlder,
}

/// How a stream stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeliveryStatus {
    /// The stream.
    #[serde(flatten)]
    pub stream: DeliveryStream,
    /// Every item up to this `seq` is delivered, or skipped, or waits.
    pub cursor: i64,
    /// The `seq` of the last item there is.
    pub last: i64,
    /// How many items up to the cursor wait.
    pub waiting: i64,
    /// How many of these are parked.
    pub parked: i64,
    /// When the oldest item that is not delivered was stored. Items that are parked, and those that wait behind them, do not
    /// count: they wait for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oldest: Option<Millis>,
}
