//! What an answer must be.

use serde_json::{Map, Value};

use super::outcome::{Checked, Stop};
use jetpay_platform::Exchange;

/// What people are told of an answer; secrets are cut, and what is too long, when the check has ended.
pub(crate) fn brief(exchange: &Exchange) -> String {
    if exchange.body.is_empty() {
        format!("HTTP {}, no body", exchange.status)
    } else {
        format!("HTTP {}: {}", exchange.status, exchange.text())
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
            format!("{what} {}", plain(wanted)),
            plain(got),
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

/// A value for people, who need not know the word for one that may be missing.
fn plain(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let inner = text
        .strip_prefix("Some(")
        .and_then(|it| it.strip_suffix(')'));
    match (inner, text.as_str()) {
        (Some(inner), _) => inner.to_owned(),
        (None, "None") => "nothing".to_owned(),
        (None, _) => text,
    }
}
