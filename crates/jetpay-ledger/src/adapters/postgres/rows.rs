//! Values of rows as typed values, and back.

use std::str::FromStr;

use jetpay_core::id::{InvalidId, OperationId, ProjectId};
use jetpay_core::status::{PaymentStatus, PaymentType};
use jetpay_core::{Currency, Money};
use jetpay_rules::{EntryKind, OperationEvent, UnknownWord};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql};

use crate::model::{amount_from_stored, kind_from_stored, operation_from_stored, word_from_stored};
use crate::port::TransactionError;

pub(super) use crate::model::{short, without_nul};

/// A value of a column.
pub(super) fn get<'r, T: FromSql<'r>>(row: &'r Row, column: usize) -> Result<T, TransactionError> {
    row.try_get(column)
        .map_err(|error| TransactionError::Store(error.to_string()))
}

/// Platform numbers are stored in 64 bits with a sign.
pub(super) fn project(row: &Row, column: usize) -> Result<ProjectId, TransactionError> {
    Ok(ProjectId::new(get::<i64>(row, column)?.cast_unsigned()))
}

pub(super) fn operation(row: &Row, column: usize) -> Result<OperationId, TransactionError> {
    Ok(OperationId::new(get::<i64>(row, column)?.cast_unsigned()))
}

pub(super) fn optional_operation(
    row: &Row,
    column: usize,
) -> Result<Option<OperationId>, TransactionError> {
    let id: Option<i64> = get(row, column)?;
    Ok(id.map(|id| OperationId::new(id.cast_unsigned())))
}

/// The operation of an event, if its callback has the id.
pub(super) fn event_operation(
    row: &Row,
    column: usize,
) -> Result<Option<OperationId>, TransactionError> {
    get(row, column).map(operation_from_stored)
}

/// A word of an event, if its callback has it.
pub(super) fn event_word<'r, T: From<&'r str>>(
    row: &'r Row,
    column: usize,
) -> Result<Option<T>, TransactionError> {
    get(row, column).map(word_from_stored)
}

/// The amount of an event, if its callback has it.
pub(super) fn event_amount(row: &Row, column: usize) -> Result<Option<Money>, TransactionError> {
    amount_from_stored(get(row, column)?, get(row, column + 1)?).map_err(|error| broken(&error))
}

/// The amount in minor units in one column, its currency in the next.
pub(super) fn money(row: &Row, column: usize) -> Result<Money, TransactionError> {
    let currency = Currency::parse(get::<&str>(row, column + 1)?);
    let currency = currency.map_err(|error| broken(&error))?;
    Ok(Money::new(get(row, column)?, currency))
}

pub(super) fn id<T>(row: &Row, column: usize) -> Result<T, TransactionError>
where
    T: for<'a> TryFrom<&'a str, Error = InvalidId>,
{
    T::try_from(get::<&str>(row, column)?).map_err(|error| broken(&error))
}

pub(super) fn optional_id<T>(row: &Row, column: usize) -> Result<Option<T>, TransactionError>
where
    T: for<'a> TryFrom<&'a str, Error = InvalidId>,
{
    let text: Option<&str> = get(row, column)?;
    text.map(|text| T::try_from(text).map_err(|error| broken(&error)))
        .transpose()
}

/// One of a closed set of words.
pub(super) fn word<T: FromStr<Err = UnknownWord>>(
    row: &Row,
    column: usize,
) -> Result<T, TransactionError> {
    get::<&str>(row, column)?
        .parse()
        .map_err(|error| broken(&error))
}

/// A JSON list, or an empty one for NULL.
pub(super) fn list<T: serde::de::DeserializeOwned>(
    row: &Row,
    column: usize,
) -> Result<Vec<T>, TransactionError> {
    match get::<Option<&str>>(row, column)? {
        None => Ok(Vec::new()),
        Some(json) => serde_json::from_str(json).map_err(|error| broken(&error)),
    }
}

/// The kind of an entry.
pub(super) fn kind(row: &Row, column: usize) -> Result<EntryKind, TransactionError> {
    kind_from_stored(get(row, column)?).map_err(|error| broken(&error))
}

/// A list as JSON, or NULL for an empty one.
pub(super) fn json<T: serde::Serialize>(list: &[T]) -> Result<Option<String>, TransactionError> {
    let json = (!list.is_empty())
        .then(|| serde_json::to_string(list))
        .transpose();
    json.map_err(|error| broken(&error))
}

/// The columns `project_id, payment_id, payment_type, payment_status, operation_id, operation_type, operation_status,
/// amount, currency` from `first` on.
pub(super) fn event(row: &Row, first: usize) -> Result<OperationEvent, TransactionError> {
    Ok(OperationEvent {
        project_id: project(row, first)?,
        payment_id: id(row, first + 1)?,
        payment_type: get::<Option<&str>>(row, first + 2)?.map(PaymentType::from),
        payment_status: PaymentStatus::from(get::<&str>(row, first + 3)?),
        operation_id: event_operation(row, first + 4)?,
        operation_type: event_word(row, first + 5)?,
        operation_status: event_word(row, first + 6)?,
        amount: event_amount(row, first + 7)?,
    })
}

/// A limit as `PostgreSQL` takes it.
pub(super) fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Whether no row has this id: ids hold no NUL, and `PostgreSQL` cannot even be asked about it.
pub(super) fn is_of_no_row(id: &str) -> bool {
    id.contains('\0')
}

/// Where a page of ids begins. No id is empty, and none lies between a text and the same with a NUL behind it.
pub(super) fn after(id: Option<&str>) -> &str {
    id.and_then(|id| id.split('\0').next()).unwrap_or_default()
}

pub(super) fn broken(error: &dyn std::error::Error) -> TransactionError {
    TransactionError::Store(format!("a row is broken: {error}"))
}

/// The values of a statement.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// A number of the platform as the database keeps it.
pub(super) fn number(id: OperationId) -> i64 {
    id.number().cast_signed()
}

/// Fills columns from rows: `columns!(rows, row => name: value, ...)`.
macro_rules! columns {
    ($rows:expr, $row:pat => $($name:ident: $value:expr,)+) => {
        $(let mut $name = Vec::new();)+
        for $row in $rows {
            $($name.push($value);)+
        }
    };
}

pub(super) use columns;
