//! A payment's operations, out of its events.

use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType};
use rusqlite::{Connection, Row};

use super::rows;
use crate::millis::Millis;
use crate::payment::{Operation, Payment};

/// One row an operation. Events of another project are no operations of this payment.
pub(super) fn of(connection: &Connection, payment: &Payment) -> rusqlite::Result<Vec<Operation>> {
    let sql = "SELECT operation_id, operation_type, operation_status, amount, currency, code,
                      provider_payment_id, received_at
               FROM events WHERE payment_id = ?1 AND project_id = ?2 ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let project_id = payment.project_id.number().cast_signed();
    let mut operations: Vec<Operation> = Vec::new();
    for event in statement.query_map((payment.id.as_str(), project_id), from_row)? {
        Operation::fold(&mut operations, event?);
    }
    Ok(operations)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Operation> {
    Ok(Operation {
        id: rows::operation(row, 0)?,
        kind: OperationType::from(rows::text(row, 1)?),
        status: OperationStatus::from(rows::text(row, 2)?),
        amount: rows::money(row, 3)?,
        code: rows::optional_text(row, 5)?.map(OperationCode::from),
        provider_payment_id: row.get(6)?,
        received_at: Millis(row.get(7)?),
    })
}
