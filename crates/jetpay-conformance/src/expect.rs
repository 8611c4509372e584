//! Expectations about answers.

use std::time::Duration;

use jetpay_platform::Exchange;
use serde::Serialize;
use serde_json::{Map, Value};

use super::check::{CheckResult, Stop};

/// What a failed expectation saw: our words, and after them what came from the endpoint. Secrets are redacted in the second
/// part only.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) words: String,
    pub(crate) received: String,
    /// The number of the exchange that it is about; without one it is the last one.
    pub(crate) exchange: Option<usize>,
}

impl Seen {
    /// A text of the endpoint.
    pub(crate) fn received(text: impl Into<String>) -> Self {
        Self {
            received: text.into(),
            ..Self::default()
        }
    }

    /// The same after other words.
    pub(crate) fn after(self, words: &str) -> Self {
        Self {
            words: format!("{words}{}", self.words),
            ..self
        }
    }

    /// It is about this exchange.
    pub(crate) fn of(self, exchange: &Exchange) -> Self {
        Self {
            exchange: Some(exchange.number),
            ..self
        }
    }
}

impl<T: Into<String>> From<T> for Seen {
    fn from(words: T) -> Self {
        Self {
            words: words.into(),
            ..Self::default()
        }
    }
}

/// An answer in one line. When the check ends, secrets are redacted and long texts are cut.
pub(crate) fn brief(exchange: &Exchange) -> Seen {
    let seen = if exchange.body.is_empty() {
        Seen::from(format!("HTTP {}, no body", exchange.status))
    } else {
        Seen::received(exchange.text()).after(&format!("HTTP {}: ", exchange.status))
    };
    seen.of(exchange)
}

/// The kind of a message, by its body.
pub(crate) fn kind(body: &[u8]) -> &'static str {
    let message: Value = serde_json::from_slice(body).unwrap_or_default();
    match message.get("type").and_then(Value::as_str) {
        _ if message.get("payment").is_some() => "a callback",
        Some("verify") => "verify",
        Some("check_deposit") => "check_deposit",
        _ => "the request",
    }
}

/// Expects one JSON object. Returns its fields.
pub(crate) fn object(exchange: &Exchange) -> CheckResult<&Map<String, Value>> {
    let wanted = match &exchange.json {
        Some(Value::Object(answer)) => return Ok(answer),
        Some(_) => "a JSON object",
        None if exchange.body.starts_with(b"\xEF\xBB\xBF") => {
            "JSON without a byte order mark before it"
        }
        None if std::str::from_utf8(&exchange.body).is_err() => "UTF-8",
        None => "JSON, with nothing before or after it",
    };
    Err(Stop::failed(wanted, brief(exchange)))
}

/// Expects an integer in `code`, and returns it.
pub(crate) fn code(exchange: &Exchange) -> CheckResult<i64> {
    let is = match object(exchange)?.get("code") {
        Some(Value::Number(code)) => match code.as_i64() {
            Some(code) => return Ok(code),
            None => "a number that is no integer",
        },
        Some(Value::String(_)) => "a text, and not a number",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "true or false",
        Some(_) => "a list or an object",
        None => "missing",
    };
    let seen = brief(exchange).after(&format!("`code` is {is}; "));
    Err(Stop::failed("`code` as an integer", seen))
}

/// Expects HTTP 200 and this code. Returns the fields of the answer.
pub(crate) fn answer(exchange: &Exchange, wanted: i64) -> CheckResult<&Map<String, Value>> {
    if exchange.status == 200 && code(exchange)? == wanted {
        return object(exchange);
    }
    let to = kind(&exchange.request);
    let wanted = format!("HTTP 200 and code {wanted} to {to}");
    Err(Stop::failed(wanted, brief(exchange)))
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
    let text = answer.get(name).and_then(Value::as_str);
    let text = text.filter(|text| !text.is_empty());
    text.ok_or_else(|| Stop::failed(format!("a text in `{name}`"), brief(exchange)))
}

/// Expects equal values. A failure shows both as JSON.
pub(crate) fn equal<T: PartialEq + Serialize>(what: &str, wanted: &T, got: &T) -> CheckResult {
    if wanted == got {
        return Ok(());
    }
    let wanted = format!("{what} {}", json(wanted));
    Err(Stop::failed(wanted, Seen::received(json(got))))
}

/// Expects a condition. A failure shows `seen`.
pub(crate) fn holds<T: Into<Seen>>(
    what: &str,
    holds: bool,
    seen: impl FnOnce() -> T,
) -> CheckResult {
    if holds {
        Ok(())
    } else {
        Err(Stop::failed(what, seen()))
    }
}

/// Expects an answer within the time limit.
pub(crate) fn in_time(exchange: &Exchange, limit: Duration) -> CheckResult {
    let took = exchange.elapsed;
    let seen = || Seen::from(format!("one after {took:.1?}")).of(exchange);
    holds(&within(limit), took <= limit, seen)
}

pub(crate) fn within(limit: Duration) -> String {
    format!("an answer within {limit:?}")
}

fn json(value: &impl Serialize) -> String {
    match serde_json::to_string(value) {
        Ok(text) if text != "null" => text,
        _ => "nothing".to_owned(),
    }
}

/// What a check expected of a request with a bad signature that was taken.
pub(crate) const FORGED: &str = "a refusal of the bad signature, with code 400";

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
        if self.code == 500 && (400..500).contains(&exchange.status) {
            return Ok(());
        }
        let got = if exchange.status == 200 {
            Some(code(exchange)?)
        } else {
            exchange.code()
        };
        let (wanted, right) = match self.code {
            500 => (
                "a refusal: a code other than 0",
                !matches!(got, None | Some(0)),
            ),
            404 => ("code 404 for an unknown customer", got == Some(404)),
            _ if got == Some(0) => (FORGED, false),
            _ => ("code 400 for a bad signature", got == Some(self.code)),
        };
        holds(wanted, right, || brief(exchange))?;
        let mut texts = texts.iter();
        match texts.find(|place| text_at(exchange, place).is_none()) {
            Some(place) if self.code != 500 => Err(no_text(place, exchange)),
            _ => Ok(()),
        }
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

/// The failure of a refusal that has no text at a JSON pointer.
pub(crate) fn no_text(place: &str, exchange: &Exchange) -> Stop {
    let name = place[1..].replace('/', ".");
    Stop::failed(format!("a text in `{name}`"), brief(exchange))
}

/// The text at a JSON pointer, unless it is empty.
pub(crate) fn text_at<'a>(exchange: &'a Exchange, place: &str) -> Option<&'a str> {
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
