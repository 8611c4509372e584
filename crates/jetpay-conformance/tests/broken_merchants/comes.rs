//! Faults in reading requests: loose parsers, loose types, repairs.

use serde_json::{Value, json};

use super::Broken;
use crate::merchant::{Answer, Fault, Incoming};

pub(super) static ALL: &[Broken] = &[
    Broken::new(
        "reads-the-signed-string",
        "Reads the fields from the signed string, so that a text can hold another field.",
        Fault::Comes(|incoming| incoming.edit(recut)),
        &["attack-status-hidden", "attack-request-cut"],
    ),
    Broken::new(
        "types-loosely",
        "Accepts texts as numbers, as languages with loose types do.",
        Fault::Comes(|incoming| incoming.edit(numbers)),
        &[
            "attack-number-as-text",
            "callback-wrong-type",
            "field-amount",
            "field-project",
        ],
    )
    .advised_against(),
    Broken::new(
        "last-key-counts",
        "Uses the last value of a repeated key.",
        Fault::Comes(|incoming| reparse(incoming, |_| ())),
        &["bad-repeated-key"],
    )
    .advised_against(),
    Broken::new(
        "strips-the-mark",
        "Removes a byte order mark.",
        Fault::Comes(|incoming| {
            if let Some(rest) = incoming.body.strip_prefix(b"\xEF\xBB\xBF") {
                incoming.body = rest.to_vec();
            }
        }),
        &["bad-encoding"],
    )
    .advised_against(),
    Broken::new(
        "reads-the-first-object",
        "Reads one object and ignores the rest.",
        Fault::Comes(|incoming| {
            let mut values = serde_json::Deserializer::from_slice(&incoming.body).into_iter();
            let first: Option<Value> = values.next().and_then(Result::ok);
            let end = values.byte_offset();
            if first.is_some_and(|first| first.is_object()) {
                incoming.body.truncate(end);
            }
        }),
        &["bad-trailing"],
    )
    .advised_against(),
    Broken::new(
        "unpacks-lists",
        "Uses the first message of a list.",
        Fault::Comes(|incoming| {
            let text = incoming.text();
            if let Some(inner) = text.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
                incoming.body = inner.as_bytes().to_vec();
            }
        }),
        &["bad-not-an-object"],
    )
    .advised_against(),
    Broken::new(
        "drops-empty-keys",
        "Removes empty keys before it verifies the signature.",
        Fault::Comes(|incoming| {
            let text = incoming.text().replacen("\"\":1,", "", 1);
            incoming.body = text.replacen("\"a\":{\"\":{}},", "", 1).into_bytes();
        }),
        &["bad-empty-key"],
    )
    .advised_against(),
    Broken::new(
        "takes-odd-keys",
        "Removes keys with `;`, although they are signed.",
        Fault::Comes(|incoming| {
            incoming.edit(|it| {
                let object = it.as_object_mut().unwrap();
                object.retain(|key, _| !key.contains([';', '\n']));
            });
        }),
        &["attack-keys"],
    )
    .advised_against(),
    Broken::new(
        "repairs-numbers",
        "Reads numbers that JSON does not allow.",
        Fault::Comes(|incoming| {
            let text = incoming.text();
            for bad in ["NaN", "01", "+1", ".5", "-0.0", "-0", "1e999"] {
                if let Some(rest) = text.strip_prefix(&format!("{{\"a\":{bad},")) {
                    incoming.body = format!("{{{rest}").into_bytes();
                }
            }
        }),
        &["bad-number"],
    )
    .advised_against(),
    Broken::new(
        "reads-any-depth",
        "Reads any nesting.",
        Fault::Comes(|incoming| {
            let text = incoming.text();
            let cut = text.find("]]]]").or_else(|| text.find("}}}}"));
            if let Some(at) = cut {
                let rest = text[at..].trim_start_matches([']', '}']);
                incoming.body = format!("{{{}", rest.trim_start_matches(',')).into_bytes();
            }
        }),
        &["bad-deep"],
    )
    .advised_against(),
    Broken::new(
        "reads-no-depth",
        "Reads 32 levels only.",
        Fault::Stops(|incoming| {
            let deep = incoming.text().contains(&"[".repeat(32));
            deep.then(|| Answer::new(400, ""))
        }),
        &["bad-not-too-deep"],
    )
    .advised_against(),
    Broken::new(
        "repairs-the-sample",
        "Reads the amount `10 000,00` of a document's sample.",
        Fault::Comes(|incoming| {
            incoming.body = incoming.text().replace("10 000,00", "10000").into_bytes();
        }),
        &["bad-sample-amount"],
    ),
    Broken::new(
        "says-yes-to-nonsense",
        "Answers an unreadable body with code 0.",
        Fault::Stops(|incoming| {
            let unreadable = incoming.http_method == "POST"
                && serde_json::from_slice::<Value>(&incoming.body).is_err();
            unreadable.then(|| Answer::new(200, "{\"code\":0}"))
        }),
        &["bad-not-json", "bad-trailing", "bad-number"],
    ),
];

/// Parses the body as the language does and writes it again, so that the right merchant sees what that parser saw.
fn reparse(incoming: &mut Incoming, edit: fn(&mut Value)) {
    if let Ok(mut json) = serde_json::from_slice(&incoming.body) {
        edit(&mut json);
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
