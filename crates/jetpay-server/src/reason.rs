//! What is wrong with a JSON value, told by its place and without the value, which may be a payer's data.

use crate::customer::Flaw;

/// The flaw that a reader of JSON found. Its field is empty when the value as a whole is meant.
#[must_use]
pub fn of(error: &serde_path_to_error::Error<serde_json::Error>) -> Flaw {
    let field = error.path().to_string();
    let text = error.inner().to_string();
    // `... at line 1 column 7` is told by the caller, who knows the line.
    let text = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(text, _)| text);
    let message = match text.rsplit_once(", expected ") {
        Some((what, expected)) if what.starts_with("invalid ") => {
            format!(
                "must be {}",
                expected
                    .replace("i64", "a whole number (amounts are minor units)")
                    .replace("u64", "a whole number")
            )
        }
        // A missing or an unknown field: names of fields, and no value.
        _ if text.contains(" field ") => text.to_owned(),
        _ => "has another form than it must".to_owned(),
    };
    Flaw {
        field: if field == "." { String::new() } else { field },
        message,
    }
}

#[cfg(test)]
mod tests {
    use crate::customer::CustomerBody;

    fn reason(json: &str) -> (String, String) {
        let mut json = serde_json::Deserializer::from_str(json);
        let error = serde_path_to_error::deserialize::<_, CustomerBody>(&mut json)
            .err()
            .unwrap();
        let flaw = super::of(&error);
        (flaw.field, flaw.message)
    }

    #[test]
    fn value_of_another_type_is_told_by_its_place_and_not_repeated() {
        let (field, message) = reason(
            r#"{"contracts":[{"id":"1","number":"2","payment":"Anna, expected at line 3"}]}"#,
        );
        assert_eq!(field, "contracts[0].payment");
        assert_eq!(message, "must be a whole number (amounts are minor units)");
        assert_eq!(
            reason("[]"),
            (String::new(), "must be a customer object".to_owned())
        );
    }

    #[test]
    fn unknown_and_missing_fields_are_named() {
        assert!(
            reason(r#"{"colour":1}"#)
                .1
                .starts_with("unknown field `colour`")
        );
        assert_eq!(
            reason(r#"{"contracts":[{"id":"1"}]}"#).1,
            "missing field `number`"
        );
    }
}
