//! What an answer must be.

use serde_json::{Map, Value};

use super::outcome::{Checked, Stop};
use crate::exchange::Exchange;

/// A shorter secret may be any word of a text, in bytes.
const A_SECRET: usize = 8;
/// How much of an answer is shown to people, in characters.
const SHOWN: usize = 300;

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

/// Something holds; otherwise what was seen is told.
pub(crate) fn holds(what: &str, holds: bool, seen: impl FnOnce() -> String) -> Checked {
    if holds {
        Ok(())
    } else {
        Err(Stop::failed(what, seen()))
    }
}

/// An answer tells none of the secrets.
pub(crate) fn no_secret<'a>(
    exchange: &Exchange,
    secrets: impl IntoIterator<Item = &'a str>,
) -> Checked {
    let text = exchange.text();
    let told = |secret: &str| secret.len() >= A_SECRET && text.contains(secret);
    if secrets.into_iter().any(told) {
        return Err(Stop::failed(
            "an answer without the secret",
            format!("HTTP {}, with the secret", exchange.status),
        ));
    }
    Ok(())
}
