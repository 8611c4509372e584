//! Whether an answer is right, where that depends on who gives it.
//!
//! The documents are silent about much of an answer. A stranger is not blamed for that; our own service is held to all.

use serde_json::{Map, Value};

use super::CheckContext;
use crate::expect;
use crate::outcome::{Checked, Stop};
use crate::refusal::Refusal;
use jetpay_platform::Exchange;
use jetpay_platform::is_acknowledged;

impl CheckContext<'_> {
    /// An answer tells none of the secrets.
    pub(crate) fn expect_no_secret(&self, exchange: &Exchange) -> Checked {
        let told = self.transcript.tells_secrets(&exchange.text());
        expect::holds("an answer without the secret", !told, || {
            format!("HTTP {}, with the secret", exchange.status)
        })
    }

    /// How a callback is answered. Only HTTP 200 ends its repeats; which other status is given is our own decision, and
    /// so is that there is no body.
    pub(crate) fn expect_status(&self, exchange: &Exchange, status: u16) -> Checked {
        let (right, wanted) = if self.target.exact {
            let right = exchange.status == status && exchange.body.is_empty();
            (right, format!("HTTP {status}, no body"))
        } else if is_acknowledged(status) {
            (is_acknowledged(exchange.status), "HTTP 200".to_owned())
        } else {
            (
                !is_acknowledged(exchange.status),
                format!("no HTTP 200, but HTTP {status}"),
            )
        };
        if right {
            return Ok(());
        }
        Err(Stop::failed(wanted, expect::brief(exchange)))
    }

    /// No fields but these, where the target is held to it.
    pub(crate) fn expect_only(
        &self,
        answer: &Map<String, Value>,
        required: &[&str],
        allowed: &[&str],
        exchange: &Exchange,
    ) -> Checked {
        if self.target.exact {
            expect::only(answer, required, allowed, exchange)
        } else {
            Ok(())
        }
    }

    /// Each of these bodies is refused so.
    pub(crate) async fn expect_refused(&self, bodies: Vec<Vec<u8>>, refusal: Refusal) -> Checked {
        for body in bodies {
            self.expect_refusal(&self.send(body).await?, refusal)?;
        }
        Ok(())
    }

    /// The answer is this refusal, in the method's shape.
    pub(crate) fn expect_refusal(&self, exchange: &Exchange, refusal: Refusal) -> Checked {
        let allowed = self.method.refusal_texts;
        if !self.target.exact {
            refusal.check(exchange, self.refusal_texts())
        } else if refusal.all_texts {
            refusal.check_strictly(exchange, allowed, allowed)
        } else {
            refusal.check_strictly(exchange, self.refusal_texts(), allowed)
        }
    }

    /// Where a refusal must have its text, as JSON pointers: where the document shows it. Of our own service also where
    /// we put it besides.
    pub(crate) fn refusal_texts(&self) -> &'static [&'static str] {
        if !self.target.exact {
            self.method.refusal_texts_documented
        } else if self.has_contracts() {
            self.method.refusal_texts_with_contracts
        } else {
            self.method.refusal_texts
        }
    }
}
