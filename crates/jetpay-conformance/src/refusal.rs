//! What a refusal must be.

use serde_json::Value;

use super::expect::{brief, only};
use super::outcome::{Checked, Stop};
use jetpay_platform::Exchange;

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
