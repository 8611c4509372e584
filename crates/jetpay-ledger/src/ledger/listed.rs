//! Many rows looked up by a list of keys.

use super::Ledger;
use crate::model::Error;
use crate::port::{TransactionError, Value, Values};

/// So many keys are looked up at a time.
pub(super) const BATCH: usize = 256;

/// A query of which `{}` stands for a list of values, `$first` and on. The text is the same for each batch.
pub(super) fn listed(query: &str, first: usize) -> String {
    let places: Vec<String> = (first..first + BATCH)
        .map(|place| format!("${place}"))
        .collect();
    query.replace("{}", &places.join(", "))
}

/// The values of the list: the last one again up to its length.
pub(super) fn list<'k>(values: impl Iterator<Item = Value<'k>>) -> Vec<Value<'k>> {
    let mut values: Vec<_> = values.collect();
    let last = values.last().cloned();
    values.resize(BATCH, last.unwrap_or(Value::Null));
    values
}

impl Ledger {
    /// The rows of a query with one list of values.
    pub(super) async fn look_up<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl Fn(&mut Values<'_>) -> Result<T, TransactionError>,
    ) -> Result<Vec<T>, Error> {
        self.read(&listed(sql, 1), values.to_vec(), read).await
    }
}
