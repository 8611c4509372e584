//! What the Gate has seen of each payout.

use std::collections::BTreeMap;

use jetpay_platform::gate::{Answer, EntryKind, GateState, LogEntry, Plan};

use super::plan;

/// What the Gate has seen under one payment id.
pub(super) struct Record {
    pub(super) account: String,
    /// The body of the first send.
    pub(super) body: Vec<u8>,
    pub(super) sends: usize,
    /// A later send was not the same bytes.
    pub(super) changed: bool,
    /// How often it was accepted.
    pub(super) accepted: usize,
    /// What was said to the last send.
    pub(super) last: Answer,
}

/// By payment id.
pub(super) fn records(books: &GateState) -> BTreeMap<String, Record> {
    let mut records = BTreeMap::new();
    for seen in books
        .log()
        .iter()
        .filter(|seen| seen.kind == EntryKind::Send)
    {
        records
            .entry(seen.payment_id.clone())
            .or_insert_with(|| Record::of(seen))
            .sent(seen);
    }
    records
}

impl Record {
    pub(super) fn of(first: &LogEntry) -> Self {
        Self {
            account: first.account.clone(),
            body: first.body.clone(),
            sends: 0,
            changed: false,
            accepted: 0,
            last: Answer::None,
        }
    }

    fn sent(&mut self, seen: &LogEntry) {
        self.sends += 1;
        self.changed |= self.body != seen.body;
        self.accepted += usize::from(seen.accepted);
        self.last = seen.answer.clone();
    }

    /// In which state it must end if nothing more is sent; none if more must be.
    pub(super) fn ending(&self, plan: &Plan) -> Option<&'static str> {
        match self.last {
            // 3041 is said of what was accepted, 3613 lets it come again.
            Answer::Rejected(code) if code != 3041 && code != 3613 => Some("rejected"),
            _ => plan::ending(plan, self.accepted),
        }
    }
}
