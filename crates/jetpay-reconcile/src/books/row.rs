//! One row of the platform's books, as small as it can be: a report can have a million of them.

use jetpay_core::id::{OperationId, ProjectId};
use jetpay_core::status::{OperationStatus, OperationType};
use jetpay_core::{Currency, Money};

use super::SourceId;

/// A row. Its payment's id ends where that of the next row begins.
#[derive(Clone, Copy)]
pub(super) struct Row {
    pub(super) operation_id: OperationId,
    pub(super) minor: i64,
    pub(super) time: i64,
    pub(super) payment: usize,
    pub(super) line: u64,
    pub(super) class: ClassId,
    pub(super) source: SourceId,
}

impl Row {
    pub(super) const NO_TIME: i64 = i64::MIN;
    pub(super) const NO_LINE: u64 = 0;
}

/// What many rows have in common.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Class {
    pub(super) project_id: ProjectId,
    pub(super) kind: OperationType,
    pub(super) status: OperationStatus,
    pub(super) currency: Currency,
}

/// The place of a [`Class`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClassId(u32);

impl ClassId {
    pub(super) fn of(place: usize) -> Self {
        Self(u32::try_from(place).expect("fewer classes than rows"))
    }

    pub(crate) const fn place(self) -> usize {
        self.0 as usize
    }
}

/// A row with its texts.
#[derive(Clone, Copy)]
pub(crate) struct Listed<'b> {
    pub(crate) project_id: ProjectId,
    pub(crate) operation_id: OperationId,
    pub(crate) payment_id: &'b str,
    pub(crate) kind: &'b OperationType,
    pub(crate) status: &'b OperationStatus,
    pub(crate) amount: Money,
    pub(crate) time: Option<i64>,
    pub(crate) source: SourceId,
    pub(crate) line: Option<u64>,
    /// What it has in common with other rows: all but the amount, the payment, the time and the place.
    pub(crate) class: ClassId,
}

impl Listed<'_> {
    /// All that the row says of its operation. The latest time has the largest one.
    pub(crate) fn content(&self) -> (Option<i64>, &str, &str, i64, Currency, &str) {
        (
            self.time,
            self.kind.as_str(),
            self.status.as_str(),
            self.amount.minor(),
            self.amount.currency(),
            self.payment_id,
        )
    }
}

/// Makes room for more elements, by an eighth: doubling would take twice the memory.
pub(super) fn make_room<T>(rows: &mut Vec<T>, more: usize) {
    if rows.capacity() - rows.len() < more {
        rows.reserve_exact(more.max(rows.len() / 8).max(64));
    }
}

/// The same for a text.
pub(super) fn make_room_for_text(text: &mut String, more: usize) {
    if text.capacity() - text.len() < more {
        text.reserve_exact(more.max(text.len() / 8).max(64));
    }
}

#[cfg(test)]
mod tests {
    use super::Row;

    #[test]
    fn a_million_rows_take_48_megabytes() {
        assert_eq!(size_of::<Row>(), 48);
    }
}
