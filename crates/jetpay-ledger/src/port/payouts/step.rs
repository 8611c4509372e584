//! A step as a row.

use jetpay_core::operation_code::OperationCode;

use crate::model::Millis;
use crate::payout::{PayoutMove, PayoutStep, StepKind};
use crate::port::keys::TransactionError;
use crate::port::store::Value;
use crate::port::value;
use crate::port::value::{Values, broken};

/// The columns of a step.
pub(crate) const STEP_COLUMNS: [&str; 10] = [
    "seq",
    "payment_id",
    "project_id",
    "what",
    "amount",
    "operation_id",
    "code",
    "message",
    "time",
    "actor",
];

/// In the order of [`STEP_COLUMNS`], but for the number, which the store gives.
pub(crate) fn values(step: &PayoutStep) -> Vec<Value> {
    vec![
        value::id(&step.payment_id),
        value::project(step.project_id),
        value::text(step.what.as_str()),
        step.amount.map_or(Value::Null, Value::Int),
        value::optional_operation(step.operation_id),
        value::optional_text(step.code.as_ref().map(OperationCode::as_str)),
        value::optional_text(step.message.as_deref()),
        Value::Int(step.time.0),
        value::optional_text(step.by.as_deref()),
    ]
}

/// From a row in the order of [`STEP_COLUMNS`].
pub(crate) fn from_values(row: &[Value]) -> Result<PayoutStep, TransactionError> {
    let mut values = Values::of(row);
    Ok(PayoutStep {
        seq: values.int()?,
        payment_id: values.id()?,
        project_id: values.project()?,
        what: values.word()?,
        amount: values.optional_int(),
        operation_id: values.optional_operation(),
        code: values.optional_text().map(OperationCode::from),
        message: values.optional_text().map(ToOwned::to_owned),
        time: Millis(values.int()?),
        by: values.optional_text().map(ToOwned::to_owned),
    })
}

/// An entry from a row that [`MOVES`](super::sql::MOVES) gives.
pub(crate) fn moved(row: &[Value]) -> Result<PayoutMove, TransactionError> {
    let mut values = Values::of(row);
    let seq = values.int()?;
    let what: StepKind = values.word()?;
    Ok(PayoutMove {
        seq,
        entry: what.entry().ok_or_else(broken)?,
        payment_id: values.id()?,
        operation_id: values.optional_operation(),
        project_id: values.project()?,
        method: values.text()?.to_owned(),
        customer_id: values.id()?,
        amount: values.money()?,
        time: Millis(values.int()?),
    })
}
