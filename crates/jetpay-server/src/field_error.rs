//! Errors in a field of JSON, of a query or of a file that the merchant sent.

use std::borrow::Cow;

use jetpay_core::id::InvalidId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;

use crate::text::{SAVE_AS_UTF_8, not_utf8, odd_id};

/// What is wrong with one field.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The path of the field, such as `contracts[1].payment`. It is empty when the whole value is wrong.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What is wrong and what to write, to be read after the field's name. It never contains the value, which may be a
    /// person's data.
    pub message: String,
}

/// Where a JSON object stands: that decides what a person can do about a wrong one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// On a line of a file.
    Line,
    /// In an answer of a program, where it is all there is.
    Answer,
}

impl FieldError {
    /// An error in this field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }

    /// Reads one JSON object. The error has an empty field when the text is no such object.
    fn of_object<T: DeserializeOwned>(text: &[u8], place: Place) -> Result<T, Self> {
        let is_line = place == Place::Line;
        let whole = |line: &str, answer: &str| Self::new("", if is_line { line } else { answer });
        let text = str::from_utf8(text).map_err(|error| {
            let what = not_utf8(text, error);
            whole(&format!("{what}: {SAVE_AS_UTF_8}"), &what)
        })?;
        // The reader would also take a list, field by field.
        if text.trim_start().starts_with('[') {
            let what = "is a JSON list: write each object on one line, without `[`, `]` and commas around them";
            return Err(whole(what, "is a JSON list, and must be an object"));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let message = match error.inner().classify() {
                Category::Data => return Self::of_json(&error),
                _ if text.starts_with('\u{feff}') => {
                    "begins with U+FEFF, a byte order mark, as between joined files: remove it"
                        .to_owned()
                }
                Category::Eof => {
                    let what = "ends in the middle of a JSON value";
                    return whole(&format!("{what}: write each object on one line"), what);
                }
                // The columns count within a line, of which an answer has many.
                _ if !is_line => "is not JSON".to_owned(),
                _ => format!("is not JSON from column {} on", error.inner().column()),
            };
            Self::new("", message)
        })?;
        json.end().map_err(|_| {
            whole(
                "there is more than one JSON value on the line, or a comma after it",
                "has something after its JSON object",
            )
        })?;
        Ok(value)
    }

    /// The error in a field that is no whole number, or one too large.
    #[must_use]
    pub fn not_whole(field: &str) -> Self {
        let unit = if Self::is_money(field) {
            " of minor units"
        } else {
            ""
        };
        Self::new(
            field,
            format!("must be a whole number{unit}, at most {}", i64::MAX),
        )
    }

    /// Whether a field holds an amount.
    pub(crate) fn is_money(field: &str) -> bool {
        let name = field.rsplit('.').next().unwrap_or(field);
        ["amount", "payment", "min_payment"].contains(&name)
    }

    /// The error that a JSON reader found, without the value.
    #[must_use]
    pub fn of_json(error: &serde_path_to_error::Error<serde_json::Error>) -> Self {
        let field = error.path().to_string();
        let text = error.inner().to_string();
        // The reader adds `at line 1 column 7`; callers name the line themselves.
        let text = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(text, _)| text);
        let message = match text.rsplit_once(", expected ") {
            Some((what, "i64" | "u64")) if what.starts_with("invalid ") => {
                return Self::not_whole(&field);
            }
            Some((what, "i128" | "u16")) if what.starts_with("invalid ") => {
                "must be a whole number".to_owned()
            }
            Some((what, "a string")) if what.starts_with("invalid ") => {
                "must be a text, in quotation marks".to_owned()
            }
            Some((what, expected)) if what.starts_with("invalid ") => {
                let expected = match expected {
                    "a sequence" => "a list",
                    "a map" => "an object",
                    "a boolean" => "true or false",
                    other => other,
                };
                format!("must be {expected}")
            }
            // `missing field` and `unknown field` name fields and contain no value.
            _ if text.contains(" field ") => {
                let missing = text.strip_prefix("missing field `");
                if let Some(name) = missing.and_then(|name| name.strip_suffix('`')) {
                    let parent = if field == "." {
                        String::new()
                    } else {
                        field + "."
                    };
                    return Self::new(parent + name, "is missing");
                }
                text.to_owned()
            }
            _ => "has the wrong form".to_owned(),
        };
        Self {
            field: if field == "." { String::new() } else { field },
            message,
        }
    }
}

