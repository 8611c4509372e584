//! Whether the columns of the stored callbacks agree with the signed bytes.

use jetpay_core::id::OperationId;
use jetpay_core::message::Received;
use jetpay_core::status::{OperationStatus, OperationType, PaymentStatus};
use jetpay_core::{Currency, Keyring, Money};
use serde_json::Value as Json;

use super::Audit;
use crate::model::{Error, stored_amount, stored_operation};
use crate::port::{Row, Store};

const SQL: &str = "SELECT seq, payment_id, project_id, operation_id, operation_status, payment_status, operation_type,
    amount, currency, body FROM events WHERE seq > $1 ORDER BY seq LIMIT 1000";

const AS_SIGNED: &str = "a stored callback says what its bytes say";
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
            if !says_what_its_bytes_say(row) {
                audit.note(AS_SIGNED, "callback", row);
            }
            if let Some(keyring) = keyring {
                verify(audit, keyring, row);
            }
        }
    }
}

fn says_what_its_bytes_say(row: &Row) -> bool {
    let body = row[9].bytes().unwrap_or_default();
    let Ok(body) = serde_json::from_slice::<Json>(body) else {
        return false;
    };
    let text = |pointer: &str| body.pointer(pointer).and_then(Json::as_str);
    let project_id = body.pointer("/project_id").and_then(Json::as_i64);
    // What an operation lacks, or has in a form that cannot be read, counts as absent.
    let operation_id = match body.pointer("/operation/id") {
        Some(Json::String(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok()
        }
        Some(Json::Number(number)) => number.as_i64().filter(|number| *number >= 0),
        _ => None,
    };
    let operation_id = operation_id.map(|id: i64| OperationId::new(id.cast_unsigned()));
    let amount = || {
        let minor = body.pointer("/operation/sum_initial/amount")?.as_i64()?;
        let currency = Currency::parse(text("/operation/sum_initial/currency")?);
        Some(Money::new(minor, currency.ok()?))
    };
    let (minor, currency) = stored_amount(amount());
    let is = |pointer: &str, column: usize, spelled: fn(&str) -> String| {
        let stored = row[column].text().unwrap_or_default();
        let word = text(pointer).filter(|word| !word.is_empty() && !word.contains(';'));
        // PostgreSQL keeps no NUL, and of a long word the beginning.
        let word = word.map(spelled).unwrap_or_default();
        let word = word.replace('\0', "\u{fffd}");
        word == stored || (stored.len() > 250 && word.starts_with(stored))
    };
    text("/payment/id") == row[1].text()
        && project_id == row[2].int()
        && row[3].int() == Some(stored_operation(operation_id))
        && is("/operation/status", 4, |word| {
            OperationStatus::from(word).as_str().into()
        })
        && is("/payment/status", 5, |word| {
            PaymentStatus::from(word).as_str().into()
        })
        && is("/operation/type", 6, |word| {
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
