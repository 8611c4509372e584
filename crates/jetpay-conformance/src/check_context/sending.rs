//! Sends messages, and checks what every answer must be.

use jetpay_platform::messages::Callback;
use jetpay_platform::{Exchange, Platform, is_acknowledged};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{AMOUNT_MINOR, CheckContext};
use crate::check::{CheckResult, Stop};
use crate::expect::{Refusal, Seen};
use crate::{expect, leaks};

/// The end of an expectation of a plain verify after something else.
pub(crate) const AFTERWARDS: &str = ", to a plain verify afterwards";

/// ` to a callback with the status success`, if its body has a short status.
fn status_of(exchange: &Exchange) -> String {
    let sent: Value = serde_json::from_slice(&exchange.request).unwrap_or_default();
    let status = sent.pointer("/payment/status").and_then(Value::as_str);
    let status = status
        .filter(|it| it.len() < 30 && it.bytes().all(|it| it.is_ascii_graphic() || it == b' '));
    status.map_or_else(String::new, |it| {
        format!(" to a callback with the status `{it}`")
    })
}

impl CheckContext<'_> {
    /// Signs a message and posts it to the method's URL.
    pub(crate) async fn call(&self, message: &(impl Serialize + Sync)) -> CheckResult<Exchange> {
        self.send(self.platform.sign(message)).await
    }

    /// Sends `verify` for the payer.
    pub(crate) async fn call_verify(&self) -> CheckResult<Exchange> {
        self.call(&self.verify(&self.target.customers.payer)).await
    }

    /// Sends `check_deposit` of the usual amount for the payer.
    pub(crate) async fn call_deposit(&self) -> CheckResult<Exchange> {
        self.call(&self.check_deposit(self.amount())).await
    }

    /// Posts a body unchanged to the method's URL.
    pub(crate) async fn send(&self, body: impl Into<Vec<u8>>) -> CheckResult<Exchange> {
        self.post(&self.platform, body).await
    }

    /// The same, and expects code 0.
    pub(crate) async fn expect_good(&self, body: impl Into<Vec<u8>>) -> CheckResult {
        expect::answer(&self.send(body).await?, 0).map(drop)
    }

    /// Posts a body unchanged to a URL.
    pub(crate) async fn send_at(
        &self,
        url: &str,
        body: impl Into<Vec<u8>>,
    ) -> CheckResult<Exchange> {
        self.post(&self.platform.with_base_url(url), body).await
    }

    /// Posts a body to the URL for callbacks only, if there is one.
    pub(crate) async fn send_to_callback_url(
        &self,
        body: impl Into<Vec<u8>>,
    ) -> CheckResult<Exchange> {
        let url = self.callback_urls().pop().unwrap_or_default();
        self.send_at(&url, body).await
    }

    /// Posts a body unchanged to the URL of callbacks.
    pub(crate) async fn send_callback(&self, body: impl Into<Vec<u8>>) -> CheckResult<Exchange> {
        self.post(&self.callbacks, body).await
    }

    /// Posts a body. The answer must contain no secret and reveal no detail of the program.
    async fn post(&self, platform: &Platform, body: impl Into<Vec<u8>>) -> CheckResult<Exchange> {
        let exchange = platform.send("", body).await?;
        self.expect_no_secret(&exchange)?;
        if self.target.exact {
            leaks::expect_no_leak(&exchange)?;
        }
        Ok(exchange)
    }

    /// All URLs for callbacks.
    pub(crate) fn callback_urls(&self) -> Vec<String> {
        self.target.callback_urls_of(self.method)
    }

    /// Signs and posts a callback, which must be acknowledged.
    pub(crate) async fn expect_acknowledged(
        &self,
        callback: &(impl Serialize + Sync),
    ) -> CheckResult {
        self.expect_status(&self.post_callback(callback).await?, 200)
    }

    /// Signs and posts a callback. Returns the answer.
    pub(crate) async fn post_callback(
        &self,
        callback: &(impl Serialize + Sync),
    ) -> CheckResult<Exchange> {
        self.send_callback(self.callbacks.sign(callback)).await
    }

    /// Begins a payment of the usual amount. Returns its id.
    pub(crate) async fn new_payment(&self) -> CheckResult<String> {
        let exchange = self.call_deposit().await?;
        let answer = expect::answer(&exchange, 0)?;
        expect::text(answer, "payment_id", &exchange).map(str::to_owned)
    }

    /// Begins a payment. Returns its id, and [`any_callback`](Self::any_callback) of it, signed.
    pub(crate) async fn new_payment_with_callback(&self) -> CheckResult<(String, Vec<u8>)> {
        let payment_id = self.new_payment().await?;
        let signed = self.platform.sign(&self.any_callback(&payment_id));
        Ok((payment_id, signed))
    }

    /// Begins a payment and credits it. Returns its id and the callback.
    pub(crate) async fn new_credited_payment(&self) -> CheckResult<(String, Callback)> {
        let payment_id = self.new_payment().await?;
        let success = self.expect_success_taken(&payment_id).await?;
        Ok((payment_id, success))
    }

    /// Posts the success of a payment, which must be acknowledged. Returns it.
    pub(crate) async fn expect_success_taken(&self, payment_id: &str) -> CheckResult<Callback> {
        let success = self.success(payment_id);
        self.expect_acknowledged(&success).await?;
        Ok(success)
    }
}

