//! Secrets in texts, however JSON may write them there.

use jetpay_core::redacted::Redacted;

/// A shorter secret may be any word of a text, in bytes.
const A_SECRET: usize = 8;

/// A text without secrets.
pub(crate) fn cut(text: &str, secrets: &[Redacted]) -> String {
    let secrets = secrets.iter().map(Redacted::as_str);
    secrets
        .filter(|secret| !secret.is_empty())
        .flat_map(written)
        .fold(text.to_owned(), |text, written| {
            text.replace(&written, "[secret]")
        })
}

/// Whether a text tells one of the secrets.
pub(crate) fn told(text: &str, secrets: &[Redacted]) -> bool {
    let secrets = secrets.iter().map(Redacted::as_str);
    secrets
        .filter(|secret| secret.len() >= A_SECRET)
        .flat_map(written)
        .any(|written| text.contains(&written))
}

/// As it is, as JSON must escape it, and with `\/` as some libraries do besides.
fn written(secret: &str) -> [String; 3] {
    let quoted = serde_json::Value::from(secret).to_string();
    let escaped = &quoted[1..quoted.len() - 1];
    [
        secret.to_owned(),
        escaped.to_owned(),
        escaped.replace('/', "\\/"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_is_found_and_cut_however_it_is_written() {
        let secrets = [Redacted::new("my/own \"secret\""), Redacted::new("")];
        for text in [
            "x my/own \"secret\" y",
            r#"x my/own \"secret\" y"#,
            r#"x my\/own \"secret\" y"#,
        ] {
            assert!(told(text, &secrets), "{text}");
            assert_eq!(cut(text, &secrets), "x [secret] y");
        }
        assert!(!told("my own secret", &secrets));
    }

    #[test]
    fn short_secret_is_cut_and_yet_no_word_is_blamed_for_it() {
        let secrets = [Redacted::new("code")];
        assert!(!told("{\"code\":0}", &secrets));
        assert_eq!(cut("code", &secrets), "[secret]");
    }
}
