//! The platform's own record at the end of a run, against the ledger.

use std::collections::HashMap;

use jetpay_core::report::ReportedOperation;
use jetpay_platform::data_api::PlatformRecord;

use super::Simulation;
use crate::database;
use crate::notification::{Flaw, Notification};
use crate::reconciliation::{Expected, Moved, identity, reconcile};
use crate::report::{Breach, Invariant};
use crate::tally::Count;

impl Simulation<'_> {
    /// Reconciles the ledger with the platform's record: both agree on all operations, but for those whose callbacks did not
    /// fit, or never came.
    pub(super) fn check_reconciliation(&mut self) -> Result<(), Breach> {
        let operations = record(&self.platform.notifications).operations();
        let mut moved: HashMap<_, Moved> = HashMap::new();
        for entry in &self.checker.entries {
            let operation = (
                entry.project.cast_unsigned(),
                entry.operation.cast_unsigned(),
            );
            let kind = match entry.kind.as_str() {
                "credit" => "sale".to_owned(),
                kind => kind.replace('_', " "),
            };
            let entry = Moved {
                payment: entry.payment.clone(),
                kind,
                amount: entry.amount.abs(),
            };
            moved.insert(operation, entry);
        }
        let mut expected = Expected::default();
        for theirs in &operations {
            let dismissed = |connection: &_| {
                database::count_with_disposition(connection, &theirs.payment_id, "dismissed")
            };
            let foreign = self.service.store.inspect(dismissed)? > 0;
            expected.add_listed(theirs, moved.get(&identity(theirs)), foreign);
        }
        self.world.tally[Count::Differences] = expected.differences();
        let report = reconcile(&self.service.ledger, &operations, self.world.now())?;
        expected.check(&report).or_else(|(operation, message)| {
            let named = operations.iter().find(|it| Some(identity(it)) == operation);
            let payment = named.and_then(|it| self.checker.by_id.get(&*it.payment_id));
            Invariant::Reconciles.broken(payment.copied(), message)
        })
    }
}

/// What the platform knows of its operations. A stranger's message is none of it.
fn record(notifications: &[Notification]) -> PlatformRecord {
    let record = PlatformRecord::new();
    for notification in notifications {
        let event = &notification.content.event;
        let (Some(operation), Some(amount)) = (event.operation, event.amount) else {
            continue;
        };
        if notification.content.flaw == Flaw::BadSignature {
            continue;
        }
        let [kind, status, _] = event.words;
        let reported = ReportedOperation::new(
            event.project.into(),
            operation.into(),
            &notification.payment,
            kind.into(),
            status.into(),
            amount,
        );
        record.put(reported.at(Some(notification.happens_at.div_euclid(1_000))));
    }
    record
}
