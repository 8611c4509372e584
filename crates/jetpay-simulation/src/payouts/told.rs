//! What the platform tells until it is acknowledged.

use std::sync::Arc;

use jetpay_platform::schedule::{Waits, waits};
use serde_json::Value;

/// What must become of a callback.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The Gate's own, about a payout.
    Gate,
    /// It does not fit: an alarm must tell of it.
    Odd,
    /// So much of a payout came back.
    CameBack(i64),
    /// About a top-up.
    TopUp,
}

/// A fact that the platform tells by callbacks.
pub(super) struct Told {
    /// The wish that it is about.
    pub(super) wish: Option<usize>,
    pub(super) kind: Kind,
    pub(super) body: Arc<[u8]>,
    /// The payment, the operation and both statuses, as stored.
    pub(super) payment: String,
    pub(super) operation: i64,
    pub(super) words: [String; 2],
    pub(super) waits: Waits,
    pub(super) acknowledged: bool,
    /// It was answered 200: the merchant keeps it.
    pub(super) kept: bool,
}

impl Told {
    pub(super) fn new(wish: Option<usize>, kind: Kind, body: Vec<u8>) -> Self {
        let value: Value = serde_json::from_slice(&body).expect("a callback is JSON");
        let text = |pointer: &str| {
            let text = value.pointer(pointer).and_then(Value::as_str);
            text.expect("a callback has it").to_owned()
        };
        Self {
            wish,
            kind,
            payment: text("/payment/id"),
            operation: value["operation"]["id"].as_i64().expect("a number"),
            words: [text("/operation/status"), text("/payment/status")],
            body: body.into(),
            waits: waits(),
            acknowledged: false,
            kept: false,
        }
    }

    pub(super) fn status(&self) -> &str {
        &self.words[1]
    }
}
