//! Reconciliations that were recorded, and what people decided about their differences.

use jetpay_core::Money;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_reconcile::{Finding, Kind, Report, Source, Sum};
use jetpay_rules::closed_words;
use serde::Serialize;
use std::collections::BTreeMap;

use super::numbers::Millis;

/// A reconciliation that was recorded: without its results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reconciliation {
    /// The order in which they were recorded, from 1.
    pub run: i64,
    /// The beginning of the interval.
    pub from: Millis,
    /// Its end: the first instant after it.
    pub to: Millis,
    /// The last entry of the ledger that was read.
    pub ledger_seq: i64,
    /// Where the platform's operations came from.
    pub sources: Vec<Source>,
    /// How many results of each kind.
    pub counts: BTreeMap<String, u64>,
    /// The money, by project, currency and type.
    pub sums: Vec<Sum>,
    /// When it was recorded.
    pub time: Millis,
    /// The name of the token that recorded it; none for the schedule.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A result of a reconciliation, and how things stand with it now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReconciledFinding {
    /// As the run found it.
    #[serde(flatten)]
    pub finding: Finding,
    /// How the difference stands now; none for a result that is no difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<DifferenceState>,
    /// The number of its alarm, if it raised one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm_seq: Option<i64>,
    /// Why an operator resolved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The name of the token with which that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A difference, as the last run that listed it found it, and how it stands now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Project, operation and kind.
    pub id: String,
    /// What it is.
    pub kind: Kind,
    /// The project.
    pub project_id: ProjectId,
    /// The operation.
    pub operation_id: OperationId,
    /// The payment, as the platform names it.
    pub payment_id: Option<String>,
    /// The field that differs.
    pub field: Option<String>,
    /// What is recorded.
    pub ours: Option<String>,
    /// What the platform says.
    pub theirs: Option<String>,
    /// The money in question, in minor units.
    pub amount: Option<Money>,
    /// When it happened, as far as a side says it.
    pub happened_at: Option<Millis>,
    /// The first run that listed it.
    pub first_run: i64,
    /// The last run that listed it.
    pub last_run: i64,
    /// How it stands.
    pub state: DifferenceState,
    /// Why an operator resolved it.
    pub reason: Option<String>,
    /// The name of the token with which that came.
    pub by: Option<String>,
    /// When that was.
    pub decided_at: Option<Millis>,
    /// The number of its open alarm; none in a list.
    pub alarm_seq: Option<i64>,
}

/// How many of the results of a run are differences about an operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RunDifferences {
    /// All of them.
    pub all: u64,
    /// Those that are open now.
    pub open: u64,
}

closed_words! {
    /// How a difference stands.
    DifferenceState {
        /// An operator must look at it.
        Open = "open",
        /// A later run found that both sides agree.
        Closed = "closed",
        /// An operator said that the operation is not the merchant's.
        Foreign = "foreign",
        /// An operator accepted it as it is.
        Accepted = "accepted",
    }
}

closed_words! {
    /// What an operator says about a difference. It holds as long as the facts stay the same.
    DifferenceVerdict {
        /// The operation is not the merchant's.
        Foreign = "foreign",
        /// It is as it is: nothing is to be done.
        Accepted = "accepted",
    }
}

/// What recording a reconciliation did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RecordedRun {
    /// Its number.
    pub run: i64,
    /// Differences that are open now and were not before, by id.
    pub opened: u64,
    /// Differences that a match closed.
    pub closed: u64,
    /// Alarms that were raised.
    pub alarms: u64,
}

/// A report to be recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewReconciliation {
    /// What was found.
    pub report: Report,
    /// The name of the token with which it came; none for the schedule.
    pub by: Option<String>,
}
