//! Lanes: the items of one customer, of which only the first may be sent.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use jetpay_ledger::{Millis, WaitingState};

use super::Opens;
use super::item::Open;

/// The items of each lane, and which of them may be sent.
#[derive(Default)]
pub(super) struct Lanes {
    by_name: HashMap<Arc<str>, Lane>,
    /// The first items of their lanes that were never sent.
    pub(super) ready: BTreeSet<i64>,
    /// The first items of their lanes that are rows, by the time from which on they may be sent.
    pub(super) due: BTreeSet<(Millis, i64)>,
    /// Lanes whose first item is sent again and again.
    pub(super) retrying: usize,
}

#[derive(Default)]
struct Lane {
    items: VecDeque<i64>,
    /// Whether it is one of `retrying`.
    is_retrying: bool,
}

impl Lanes {
    /// Adds an item at the end of its lane.
    pub(super) fn push(&mut self, seq: i64, opens: &Opens) {
        let open = &opens[&seq];
        let lane = self.by_name.entry(Arc::clone(&open.lane)).or_default();
        lane.items.push_back(seq);
        let name = Arc::clone(&open.lane);
        self.settle(&name, opens);
    }

    /// Takes the first item out of its lane: it is done.
    pub(super) fn pop(&mut self, done: &Open, opens: &Opens) {
        let Some(lane) = self.by_name.get_mut(&done.lane) else {
            return;
        };
        lane.items.pop_front();
        self.settle(&done.lane, opens);
        if self.by_name[&done.lane].items.is_empty() {
            self.by_name.remove(&done.lane);
        }
    }

    /// The first item of the lane of this one.
    pub(super) fn first(&self, open: &Open) -> Option<i64> {
        self.by_name.get(&open.lane)?.items.front().copied()
    }

    /// Whether a person must decide before anything of the lane is sent.
    pub(super) fn is_parked(&self, open: &Open, opens: &Opens) -> bool {
        let first = self.first(open).and_then(|seq| opens.get(&seq));
        first.is_some_and(|first| first.state() == Some(WaitingState::Parked))
    }

    /// Counts the lane again, and says whether its first item may be sent.
    pub(super) fn settle(&mut self, name: &Arc<str>, opens: &Opens) {
        let Some(lane) = self.by_name.get_mut(name) else {
            return;
        };
        let first = lane.items.front().map(|seq| (*seq, &opens[seq]));
        let is_retrying = first.is_some_and(|(_, first)| {
            first.state() == Some(WaitingState::Waiting) && first.attempts > 0
        });
        self.retrying = self.retrying + usize::from(is_retrying) - usize::from(lane.is_retrying);
        lane.is_retrying = is_retrying;
        let Some((seq, first)) = first.filter(|(_, first)| !first.is_sending()) else {
            return;
        };
        match &first.row {
            None => _ = self.ready.insert(seq),
            Some(row) if row.state == WaitingState::Waiting => {
                self.due.insert((row.due_at, seq));
            }
            Some(_) => {}
        }
    }
}
