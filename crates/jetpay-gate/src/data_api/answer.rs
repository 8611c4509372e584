//! An answer of the Data API: its signature is verified, and then its operations are read.

use jetpay_core::signature::{Canonical, Key, MalformedSignature};
use serde::Deserialize;
use serde_json::Value;

use super::DataApiError;
use super::exchange::Question;
use super::row::{self, Identity, Row};

/// Why nothing of an answer can be taken.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    Signature,
    NoSignature,
    Shape(&'static str),
}

impl Wrong {
    pub(super) fn of(self, question: &Question<'_>) -> DataApiError {
        match self {
            Self::Signature => DataApiError::BadSignature,
            Self::NoSignature => DataApiError::NotSigned,
            Self::Shape(why) => DataApiError::Unreadable {
                from: question.from.clone(),
                why,
            },
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    operations: Vec<Value>,
}

/// Reads a page. `before` is how many rows there were before it.
pub(super) fn read(body: &[u8], key: &Key, before: u64) -> Result<Vec<(Identity, Row)>, Wrong> {
    // Unlike a JSON parser, this refuses an object that has a field twice.
    let canonical = Canonical::parse(body)
        .map_err(|_| Wrong::Shape("it is no JSON object, or it is larger than a page can be"))?;
    match canonical.signature().decode() {
        Ok(signature) => {
            let matches = |text: &str| key.verify(text, &signature);
            let is_good = matches(canonical.string_to_sign())
                || canonical.byte_ordered().is_some_and(|text| matches(&text));
            if !is_good {
                return Err(Wrong::Signature);
            }
        }
        Err(MalformedSignature::Missing) => return Err(Wrong::NoSignature),
        Err(_) => return Err(Wrong::Signature),
    }
    let Answer { operations } = serde_json::from_slice(body)
        .map_err(|_| Wrong::Shape("it has no list with the name `operations`"))?;
    let rows = operations.iter().zip(before + 1..);
    Ok(rows.map(|(row, number)| row::read(row, number)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jetpay_core::signature::sign;
    use serde_json::json;

    fn key() -> Key {
        Key::new("key of the token").unwrap()
    }

    fn signed(body: &Value) -> Vec<u8> {
        sign(body.to_string().as_bytes(), &key()).unwrap()
    }

    fn row(id: usize) -> Value {
        json!({
            "project_id": "11",
            "operation_id": id.to_string(),
            "payment_id": "06c1-b285",
            "operation_type": "sale",
            "operation_status": "success",
            "operation_completed_at": "2018-08-01 08:28:48",
            "sum_initial": {"amount": "1200", "currency": "USD"},
        })
    }

    #[test]
    fn signature_of_eleven_rows_matches_in_natural_order_and_in_byte_order() {
        let rows: Vec<_> = (1..=11).map(row).collect();
        let body = signed(&json!({ "operations": rows }));
        let canonical = Canonical::parse(&body).unwrap();
        let by_bytes = canonical
            .byte_ordered()
            .expect("the orders differ with eleven rows");
        let natural = canonical.signature().text().unwrap();
        let text = String::from_utf8(body.clone()).unwrap();
        let of_bytes = text.replace(natural, &key().sign(&by_bytes));
        for body in [&body[..], of_bytes.as_bytes()] {
            assert_eq!(read(body, &key(), 0).unwrap().len(), 11);
        }
        let mut other = canonical.string_to_sign().to_owned();
        other.push(';');
        let forged = text.replace(natural, &key().sign(&other));
        assert_eq!(read(forged.as_bytes(), &key(), 0), Err(Wrong::Signature));
    }

    #[test]
    fn answer_without_a_good_signature_or_without_operations_gives_nothing() {
        let page = json!({"operations": [row(1)]});
        let with_signature = |signature: Value| {
            let mut page = page.clone();
            page["signature"] = signature;
            page.to_string().into_bytes()
        };
        let good = String::from_utf8(signed(&page)).unwrap();
        let by_another = sign(page.to_string().as_bytes(), &Key::new("another").unwrap()).unwrap();
        let cut_off = good.as_bytes()[..good.len() - 1].to_vec();
        for (body, is) in [
            (by_another, "Signature"),
            (good.replace("1200", "1201").into_bytes(), "Signature"),
            (with_signature(json!("dGVzdA==")), "Signature"),
            (with_signature(json!("")), "Signature"),
            (page.to_string().into_bytes(), "NoSignature"),
            (with_signature(json!(null)), "NoSignature"),
            (with_signature(json!(1)), "NoSignature"),
            (br#"{"operations":[]}"#.to_vec(), "NoSignature"),
            (cut_off, "Shape"),
            (b"<html>".to_vec(), "Shape"),
            (b"".to_vec(), "Shape"),
            (signed(&json!({"operations": {}})), "Shape"),
            (signed(&json!({"status": "success"})), "Shape"),
        ] {
            let wrong = read(&body, &key(), 0).unwrap_err();
            let shown = format!("{wrong:?}");
            let said = shown.split('(').next().unwrap();
            assert_eq!(said, is, "{}", String::from_utf8_lossy(&body));
        }
        assert_eq!(
            read(&signed(&json!({"operations": []})), &key(), 0),
            Ok(Vec::new())
        );
        assert_eq!(read(good.as_bytes(), &key(), 0).unwrap().len(), 1);
    }
}
