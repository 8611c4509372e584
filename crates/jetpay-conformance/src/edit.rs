//! Changing messages: what the types of [`messages`](jetpay_platform::messages) do not allow.

use serde_json::Value;

/// A message with another value at a JSON pointer, which may add a field to an object that is there.
pub(crate) fn with(mut message: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(object)) = message.pointer_mut(parent) {
        object.insert(name.to_owned(), value);
    }
    message
}

/// A message without the field at a JSON pointer.
pub(crate) fn without(mut message: Value, pointer: &str) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    if let Some(Value::Object(object)) = message.pointer_mut(parent) {
        object.remove(name);
    }
    message
}

/// A signed body changed afterwards: its signature stays.
pub(crate) fn tampered(signed: &[u8], change: impl FnOnce(Value) -> Value) -> Vec<u8> {
    change(serde_json::from_slice(signed).unwrap_or_default())
        .to_string()
        .into_bytes()
}

/// A text replaced in a body, once.
pub(crate) fn replaced(body: &[u8], from: &str, to: &str) -> Vec<u8> {
    String::from_utf8_lossy(body)
        .replacen(from, to, 1)
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn field_is_changed_added_and_removed_by_pointer() {
        let message = json!({"a": {"b": 1}});
        assert_eq!(
            with(message.clone(), "/a/b", json!(2)),
            json!({"a": {"b": 2}})
        );
        assert_eq!(
            with(message.clone(), "/c", json!(3)),
            json!({"a": {"b": 1}, "c": 3})
        );
        assert_eq!(without(message, "/a/b"), json!({"a": {}}));
    }
}
