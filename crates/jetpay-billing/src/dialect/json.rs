//! Reads an answer in JSON. Numbers keep their digits: no number type of a parser has a `txn_id` of 20 digits, and no amount
//! may pass through a float.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::answer::Raw;
use super::body::Body;

/// A field that occurs twice makes the answer unreadable.
#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    txn_id: Option<&'a RawValue>,
    osmp_txn_id: Option<&'a RawValue>,
    result: Option<&'a RawValue>,
    prv_txn: Option<&'a RawValue>,
    prv_txn_id: Option<&'a RawValue>,
    sum: Option<&'a RawValue>,
    comment: Option<&'a RawValue>,
    fields: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Field<'a> {
    #[serde(borrow, rename = "@name")]
    name: Option<&'a RawValue>,
    #[serde(rename = "#text")]
    text: Option<&'a RawValue>,
}

pub(super) fn read(body: Body<'_>) -> Result<Raw, &'static str> {
    let text = body.text(None)?;
    let document: Document<'_> = serde_json::from_str(&text)
        .map_err(|_| "it is no JSON object with each field at most once")?;
    Ok(Raw {
        txn_ids: [document.txn_id, document.osmp_txn_id]
            .into_iter()
            .filter_map(scalar)
            .collect(),
        result: scalar(document.result),
        receipt: scalar(document.prv_txn_id)
            .filter(|it| !it.trim().is_empty())
            .or_else(|| scalar(document.prv_txn)),
        sum: scalar(document.sum),
        comment: scalar(document.comment),
        fields: document.fields.map(named).unwrap_or_default(),
    })
}

/// The named fields. What is not an object of them has none: PHP writes an empty object as `[]`.
fn named(fields: &RawValue) -> Vec<(String, String)> {
    let fields: BTreeMap<String, &RawValue> =
        serde_json::from_str(fields.get()).unwrap_or_default();
    let pair = |(key, value): (String, &RawValue)| {
        if let Some(text) = scalar(Some(value)) {
            return Some((key, text));
        }
        let field: Field<'_> = serde_json::from_str(value.get()).ok()?;
        let name = scalar(field.name).filter(|name| !name.is_empty());
        Some((name.unwrap_or(key), scalar(field.text)?))
    };
    fields.into_iter().filter_map(pair).collect()
}

/// The text of a text, or the digits of a number.
fn scalar(value: Option<&RawValue>) -> Option<String> {
    let json = value?.get();
    match json.as_bytes().first()? {
        b'"' => serde_json::from_str(json).ok(),
        b'-' | b'0'..=b'9' => Some(json.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Raw, &'static str> {
        super::read(Body::new(json.as_bytes(), None))
    }

    #[test]
    fn numbers_keep_their_digits_and_texts_are_unescaped() {
        let raw = read(
            r#"{"txn_id": 99999999999999999999, "result": "0", "sum": 200.10, "comment": "\u044f \"a\"",
                "prv_txn": 18446744073709551616, "other": [1]}"#,
        )
        .unwrap();
        assert_eq!(raw.txn_ids, ["99999999999999999999"]);
        assert_eq!(raw.result.as_deref(), Some("0"));
        assert_eq!(raw.sum.as_deref(), Some("200.10"));
        assert_eq!(raw.comment.as_deref(), Some("я \"a\""));
        assert_eq!(raw.receipt.as_deref(), Some("18446744073709551616"));
    }

    #[test]
    fn fields_have_their_name_or_that_of_their_key() {
        for (fields, pairs) in [
            (
                r##"{"field1": {"@name": "debt", "#text": "200.00"}}"##,
                vec![("debt", "200.00")],
            ),
            (
                r##"{"a": {"@name": "", "#text": 5}, "b": {"#text": "x"}}"##,
                vec![("a", "5"), ("b", "x")],
            ),
            (
                r#"{"debt": 12.50, "name": "x"}"#,
                vec![("debt", "12.50"), ("name", "x")],
            ),
            (r#"{"a": null, "b": [1], "c": {"d": 1}, "e": true}"#, vec![]),
            ("[]", vec![]),
            ("null", vec![]),
            ("\"x\"", vec![]),
        ] {
            let raw = read(&format!(r#"{{"fields": {fields}}}"#)).unwrap();
            let expected: Vec<_> = pairs
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect();
            assert_eq!(raw.fields, expected, "{fields}");
        }
    }

    #[test]
    fn depth_does_not_matter() {
        let deep = |depth| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let json = format!(
            r#"{{"x": {0}, "fields": {{"a": {0}}}, "sum": {0}}}"#,
            deep(10_000)
        );
        let raw = read(&json).unwrap();
        assert!(raw.fields.is_empty() && raw.sum.is_none());
    }

    #[test]
    fn anything_else_is_refused() {
        for json in [
            "",
            "{",
            "[]",
            "1",
            "null",
            "{} x",
            r#"{"result": 0, "result": 0}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
