//! What callbacks of a day say about top-ups: how they ended, why, and how late.

use std::collections::BTreeMap;

use jetpay_core::status::{OperationStatus, OperationType, StatusClass};
use jetpay_ledger::{Arrival, EventStatus, Millis};

use super::span::Span;

/// The most codes that are counted apart. They are the platform's, and an open set.
const MOST_CODES: usize = 500;

/// What callbacks of the day say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The results of top-ups, by method and hour: how many succeeded, and how many did not.
    pub(super) ended: BTreeMap<(String, i64), (u64, u64)>,
    /// How often a top-up did not succeed for the reason with this code.
    pub(super) codes: BTreeMap<String, u64>,
    /// The times from an announcement to its result, in tenths of a second, by method.
    pub(super) lags: BTreeMap<String, BTreeMap<i64, u64>>,
    /// When the last callback of each method came, also before this day as far as callbacks are read.
    pub(super) last: BTreeMap<String, Millis>,
}

impl Told {
    pub(super) fn add(&mut self, span: &Span, arrival: &Arrival) {
        let Some((method, announced)) = &arrival.top_up else {
            return;
        };
        // It does not fit the payment, or a person put it aside: it is no result.
        if !is_result(arrival.outcome) {
            return;
        }
        let at = arrival.received_at;
        let last = self.last.entry(method.clone()).or_default();
        *last = (*last).max(at);
        if !span.has(at) || arrival.operation_type != Some(OperationType::Sale) {
            return;
        }
        let class = arrival
            .operation_status
            .as_ref()
            .map(OperationStatus::class);
        let succeeded = match class {
            Some(StatusClass::Succeeded) => true,
            Some(StatusClass::Failed) => false,
            _ => return,
        };
        let hour = (method.clone(), span.hour(at));
        let ended = self.ended.entry(hour).or_default();
        if succeeded {
            ended.0 += 1;
        } else {
            ended.1 += 1;
            let code = arrival.code.as_ref().map_or("", |code| code.as_str());
            if self.codes.len() < MOST_CODES || self.codes.contains_key(code) {
                *self.codes.entry(code.to_owned()).or_default() += 1;
            }
        }
        // A payment that was recorded after its callback did not wait for it.
        if at >= *announced {
            let lags = self.lags.entry(method.clone()).or_default();
            *lags.entry((at.0 - announced.0) / 100).or_default() += 1;
        }
    }

    /// Adds what another part of the day says.
    pub(super) fn merge(&mut self, other: &Self) {
        for (key, (succeeded, failed)) in &other.ended {
            let ended = self.ended.entry(key.clone()).or_default();
            ended.0 += succeeded;
            ended.1 += failed;
        }
        for (code, count) in &other.codes {
            *self.codes.entry(code.clone()).or_default() += count;
        }
        for (method, lags) in &other.lags {
            let ours = self.lags.entry(method.clone()).or_default();
            for (lag, count) in lags {
                *ours.entry(*lag).or_default() += count;
            }
        }
        for (method, at) in &other.last {
            let last = self.last.entry(method.clone()).or_default();
            *last = (*last).max(*at);
        }
    }
}

fn is_result(outcome: EventStatus) -> bool {
    matches!(
        outcome,
        EventStatus::Applied | EventStatus::Noted | EventStatus::Early
    )
}

/// The smallest value that so many thousandths of all values do not exceed.
pub(super) fn permille(values: &BTreeMap<i64, u64>, permille: u64) -> Option<i64> {
    let count: u64 = values.values().sum();
    let place = (count * permille).div_ceil(1_000).max(1);
    let mut seen = 0;
    values.iter().find_map(|(value, count)| {
        seen += count;
        (seen >= place).then_some(*value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_others_are_values_that_occur() {
        let values = BTreeMap::from([(1, 50), (2, 45), (9, 5)]);
        let of = |at| permille(&values, at);
        assert_eq!(
            (of(500), of(501), of(950), of(951)),
            (Some(1), Some(2), Some(2), Some(9))
        );
        assert_eq!(permille(&BTreeMap::new(), 500), None);
        assert_eq!(permille(&BTreeMap::from([(7, 1)]), 1), Some(7));
    }
}
