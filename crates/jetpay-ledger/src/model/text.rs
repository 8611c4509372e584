//! Texts from outside, as every store keeps them.

use std::borrow::Cow;

use jetpay_core::Callback;
use jetpay_core::operation_code::OperationCode;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, PaymentType};

/// The longest text in an index, in bytes, as that of an id: an entry of an index has room for less than 2 704.
const LONGEST: usize = 255;

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
