//! Faults in reading requests: loose parsers, loose types, repairs.

use serde_json::{Value, json};

use super::{Broken, merchant};
use crate::merchant::{Answer, Incoming};

pub(super) static ALL: &[Broken] = &[
    // Reads the fields from the signed string, so that a text can hold another field.
    merchant("reads-the-signed-string")
        .reads(recut)
        .fails(&["attack-status-hidden", "attack-request-cut"]),
    // Accepts texts as numbers, as languages with loose types do.
    merchant("types-loosely").reads(numbers).fails(&[
        "attack-number-as-text",
        "callback-wrong-type",
        "field-amount",
        "field-project",
    ]),
    merchant("last-key-counts")
        .comes(write_again)
        .fails(&["bad-repeated-key"]),
    merchant("strips-the-mark")
        .comes(|it| {
            if let Some(rest) = it.body.strip_prefix(b"\xEF\xBB\xBF") {
                it.body = rest.to_vec();
            }
        })
        .fails(&["bad-encoding"]),
    merchant("reads-the-first-object")
        .comes(|it| {
            let mut values = serde_json::Deserializer::from_slice(&it.body).into_iter();
            let first: Option<Value> = values.next().and_then(Result::ok);
            let end = values.byte_offset();
            if first.is_some_and(|first| first.is_object()) {
                it.body.truncate(end);
            }
        })
        .fails(&["bad-trailing"]),
    // Uses the first message of a list.
    merchant("unpacks-lists")
        .comes(|it| {
            let text = it.text();
            if let Some(inner) = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                it.body = inner.as_bytes().to_vec();
            }
        })
        .fails(&["bad-not-an-object"]),
    // Before it verifies the signature.
    merchant("drops-empty-keys")
        .comes(|it| {
            let text = it.text().replacen("\"\":1,", "", 1);
            it.body = text.replacen("\"a\":{\"\":{}},", "", 1).into_bytes();
        })
        .fails(&["bad-empty-key"]),
    // Removes keys with `;`, although they are signed.
    merchant("takes-odd-keys")
        .reads(|it| {
            let object = it.as_object_mut().unwrap();
            object.retain(|key, _| !key.contains([';', '\n']));
        })
        .fails(&["attack-keys"]),
    // Reads numbers that JSON does not allow.
    merchant("repairs-numbers")
        .comes(|it| {
            let text = it.text();
            for bad in ["NaN", "01", "+1", ".5", "-0.0", "-0", "1e999"] {
                if let Some(rest) = text.strip_prefix(&format!("{{\"a\":{bad},")) {
                    it.body = format!("{{{rest}").into_bytes();
                }
            }
        })
        .fails(&["bad-number"]),
    merchant("reads-any-depth")
        .comes(|it| {
            let text = it.text();
            let cut = text.find("]]]]").or_else(|| text.find("}}}}"));
            if let Some(at) = cut {
                let rest = text[at..].trim_start_matches([']', '}']);
                it.body = format!("{{{}", rest.trim_start_matches(',')).into_bytes();
            }
        })
        .fails(&["bad-deep"]),
    // Reads 32 levels only.
    merchant("reads-no-depth")
        .says(400, |it| it.text().contains(&"[".repeat(32)))
        .fails(&["bad-not-too-deep"]),
    // A document's sample has this amount.
    merchant("repairs-the-sample")
        .comes(|it| it.body = it.text().replace("10 000,00", "10000").into_bytes())
        .fails(&["bad-sample-amount"]),
    // Answers an unreadable body with code 0.
    merchant("says-yes-to-nonsense")
        .changes(|it| *it = Answer::new(200, "{\"code\":0}"))
        .on(|it, _| it.http_method == "POST" && it.json().is_null())
        .fails(&[
            "bad-not-json",
            "bad-trailing",
            "bad-number",
            "bad-sample-amount",
        ]),
];

/// Writes the body as the language's parser understood it, so that the right merchant sees what that parser saw.
fn write_again(incoming: &mut Incoming) {
    let json = incoming.json();
    if !json.is_null() {
        incoming.body = json.to_string().into_bytes();
    }
}

/// Moves `;path:value` from a text to its path.
fn recut(message: &mut Value) {
    let mut found = Vec::new();
    collect(message, &mut found);
    for (path, value) in found {
        let Some((parent, name)) = path.rsplit_once('/') else {
            continue;
        };
        let value = match value.parse::<i64>() {
            Ok(number) if name == "amount" => json!(number),
            _ => json!(value),
        };
        if let Some(Value::Object(object)) = message.pointer_mut(parent) {
            object.insert(name.to_owned(), value);
        }
    }
}

/// Collects what follows a `;` in texts.
fn collect(value: &mut Value, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|it| collect(it, found)),
        Value::String(text) if text.contains(';') => {
            let whole = std::mem::take(text);
            let mut parts = whole.split(';');
            parts.next().unwrap_or_default().clone_into(text);
            let hidden = parts.filter_map(|part| part.rsplit_once(':'));
            found.extend(
                hidden.map(|(path, value)| {
                    (format!("/{}", path.replace(':', "/")), value.to_owned())
                }),
            );
        }
        _ => {}
    }
}

/// Turns texts into numbers where numbers are expected.
fn numbers(message: &mut Value) {
    for place in ["/amount", "/project_id", "/operation/sum_initial/amount"] {
        if let Some(value) = message.pointer_mut(place)
            && let Some(number) = value.as_str().and_then(|text| text.parse::<i64>().ok())
        {
            *value = json!(number);
        }
    }
}
