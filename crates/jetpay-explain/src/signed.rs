//! What the sender signed, value by value, and other ways to write a value.

use std::fmt;

use jetpay_core::id::ProjectId;
use serde::Serialize;

use crate::SecretForm;

/// One value of a string to sign, as `path:value`.
///
/// It has the payer's data. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Line {
    text: String,
    path_end: usize,
    kind: ValueKind,
}

/// The JSON type of a value in the body. The string to sign does not show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no other values")]
pub enum ValueKind {
    /// A text.
    Text,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// `null`.
    Null,
}

impl Line {
    pub(super) fn new(path: &str, value: &str, kind: ValueKind) -> Self {
        Self {
            text: format!("{path}:{value}"),
            path_end: path.len(),
            kind,
        }
    }

    /// The path: the names of the fields, joined with `:`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.text[..self.path_end]
    }

    /// The value as it is signed.
    #[must_use]
    pub fn value(&self) -> &str {
        &self.text[self.path_end + 1..]
    }

    /// `path:value`.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The JSON type of the value in the body.
    #[must_use]
    pub fn kind(&self) -> ValueKind {
        self.kind
    }

    /// The same path with another value.
    pub(super) fn with(&self, value: &str) -> Self {
        Self::new(self.path(), value, self.kind)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Joins values to a string to sign.
pub(super) fn joined(lines: &[Line]) -> String {
    let texts: Vec<&str> = lines.iter().map(Line::text).collect();
    texts.join(";")
}

/// The string that the sender signed, and the secret that signed it.
///
/// It has the payer's data. `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Signed {
    /// The string that was signed.
    pub string: String,
    /// The values of the string. It is `None` if the sender signed the JSON text.
    #[serde(skip)]
    pub lines: Option<Vec<Line>>,
    /// The project of the secret, if it is not the project that the body names.
    pub project: Option<ProjectId>,
    /// The index of the secret in its project, from 0.
    pub secret: usize,
    /// The form in which the sender used the secret, if it is not the secret as it was given.
    #[serde(skip)]
    pub form: Option<SecretForm>,
}

/// A text that may have been signed.
#[derive(Clone)]
pub(super) enum Text {
    Lines(Vec<Line>),
    Json(String),
}

impl Text {
    /// The text itself.
    pub(super) fn string(&self) -> String {
        match self {
            Self::Lines(lines) => joined(lines),
            Self::Json(text) => text.clone(),
        }
    }

    pub(super) fn lines(self) -> Option<Vec<Line>> {
        match self {
            Self::Lines(lines) => Some(lines),
            Self::Json(_) => None,
        }
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signed")
            .field("project", &self.project)
            .field("secret", &self.secret)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// The numbers in a text, with a `.` before the fraction and nothing else between the digits: `1234.50` for `1 234,50 KZT`.
pub(super) fn numbers_in(text: &str) -> Vec<String> {
    /// The most numbers of one text that are tried.
    const NUMBERS: usize = 16;
    let is_digit = |sign: char| sign.is_ascii_digit();
    let digits = |text: &str| {
        text.chars()
            .filter(|sign| is_digit(*sign))
            .collect::<String>()
    };
    let runs =
        text.split(|sign: char| !is_digit(sign) && !sign.is_whitespace() && !".,'’".contains(sign));
    let parts = runs.flat_map(|run| std::iter::once(run).chain(run.split_whitespace()));
    let numbers = parts.map(|part| part.trim_matches(|sign| !is_digit(sign)));
    let plain = |number: &str| match number.rsplit_once(['.', ',']) {
        Some((whole, fraction)) if fraction.len() <= 2 && fraction.chars().all(is_digit) => {
            format!("{}.{fraction}", digits(whole))
        }
        _ => digits(number),
    };
    let numbers = numbers.filter(|number| !number.is_empty()).map(plain);
    numbers.take(NUMBERS).collect()
}

/// Other ways to write a number, and the same amount in other units. No float is involved.
pub(super) fn numbers(value: &str) -> Vec<(&'static str, String)> {
    const MORE: &str = "a hundred times as much";
    const LESS: &str = "a hundredth of it";
    const WRITTEN: &str = "the same number, written with another fraction";
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let shifted = |text: &str| match text.trim_start_matches('0') {
        "" => "0".to_owned(),
        rest => rest.to_owned(),
    };
    if digits(value) {
        let padded = format!("{value:0>3}");
        let (whole, fraction) = padded.split_at(padded.len() - 2);
        let hundredth = format!("{whole}.{fraction}");
        let short = hundredth
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned();
        return vec![
            (MORE, format!("{value}00")),
            (LESS, short),
            (LESS, hundredth),
            (WRITTEN, format!("{value}.0")),
            (WRITTEN, format!("{value}.00")),
            ("without the zeros before it", shifted(value)),
            ("with `+` before it", format!("+{value}")),
        ];
    }
    match value.split_once('.') {
        Some((whole, fraction)) if digits(whole) && digits(fraction) && fraction.len() <= 2 => {
            vec![
                (
                    WRITTEN,
                    value.trim_end_matches('0').trim_end_matches('.').to_owned(),
                ),
                (WRITTEN, format!("{whole}.{fraction:0<2}")),
                (MORE, shifted(&format!("{whole}{fraction:0<2}"))),
            ]
        }
        _ => value
            .strip_prefix('+')
            .map(|rest| ("without the `+` before it", rest.to_owned()))
            .into_iter()
            .collect(),
    }
}

/// Other ways to write a text.
pub(super) fn spellings(value: &str) -> Vec<(&'static str, String)> {
    const CASE: &str = "the same in another case";
    const SPACE: &str = "the same with white space at an end";
    let mut capital = value.to_lowercase();
    if let Some(first) = capital.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    vec![
        (CASE, value.to_lowercase()),
        (CASE, value.to_uppercase()),
        (CASE, capital),
        (SPACE, format!("{value} ")),
        (SPACE, format!(" {value}")),
        (SPACE, format!("{value}\u{a0}")),
        (SPACE, format!("{value}\n")),
        (SPACE, format!("{value}\r\n")),
        (SPACE, value.trim().to_owned()),
        ("an empty text or `null`", String::new()),
    ]
}
