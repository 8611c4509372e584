//! Expectations about answers.

use jetpay_platform::Exchange;
use serde_json::{Map, Value};

use super::check::{CheckResult, Stop};

/// An answer in one line. When the check ends, secrets are redacted and long texts are cut.
pub(crate) fn brief(exchange: &Exchange) -> String {
    if exchange.body.is_empty() {
        format!("HTTP {}, no body", exchange.status)
    } else {
        format!("HTTP {}: {}", exchange.status, exchange.text())
    }
}

/// Expects HTTP 200 and this code. Returns the fields of the answer.
pub(crate) fn answer(exchange: &Exchange, code: i64) -> CheckResult<&Map<String, Value>> {
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

/// Expects no other fields than these.
pub(crate) fn only(
    answer: &Map<String, Value>,
    required: &[&str],
    allowed: &[&str],
    exchange: &Exchange,
) -> CheckResult {
    let known =
        |name: &&String| required.contains(&name.as_str()) || allowed.contains(&name.as_str());
    match answer.keys().find(|name| !known(name)) {
        Some(name) => Err(Stop::failed(format!("no field `{name}`"), brief(exchange))),
        None => Ok(()),
    }
}

/// Expects a text that is not empty.
pub(crate) fn text<'a>(
    answer: &'a Map<String, Value>,
    name: &str,
    exchange: &Exchange,
) -> CheckResult<&'a str> {
    let text = answer
        .get(name)
        .and_then(Value::as_str)
        .filter(|text| !text.is_empty());
    text.ok_or_else(|| Stop::failed(format!("a text in `{name}`"), brief(exchange)))
}

/// Expects equal values. A failure shows both.
pub(crate) fn equal<T: PartialEq + std::fmt::Debug>(
    what: &str,
    wanted: &T,
    got: &T,
) -> CheckResult {
    if wanted == got {
        Ok(())
    } else {
        Err(Stop::failed(
            format!("{what} {}", plain(wanted)),
            plain(got),
        ))
    }
}

/// Expects a condition. A failure shows `seen`.
pub(crate) fn holds(what: &str, holds: bool, seen: impl FnOnce() -> String) -> CheckResult {
    if holds {
        Ok(())
    } else {
        Err(Stop::failed(what, seen()))
    }
}

/// A value as text, without `Some` and `None`.
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

/// An expected refusal.
///
/// The documents say which code a refusal has and where its text is. They do not say the HTTP status, or how to answer
/// a broken message. There any refusal is right, unless the target must behave exactly like the service `jetpay`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Refusal {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The code.
    pub(crate) code: i64,
    /// A field that the text must name; empty if any text is right.
    pub(crate) naming: &'static str,
    /// Whether all fields for the text must exist, whatever answers the project gives.
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

    /// Expects a refusal. Where the documents say which, expects that one, with a text in these places.
    pub(crate) fn check(&self, exchange: &Exchange, texts: &[&str]) -> CheckResult {
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

    /// Expects exactly this refusal. `allowed` are all places where the method may have a text.
    pub(crate) fn check_strictly(
        &self,
        exchange: &Exchange,
        texts: &[&str],
        allowed: &[&str],
    ) -> CheckResult {
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

/// The text at a JSON pointer, unless it is empty.
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
