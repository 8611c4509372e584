//! Whether the columns of the stored callbacks agree with the signed bytes: those of a callback, or of a status answer that an
//! operator applied.

use jetpay_core::message::{Authentic, Received};
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus, StatusClass};
use jetpay_core::{Currency, Keyring, Money};
use serde_json::Value as Json;

use super::Audit;
use crate::model::{Error, listed_operations, operation_of_body, stored_amount, stored_operation};
use crate::port::{Row, Store};

const SQL: &str = "SELECT seq, payment_id, project_id, operation_id, operation_status, payment_status, operation_type,
    amount, currency, body FROM events WHERE seq > $1 ORDER BY seq LIMIT 1000";

const AS_SIGNED: &str = "a stored callback says what its bytes say";

const CONFIRMED: &str =
    "SELECT seq FROM settlements WHERE payment_id = $1 AND verdict = 'confirm' LIMIT 1";

/// What no status answer has, and other signed messages have.
const FOREIGN: [&str; 3] = ["operation", "type", "general"];

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
            let source = source(row);
            match source {
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
                verify(audit, keyring, row, source);
            }
        }
    }
}

/// The message whose bytes an event has.
#[derive(Clone, Copy)]
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
    let is_there = |field| body.get(field).is_some_and(is_signed);
    if FOREIGN.into_iter().any(is_there) {
        return None;
    }
    let mut listed = listed_operations(body.get("operations")?).into_iter();
    listed
        .any(|operation| is_said(row, &body, Some(operation), true))
        .then_some(Source::StatusAnswer)
}

/// Whether the signature covers anything of a value: it does not cover empty containers.
fn is_signed(value: &Json) -> bool {
    match value {
        Json::Array(list) => list.iter().any(is_signed),
        Json::Object(fields) => fields.values().any(is_signed),
        _ => true,
    }
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
    let operation_id = at("/operation/id").and_then(operation_of_body);
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

/// Counts an event whose bytes would be accepted today, and one whose bytes would not: as a callback, or as the status answer that
/// it is.
fn verify(audit: &mut Audit, keyring: &Keyring, row: &Row, source: Option<Source>) {
    let body = row[9].bytes().unwrap_or_default();
    let is_accepted = |message: Authentic<'_, '_>| match source {
        Some(Source::StatusAnswer) => message.status_answer().is_ok(),
        _ => message.callback().is_ok(),
    };
    let received = Received::parse(body);
    let accepted =
        received.is_ok_and(|received| received.authenticate(keyring).is_ok_and(is_accepted));
    if accepted {
        audit.verified += 1;
    } else {
        audit.unverified += 1;
        audit.first_unverified = audit.first_unverified.or(row[0].int());
    }
}
