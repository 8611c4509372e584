//! Reconciles the ledger with the platform's own record, and compares the report with what must be in it.
//!
//! What must be in it follows from the entries that the checks copied, by rules that share no code with the comparison but the
//! names of its results.

use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::report::ReportedOperation;
use jetpay_core::status::OperationType;
use jetpay_ledger::Ledger;
use jetpay_reconcile::{Interval, Kind, PlatformBooks, Report};

use crate::deterministic::{DAY, START};
use crate::report::{Breach, Invariant};
use crate::setup::PROJECTS;

/// The project and the number of an operation.
pub(crate) type Identity = (u64, u64);

/// A movement of money as the checks copied it.
pub(crate) struct Moved {
    pub(crate) payment: String,
    /// The type of the operation that makes such a movement, in the platform's word.
    pub(crate) kind: String,
    /// In minor units, without a sign.
    pub(crate) amount: i64,
}

/// What must be said about operations.
#[derive(Default)]
pub(crate) struct Expected {
    counts: BTreeMap<String, u64>,
    listed: BTreeSet<(Identity, String)>,
}

impl Expected {
    fn add(&mut self, operation: Identity, kind: Kind) {
        *self.counts.entry(kind.to_string()).or_default() += 1;
        if !kind.is_only_counted() {
            self.listed.insert((operation, kind.to_string()));
        }
    }

    /// What must be said about an operation that the platform lists: the one movement of the ledger, if there is one. `foreign`:
    /// an operator said that its payment is not the merchant's.
    pub(crate) fn add_listed(
        &mut self,
        theirs: &ReportedOperation,
        ours: Option<&Moved>,
        foreign: bool,
    ) {
        let operation = identity(theirs);
        for kind in kinds(theirs, ours, foreign) {
            self.add(operation, kind);
        }
    }

    /// How many differences there must be.
    pub(crate) fn differences(&self) -> u64 {
        let differences = Kind::ALL.iter().filter(|kind| kind.is_difference());
        let counts = differences.filter_map(|kind| self.counts.get(kind.as_str()));
        counts.sum()
    }

    /// Checks that the report says this and nothing else.
    pub(crate) fn check(&self, report: &Report) -> Result<(), (Option<Identity>, String)> {
        let found = report.results.iter().map(|it| {
            let project = it.project_id.map_or(0, ProjectId::number);
            let operation = it.operation_id.map_or(0, OperationId::number);
            ((project, operation), it.kind.to_string())
        });
        let found: BTreeSet<_> = found.collect();
        let wrong = |it: &(Identity, String), how: &str| {
            let ((project, operation), kind) = it;
            let message = format!("operation {operation} of project {project} {how} {kind}");
            Err((Some(it.0), message))
        };
        if let Some(missing) = self.listed.difference(&found).next() {
            return wrong(missing, "is not listed as");
        }
        if let Some(more) = found.difference(&self.listed).next() {
            return wrong(more, "is listed as");
        }
        let counts: BTreeMap<_, _> = report
            .counts
            .iter()
            .filter(|(_, count)| **count > 0)
            .collect();
        if !counts
            .iter()
            .map(|(kind, count)| (*kind, *count))
            .eq(&self.counts)
        {
            let message = format!("it counts {counts:?}, and there are {:?}", self.counts);
            return Err((None, message));
        }
        if !report.adds_up() {
            return Err((None, format!("its sums do not add up: {:?}", report.sums)));
        }
        Ok(())
    }
}

pub(crate) fn identity(operation: &ReportedOperation) -> Identity {
    (
        operation.project_id.number(),
        operation.operation_id.number(),
    )
}

fn kinds(theirs: &ReportedOperation, ours: Option<&Moved>, foreign: bool) -> Vec<Kind> {
    let takes_back = matches!(
        theirs.kind,
        OperationType::Refund
            | OperationType::Reversal
            | OperationType::ManualChange
            | OperationType::PayoutReversal
    );
    let Some(ours) = ours else {
        return vec![match (theirs.status.as_str(), takes_back) {
            ("success", _) if foreign => Kind::Foreign,
            ("success", true) => Kind::TakenBackThere,
            ("success", false) => Kind::NotCredited,
            ("decline" | "error", _) => Kind::DeclinedBoth,
            ("processing" | "external processing", _) => Kind::NotFinal,
            _ => Kind::Unreadable,
        }];
    };
    if theirs.status.as_str() != "success" {
        let took = ["refund", "reversal", "manual change", "payout reversal"];
        return vec![if took.contains(&ours.kind.as_str()) {
            Kind::TakenBackHere
        } else {
            Kind::TakenBackThere
        }];
    }
    let differing = [
        (Kind::AmountDiffers, ours.amount != theirs.amount.minor()),
        (Kind::PaymentDiffers, ours.payment != *theirs.payment_id),
        (Kind::TypeDiffers, ours.kind != theirs.kind.as_str()),
        (
            Kind::CurrencyDiffers,
            theirs.amount.currency() != jetpay_core::Currency::KZT,
        ),
    ];
    let mut kinds: Vec<Kind> = differing.iter().filter(|it| it.1).map(|it| it.0).collect();
    if kinds.is_empty() {
        kinds.push(Kind::Matched);
    }
    kinds
}

