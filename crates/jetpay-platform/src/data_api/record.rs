//! What the platform recorded of operations.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jetpay_core::date::Date;
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::report::ReportedOperation;

use crate::messages::{Callback, Operation};

/// The platform's own record of operations. Clones share it.
///
/// A [`Platform`](crate::Platform) with a record writes down each operation that it reports to the merchant, whether or not the
/// callback arrives.
#[derive(Clone, Default)]
pub struct PlatformRecord(Arc<Mutex<Rows>>);

type Rows = BTreeMap<(ProjectId, OperationId), Recorded>;

/// An operation as it is now.
#[derive(Clone)]
pub(super) struct Recorded {
    pub(super) operation: ReportedOperation,
    /// The time of its first version, in seconds since 1970.
    pub(super) created: Option<i64>,
}

impl PlatformRecord {
    /// A record without an operation.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Records an operation, or a newer version of it. A version that is older than the recorded one changes nothing.
    pub fn put(&self, operation: ReportedOperation) {
        let mut rows = self.rows();
        let key = (operation.project_id, operation.operation_id);
        match rows.get_mut(&key) {
            Some(known) if operation.time >= known.operation.time => known.operation = operation,
            Some(_) => {}
            None => {
                let created = operation.time;
                let recorded = Recorded { operation, created };
                rows.insert(key, recorded);
            }
        }
    }

    /// Records the operation of a callback. A repeat changes nothing.
    pub fn put_callback(&self, callback: &Callback) {
        let project = callback.project_id.into();
        let operation = reported(project, &callback.payment.id, &callback.operation);
        let known = self.get(project, operation.operation_id);
        let is_repeat = known.is_some_and(|known| known.at(operation.time) == operation);
        if !is_repeat {
            self.put(operation);
        }
    }

    /// The operation, if it is recorded.
    #[must_use]
    pub fn get(&self, project: ProjectId, operation: OperationId) -> Option<ReportedOperation> {
        let rows = self.rows();
        let recorded = rows.get(&(project, operation))?;
        Some(recorded.operation.clone())
    }

    /// All operations, by project and id.
    #[must_use]
    pub fn operations(&self) -> Vec<ReportedOperation> {
        let rows = self.rows();
        rows.values().map(|it| it.operation.clone()).collect()
    }

    /// The operations that `asked` wants, as the platform lists them: those that changed last come first.
    pub(super) fn newest_first(&self, asked: impl Fn(&ReportedOperation) -> bool) -> Vec<Recorded> {
        let rows = self.rows();
        let asked = rows.values().filter(|it| asked(&it.operation));
        let mut rows: Vec<Recorded> = asked.cloned().collect();
        rows.sort_by_key(|it| {
            let ReportedOperation {
                time,
                project_id,
                operation_id,
                ..
            } = it.operation;
            std::cmp::Reverse((time, project_id, operation_id))
        });
        rows
    }

    fn rows(&self) -> MutexGuard<'_, Rows> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The operation of a callback, as the platform's books have it.
pub(crate) fn reported(
    project: ProjectId,
    payment_id: &str,
    operation: &Operation,
) -> ReportedOperation {
    let reported = ReportedOperation::new(
        project,
        operation.id.into(),
        payment_id,
        operation.kind.as_str().into(),
        operation.status.as_str().into(),
        operation.sum_initial,
    );
    reported.at(Date::from(operation.date.as_str()).unix_seconds())
}

impl fmt::Debug for PlatformRecord {
    /// Shows how many operations there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.rows().len();
        f.debug_tuple("PlatformRecord").field(&count).finish()
    }
}
