//! `jetpay deliver test`: one harmless message to an endpoint.

use std::time::{Duration, Instant};

use actix_web::rt::System;
use anyhow::bail;
use clap::Args;
use jetpay_billing::client::{DialectClient, WebhookClient};
use jetpay_billing::dialect::CheckAnswer;
use jetpay_billing::{Delivery, txn_id};
use serde_json::json;

use super::{endpoint, millis};
use crate::commands::ConfigOption;
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
            let client = WebhookClient::new(url, secrets, ATTEMPT)?;
            let message = Message::new();
            message.send(&client).await?;
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
                Err(failure) => bail!("{failure} (after {time})"),
            }
        }
    }
    println!("ready");
    Ok(())
}

/// A message that asks for nothing.
pub(super) struct Message {
    id: String,
    body: Vec<u8>,
}

impl Message {
    pub(super) fn new() -> Self {
        let now = now();
        Self {
            id: format!("test_{}", now.0),
            body: json!({"type": "test", "timestamp": now, "data": {}})
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
        bail!("{why} (after {}): {then}", millis(time))
    }
}