impl CheckContext<'_> {
    /// Expects that an answer contains no secret.
    pub(crate) fn expect_no_secret(&self, exchange: &Exchange) -> CheckResult {
        let has_secret = |text: &[u8]| self.transcript.has_secret(&String::from_utf8_lossy(text));
        // What the request says, too, the endpoint does not reveal: a secret can be an ordinary word.
        let told = has_secret(&exchange.body) && !has_secret(&exchange.request);
        let seen = format!("HTTP {}, with the secret", exchange.status);
        expect::holds("an answer without the secret", !told, || {
            Seen::from(seen).of(exchange)
        })
    }

    /// Expects an answer to a callback. Only HTTP 200 acknowledges. The exact status of a refusal, and the empty body,
    /// are rules of the service `jetpay` only.
    pub(crate) fn expect_status(&self, exchange: &Exchange, status: u16) -> CheckResult {
        let acknowledges = is_acknowledged(status);
        let (right, wanted) = if self.target.exact {
            let right = exchange.status == status && exchange.body.is_empty();
            (right, format!("HTTP {status}, no body"))
        } else if acknowledges {
            (is_acknowledged(exchange.status), "HTTP 200".to_owned())
        } else {
            let wanted = format!("no HTTP 200, but HTTP {status}");
            (!is_acknowledged(exchange.status), wanted)
        };
        let to = if acknowledges {
            status_of(exchange)
        } else {
            String::new()
        };
        expect::holds(&(wanted + &to), right, || expect::brief(exchange))
    }

    /// Expects no other fields, if the target must be exact.
    pub(crate) fn expect_only(
        &self,
        answer: &Map<String, Value>,
        required: &[&str],
        allowed: &[&str],
        exchange: &Exchange,
    ) -> CheckResult {
        if self.target.exact {
            expect::only(answer, required, allowed, exchange)
        } else {
            Ok(())
        }
    }

    /// Expects this refusal for each of the bodies.
    pub(crate) async fn expect_refused(
        &self,
        bodies: Vec<Vec<u8>>,
        refusal: Refusal,
    ) -> CheckResult {
        for body in bodies {
            self.expect_refusal(&self.send(body).await?, refusal)?;
        }
        Ok(())
    }

    /// Expects this refusal in the shape of the method.
    pub(crate) fn expect_refusal(&self, exchange: &Exchange, refusal: Refusal) -> CheckResult {
        let allowed = self.method.refusal_texts;
        if !self.target.exact {
            refusal.check(exchange, self.refusal_texts())
        } else if refusal.all_texts {
            refusal.check_strictly(exchange, allowed, allowed)
        } else {
            refusal.check_strictly(exchange, self.refusal_texts(), allowed)
        }
    }

    /// Where a refusal must have its text, as JSON pointers: where the document shows it. The service `jetpay` also has
    /// it in other places.
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

impl CheckContext<'_> {
    /// Expects that a plain verify still gets code 0.
    pub(crate) async fn expect_alive(&self) -> CheckResult {
        let afterwards = |stop| match stop {
            Stop::Failed { expected, got } => Stop::failed(expected + AFTERWARDS, got),
            other => other,
        };
        self.answers_a_verify().await.map_err(afterwards)
    }

    /// Uses a new connection: the program may still serve an old one and accept no new one.
    async fn answers_a_verify(&self) -> CheckResult {
        let mut wire = self.wire(&self.platform).await?;
        wire.post(&self.signed_verify());
        let (exchange, _) = wire.answer().await?;
        expect::answer(&exchange, 0).map(drop)
    }

    /// Expects an answer of a program that works: no HTTP 5xx, an object with an integer in `code`, and a text if it is
    /// a refusal.
    pub(crate) fn expect_sound(&self, exchange: &Exchange) -> CheckResult {
        expect::holds("no HTTP 5xx", exchange.status < 500, || {
            expect::brief(exchange)
        })?;
        let code = expect::code(exchange)?;
        let told = |place: &&str| expect::text_at(exchange, place).is_some();
        if code == 0 || self.method.refusal_texts.iter().any(told) {
            return Ok(());
        }
        Err(expect::no_text(self.refusal_texts()[0], exchange))
    }

    /// Expects an effect on money, if the target shows it. Without an observer the right answers are enough.
    pub(crate) async fn expect_money_if_seen(
        &self,
        payment_id: &str,
        state: &str,
        amounts: &[i64],
    ) -> CheckResult {
        if self.target.observer.is_some() {
            self.expect_money(payment_id, state, amounts).await?;
        }
        Ok(())
    }

    /// Expects that the complete callback is acknowledged and moves the money once, whatever came before.
    pub(crate) async fn expect_processed_once(
        &self,
        payment_id: &str,
        callback: &Callback,
    ) -> CheckResult {
        self.expect_acknowledged(callback).await?;
        let (state, amounts) = if self.target.credits {
            ("credited", &[AMOUNT_MINOR][..])
        } else {
            ("declined", &[][..])
        };
        self.expect_money_if_seen(payment_id, state, amounts).await
    }
}