/// Compares the ledger with these operations of the platform, from before the run began until after its last operation.
pub(crate) fn reconcile(
    ledger: &Ledger,
    operations: &[ReportedOperation],
    now: i64,
) -> Result<Report, Breach> {
    let mut books = PlatformBooks::new();
    let source = books.begin_source("the simulated platform");
    for operation in operations {
        books.add(source, None, operation);
    }
    let rows = u64::try_from(operations.len()).unwrap_or(u64::MAX);
    books.end_source(source, String::new(), rows);
    let last = operations.iter().filter_map(|it| it.time).max();
    let interval = Interval {
        from: (START - DAY) / 1_000,
        to: last.unwrap_or_default().max(now / 1_000) + DAY / 1_000,
    };
    let projects = PROJECTS.map(Into::into);
    let mut progress = |_, _| ();
    let compared = ledger.reconcile(&books, interval, &projects, i64::MAX, &mut progress);
    match poll_until_ready(compared) {
        Some(Ok(report)) => Ok(report),
        other => Invariant::Reconciles.broken(None, format!("it was not done: {other:?}")),
    }
}

/// Polls a future that only reads: it gives way to others now and then, and waits for nothing.
fn poll_until_ready<T>(future: impl Future<Output = T>) -> Option<T> {
    const MOST: usize = 1_000_000;
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..MOST).find_map(|_| match future.as_mut().poll(&mut context) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    })
}

#[cfg(test)]
mod tests {
    use jetpay_core::{Currency, Money};

    use super::*;

    fn theirs(kind: &str, status: &str) -> ReportedOperation {
        let amount = Money::new(100, Currency::KZT);
        ReportedOperation::new(
            1234.into(),
            7.into(),
            "p-1",
            kind.into(),
            status.into(),
            amount,
        )
    }

    fn ours(kind: &str, amount: i64, payment: &str) -> Moved {
        Moved {
            payment: payment.to_owned(),
            kind: kind.to_owned(),
            amount,
        }
    }

    #[test]
    fn what_must_be_said_follows_from_both_sides() {
        let sale = Some(ours("sale", 100, "p-1"));
        let refund = Some(ours("refund", 100, "p-1"));
        for (operation, status, moved, expected) in [
            ("sale", "success", &sale, vec![Kind::Matched]),
            ("sale", "success", &None, vec![Kind::NotCredited]),
            ("capture", "success", &None, vec![Kind::NotCredited]),
            ("refund", "success", &refund, vec![Kind::Matched]),
            ("refund", "success", &None, vec![Kind::TakenBackThere]),
            ("sale", "decline", &None, vec![Kind::DeclinedBoth]),
            ("sale", "decline", &sale, vec![Kind::TakenBackThere]),
            ("refund", "decline", &refund, vec![Kind::TakenBackHere]),
            ("sale", "processing", &None, vec![Kind::NotFinal]),
            ("sale", "moonlight", &None, vec![Kind::Unreadable]),
            (
                "sale",
                "success",
                &Some(ours("sale", 101, "p-1")),
                vec![Kind::AmountDiffers],
            ),
            ("refund", "success", &sale, vec![Kind::TypeDiffers]),
            (
                "sale",
                "success",
                &Some(ours("sale", 1, "p-2")),
                vec![Kind::AmountDiffers, Kind::PaymentDiffers],
            ),
        ] {
            let said = kinds(&theirs(operation, status), moved.as_ref(), false);
            assert_eq!(said, expected, "{operation} {status}");
        }
        assert_eq!(
            kinds(&theirs("sale", "success"), None, true),
            [Kind::Foreign]
        );
        assert_eq!(
            kinds(&theirs("sale", "success"), sale.as_ref(), true),
            [Kind::Matched]
        );
    }
}
