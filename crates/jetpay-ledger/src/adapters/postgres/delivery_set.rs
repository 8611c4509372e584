//! The part of the working set that is about deliveries.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{AlarmDelivery, AlarmKind, Waiting};
use crate::port::tables::KEPT_OF_STREAM;
use crate::port::{Row, StreamRow, TransactionError, Value, WaitingRow, deliveries};

/// What was fetched of deliveries, with what the group changed in it.
#[derive(Default)]
pub(super) struct Deliveries {
    /// By their keys, as all that follows.
    pub(super) streams: HashMap<String, Option<StreamRow>>,
    /// The ranges that were fetched.
    pub(super) asked: HashSet<(String, i64, i64)>,
    pub(super) waiting: BTreeMap<(String, i64), WaitingRow>,
    pub(super) alarms: HashMap<(AlarmKind, AlarmDelivery), Option<i64>>,
}

/// What the group changed.
#[derive(Default)]
pub(super) struct DeliveryChanges {
    /// Each with whether it is new.
    pub(super) streams: BTreeMap<String, (bool, StreamRow)>,
    /// None: removed.
    pub(super) waiting: BTreeMap<(String, i64), Option<Waiting>>,
    pub(super) skips: BTreeSet<(String, i64)>,
    /// By their keys.
    pub(super) receipts: BTreeMap<(String, i64, i64, &'static str), Row>,
    /// Alarms that it raised, whose numbers the commit gives.
    raised: HashSet<(AlarmKind, AlarmDelivery)>,
}

impl Deliveries {
    /// An alarm is resolved: it is no longer open for a later command of the group.
    pub(super) fn alarm_resolved(&mut self, seq: i64) {
        for alarm in self.alarms.values_mut() {
            *alarm = alarm.filter(|open| *open != seq);
        }
        for row in self.waiting.values_mut() {
            row.alarm = row.alarm.take().filter(|open| open.seq != seq);
        }
    }
}

impl DeliveryChanges {
    /// The rows of new streams, or the changed columns of known ones.
    pub(super) fn streams(&self, new: bool) -> Vec<Vec<Value<'_>>> {
        let streams = self.streams.values().filter(|(is_new, _)| *is_new == new);
        let rows = streams.map(|(_, stream)| {
            let mut row = stream.values();
            if !new {
                row.drain(1..KEPT_OF_STREAM);
            }
            row
        });
        rows.collect()
    }

    /// The rows of items that are new or changed.
    pub(super) fn still_waiting(&self) -> Vec<Vec<Value<'_>>> {
        let rows = self.waiting.iter().filter_map(|((stream, _), item)| {
            let row = deliveries::of_waiting(stream, item.as_ref()?);
            Some(row.to_vec())
        });
        rows.collect()
    }

    /// The keys of items that are removed.
    pub(super) fn gone(&self) -> Vec<Vec<Value<'_>>> {
        let gone = self.waiting.iter().filter(|(_, item)| item.is_none());
        let keys = gone.map(|((stream, seq), _)| vec![stream.as_str().into(), (*seq).into()]);
        keys.collect()
    }

    /// The rows of items that are not sent.
    pub(super) fn skips(&self) -> Vec<Vec<Value<'_>>> {
        let rows = self.skips.iter();
        rows.map(|(stream, seq)| deliveries::of_skip(stream, *seq).to_vec())
            .collect()
    }

    /// The rows of receipts.
    pub(super) fn receipts(&self) -> Vec<Vec<Value<'_>>> {
        self.receipts.values().cloned().collect()
    }

    /// An alarm about a delivery is raised.
    pub(super) fn alarm_raised(&mut self, kind: AlarmKind, delivery: &AlarmDelivery) {
        self.raised.insert((kind, delivery.clone()));
    }

    /// The number of an alarm that the group raised is not known before the commit: each command gets a transaction of its own.
    pub(super) fn check_raised(
        &self,
        kind: AlarmKind,
        about: &AlarmDelivery,
    ) -> Result<(), TransactionError> {
        if self.raised.contains(&(kind, about.clone())) {
            let why = "a command of the same group raised an alarm about a delivery";
            return Err(TransactionError::Constraint(why.into()));
        }
        Ok(())
    }
}
