//! Values of columns: those that a statement takes, and those that a row gives, one after the other.

use std::borrow::Cow;
use std::str::FromStr;

use jetpay_core::Money;
use jetpay_core::id::{InvalidId, OperationId, PaymentId, ProjectId};
use jetpay_rules::EntryKind;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::model::{
    Millis, amount_from_stored, kind_from_stored, operation_from_stored, word_from_stored,
};
use crate::port::keys::TransactionError;

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value<'v> {
    /// Nothing.
    Null,
    /// A number; a truth is 0 or 1.
    Int(i64),
    /// A text.
    Text(Cow<'v, str>),
    /// Bytes.
    Bytes(Cow<'v, [u8]>),
}

/// A row.
pub type Row = Vec<Value<'static>>;

impl Value<'_> {
    /// The number, if it is one.
    #[must_use]
    pub const fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            Self::Null | Self::Text(_) | Self::Bytes(_) => None,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Null | Self::Int(_) | Self::Bytes(_) => None,
        }
    }

    /// The bytes, if it is some.
    #[must_use]
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Null | Self::Int(_) | Self::Text(_) => None,
        }
    }

    pub(crate) fn into_owned(self) -> Value<'static> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(number),
            Self::Text(text) => Value::Text(text.into_owned().into()),
            Self::Bytes(bytes) => Value::Bytes(bytes.into_owned().into()),
        }
    }

    /// The most rows that a query gives.
    pub(crate) fn limit(limit: usize) -> Self {
        Self::Int(i64::try_from(limit).unwrap_or(i64::MAX))
    }

    /// A list as JSON, or NULL for an empty one.
    pub(crate) fn list<T: Serialize>(list: &[T]) -> Result<Self, TransactionError> {
        let json = (!list.is_empty()).then(|| serde_json::to_string(list));
        let json = json.transpose().map_err(|error| {
            TransactionError::Store(format!("a list cannot be stored: {error}"))
        })?;
        Ok(json.map_or(Self::Null, |json| Self::Text(json.into())))
    }
}

/// A row that is kept.
#[cfg(feature = "postgres")]
pub(crate) fn owned<'v>(row: impl IntoIterator<Item = Value<'v>>) -> Row {
    row.into_iter().map(Value::into_owned).collect()
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<bool> for Value<'_> {
    fn from(truth: bool) -> Self {
        Self::Int(truth.into())
    }
}

impl From<Millis> for Value<'_> {
    fn from(time: Millis) -> Self {
        Self::Int(time.0)
    }
}

/// Platform numbers are stored in 64 bits with a sign.
impl From<ProjectId> for Value<'_> {
    fn from(id: ProjectId) -> Self {
        Self::Int(id.number().cast_signed())
    }
}

impl From<OperationId> for Value<'_> {
    fn from(id: OperationId) -> Self {
        Self::Int(id.number().cast_signed())
    }
}

impl<'v> From<&'v PaymentId> for Value<'v> {
    fn from(id: &'v PaymentId) -> Self {
        id.as_str().into()
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'v> From<&'v [u8]> for Value<'v> {
    fn from(bytes: &'v [u8]) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The conditions of a query, joined with AND, and the values that they name.
pub(crate) struct Conditions {
    sql: String,
    values: Vec<Value<'static>>,
}

impl Conditions {
    pub(crate) fn of(condition: &str, value: impl Into<Value<'static>>) -> Self {
        let (sql, values) = (format!("{condition} $1"), vec![value.into()]);
        Self { sql, values }
    }

    /// Adds a condition on a value, such as `amount =`, if there is one. So a query has only the conditions that are asked for,
    /// and the index that fits is used.
    pub(crate) fn and(&mut self, condition: &str, value: Option<impl Into<Value<'static>>>) {
        if let Some(value) = value {
            let place = self.place(value);
            self.and_text(&format!("{condition} {place}"));
        }
    }

    pub(crate) fn and_text(&mut self, condition: &str) {
        self.sql += " AND ";
        self.sql += condition;
    }

    /// The conditions so far.
    pub(crate) fn sql(&self) -> &str {
        &self.sql
    }

    /// The place of one more value.
    pub(crate) fn place(&mut self, value: impl Into<Value<'static>>) -> String {
        self.values.push(value.into());
        format!("${}", self.values.len())
    }

    /// The conditions, and the values.
    pub(crate) fn done(self) -> (String, Vec<Value<'static>>) {
        (self.sql, self.values)
    }

    /// The conditions, the place of the most rows that a query gives, and the values.
    pub(crate) fn limited(mut self, limit: usize) -> (String, String, Vec<Value<'static>>) {
        let limit = self.place(Value::limit(limit));
        (self.sql, limit, self.values)
    }
}

/// Takes a row's values in the order of its columns.
pub(crate) struct Values<'r> {
    row: &'r [Value<'r>],
    at: usize,
}

