//! What was delivered, and what was wrong with it.

use std::fmt;

use serde_json::Value;

use super::verify::Message;

/// A webhook, when it came first.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Arrival {
    /// The header `webhook-id`.
    pub id: String,
    /// `type`: `entry.credit` and the like, `alarm.amount_differs` and the like.
    pub kind: String,
    /// `data.customer_id`.
    pub customer_id: Option<String>,
    /// `data.seq`.
    pub seq: Option<i64>,
    /// `data.amount`, in minor units; 0 when there is none.
    pub amount: i64,
    /// The body.
    pub body: Vec<u8>,
}

/// Something that must not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The signature is missing, or of another secret.
    BadSignature,
    /// It was sent more than five minutes ago, or by a clock that is as much ahead.
    WrongTime,
    /// The body or the id is not that of a webhook, or of a look-up.
    Unreadable,
    /// This id came before, with another body.
    OtherBody(String),
    /// The entry `seq` of a customer came first after a later one.
    WrongOrder {
        /// The entry.
        seq: i64,
        /// The entry of the same customer that came before it.
        after: i64,
    },
}

impl Arrival {
    /// Reads a webhook: `type`, `timestamp`, and `data`, which for an entry has `seq`, `customer_id` and `amount`.
    pub(super) fn read(message: &Message<'_>) -> Result<Self, Violation> {
        let json: Value = serde_json::from_slice(message.body).unwrap_or_default();
        let data = &json["data"];
        let kind = json["type"].as_str().ok_or(Violation::Unreadable)?;
        let arrival = Self {
            id: message.id.to_owned(),
            kind: kind.to_owned(),
            customer_id: data["customer_id"].as_str().map(str::to_owned),
            seq: data["seq"].as_i64(),
            amount: data["amount"].as_i64().unwrap_or_default(),
            body: message.body.to_owned(),
        };
        let has_time = json["timestamp"]
            .as_str()
            .is_some_and(|it| it.parse::<jiff::Timestamp>().is_ok());
        let is_id = !message.id.is_empty() && !message.id.contains('.');
        let is_entry = kind.starts_with("entry.");
        let entry_is_whole =
            arrival.customer_id.is_some() && arrival.seq.is_some() && data["amount"].is_i64();
        let is_whole = has_time && is_id && data.is_object() && (!is_entry || entry_is_whole);
        is_whole.then_some(arrival).ok_or(Violation::Unreadable)
    }
}

impl fmt::Debug for Arrival {
    /// Hides the payer's data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Arrival")
            .field("id", &self.id)
            .field("kind", &self.kind)
            .field("seq", &self.seq)
            .finish_non_exhaustive()
    }
}
