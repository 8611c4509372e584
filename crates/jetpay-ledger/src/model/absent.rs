//! What an event may lack, as databases keep it: the columns are `NOT NULL`, because most of them are parts of a unique key.
//! No callback has the values that stand for absence: an id is not negative, a word and a currency are not empty.

use jetpay_core::id::OperationId;
use jetpay_core::money::CurrencyError;
use jetpay_core::{Currency, Money};

const NO_OPERATION: i64 = -1;

/// Platform numbers are stored in 64 bits with a sign.
pub(crate) fn stored_operation(id: Option<OperationId>) -> i64 {
    id.map_or(NO_OPERATION, |id| id.number().cast_signed())
}

pub(crate) fn operation_from_stored(stored: i64) -> Option<OperationId> {
    (stored != NO_OPERATION).then(|| OperationId::new(stored.cast_unsigned()))
}

/// A status or a type.
pub(crate) fn word_from_stored<'a, T: From<&'a str>>(stored: &'a str) -> Option<T> {
    (!stored.is_empty()).then(|| T::from(stored))
}

/// In minor units, and the currency.
pub(crate) fn stored_amount(amount: Option<Money>) -> (i64, String) {
    let parts = |amount: Money| (amount.minor(), amount.currency().code().to_owned());
    amount.map(parts).unwrap_or_default()
}

pub(crate) fn amount_from_stored(
    minor: i64,
    currency: &str,
) -> Result<Option<Money>, CurrencyError> {
    if currency.is_empty() {
        return Ok(None);
    }
    Ok(Some(Money::new(minor, Currency::parse(currency)?)))
}