impl<'r> Values<'r> {
    pub(crate) fn of(row: &'r [Value<'r>]) -> Self {
        Self { row, at: 0 }
    }

    /// The text in the first column, for an error about the row.
    pub(crate) fn key(&self) -> &'r str {
        self.row.first().and_then(Value::text).unwrap_or("unknown")
    }

    /// The whole row, to be kept.
    pub(crate) fn owned(&self) -> Row {
        self.row.iter().cloned().map(Value::into_owned).collect()
    }

    pub(crate) fn skip(&mut self, columns: usize) {
        self.at += columns;
    }

    fn next(&mut self) -> Option<&'r Value<'r>> {
        self.at += 1;
        self.row.get(self.at - 1)
    }

    /// The column that was taken last does not hold what it must.
    pub(crate) fn broken(&self) -> TransactionError {
        TransactionError::Store(format!("a row is broken in its column {}", self.at))
    }

    pub(crate) fn optional_int(&mut self) -> Option<i64> {
        self.next().and_then(Value::int)
    }

    pub(crate) fn int(&mut self) -> Result<i64, TransactionError> {
        self.optional_int().ok_or_else(|| self.broken())
    }

    pub(crate) fn time(&mut self) -> Result<Millis, TransactionError> {
        self.int().map(Millis)
    }

    pub(crate) fn truth(&mut self) -> Result<bool, TransactionError> {
        Ok(self.int()? != 0)
    }

    pub(crate) fn optional_text(&mut self) -> Option<&'r str> {
        self.next().and_then(Value::text)
    }

    pub(crate) fn text(&mut self) -> Result<&'r str, TransactionError> {
        self.optional_text().ok_or_else(|| self.broken())
    }

    pub(crate) fn optional_string(&mut self) -> Option<String> {
        self.optional_text().map(ToOwned::to_owned)
    }

    pub(crate) fn string(&mut self) -> Result<String, TransactionError> {
        self.text().map(ToOwned::to_owned)
    }

    pub(crate) fn id<T>(&mut self) -> Result<T, TransactionError>
    where
        T: for<'a> TryFrom<&'a str, Error = InvalidId>,
    {
        T::try_from(self.text()?).map_err(|_| self.broken())
    }

    pub(crate) fn optional_id<T>(&mut self) -> Result<Option<T>, TransactionError>
    where
        T: for<'a> TryFrom<&'a str, Error = InvalidId>,
    {
        let id = self.optional_text().map(T::try_from).transpose();
        id.map_err(|_| self.broken())
    }

    pub(crate) fn project(&mut self) -> Result<ProjectId, TransactionError> {
        Ok(ProjectId::new(self.int()?.cast_unsigned()))
    }

    pub(crate) fn operation(&mut self) -> Result<OperationId, TransactionError> {
        self.optional_operation().ok_or_else(|| self.broken())
    }

    pub(crate) fn optional_operation(&mut self) -> Option<OperationId> {
        let number = self.optional_int()?;
        Some(OperationId::new(number.cast_unsigned()))
    }

    /// The operation of an event, if its callback has the id.
    pub(crate) fn event_operation(&mut self) -> Result<Option<OperationId>, TransactionError> {
        self.int().map(operation_from_stored)
    }

    /// A word of an event, if its callback has it.
    pub(crate) fn event_word<T: From<&'r str>>(&mut self) -> Option<T> {
        word_from_stored(self.optional_text()?)
    }

    /// One of a closed set of words.
    pub(crate) fn word<T: FromStr>(&mut self) -> Result<T, TransactionError> {
        self.text()?.parse().map_err(|_| self.broken())
    }

    /// One of a closed set of words, if there is one.
    pub(crate) fn optional_word<T: FromStr>(&mut self) -> Result<Option<T>, TransactionError> {
        let word = self.optional_text().map(str::parse);
        word.transpose().map_err(|_| self.broken())
    }

    /// The kind of an entry.
    pub(crate) fn kind(&mut self) -> Result<EntryKind, TransactionError> {
        kind_from_stored(self.text()?).map_err(|_| self.broken())
    }

    /// An amount, if there is one, and its currency in the next column.
    pub(crate) fn optional_money(&mut self) -> Result<Option<Money>, TransactionError> {
        let minor = self.optional_int().unwrap_or_default();
        let currency = self.optional_text().unwrap_or_default();
        amount_from_stored(minor, currency).map_err(|_| self.broken())
    }

    /// An amount, and its currency in the next column.
    pub(crate) fn money(&mut self) -> Result<Money, TransactionError> {
        self.optional_money()?.ok_or_else(|| self.broken())
    }

    /// A JSON list, or an empty one for NULL.
    pub(crate) fn list<T: DeserializeOwned>(&mut self) -> Result<Vec<T>, TransactionError> {
        let list = self.optional_text().map(serde_json::from_str);
        let list = list.transpose().map_err(|_| self.broken())?;
        Ok(list.unwrap_or_default())
    }

    pub(crate) fn optional_bytes(&mut self) -> Option<&'r [u8]> {
        self.next().and_then(Value::bytes)
    }

    pub(crate) fn bytes(&mut self) -> Result<Vec<u8>, TransactionError> {
        let bytes = self.next().and_then(Value::bytes);
        bytes.map(<[u8]>::to_vec).ok_or_else(|| self.broken())
    }
}
