//! `jetpay deliver test`: one harmless message to an endpoint.

use std::time::{Duration, Instant};

use actix_web::rt::System;
use anyhow::bail;
use clap::Args;
use jetpay_billing::client::{DialectClient, WebhookClient};
use jetpay_billing::dialect::CheckAnswer;
use jetpay_billing::webhook::{BadSecret, Secrets};
use jetpay_billing::{Delivery, txn_id};
use jetpay_ledger::Millis;
use jetpay_platform::visible;
use serde_json::json;

use super::{endpoint, millis};
use crate::commands::ConfigOption;
use crate::commands::advice::{self, Asked};
use crate::config::{DeliverConfig, DeliverKind};
use crate::deliver::ATTEMPT;
use crate::environment::now;

/// The account that no billing has.
const NO_ACCOUNT: &str = "jetpay-no-such-account";

#[derive(Args)]
pub(in crate::commands) struct Test {
    /// The name of the endpoint in the configuration
    name: String,
    #[command(flatten)]
    config: ConfigOption,
}

impl Test {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let (_, endpoint) = endpoint(&self.config.config, &self.name)?;
        System::new().block_on(test(endpoint))
    }
}

async fn test(endpoint: DeliverConfig) -> anyhow::Result<()> {
    let DeliverConfig {
        name, kind, url, ..
    } = endpoint;
    match kind {
        DeliverKind::Webhook(secrets) => {
            println!("{name}: a signed message of the type `test` to {url}");
            let unsigned = WebhookClient::new(url.clone(), another_secret()?, ATTEMPT)?;
            let client = WebhookClient::new(url, secrets, ATTEMPT)?;
            Message::new().send(&client).await?;
            wrongly_signed(&unsigned).await?;
            println!("{UNPROVEN}");
        }
        DeliverKind::Dialect { dialect, login, .. } => {
            println!("{name}: `check` of the account `{NO_ACCOUNT}`, which cannot exist, to {url}");
            let client = DialectClient::new(dialect, url, login, ATTEMPT)?;
            let (txn_id, begun) = (txn_id::of_check(now().0), Instant::now());
            let answer = client.check(NO_ACCOUNT, &txn_id, "1.00").await;
            let time = millis(begun.elapsed());
            match answer {
                Ok(CheckAnswer::Unknown) => {
                    println!("the billing says that it does not know the account, after {time}");
                }
                Ok(CheckAnswer::Known(_)) => bail!(
                    "the billing says that it knows the account, after {time}: does it look for the account at all, and by \
                     which field?"
                ),
                Err(failure) => {
                    let advice = advice::of_failure(&failure, Asked::Deliver);
                    bail!("{failure} (after {time}); {advice}")
                }
            }
        }
    }
    println!("ready");
    Ok(())
}

/// What a message of the type `test` cannot show.
pub(super) const UNPROVEN: &str = "This does not show that an entry is booked, and booked once: a message of the type `test` books \
     nothing. Send one entry twice to a copy of your system, with `jetpay deliver replay NAME --after SEQ`, and look into its books.";

/// A secret that the receiver does not have.
pub(super) fn another_secret() -> Result<Secrets, BadSecret> {
    Secrets::parse(["whsec_dGhlIHJlY2VpdmVyIGRvZXMgbm90IGhhdmUgdGhpcyBzZWNyZXQ="])
}

/// Sends a message that is signed with another secret. It is an error when the receiver takes it.
pub(super) async fn wrongly_signed(client: &WebhookClient) -> anyhow::Result<()> {
    let message = Message::at(Millis(now().0 + 1)); // The id is another one than that of the message before.
    let outcome = client.deliver(&message.id, &message.body, now().0 / 1000);
    match outcome.await {
        Delivery::Delivered { .. } => bail!(
            "the receiver takes messages that are not signed with your secret: who knows the url can credit any customer. It must \
             answer 401 to a wrong `webhook-signature`"
        ),
        Delivery::Refused { .. } => {
            println!("the receiver refused a message with a wrong signature");
        }
        Delivery::Again { why, .. } | Delivery::Gone { why } => println!(
            "the receiver did not take a message with a wrong signature ({}); 401 is the answer to it",
            visible::line(&why)
        ),
    }
    Ok(())
}

/// A message that asks for nothing.
pub(super) struct Message {
    id: String,
    body: Vec<u8>,
}

impl Message {
    pub(super) fn new() -> Self {
        Self::at(now())
    }

    fn at(time: Millis) -> Self {
        Self {
            id: format!("test_{}", time.0),
            body: json!({"type": "test", "timestamp": time, "data": {}})
                .to_string()
                .into_bytes(),
        }
    }

    /// Sends the message, and prints how long that took. It is an error when the receiver does not take it.
    pub(super) async fn send(&self, client: &WebhookClient) -> anyhow::Result<Duration> {
        let begun = Instant::now();
        let outcome = client.deliver(&self.id, &self.body, now().0 / 1000).await;
        let time = begun.elapsed();
        let (why, then) = match outcome {
            Delivery::Delivered { .. } => {
                println!("the receiver took it, after {}", millis(time));
                return Ok(time);
            }
            Delivery::Again { why, .. } => (why, "an entry would wait and be sent again"),
            Delivery::Refused { why } => {
                (why.to_string(), "an entry would be parked, with an alarm")
            }
            Delivery::Gone { why } => (why, "all deliveries would pause, with an alarm"),
        };
        let advice = advice::of_delivery(&why);
        bail!("{why} (after {}): {then}; {advice}", millis(time))
    }
}
