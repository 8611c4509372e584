//! Values of a row's columns, one after the other.

use std::str::FromStr;

use jetpay_core::id::{InvalidId, OperationId, PaymentId, ProjectId};
use jetpay_core::{Currency, Money};

use crate::model::{Millis, amount_from_stored};
use crate::port::keys::TransactionError;
use crate::port::store::Value;

/// Takes a row's values in the order of its columns.
pub(crate) struct Values<'r> {
    left: std::slice::Iter<'r, Value>,
}

impl<'r> Values<'r> {
    pub(crate) fn of(row: &'r [Value]) -> Self {
        Self { left: row.iter() }
    }

    pub(crate) fn optional_int(&mut self) -> Option<i64> {
        self.left.next().and_then(Value::int)
    }

    pub(crate) fn int(&mut self) -> Result<i64, TransactionError> {
        self.optional_int().ok_or_else(broken)
    }

    pub(crate) fn truth(&mut self) -> Result<bool, TransactionError> {
        Ok(self.int()? != 0)
    }

    pub(crate) fn optional_text(&mut self) -> Option<&'r str> {
        self.left.next().and_then(Value::text)
    }

    pub(crate) fn text(&mut self) -> Result<&'r str, TransactionError> {
        self.optional_text().ok_or_else(broken)
    }

    pub(crate) fn id<T>(&mut self) -> Result<T, TransactionError>
    where
        T: for<'a> TryFrom<&'a str, Error = InvalidId>,
    {
        T::try_from(self.text()?).map_err(|_| broken())
    }

    pub(crate) fn optional_id<T>(&mut self) -> Result<Option<T>, TransactionError>
    where
        T: for<'a> TryFrom<&'a str, Error = InvalidId>,
    {
        let id = self.optional_text().map(T::try_from);
        id.transpose().map_err(|_| broken())
    }

    pub(crate) fn project(&mut self) -> Result<ProjectId, TransactionError> {
        Ok(ProjectId::new(self.int()?.cast_unsigned()))
    }

    pub(crate) fn optional_operation(&mut self) -> Option<OperationId> {
        let number = self.optional_int()?;
        Some(OperationId::new(number.cast_unsigned()))
    }

    pub(crate) fn word<T: FromStr>(&mut self) -> Result<T, TransactionError> {
        self.text()?.parse().map_err(|_| broken())
    }

    /// An amount, and its currency in the next column.
    pub(crate) fn money(&mut self) -> Result<Money, TransactionError> {
        let minor = self.int()?;
        let currency = Currency::parse(self.text()?).map_err(|_| broken())?;
        Ok(Money::new(minor, currency))
    }

    /// The same of an event, which may have none.
    pub(crate) fn event_amount(&mut self) -> Result<Option<Money>, TransactionError> {
        amount_from_stored(self.int()?, self.text()?).map_err(|_| broken())
    }
}

pub(super) fn broken() -> TransactionError {
    TransactionError::Store("a row is broken".into())
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn optional_text(given: Option<&str>) -> Value {
    given.map_or(Value::Null, text)
}

pub(super) fn optional_time(time: Option<Millis>) -> Value {
    time.map_or(Value::Null, |time| Value::Int(time.0))
}

pub(super) fn project(id: ProjectId) -> Value {
    Value::Int(id.number().cast_signed())
}

pub(super) fn optional_operation(id: Option<OperationId>) -> Value {
    id.map_or(Value::Null, |id| Value::Int(id.number().cast_signed()))
}

pub(super) fn id(id: &PaymentId) -> Value {
    text(id.as_str())
}
