//! The platform's own record at the end of a run, against the ledger.

use std::collections::{BTreeMap, BTreeSet};

use jetpay_core::report::ReportedOperation;
use jetpay_core::{Currency, Money};

use super::Simulation;
use super::callbacks::{NotificationKind, PayoutNotification};
use crate::database;
use crate::reconciliation::reconcile;
use crate::report::{Breach, Invariant};
use crate::tally::Count;

/// What left or came in, and what went the other way, in minor units.
type Both = (i64, i64);

impl Simulation<'_> {
    /// Reconciles the ledger with the platform's record: it finds a difference in exactly those payments and payouts of which
    /// both sides have not the same money. Those are the Dashboard's payouts, and what `matches_gate` excuses.
    pub(super) fn check_reconciliation(&mut self) -> Result<(), Breach> {
        let operations = self.record();
        let ledger = &self.servers[0].ledger;
        let report = reconcile(ledger, &operations, self.world.now())?;
        if !report.adds_up() {
            let message = format!("its sums do not add up: {:?}", report.sums);
            return Invariant::Reconciles.broken(None, message);
        }
        let differences = report.results.iter().filter(|it| it.kind.is_difference());
        let found: BTreeSet<&str> = differences
            .filter_map(|it| it.payment_id.as_deref())
            .collect();
        let (theirs, ours) = (theirs(&operations), self.ours()?);
        for (payment, theirs) in &theirs {
            let ours = ours.get(payment).copied().unwrap_or_default();
            let is_found = found.contains(payment.as_str());
            if (ours != *theirs) != is_found {
                let found = if is_found { "a" } else { "no" };
                let message = format!(
                    "{found} difference is found in {payment}; {ours:?} here, {theirs:?} there"
                );
                return Invariant::Reconciles.broken(self.checker.request_of(payment), message);
            }
        }
        if let Some(payment) = found.iter().find(|payment| !theirs.contains_key(**payment)) {
            let message = format!("a difference is found in {payment}, which the platform lacks");
            return Invariant::Reconciles.broken(self.checker.request_of(payment), message);
        }
        self.world.tally[Count::Differences] = u64::try_from(found.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    /// What the platform knows: the Gate's payouts, the parts that came back, and the top-ups.
    fn record(&self) -> Vec<ReportedOperation> {
        let mut operations = self.gate.reported_operations(self.gate_now());
        let mut seen = BTreeSet::new();
        for notification in &self.notifications {
            let kind = match notification.kind {
                NotificationKind::Returned(_) => "payout reversal",
                NotificationKind::TopUp => "sale",
                NotificationKind::Gate | NotificationKind::Mismatch => continue,
            };
            if seen.insert(notification.operation) {
                operations.push(reported(notification, kind));
            }
        }
        operations
    }

    /// What the ledger has of each payment and payout.
    fn ours(&self) -> Result<BTreeMap<String, Both>, Breach> {
        let mut ours: BTreeMap<String, Both> = BTreeMap::new();
        let entries = self.checker.store.inspect(|it| database::entries(it, 0))?;
        for entry in entries {
            ours.entry(entry.payment).or_default().0 += entry.amount;
        }
        for step in &self.checker.steps {
            let (out, back) = ours.entry(step.id.clone()).or_default();
            match (step.what.as_str(), step.amount) {
                ("paid", Some(amount)) => *out += amount,
                ("reversed", Some(amount)) => *back += amount,
                _ => {}
            }
        }
        Ok(ours)
    }
}

fn reported(notification: &PayoutNotification, kind: &str) -> ReportedOperation {
    let body: serde_json::Value =
        serde_json::from_slice(&notification.body).expect("a callback is JSON");
    let amount = body["operation"]["sum_initial"]["amount"].as_i64();
    ReportedOperation::new(
        body["project_id"].as_u64().unwrap_or_default().into(),
        notification.operation.cast_unsigned().into(),
        &notification.payment,
        kind.into(),
        "success".into(),
        Money::new(amount.unwrap_or_default(), Currency::KZT),
    )
}

/// What succeeded at the platform, by payment.
fn theirs(operations: &[ReportedOperation]) -> BTreeMap<String, Both> {
    let mut theirs: BTreeMap<String, Both> = BTreeMap::new();
    for it in operations {
        let (there, back) = theirs.entry(it.payment_id.to_string()).or_default();
        let amount = it.amount.minor();
        match (it.status.as_str(), it.kind.as_str()) {
            ("success", "payout reversal") => *back += amount,
            ("success", _) => *there += amount,
            _ => {}
        }
    }
    theirs
}
