//! Items that are not delivered yet.

use std::sync::Arc;

use jetpay_ledger::{Millis, Waiting, WaitingState};

/// An item that was read from the feed.
#[derive(Clone, Debug)]
pub struct NewItem {
    /// Its `seq`.
    pub seq: i64,
    /// The items of one lane are delivered one after the other; `None`: the endpoint does not get this item.
    pub lane: Option<Arc<str>>,
    /// When it was stored.
    pub time: Millis,
}

/// An item that is not delivered.
pub(super) struct Open {
    pub(super) lane: Arc<str>,
    /// When it was stored. Of a row that an earlier lease left: when the cursor passed it.
    pub(super) time: Millis,
    /// How often it was sent, this time included.
    pub(super) attempts: u32,
    /// Since when it is being sent.
    pub(super) sending_since: Option<Millis>,
    /// Whether the receiver may have it from an attempt that ended: none is certain to have failed.
    pub(super) may_be_there: bool,
    /// What is recorded of it, so that the cursor may pass it; `None` while it is behind the cursor.
    pub(super) row: Option<Row>,
}

pub(super) struct Row {
    pub(super) state: WaitingState,
    pub(super) since: Millis,
    pub(super) due_at: Millis,
    pub(super) why: Option<String>,
    /// The same without what the receiver said, of an attempt of this lease.
    pub(super) meaning: Option<String>,
}

impl Open {
    pub(super) fn new(lane: Arc<str>, time: Millis) -> Self {
        Self {
            lane,
            time,
            attempts: 0,
            sending_since: None,
            may_be_there: false,
            row: None,
        }
    }

    /// An item that an earlier lease left. One that is due later than any pause can last was recorded by a clock that was
    /// wrong: it is due now.
    pub(super) fn stored(waiting: &Waiting, now: Millis) -> Self {
        let is_possible = waiting.due_at <= super::retry::after(now, super::retry::LONGEST);
        Self {
            lane: waiting.lane.as_str().into(),
            time: waiting.since,
            attempts: waiting.attempts,
            sending_since: None,
            may_be_there: waiting.may_be_there,
            row: Some(Row {
                state: waiting.state,
                since: waiting.since,
                due_at: if is_possible { waiting.due_at } else { now },
                why: waiting.why.clone(),
                meaning: None,
            }),
        }
    }

    pub(super) fn state(&self) -> Option<WaitingState> {
        self.row.as_ref().map(|row| row.state)
    }

    pub(super) fn is_sending(&self) -> bool {
        self.sending_since.is_some()
    }

    /// The row, as it is recorded. If the service ends while the item is being sent, the receiver may have it.
    pub(super) fn waiting(&self, seq: i64) -> Option<Waiting> {
        let row = self.row.as_ref()?;
        Some(Waiting {
            seq,
            lane: self.lane.to_string(),
            state: row.state,
            attempts: self.attempts,
            since: row.since,
            due_at: row.due_at,
            why: row.why.clone(),
            may_be_there: self.may_be_there || self.is_sending(),
        })
    }
}
