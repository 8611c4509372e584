//! What must hold after something nasty.

use super::check_context::CheckContext;
use super::expect;
use super::outcome::{Checked, Stop};
use jetpay_platform::Exchange;

impl CheckContext<'_> {
    /// A plain verify is still answered with code 0.
    pub(crate) async fn alive(&self) -> Checked {
        let afterwards = |stop| match stop {
            Stop::Failed { expected, got } => {
                Stop::failed(format!("{expected}, to a plain verify afterwards"), got)
            }
            other => other,
        };
        self.answers_a_verify().await.map_err(afterwards)
    }

    /// On a connection of its own: the program may still live where an old one leads to, and take no other.
    async fn answers_a_verify(&self) -> Checked {
        let mut wire = self.wire(&self.platform).await?;
        wire.post(&self.platform.sign(&self.verify_json()));
        let (exchange, _) = wire.answer().await?;
        expect::answer(&exchange, 0).map(drop)
    }

    /// Any answer of a program that has not failed: no HTTP 5xx, an object with an integer in `code`, and a text when it
    /// is a refusal.
    pub(crate) fn expect_sound(&self, exchange: &Exchange) -> Checked {
        let told = |place: &&str| {
            let text = exchange
                .json
                .as_ref()
                .and_then(|it| it.pointer(place)?.as_str());
            text.is_some_and(|text| !text.is_empty())
        };
        let good = match exchange.code() {
            Some(0) => true,
            Some(_) => self.method.refusal_texts.iter().any(told),
            None => false,
        };
        if exchange.status < 500 && good {
            return Ok(());
        }
        Err(Stop::failed(
            "no HTTP 5xx, and code 0 or a refusal with its text",
            expect::brief(exchange),
        ))
    }

    /// What became of the money, looked up where it can be. That the answers were right is seen without.
    pub(crate) async fn expect_money_if_seen(
        &self,
        payment_id: &str,
        state: &str,
        amounts: &[i64],
    ) -> Checked {
        if self.target.observer.is_some() {
            self.expect_money(payment_id, state, amounts).await?;
        }
        Ok(())
    }

    /// The callback is acknowledged when it comes whole, and moves the money once, whatever came before.
    pub(crate) async fn still_settles(
        &self,
        payment_id: &str,
        callback: &jetpay_platform::messages::Callback,
    ) -> Checked {
        self.tell(callback).await?;
        let amount = [self.amount().minor()];
        if self.target.credits {
            self.expect_money_if_seen(payment_id, "credited", &amount)
                .await
        } else {
            self.expect_money_if_seen(payment_id, "declined", &[]).await
        }
    }
}
