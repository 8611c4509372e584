//! A second reading of a body, by `serde_json::Value`, which shares nothing with the walk of the core.

use std::fmt::Write;

use serde_json::Value;

/// One leaf as it is signed, and its path.
pub(crate) struct Line {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The leaves, flattened as the protocol says it in words.
pub(crate) fn flatten(value: &Value) -> Vec<Line> {
    let mut lines = Vec::new();
    below("", value, &mut lines);
    lines
}

fn below(path: &str, value: &Value, lines: &mut Vec<Line>) {
    let join = |name: &str| match path {
        "" => name.to_owned(),
        path => format!("{path}:{name}"),
    };
    let text = match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                if key == "frame_mode" || key == "signature" && !value.is_null() {
                    continue;
                }
                below(&join(&key.replace(':', "::")), value, lines);
            }
            return;
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                below(&join(&index.to_string()), element, lines);
            }
            return;
        }
        Value::Null => String::new(),
        Value::Bool(yes) => u8::from(*yes).to_string(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_i64().map_or_else(
            || php(number.as_f64().expect("every number is a double")),
            |integer| integer.to_string(),
        ),
    };
    lines.push(Line {
        path: path.to_owned(),
        text: format!("{path}:{text}"),
    });
}

/// A float with 14 significant digits, the way PHP prints it.
fn php(float: f64) -> String {
    let rounded = format!("{float:.13e}");
    let (digits, exponent) = rounded.split_once('e').expect("an exponent is asked for");
    let exponent: i32 = exponent.parse().expect("the exponent is whole");
    if (-4..=13).contains(&exponent) {
        // Rust prints the shortest text that reads back as the number, always without an exponent.
        let rounded: f64 = rounded.parse().expect("it was just printed");
        return rounded.to_string();
    }
    let digits = digits.trim_end_matches('0');
    let point = if digits.ends_with('.') { "0" } else { "" };
    format!("{digits}{point}E{exponent:+}")
}

/// The value printed again: the keys in the other order, white space everywhere, the texts escaped by rule.
pub(crate) fn reorder(value: &Value) -> String {
    let mut out = String::new();
    print(value, &mut out);
    out
}

fn print(value: &Value, out: &mut String) {
    match value {
        Value::Object(fields) => {
            out.push('{');
            for (number, (key, value)) in fields.iter().rev().enumerate() {
                let comma = if number == 0 { "" } else { "," };
                write!(out, "{comma}\n\t{} : ", Value::from(key.as_str()))
                    .expect("a String takes all");
                print(value, out);
            }
            out.push_str(" }");
        }
        Value::Array(elements) => {
            out.push('[');
            for (number, value) in elements.iter().enumerate() {
                out.push_str(if number == 0 { " " } else { "\r\n, " });
                print(value, out);
            }
            out.push(']');
        }
        leaf => write!(out, "{leaf}").expect("a String takes all"),
    }
}

/// Whether somewhere in the value there is what is JSON and is never signed: an empty key, negative zero.
pub(crate) fn is_never_signed(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields
            .iter()
            .any(|(key, value)| key.is_empty() || is_never_signed(value)),
        Value::Array(elements) => elements.iter().any(is_never_signed),
        Value::Number(number) => number
            .as_f64()
            .is_some_and(|float| float == 0.0 && float.is_sign_negative()),
        _ => false,
    }
}
