//! Makes texts from outside fit for logs and people.

use std::fmt;

use serde_json::Value;

/// The maximum length of a redacted text, in characters.
const LONGEST: usize = 200;
/// Replaces a text of the payer.
const REPLACEMENT: &str = "***";
/// A text with at least this many characters is replaced even inside a longer word.
const DISTINCT: usize = 5;

/// Removes the payer's data of a request from the platform's texts about that request.
#[derive(Default)]
pub(crate) struct Redactor(Vec<Vec<char>>);

impl Redactor {
    /// Collects all values of the request except the payment's id and amount.
    pub(crate) fn of(request: &Value) -> Self {
        let mut texts = Vec::new();
        for (name, value) in request.as_object().into_iter().flatten() {
            match (name.as_str(), value) {
                ("general", _) => {}
                ("payment", Value::Object(payment)) => {
                    let more = payment
                        .iter()
                        .filter(|(name, _)| !matches!(name.as_str(), "amount" | "currency"));
                    more.for_each(|(_, value)| collect(value, &mut texts));
                }
                _ => collect(value, &mut texts),
            }
        }
        // The longest text is first, so that no part of it stays if it contains another one.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self(texts)
    }

    /// Converts a text to one printable line, replaces the payer's data, and then limits the length.
    pub(crate) fn redact(&self, text: &str) -> String {
        let line: Vec<char> = printable(text).chars().collect();
        let line = self
            .0
            .iter()
            .fold(line, |line, secret| replace(&line, secret));
        let cut: String = line.into_iter().take(LONGEST).collect();
        cut.trim_end().to_owned()
    }
}

impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redactor")
    }
}

fn collect(value: &Value, texts: &mut Vec<Vec<char>>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => texts.push(number.to_string().chars().collect()),
        Value::String(text) if text.trim().is_empty() => {}
        Value::String(text) => texts.push(printable(text).chars().collect()),
        Value::Array(values) => values.iter().for_each(|value| collect(value, texts)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, texts)),
    }
}

/// Replaces each run of white space and control characters by one space, and removes it at the ends.
fn printable(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn replace(line: &[char], secret: &[char]) -> Vec<char> {
    let mut shown = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        if is_at(line, at, secret) {
            shown.extend(REPLACEMENT.chars());
            at += secret.len();
        } else {
            shown.push(line[at]);
            at += 1;
        }
    }
    shown
}

fn is_at(line: &[char], at: usize, secret: &[char]) -> bool {
    let (Some(part), Some(first), Some(last)) = (
        line.get(at..at + secret.len()),
        secret.first(),
        secret.last(),
    ) else {
        return false;
    };
    let equal = part
        .iter()
        .zip(secret)
        .all(|(left, right)| same_letter(*left, *right));
    let goes_on = |inner: &char, outer: Option<&char>| {
        inner.is_alphanumeric() && outer.is_some_and(|outer| outer.is_alphanumeric())
    };
    let before = at.checked_sub(1).and_then(|before| line.get(before));
    let is_part_of_a_word = goes_on(first, before) || goes_on(last, line.get(at + secret.len()));
    equal && (secret.len() >= DISTINCT || !is_part_of_a_word)
}

fn same_letter(left: char, right: char) -> bool {
    left == right || left.to_lowercase().eq(right.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Redactor};
    use serde_json::json;

    fn redactor() -> Redactor {
        Redactor::of(&json!({
            "general": {"project_id": 35, "payment_id": "test_123"},
            "customer": {"id": "12345", "first_name": "Al", "last_name": "Есенов", "email": "al@example.com"},
            "account": {"number": "9182221133"},
            "payment": {"amount": 100, "currency": "KZT", "description": "for Zoe"},
        }))
    }

    #[test]
    fn the_payers_data_of_the_request_is_replaced() {
        for (said, shown) in [
            ("e-mail AL@example.com is wrong", "e-mail *** is wrong"),
            ("wallet +9182221133", "wallet +***"),
            ("wallet 79182221133 of ЕСЕНОВ", "wallet 7*** of ***"),
            ("no wallet of Al", "no wallet of ***"),
            ("al, al", "***, ***"),
            ("for Zoe\n", "***"),
        ] {
            assert_eq!(redactor().redact(said), shown);
        }
    }

    #[test]
    fn text_that_contains_another_is_replaced_whole() {
        let redactor = Redactor::of(
            &json!({"account": {"number": "12345"}, "customer": {"id": "9123456789"}}),
        );
        assert_eq!(redactor.redact("9123456789 and 12345"), "*** and ***");
    }

    #[test]
    fn payment_and_words_that_contain_a_short_name_stay() {
        for said in [
            "also all of it, total 100 KZT",
            "payment test_123 of project 35",
        ] {
            assert_eq!(redactor().redact(said), said);
        }
    }

    #[test]
    fn line_is_printable_and_of_limited_length() {
        let redact = |text: &str| Redactor::default().redact(text);
        assert_eq!(redact("  a\r\n\u{1b}[31m\tb\0 "), "a [31m b");
        assert_eq!(redact(&"я".repeat(1000)).chars().count(), LONGEST);
        let cut = format!("{} 9182221133", "x".repeat(LONGEST - 5));
        assert!(redactor().redact(&cut).ends_with("x ***"));
    }
}
