//! Values of a row's columns, one after the other.

use std::str::FromStr;

use jetpay_core::Money;
use jetpay_core::id::{InvalidId, OperationId, PaymentId, ProjectId};

use crate::model::{Millis, amount_from_stored, word_from_stored};
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
        let id = self.optional_text().map(T::try_from).transpose();
        id.map_err(|_| broken())
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

    /// A word of an event, if its callback has it.
    pub(crate) fn event_word<T: From<&'r str>>(&mut self) -> Option<T> {
        word_from_stored(self.optional_text()?)
    }

    /// An amount, if there is one, and its currency in the next column.
    pub(crate) fn optional_money(&mut self) -> Result<Option<Money>, TransactionError> {
        let minor = self.optional_int().unwrap_or_default();
        let currency = self.optional_text().unwrap_or_default();
        amount_from_stored(minor, currency).map_err(|_| broken())
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, TransactionError> {
        let bytes = self.left.next().and_then(Value::bytes);
        bytes.map(<[u8]>::to_vec).ok_or_else(broken)
    }

    /// An amount, and its currency in the next column.
    pub(crate) fn money(&mut self) -> Result<Money, TransactionError> {
        self.optional_money()?.ok_or_else(broken)
    }
}

pub(crate) fn broken() -> TransactionError {
    TransactionError::Store("a row is broken".into())
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The most rows that a query gives.
pub(crate) fn limit(limit: usize) -> Value {
    Value::Int(i64::try_from(limit).unwrap_or(i64::MAX))
}

pub(crate) fn optional_text(given: Option<&str>) -> Value {
    given.map_or(Value::Null, text)
}

pub(crate) fn optional_time(time: Option<Millis>) -> Value {
    time.map_or(Value::Null, |time| Value::Int(time.0))
}

pub(crate) fn project(id: ProjectId) -> Value {
    Value::Int(id.number().cast_signed())
}

pub(crate) fn optional_operation(id: Option<OperationId>) -> Value {
    id.map_or(Value::Null, |id| Value::Int(id.number().cast_signed()))
}

pub(crate) fn id(id: &PaymentId) -> Value {
    text(id.as_str())
}
