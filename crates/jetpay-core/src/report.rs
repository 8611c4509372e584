//! An operation as the platform's own books show it: [`ReportedOperation`].
//!
//! A row of a Dashboard report and an element of the Data API's `operations` say the same things. Neither is signed with a
//! project's secret, so neither may ever move money: they are for comparing.

use crate::id::{OperationId, ProjectId};
use crate::money::Money;
use crate::status::{OperationStatus, OperationType};

/// An operation as the platform reports it. Project and operation id identify it.
///
/// Source: the five documents, "Analysis of payments results"; the Data API, `/v1/operations/get`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReportedOperation {
    /// The project. Source: `project_id`.
    pub project_id: ProjectId,
    /// The platform's number of the operation: its callback has the same one. Source: `operation_id`.
    pub operation_id: OperationId,
    /// The payment. It is a text and not a [`PaymentId`](crate::PaymentId), because a payment that was made in the Dashboard
    /// can have any id. Source: `payment_id`.
    pub payment_id: Box<str>,
    /// Sale, refund and so on. Source: `operation_type`.
    pub kind: OperationType,
    /// Its status. Source: `operation_status`.
    pub status: OperationStatus,
    /// How much, in minor units: positive, also for a refund. Source: `sum_initial`.
    pub amount: Money,
    /// When the platform changed it last, in whole seconds since 1970-01-01 00:00 UTC. Source: `operation_completed_at`, or
    /// `operation_created_at` where that is empty.
    pub time: Option<i64>,
}

impl ReportedOperation {
    /// An operation without a time.
    #[must_use]
    pub fn new(
        project_id: ProjectId,
        operation_id: OperationId,
        payment_id: &str,
        kind: OperationType,
        status: OperationStatus,
        amount: Money,
    ) -> Self {
        Self {
            project_id,
            operation_id,
            payment_id: payment_id.into(),
            kind,
            status,
            amount,
            time: None,
        }
    }

    /// The same with its time, in whole seconds since 1970-01-01 00:00 UTC.
    #[must_use]
    pub fn at(self, time: Option<i64>) -> Self {
        Self { time, ..self }
    }
}
