//! Sending, and what every answer must be.

use serde::Serialize;

use super::CheckContext;
use crate::outcome::{Checked, Stop};
use crate::{expect, leaks};
use jetpay_platform::Exchange;
use jetpay_platform::Platform;
use jetpay_platform::messages::Callback;

impl CheckContext<'_> {
    /// Signs a message and posts it to the method's URL.
    pub(crate) async fn call(&self, message: &(impl Serialize + Sync)) -> Checked<Exchange> {
        self.send(self.platform.sign(message)).await
    }

    /// Posts a body as it stands to the method's URL.
    pub(crate) async fn send(&self, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        self.post(&self.platform, body).await
    }

    /// Posts a body as it stands to a URL.
    pub(crate) async fn send_at(&self, url: &str, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        self.post(&self.platform.at(url), body).await
    }

    /// Posts a body to the URL that takes callbacks alone, where there is one.
    pub(crate) async fn send_callbacks_own(&self, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        let url = self.callback_urls().pop().unwrap_or_default();
        self.send_at(&url, body).await
    }

    /// Posts a body as it stands to where callbacks are taken.
    pub(crate) async fn send_callback(&self, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        self.post(&self.callbacks, body).await
    }

    /// Whatever comes back tells no secret, and nothing of the inside.
    async fn post(&self, platform: &Platform, body: impl Into<Vec<u8>>) -> Checked<Exchange> {
        let exchange = platform.send("", body).await?;
        self.expect_no_secret(&exchange)?;
        if self.target.exact {
            leaks::expect_no_leak(&exchange)?;
        }
        Ok(exchange)
    }

    /// All URLs at which callbacks are taken.
    pub(crate) fn callback_urls(&self) -> Vec<String> {
        self.target.callback_urls_of(self.method)
    }

    /// Signs a callback and posts it where it is acknowledged.
    pub(crate) async fn tell(&self, callback: &(impl Serialize + Sync)) -> Checked {
        self.expect_status(&self.told(callback).await?, 200)
    }

    /// Signs a callback and posts it; the answer.
    pub(crate) async fn told(&self, callback: &(impl Serialize + Sync)) -> Checked<Exchange> {
        self.send_callback(self.callbacks.sign(callback)).await
    }

    /// A fresh top-up of the usual amount; its payment id.
    pub(crate) async fn pending(&self) -> Checked<String> {
        let exchange = self.call(&self.check_deposit(self.amount())).await?;
        expect::answer(&exchange, 0)?;
        let payment_id = exchange
            .payment_id()
            .filter(|id| !id.is_empty())
            .map(str::to_owned);
        payment_id.ok_or_else(|| Stop::failed("a text in `payment_id`", expect::brief(&exchange)))
    }

    /// A fresh top-up that was credited; its payment id and the callback that said so.
    pub(crate) async fn credited(&self) -> Checked<(String, Callback)> {
        let payment_id = self.pending().await?;
        let success = self.success(&payment_id);
        self.tell(&success).await?;
        Ok((payment_id, success))
    }
}
