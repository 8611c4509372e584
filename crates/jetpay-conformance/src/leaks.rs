//! What an answer must not reveal: secrets, and details of the program behind it.

use jetpay_core::redacted::Redacted;
use jetpay_platform::Exchange;

use super::check::{CheckResult, Stop};
use super::expect::brief;

/// Texts that reveal details of the program.
const LEAKS: [&str; 24] = [
    // Rust
    "panicked at",
    "stack backtrace",
    ".rs:",
    // PHP
    "Stack trace:",
    "Fatal error",
    "Uncaught ",
    "<b>Warning</b>",
    "<b>Notice</b>",
    ".php:",
    // Python
    "Traceback (most recent call last)",
    // Java
    "at java.",
    "java.lang.",
    // .NET
    "at System.",
    "Exception:",
    ".cs:line",
    // Go
    "goroutine ",
    ".go:",
    // JavaScript
    "node_modules",
    ".js:",
    // SQL
    "SQLSTATE",
    "SELECT ",
    "INSERT ",
    "UNIQUE constraint",
    "sqlite",
];

/// Expects that the answer reveals no detail of the program.
pub(crate) fn expect_no_leak(exchange: &Exchange) -> CheckResult {
    let text = exchange.text();
    let Some(leak) = LEAKS.iter().find(|leak| text.contains(*leak)) else {
        return Ok(());
    };
    let wanted = format!("an answer without `{leak}`");
    Err(Stop::failed(wanted, brief(exchange)))
}

/// The minimum length of a secret, in characters. A shorter secret may be an ordinary word.
pub(crate) const A_SECRET: usize = 8;

/// The text without secrets.
pub(crate) fn redact(text: &str, secrets: &[Redacted]) -> String {
    let secrets = secrets.iter().map(Redacted::as_str);
    secrets
        .flat_map(written)
        .fold(text.to_owned(), |text, written| {
            text.replace(&written, "[secret]")
        })
}

/// Whether the text contains one of the secrets.
pub(crate) fn contains_secret(text: &str, secrets: &[Redacted]) -> bool {
    let secrets = secrets.iter().map(Redacted::as_str);
    secrets
        .flat_map(written)
        .any(|written| text.contains(&written))
}

/// The secret as it is, as JSON escapes it, and with `\/`, as some libraries also write it.
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
    fn secret_is_found_and_redacted_however_it_is_escaped() {
        let secrets = [Redacted::new("my/own \"secret\"")];
        for text in [
            "x my/own \"secret\" y",
            r#"x my/own \"secret\" y"#,
            r#"x my\/own \"secret\" y"#,
        ] {
            assert!(contains_secret(text, &secrets), "{text}");
            assert_eq!(redact(text, &secrets), "x [secret] y");
        }
        assert!(!contains_secret("my own secret", &secrets));
    }
}
