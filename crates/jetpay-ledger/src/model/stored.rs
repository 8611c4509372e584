//! What stores keep of an event: texts from outside that every store can hold, and values that stand for absence. Columns are
//! `NOT NULL`, because most of them are parts of a unique key. No callback has the values that stand for absence: an id is not
//! negative, a word and a currency are not empty.

use std::borrow::Cow;

use jetpay_core::id::OperationId;
use jetpay_core::money::CurrencyError;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};
use jetpay_core::{Callback, Currency, Money};
use serde_json::Value as Json;

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

/// The longest text in an index, in bytes, as that of an id: an entry of an index has room for less than 2 704.
pub(crate) const LONGEST: usize = 255;

/// A text from outside as `PostgreSQL` can keep it: its texts hold no NUL.
pub(crate) fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        text.replace('\0', "\u{fffd}").into()
    } else {
        text.into()
    }
}

/// A text from outside as an index can hold it: also short. Two that differ only behind that are one; nothing depends
/// on so long a word, and the message is kept whole.
pub(crate) fn short(text: &str) -> Cow<'_, str> {
    let cut = |text: &str| {
        let at_most = LONGEST.min(text.len());
        let mut ends = (0..=at_most).rev();
        ends.find(|&end| text.is_char_boundary(end))
            .unwrap_or_default()
    };
    match without_nul(text) {
        Cow::Borrowed(text) => text[..cut(text)].into(),
        Cow::Owned(mut text) => {
            text.truncate(cut(&text));
            text.into()
        }
    }
}

/// Makes the texts of a callback, which stores keep in columns, such that every store keeps the same. The callback's bytes
/// stay as they are.
pub(crate) fn fit(callback: &mut Callback) {
    let (payment, operation) = (&mut callback.payment, &mut callback.operation);
    fit_text(&mut payment.status, PaymentStatus::as_str, short);
    if let Some(kind) = &mut payment.kind {
        fit_text(kind, PaymentType::as_str, without_nul);
    }
    if let Some(kind) = &mut operation.kind {
        fit_text(kind, OperationType::as_str, without_nul);
    }
    if let Some(status) = &mut operation.status {
        fit_text(status, OperationStatus::as_str, short);
    }
    if let Some(code) = &mut operation.code {
        fit_text(code, OperationCode::as_str, without_nul);
    }
    if let Some(receipt) = &mut operation.provider.payment_id {
        fit_text(receipt, String::as_str, short);
    }
}

fn fit_text<T: for<'a> From<&'a str>>(
    value: &mut T,
    text: fn(&T) -> &str,
    keep: fn(&str) -> Cow<'_, str>,
) {
    let kept = keep(text(value));
    if kept != text(value) {
        let kept = T::from(&kept);
        *value = kept;
    }
}

/// The operations that a status answer lists. A list signs like an object with the numbers as keys.
pub(crate) fn listed_operations(list: &Json) -> Vec<&Json> {
    match list {
        Json::Array(list) => list.iter().collect(),
        Json::Object(list) => list.values().collect(),
        _ => Vec::new(),
    }
}

/// The id of an operation as a message has it.
pub(crate) fn operation_of_body(id: &Json) -> Option<OperationId> {
    let number: Option<i64> = match id {
        Json::String(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        Json::Number(number) => number.as_i64().filter(|number| *number >= 0),
        _ => None,
    };
    number.map(|id| OperationId::new(id.cast_unsigned()))
}
