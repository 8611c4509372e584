//! How a field is hidden in a text before it, under the same signature.

use serde_json::{Value, json};

use crate::edit::{with, without};

/// Moves a field into the end of the text that stands before it in the signed string.
pub(crate) fn hide(message: Value, text: &str, field: &str) -> Value {
    let value = message.pointer(field).map(|value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    });
    let before = message
        .pointer(text)
        .and_then(Value::as_str)
        .unwrap_or_default();
    let hidden = format!(
        "{before};{}:{}",
        field[1..].replace('/', ":"),
        value.unwrap_or_default()
    );
    with(without(message, field), text, json!(hidden))
}