/// The most errors of one value that are told. A body or a line can have thousands.
const MOST_ERRORS: usize = 100;

/// A line is read so many times: once more for each field that cannot be read. A large line takes long.
const MOST_READINGS: usize = 20;

/// The errors of one value so far, at most one for each field.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Adds an error, unless the field has one or there are very many.
    pub(crate) fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let error = FieldError::new(field, message);
        if self.0.len() < MOST_ERRORS && !self.0.iter().any(|known| known.field == error.field) {
            self.0.push(error);
        }
    }

    /// The value, if there is no error; the error is added.
    pub(crate) fn keep<T>(&mut self, result: Result<T, FieldError>) -> Option<T> {
        result
            .map_err(|error| self.add(error.field, error.message))
            .ok()
    }

    /// Reads a line that holds one JSON object, and adds all errors. There is no value when the line cannot be read; there is
    /// one without the wrong fields when only they cannot.
    pub(crate) fn line<T: DeserializeOwned>(&mut self, text: &[u8]) -> Option<T> {
        self.object(text, Place::Line)
    }

    /// The same for an answer of a program.
    pub(crate) fn answer<T: DeserializeOwned>(&mut self, text: &[u8]) -> Option<T> {
        self.object(text, Place::Answer)
    }

    fn object<T: DeserializeOwned>(&mut self, text: &[u8], place: Place) -> Option<T> {
        let mut text = Cow::Borrowed(text);
        for _ in 0..MOST_READINGS {
            let error = match FieldError::of_object(&text, place) {
                Ok(value) => return Some(value),
                Err(error) => error,
            };
            let rest = without(&text, &error.field).map(Cow::Owned);
            self.add(error.field, error.message);
            text = rest?;
        }
        None
    }

    /// The value of a field that must have one.
    pub(crate) fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.add(field, "is missing");
        }
        value
    }

    /// The id that a file has in a field.
    pub(crate) fn id<'t, T: TryFrom<&'t str, Error = InvalidId>>(
        &mut self,
        field: &str,
        text: &'t str,
    ) -> Option<T> {
        let odd = odd_id(text).map_or(Ok(()), Err);
        let id = odd.and_then(|()| T::try_from(text).map_err(|it| format!("is wrong: {it}")));
        self.keep(id.map_err(|what| FieldError::new(field, what)))
    }

    /// The value, if it is there and no error was added.
    pub(crate) fn into_result<T>(self, value: Option<T>) -> Result<T, Self> {
        value.filter(|_| self.0.is_empty()).ok_or(self)
    }
}

/// A line without a field, such as `contracts[1].payment`; with an empty text there, if it has no such field.
fn without(text: &[u8], field: &str) -> Option<Vec<u8>> {
    let mut json: Value = serde_json::from_slice(text).ok()?;
    let pointer = field.replace(['[', '.'], "/").replace(']', "");
    let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", &pointer));
    let parent = if parent.is_empty() {
        String::new()
    } else {
        format!("/{parent}")
    };
    let object = json.pointer_mut(&parent)?.as_object_mut()?;
    if object.remove(name).is_none() && !name.is_empty() {
        object.insert(name.to_owned(), "".into());
    }
    serde_json::to_vec(&json).ok()
}

impl IntoIterator for FieldErrors {
    type Item = FieldError;
    type IntoIter = std::vec::IntoIter<FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
