//! Alarms in the log: each new one is a line.

use jetpay_ledger::{AlarmFilter, Error, Ledger, Millis};

use super::limits::STORE;
use crate::alarm_text::summary;
use crate::environment::now;

/// The alarms that one call of [`AlarmLog::log_new`] logs one by one at most. It counts the older ones.
const MAX_ALARMS: usize = 20;

/// Logs each alarm once, whatever raised it.
pub struct AlarmLog {
    /// The last one that was logged or existed before; `None` while the store has not said.
    last: Option<i64>,
    started: Millis,
}

impl AlarmLog {
    /// Begins with the alarms from now on, also when the store is not available yet.
    #[must_use]
    pub fn start() -> Self {
        Self {
            last: None,
            started: now(),
        }
    }

    /// Logs the alarms that were raised since the last call, oldest first.
    pub async fn log_new(&mut self, ledger: &Ledger) {
        let logged = match self.last {
            Some(last) => log_after(ledger, last).await,
            None => log_first(ledger, self.started).await,
        };
        match logged {
            Ok(last) => self.last = Some(last),
            Err(error) => STORE.limited(|| {
                tracing::error!("cannot read new alarms, and logs them later: {error}");
            }),
        }
    }
}

/// Logs how many alarms are open from before `started`, and those since; the number of the last alarm.
async fn log_first(ledger: &Ledger, started: Millis) -> Result<i64, Error> {
    let newest = AlarmFilter {
        limit: MAX_ALARMS,
        ..AlarmFilter::default()
    };
    let newest = ledger.alarms(newest).await?;
    let older = newest.iter().find(|alarm| alarm.time < started);
    let oldest = newest.last().map_or(0, |alarm| alarm.seq - 1);
    let last = older.map_or(oldest, |alarm| alarm.seq);
    let filter = AlarmFilter {
        resolved: Some(false),
        before: Some(last + 1),
        ..AlarmFilter::default()
    };
    let open = ledger.count_alarms(filter).await?;
    let open: i64 = open.iter().map(|of_kind| of_kind.count).sum();
    if open > 0 {
        tracing::warn!(
            open,
            "alarms of earlier runs wait for an operator: `jetpay alarms list` shows them"
        );
    }
    log_after(ledger, last).await
}

/// Logs the alarms after this one; the number of the last alarm.
async fn log_after(ledger: &Ledger, last: i64) -> Result<i64, Error> {
    let newest = AlarmFilter {
        after: Some(last),
        limit: MAX_ALARMS,
        ..AlarmFilter::default()
    };
    let new = ledger.alarms(newest).await?;
    let (Some(first), Some(newest)) = (new.last(), new.first()) else {
        return Ok(last);
    };
    if new.len() == MAX_ALARMS {
        let older = AlarmFilter {
            after: Some(last),
            before: Some(first.seq),
            ..AlarmFilter::default()
        };
        for older in ledger.count_alarms(older).await? {
            let kind = older.kind;
            tracing::warn!(
                alarms = older.count,
                after = last,
                up_to = older.last,
                "more alarms: {kind}; `jetpay alarms list --kind {kind}` shows them"
            );
        }
    }
    for alarm in new.iter().rev() {
        let payment = alarm.payment_id.as_ref().map(tracing::field::display);
        let operation = alarm.operation_id.map(tracing::field::display);
        tracing::warn!(
            alarm = alarm.seq, project = %alarm.project_id, payment, operation,
            "alarm: {}: {}; `jetpay alarms show {}` says what to do", alarm.kind, summary(alarm), alarm.seq
        );
    }
    Ok(newest.seq)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    use jetpay_ledger::NewUnusable;
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;
    use crate::telemetry::log::tests::Counted;

    /// The first read may come late: the store can be away at the start.
    #[actix_web::test]
    async fn alarms_since_the_start_are_logged_once_and_older_ones_are_counted() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(&folder.path().join("ledger.db")).unwrap();
        let lines = Arc::new(AtomicUsize::new(0));
        let log = tracing_subscriber::registry().with(Counted(Arc::clone(&lines)));
        let _log = tracing::subscriber::set_default(log);
        let mut alarms = AlarmLog::start();
        let started = alarms.started.0;
        for (number, time) in [started - 2, started - 1, started, started + 1]
            .iter()
            .enumerate()
        {
            let unusable = NewUnusable {
                project_id: 1234.into(),
                body: format!("{{\"signature\":\"{number}\"}}")
                    .into_bytes()
                    .into(),
                reason: number.to_string(),
                payment_id: None,
                operation_id: None,
                amount: None,
            };
            let raised = ledger.quarantine_unusable(unusable, Millis(*time));
            raised.await.unwrap();
        }
        for _ in 0..2 {
            alarms.log_new(&ledger).await;
            // One line counts the two older ones.
            assert_eq!(lines.load(Relaxed), 3);
        }
    }
}
