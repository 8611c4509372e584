//! Texts from outside, made fit for logs and people.

use std::fmt;

use serde_json::Value;

/// The longest text that is kept, in characters.
const LONGEST: usize = 200;
/// What stands for a text of the payer's.
const HIDDEN: &str = "***";
/// A text of this many characters is hidden also where it is a part of a word.
const UNMISTAKABLE: usize = 5;

/// What a request says of the payer, so that it is not repeated in what the platform says of the request.
#[derive(Default)]
pub(crate) struct Redactor(Vec<Vec<char>>);

impl Redactor {
    /// Everything in the request but which payment it is, and how much.
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
        // The longest first, so that nothing is left of one that holds another.
        texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        Self(texts)
    }

    /// The text in one printable line, with the payer's data hidden, and then cut.
    pub(crate) fn clean(&self, text: &str) -> String {
        let line: Vec<char> = printable(text).chars().collect();
        let line = self.0.iter().fold(line, |line, hidden| hide(&line, hidden));
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

/// White space and control characters as one space each run, none at the ends.
fn printable(text: &str) -> String {
    let words = text.split(|character: char| character.is_whitespace() || character.is_control());
    words
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn hide(line: &[char], hidden: &[char]) -> Vec<char> {
    let mut shown = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        if stands_at(line, at, hidden) {
            shown.extend(HIDDEN.chars());
            at += hidden.len();
        } else {
            shown.push(line[at]);
            at += 1;
        }
    }
    shown
}

fn stands_at(line: &[char], at: usize, hidden: &[char]) -> bool {
    let (Some(part), Some(first), Some(last)) = (
        line.get(at..at + hidden.len()),
        hidden.first(),
        hidden.last(),
    ) else {
        return false;
    };
    let equal = part
        .iter()
        .zip(hidden)
        .all(|(left, right)| same_letter(*left, *right));
    let goes_on = |inner: &char, outer: Option<&char>| {
        inner.is_alphanumeric() && outer.is_some_and(|outer| outer.is_alphanumeric())
    };
    let before = at.checked_sub(1).and_then(|before| line.get(before));
    let is_part_of_a_word = goes_on(first, before) || goes_on(last, line.get(at + hidden.len()));
    equal && (hidden.len() >= UNMISTAKABLE || !is_part_of_a_word)
}

fn same_letter(left: char, right: char) -> bool {
    left == right || left.to_lowercase().eq(right.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, Redactor};
    use serde_json::json;

    fn hidden() -> Redactor {
        Redactor::of(&json!({
            "general": {"project_id": 35, "payment_id": "test_123"},
            "customer": {"id": "12345", "first_name": "Al", "last_name": "Есенов", "email": "al@example.com"},
            "account": {"number": "9182221133"},
            "payment": {"amount": 100, "currency": "KZT", "description": "for Zoe"},
        }))
    }

    #[test]
    fn what_the_request_says_of_the_payer_is_hidden() {
        for (said, shown) in [
            ("e-mail AL@example.com is wrong", "e-mail *** is wrong"),
            ("wallet +9182221133", "wallet +***"),
            ("wallet 79182221133 of ЕСЕНОВ", "wallet 7*** of ***"),
            ("no wallet of Al", "no wallet of ***"),
            ("al, al", "***, ***"),
            ("for Zoe\n", "***"),
        ] {
            assert_eq!(hidden().clean(said), shown);
        }
    }

    #[test]
    fn nothing_is_left_of_a_text_that_holds_another() {
        let hidden = Redactor::of(
            &json!({"account": {"number": "12345"}, "customer": {"id": "9123456789"}}),
        );
        assert_eq!(hidden.clean("9123456789 and 12345"), "*** and ***");
    }

    #[test]
    fn the_payment_and_words_that_only_hold_a_short_name_stay() {
        for said in [
            "also all of it, total 100 KZT",
            "payment test_123 of project 35",
        ] {
            assert_eq!(hidden().clean(said), said);
        }
    }

    #[test]
    fn line_is_printable_and_bounded() {
        let clean = |text: &str| Redactor::default().clean(text);
        assert_eq!(clean("  a\r\n\u{1b}[31m\tb\0 "), "a [31m b");
        assert_eq!(clean(&"я".repeat(1000)).chars().count(), LONGEST);
        let cut = format!("{} 9182221133", "x".repeat(LONGEST - 5));
        assert!(hidden().clean(&cut).ends_with("x ***"));
    }
}
