//! Whether the columns of the stored callbacks agree with the signed bytes: those of a callback, or of a status answer that an
//! operator applied.

use jetpay_core::id::OperationId;
use jetpay_core::message::Received;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};
use jetpay_core::{Currency, Keyring, Money};
use serde_json::Value as Json;

use super::Audit;
use crate::model::{Error, stored_amount, stored_operation};
use crate::port::{Row, Store};

const SQL: &str = "SELECT seq, payment_id, project_id, operation_id, operation_status, payment_status, operation_type,
    amount, currency, body FROM events WHERE seq > $1 ORDER BY seq LIMIT 1000";

const AS_SIGNED: &str = "a stored callback says what its bytes say";

const CONFIRMED: &str =
    "SELECT seq FROM settlements WHERE payment_id = $1 AND verdict = 'confirm' LIMIT 1";

const BY_AN_OPERATOR: &str = "a status answer is stored by an operator's decision alone";

pub(super) async fn check(
    store: &dyn Store,
    keyring: Option<&Keyring>,
    audit: &mut Audit,
) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let rows = store.query_once(SQL, vec![after.into()]).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last[0].int().unwrap_or(i64::MAX);
        for row in &rows {
            match source(row) {
                Some(Source::Callback) => {}
                Some(Source::StatusAnswer) => {
                    let id = row[1].clone();
                    if store.query_once(CONFIRMED, vec![id]).await?.is_empty() {
                        audit.note(BY_AN_OPERATOR, "callback", row);
                    }
                }
                None => audit.note(AS_SIGNED, "callback", row),
            }
            if let Some(keyring) = keyring {
                verify(audit, keyring, row);
            }
        }
    }
}

/// The message whose bytes an event has.
enum Source {
    Callback,
    /// The answer to a status request.
    StatusAnswer,
}

/// The message that says what the columns of an event say.
fn source(row: &Row) -> Option<Source> {
    let body = row[9].bytes().unwrap_or_default();
    let body = serde_json::from_slice::<Json>(body).ok()?;
    if is_said(row, &body, body.get("operation"), false) {
        return Some(Source::Callback);
    }
    // A list signs like an object with the numbers as keys.
    let listed: Vec<&Json> = match body.get("operations")? {
        Json::Array(list) => list.iter().collect(),
        Json::Object(list) => list.values().collect(),
        _ => return None,
    };
    let mut listed = listed.into_iter();
    listed
        .any(|operation| is_said(row, &body, Some(operation), true))
        .then_some(Source::StatusAnswer)
}

/// Whether a message with this operation says what the columns say. `is_listed`: the operation is one of a status answer, which
/// has the payment's present status. A sale that succeeded was reported with a success, also when the money was taken back since.
fn is_said(row: &Row, body: &Json, operation: Option<&Json>, is_listed: bool) -> bool {
    let at = |pointer: &str| match pointer.strip_prefix("/operation/") {
        Some(field) => operation?.pointer(&format!("/{field}")),
        None => body.pointer(pointer),
    };
    let text = |pointer: &str| at(pointer).and_then(Json::as_str);
    let project_id = body.pointer("/project_id").and_then(Json::as_i64);
    // What an operation lacks, or has in a form that cannot be read, counts as absent.
    let operation_id = match at("/operation/id") {
        Some(Json::String(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        Some(Json::Number(number)) => number.as_i64().filter(|number| *number >= 0),
        _ => None,
    };
    let operation_id = operation_id.map(|id: i64| OperationId::new(id.cast_unsigned()));
    let amount = || {
        let minor = at("/operation/sum_initial/amount")?.as_i64()?;
        let currency = Currency::parse(text("/operation/sum_initial/currency")?);
        Some(Money::new(minor, currency.ok()?))
    };
    let (minor, currency) = stored_amount(amount());
    let is = |pointer: &str, column: usize, spelled: &dyn Fn(&str) -> String| {
        let stored = row[column].text().unwrap_or_default();
        let word = text(pointer).filter(|word| !word.is_empty() && !word.contains(';'));
        // PostgreSQL keeps no NUL, and of a long word the beginning.
        let word = word.map(spelled).unwrap_or_default();
        let word = word.replace('\0', "\u{fffd}");
        word == stored || (stored.len() > 250 && word.starts_with(stored))
    };
    let payment_status = |word: &str| {
        let status = PaymentStatus::from(word);
        let is_sale = row[4].text() == Some("success") && row[6].text() == Some("sale");
        if is_listed && is_sale && status.class() == StatusClass::AfterSuccess {
            return "success".to_owned();
        }
        status.as_str().to_owned()
    };
    text("/payment/id") == row[1].text()
        && project_id == row[2].int()
        && row[3].int() == Some(stored_operation(operation_id))
        && is("/operation/status", 4, &|word| {
            OperationStatus::from(word).as_str().into()
        })
        && is("/payment/status", 5, &payment_status)
        && is("/operation/type", 6, &|word| {
            OperationType::from(word).as_str().into()
        })
        && row[7].int() == Some(minor)
        && row[8].text() == Some(currency.as_str())
}

fn verify(audit: &mut Audit, keyring: &Keyring, row: &Row) {
    let body = row[9].bytes().unwrap_or_default();
    let authentic =
        Received::parse(body).is_ok_and(|received| received.authenticate(keyring).is_ok());
    if authentic {
        audit.verified += 1;
    } else {
        audit.unverified += 1;
        audit.first_unverified = audit.first_unverified.or(row[0].int());
    }
}
