//! What an answer must not tell an outsider about the inside.

use super::expect::brief;
use super::outcome::{Checked, Stop};
use jetpay_platform::Exchange;

/// Words that tell an outsider about the inside.
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

/// An answer tells nothing of the inside.
pub(crate) fn expect_no_leak(exchange: &Exchange) -> Checked {
    let text = exchange.text();
    match LEAKS.iter().find(|leak| text.contains(*leak)) {
        Some(leak) => Err(Stop::failed(
            format!("an answer without `{leak}`"),
            brief(exchange),
        )),
        None => Ok(()),
    }
}
