//! What an answer must be.

use serde_json::{Map, Value};

use super::outcome::{Checked, Stop};
use crate::exchange::Exchange;

/// Words that tell an outsider about the inside.
const TELLTALES: [&str; 24] = [
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
/// How much of an answer is shown to people, in characters.
const SHOWN: usize = 300;

/// A refusal that must be given.
///
/// The documents say which code a refusal has, and where its text stands. They are silent about the HTTP status, and
/// about what a broken message is answered: there any refusal will do, unless the target is held to our own answers.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The code.
    pub(crate) code: i64,
    /// A field that the text must name; empty for any text.
    pub(crate) naming: &'static str,
    /// Whether all fields for the text must be there, whatever answers the project gives.
    pub(crate) all_texts: bool,
}

impl Refusal {
    pub(crate) const fn new(status: u16, code: i64) -> Self {
        Self {
            status,
            code,
            naming: "",
            all_texts: false,
        }
    }

    pub(crate) const fn naming(self, naming: &'static str) -> Self {
        Self { naming, ..self }
    }

    pub(crate) const fn with_all_texts(self) -> Self {
        Self {
            all_texts: true,
            ..self
        }
    }

    /// The answer is some refusal, and where the documents say which, that one, with a text in these places.
    pub(crate) fn check(&self, exchange: &Exchange, texts: &[&str]) -> Checked {
        let refused = exchange.code().is_some_and(|code| code != 0);
        if self.code == 500 {
            return if refused || (400..500).contains(&exchange.status) {
                Ok(())
            } else {
                Err(Stop::failed(
                    "a refusal: a code other than 0",
                    brief(exchange),
                ))
            };
        }
        let wanted = format!("code {} with a text in {}", self.code, texts.join(" and "));
        if exchange.code() != Some(self.code)
            || !texts.iter().all(|place| text_at(exchange, place).is_some())
        {
            return Err(Stop::failed(wanted, brief(exchange)));
        }
        Ok(())
    }

    /// The answer is this refusal and nothing else. `allowed` are all places where the method may have its text.
    pub(crate) fn check_strictly(
        &self,
        exchange: &Exchange,
        texts: &[&str],
        allowed: &[&str],
    ) -> Checked {
        let wanted = format!(
            "HTTP {} and code {} with a text in {}",
            self.status,
            self.code,
            texts.join(" and ")
        );
        let fail = |wanted: &str| Err(Stop::failed(wanted, brief(exchange)));
        let Some(Value::Object(answer)) = &exchange.json else {
            return fail(&wanted);
        };
        if exchange.status != self.status || exchange.code() != Some(self.code) {
            return fail(&wanted);
        }
        for place in texts {
            match text_at(exchange, place) {
                Some(text) if text.contains(self.naming) => {}
                Some(_) => return fail(&format!("{wanted} that names `{}`", self.naming)),
                None => return fail(&wanted),
            }
        }
        only(answer, &["code"], &tops(allowed), exchange)
    }
}

/// A text that is not empty at a JSON pointer of an answer.
fn text_at<'a>(exchange: &'a Exchange, place: &str) -> Option<&'a str> {
    let text = exchange.json.as_ref()?.pointer(place)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

/// The first names of JSON pointers.
fn tops<'a>(pointers: &[&'a str]) -> Vec<&'a str> {
    pointers
        .iter()
        .filter_map(|pointer| pointer.split('/').nth(1))
        .collect()
}

/// What people are shown of an answer.
pub(crate) fn brief(exchange: &Exchange) -> String {
    let text = exchange.text();
    let shown: String = text.chars().take(SHOWN).collect();
    let more = if shown.len() < text.len() { "..." } else { "" };
    if text.is_empty() {
        format!("HTTP {}, no body", exchange.status)
    } else {
        format!("HTTP {}: {shown}{more}", exchange.status)
    }
}

/// An answer with HTTP 200 and this code; its fields.
pub(crate) fn answer(exchange: &Exchange, code: i64) -> Checked<&Map<String, Value>> {
    match &exchange.json {
        Some(Value::Object(answer)) if exchange.status == 200 && exchange.code() == Some(code) => {
            Ok(answer)
        }
        _ => Err(Stop::failed(
            format!("HTTP 200 and code {code}"),
            brief(exchange),
        )),
    }
}

/// No fields but these.
pub(crate) fn only(
    answer: &Map<String, Value>,
    required: &[&str],
    allowed: &[&str],
    exchange: &Exchange,
) -> Checked {
    let known =
        |name: &&String| required.contains(&name.as_str()) || allowed.contains(&name.as_str());
    match answer.keys().find(|name| !known(name)) {
        Some(name) => Err(Stop::failed(format!("no field `{name}`"), brief(exchange))),
        None => Ok(()),
    }
}

/// A text that is there and not empty.
pub(crate) fn text<'a>(
    answer: &'a Map<String, Value>,
    name: &str,
    exchange: &Exchange,
) -> Checked<&'a str> {
    let text = answer
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    text.ok_or_else(|| Stop::failed(format!("a text in `{name}`"), brief(exchange)))
}

/// Equal values, told with what they are.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(what: &str, wanted: &T, got: &T) -> Checked {
    if wanted == got {
        Ok(())
    } else {
        Err(Stop::failed(
            format!("{what} {wanted:?}"),
            format!("{got:?}"),
        ))
    }
}

/// An answer tells none of the secrets.
pub(crate) fn no_secret<'a>(
    exchange: &Exchange,
    secrets: impl IntoIterator<Item = &'a str>,
) -> Checked {
    let text = exchange.text();
    if secrets.into_iter().any(|secret| text.contains(secret)) {
        return Err(Stop::failed(
            "an answer without the secret",
            format!("HTTP {}, with the secret", exchange.status),
        ));
    }
    Ok(())
}

/// An answer tells nothing of the inside.
pub(crate) fn nothing_told(exchange: &Exchange) -> Checked {
    let text = exchange.text();
    match TELLTALES.iter().find(|telltale| text.contains(*telltale)) {
        Some(telltale) => Err(Stop::failed(
            format!("an answer without `{telltale}`"),
            brief(exchange),
        )),
        None => Ok(()),
    }
}
