//! What a careless program may take for a success: it compares loosely, ignores case, and repairs what it cannot read.

use serde_json::Value;

use super::web::Incoming;

/// Where a callback says how it went.
const STATUSES: [&str; 2] = ["/payment/status", "/operation/status"];
/// What the platform's code says then, as a text or a number.
const NO_ERROR: &str = "0";

impl Incoming {
    /// Whether somebody might read a success in it, signed or not, whole or not, in a status, a message or a code.
    pub(crate) fn may_be_read_as_success(&self) -> bool {
        says_success(&self.text())
            || self.values().iter().any(|value| {
                let mut statuses = STATUSES.iter().filter_map(|place| value.pointer(place));
                let code = value.pointer("/operation/code");
                // Written with escapes, the word is read all the same.
                says_success(&value.to_string())
                    || statuses.any(equals_success)
                    || code.is_some_and(|code| code.to_string().trim_matches('"') == NO_ERROR)
            })
    }

    /// The objects in it: behind a byte order mark, before a rest, and in a list.
    fn values(&self) -> Vec<Value> {
        let body = self.body.strip_prefix(b"\xEF\xBB\xBF");
        let body = body.unwrap_or(&self.body);
        let mut values = serde_json::Deserializer::from_slice(body).into_iter();
        match values.next() {
            Some(Ok(Value::Array(values))) => values,
            Some(Ok(value)) => vec![value],
            _ => Vec::new(),
        }
    }
}

fn says_success(text: &str) -> bool {
    text.to_lowercase().contains("success")
}

/// Whether some language takes a value for equal to the word: `true == 'success'` in PHP, `0 = 'success'` in `MySQL` and
/// `0 == 'success'` in old PHP, where `strcmp([], 'success') == 0` holds, too, and JSON's objects are arrays. 1 is a
/// success where statuses are numbers.
fn equals_success(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(yes) => *yes,
        Value::Number(number) => matches!(number.as_f64(), Some(0.0 | 1.0)),
        Value::String(word) => matches!(word.trim(), "0" | "1"),
        Value::Array(_) | Value::Object(_) => true,
    }
}
