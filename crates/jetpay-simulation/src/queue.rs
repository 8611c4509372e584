//! What will happen, in the order of time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::network::Message;

/// Something that happens at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Event {
    /// A payer begins a top-up; one of an older system begins with its callbacks.
    Begin(usize),
    /// The platform has waited long enough for an answer to this message.
    Impatient(Message),
    /// The platform tells a fact, unless it was acknowledged.
    Tell(usize),
    /// A message is with the merchant.
    Arrive(Message),
    /// An answer of this status is with the platform.
    Answer(Message, u16),
    /// The answer to `check_deposit` of this top-up, with this payment, is with the platform.
    Given(usize, usize),
    /// The store writes what waits.
    Step,
    /// The merchant's people do something about a payment that is not known.
    Attend(Message),
}

/// Events by time; of the same time the one that was put in first.
pub(crate) struct Queue<E> {
    heap: BinaryHeap<Reverse<(i64, u64, E)>>,
    number: u64,
}

impl<E: Ord> Default for Queue<E> {
    fn default() -> Self {
        Self {
            heap: BinaryHeap::new(),
            number: 0,
        }
    }
}

impl<E: Ord> Queue<E> {
    pub(crate) fn put(&mut self, at: i64, event: E) {
        self.number += 1;
        self.heap.push(Reverse((at, self.number, event)));
    }

    pub(crate) fn next(&mut self) -> Option<(i64, E)> {
        self.heap.pop().map(|Reverse((at, _, event))| (at, event))
    }
}
