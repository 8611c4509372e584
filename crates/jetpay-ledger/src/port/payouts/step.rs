//! A step as a row.

use jetpay_core::operation_code::OperationCode;

use crate::payout::{PayoutMove, PayoutStep, StepKind};
use crate::port::keys::TransactionError;
use crate::port::value::{Value, Values};

/// A row of `payout_steps`.
pub(crate) fn values(step: &PayoutStep) -> [Value<'_>; 9] {
    [
        (&step.payment_id).into(),
        step.project_id.into(),
        step.what.as_str().into(),
        step.amount.into(),
        step.operation_id.into(),
        step.code.as_ref().map(OperationCode::as_str).into(),
        step.message.as_deref().into(),
        step.time.into(),
        step.by.as_deref().into(),
    ]
}

/// From the number and the columns of `payout_steps`.
pub(crate) fn read(row: &mut Values<'_>) -> Result<PayoutStep, TransactionError> {
    Ok(PayoutStep {
        seq: row.int()?,
        payment_id: row.id()?,
        project_id: row.project()?,
        what: row.word()?,
        amount: row.optional_int(),
        operation_id: row.optional_operation(),
        code: row.optional_text().map(OperationCode::from),
        message: row.optional_string(),
        time: row.time()?,
        by: row.optional_string(),
    })
}

/// An entry from a row that [`MOVES`](super::sql::MOVES) gives.
pub(crate) fn moved(row: &mut Values<'_>) -> Result<PayoutMove, TransactionError> {
    let seq = row.int()?;
    let what: StepKind = row.word()?;
    Ok(PayoutMove {
        seq,
        entry: what.entry().ok_or_else(|| row.broken())?,
        payment_id: row.id()?,
        operation_id: row.optional_operation(),
        project_id: row.project()?,
        method: row.string()?,
        customer_id: row.id()?,
        amount: row.money()?,
        time: row.time()?,
    })
}
