//! Alarms in the log: each once, whatever raised it.

use jetpay_ledger::{AlarmFilter, Ledger};

/// The most alarms that are told at once; the rest is in the admin interface.
const MOST: usize = 100;

/// Tells the alarms that were raised since it last looked.
pub struct AlarmLog {
    last: i64,
}

impl AlarmLog {
    /// Begins behind the alarms that are there.
    #[must_use]
    pub async fn start(ledger: &Ledger) -> Self {
        let newest = ledger.alarms(newest(1)).await.unwrap_or_default();
        Self {
            last: newest.first().map_or(0, |alarm| alarm.seq),
        }
    }

    /// Writes the new ones, oldest first.
    pub async fn tell(&mut self, ledger: &Ledger) {
        // A store that is down is told by whoever needs it.
        let newest = ledger.alarms(newest(MOST)).await.unwrap_or_default();
        for alarm in newest.iter().rev().filter(|alarm| alarm.seq > self.last) {
            let payment = alarm.payment_id.as_ref().map(tracing::field::display);
            let operation = alarm.operation_id.map(tracing::field::display);
            tracing::error!(project = %alarm.project_id, payment, operation, "alarm: {}", alarm.kind);
        }
        self.last = newest.first().map_or(self.last, |alarm| alarm.seq);
    }
}

fn newest(limit: usize) -> AlarmFilter {
    AlarmFilter {
        limit,
        ..AlarmFilter::default()
    }
}
