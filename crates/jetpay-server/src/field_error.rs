//! Errors in a field of JSON, of a query or of a file that the merchant sent.

use serde::de::DeserializeOwned;

/// What is wrong with one field.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The path of the field, such as `contracts[1].payment`. It is empty when the whole value is wrong.
    pub field: String,
    /// What is wrong and what to write, to be read after the field's name. It never contains the value, which may be a
    /// person's data.
    pub message: String,
}

impl FieldError {
    /// An error in this field.
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            field: field.into(),
            message: message.into(),
        }
    }

    /// Reads a line that holds one JSON value.
    ///
    /// # Errors
    /// [`FieldError`]: with an empty field, when the line is not one JSON value.
    pub fn of_line<T: DeserializeOwned>(text: &[u8]) -> Result<T, Self> {
        let mut json = serde_json::Deserializer::from_slice(text);
        let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            if error.inner().is_data() {
                return Self::of_json(&error);
            }
            let column = error.inner().column();
            Self::new("", format!("is not JSON from column {column} on"))
        })?;
        json.end()
            .map_err(|_| Self::new("", "there is more than one JSON value on the line"))?;
        Ok(value)
    }

    /// The error in a field that is no whole number, or one too large.
    #[must_use]
    pub fn not_whole(field: &str) -> Self {
        let name = field.rsplit('.').next().unwrap_or(field);
        let unit = if ["amount", "payment", "min_payment"].contains(&name) {
            " of minor units"
        } else {
            ""
        };
        Self::new(
            field,
            format!("must be a whole number{unit}, at most {}", i64::MAX),
        )
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
            Some((what, expected)) if what.starts_with("invalid ") => format!("must be {expected}"),
            // `missing field` and `unknown field` name fields and contain no value.
            _ if text.contains(" field ") => text.to_owned(),
            _ => "has the wrong form".to_owned(),
        };
        Self {
            field: if field == "." { String::new() } else { field },
            message,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FieldError;
    use crate::customer::CustomerBody;

    fn error(json: &str) -> (String, String) {
        let mut json = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, CustomerBody>(&mut json)
            .err()
            .unwrap();
        let error = FieldError::of_json(&error);
        (error.field, error.message)
    }

    #[test]
    fn value_of_the_wrong_type_is_reported_by_its_path_and_not_repeated() {
        let (field, message) = error(
            r#"{"contracts":[{"id":"1","number":"2","payment":"Anna, expected at line 3"}]}"#,
        );
        assert_eq!(field, "contracts[0].payment");
        assert_eq!(
            message,
            "must be a whole number of minor units, at most 9223372036854775807"
        );
        for wrong in ["\"3\"", "1.5", "9223372036854775808", "1e30"] {
            let (field, message) = error(&format!(r#"{{"as_of_seq":{wrong}}}"#));
            assert_eq!(field, "as_of_seq");
            assert_eq!(
                message,
                "must be a whole number, at most 9223372036854775807"
            );
        }
        assert_eq!(
            error("[]"),
            (String::new(), "must be a customer object".to_owned())
        );
    }

    #[test]
    fn unknown_and_missing_fields_are_named() {
        assert!(
            error(r#"{"colour":1}"#)
                .1
                .starts_with("unknown field `colour`")
        );
        assert_eq!(
            error(r#"{"contracts":[{"id":"1"}]}"#).1,
            "missing field `number`"
        );
    }
}
