//! `jetpay deliver probe`: what an endpoint makes of a repeat, before it goes live.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use actix_web::rt::System;
use anyhow::{Context, bail};
use clap::Args;
use jetpay_billing::client::{DialectClient, WebhookClient};
use jetpay_billing::dialect::{CheckAnswer, CheckedAccount, PayOrder};
use jetpay_billing::{Delivery, amount, txn_id};
use jetpay_core::Money;
use jetpay_platform::visible;
use jiff::Timestamp;

use super::booked::Booked;
use super::test::Message;
use super::{endpoint, millis};
use crate::commands::{ConfigOption, confirmed};
use crate::config::{DeliverConfig, DeliverKind};
use crate::deliver::ATTEMPT;
use crate::environment::now;

#[derive(Args)]
pub(in crate::commands) struct Probe {
    /// The name of the endpoint in the configuration
    name: String,
    /// A billing: the account that is paid into; take one of your own
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// A billing: how much is paid, in minor units: 100 is 1.00 KZT
    #[arg(long, value_name = "MINOR_UNITS", default_value_t = 100, value_parser = clap::value_parser!(i64).range(1..))]
    amount: i64,
    /// Do not ask
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    config: ConfigOption,
}

impl Probe {
    pub(super) fn run(&self) -> anyhow::Result<()> {
        let (config, endpoint) = endpoint(&self.config.config, &self.name)?;
        let DeliverConfig {
            name, kind, url, ..
        } = endpoint;
        let (dialect, login, zone) = match kind {
            DeliverKind::Webhook(secrets) => {
                println!("{name}: the same signed message of the type `test` twice to {url}");
                let client = WebhookClient::new(url, secrets, ATTEMPT)?;
                return System::new().block_on(webhook(&client));
            }
            DeliverKind::Dialect {
                dialect,
                login,
                zone,
                ..
            } => (dialect, login, zone),
        };
        let Some(customer) = &self.customer else {
            bail!("{name} is a billing: name an account of your own with --customer");
        };
        let sum = Money::new(self.amount, config.currency);
        let question = format!(
            "This pays {sum} into the account {} of the billing {name} at {url}. It is real money there. Go on?",
            visible::line(customer)
        );
        if !self.yes {
            if !std::io::stdin().is_terminal() {
                bail!(
                    "nothing is paid: standard input is no terminal to ask on; add --yes to pay {sum} into the account"
                );
            }
            if !confirmed(&question)? {
                bail!("nothing is paid; answer y, or use --yes");
            }
        }
        let txn_id = txn_id::of_check(now().0);
        let probe = Dialogue {
            client: DialectClient::new(dialect, url, login, ATTEMPT)?,
            longest: Duration::ZERO,
            order: PayOrder {
                txn_id: &txn_id,
                account: customer,
                sum,
                time: Timestamp::now().to_zoned(zone).datetime(),
                is_repeat: false,
            },
        };
        System::new().block_on(probe.run())
    }
}

async fn webhook(client: &WebhookClient) -> anyhow::Result<()> {
    let message = Message::new();
    message.send(client).await?;
    let context =
        "the receiver refused the repeat: it must answer a `webhook-id` that it has with 2xx";
    message.send(client).await.context(context)?;
    println!("ready");
    Ok(())
}

/// Requests to a billing.
struct Dialogue<'a> {
    client: DialectClient,
    /// The longest time of an answer.
    longest: Duration,
    order: PayOrder<'a>,
}

impl Dialogue<'_> {
    async fn run(mut self) -> anyhow::Result<()> {
        let before = self.check().await.context("`check` before the payment")?;
        let first = self.pay("`pay`", false).await?;
        let paid = format!(
            "Take back in the billing what this command paid: txn_id {}{}.",
            self.order.txn_id,
            number(first.as_deref())
        );
        let judged = self.repeat(&before, first.as_deref()).await;
        println!("{paid}");
        judged?;
        println!("ready");
        Ok(())
    }

    /// Pays again with the same `txn_id`, and looks whether that is booked.
    async fn repeat(&mut self, before: &CheckedAccount, first: Option<&str>) -> anyhow::Result<()> {
        let once = self.check().await.context("`check` after the payment")?;
        let order = &self.order;
        let (begun, outcome) = (Instant::now(), self.client.pay(order).await);
        let time = self.took(begun);
        let is_same = match outcome {
            Delivery::Delivered { receipt } => {
                let is_same = receipt.as_deref() == first;
                let how = if is_same {
                    "as before".to_owned()
                } else {
                    format!("otherwise:{}", number(receipt.as_deref()))
                };
                println!("the repeat was answered {how}, after {time}");
                is_same
            }
            Delivery::Refused { why } => {
                // What the service does with it where it knows that it sent the payment before.
                self.pay("the repeat as the service sends it", true)
                    .await
                    .with_context(|| format!("the repeat was refused: {why}"))?;
                println!(
                    "the repeat was answered as a double request: the service takes it as delivered where it sent the payment \
                     before"
                );
                true
            }
            Delivery::Again { why, .. } | Delivery::Gone { why } => {
                bail!("the repeat has no clear answer: {why} (after {time})")
            }
        };
        let twice = self.check().await.context("`check` after the repeat")?;
        match Booked::of([before, &once, &twice], self.order.sum) {
            Booked::Once(field) => println!(
                "the field `{}` moved by {} with the payment, and not with the repeat",
                visible::line(&field),
                self.order.sum
            ),
            Booked::Twice(field) => bail!(
                "the field `{}` moved by {} with the payment and with the repeat: the billing books a repeated payment twice",
                visible::line(&field),
                self.order.sum
            ),
            Booked::Unseen if !is_same => {}
            Booked::Unseen => println!(
                "no field of `check` shows the payment: look into the billing that it booked {} once",
                self.order.sum
            ),
        }
        if !is_same {
            bail!(
                "a repeat must be answered as before: this billing may book a repeated payment twice, and a connection that \
                 breaks makes a repeat"
            );
        }
        println!(
            "the longest answer took {}; the service waits {} s for one",
            millis(self.longest),
            ATTEMPT.as_secs()
        );
        Ok(())
    }

    async fn check(&mut self) -> anyhow::Result<CheckedAccount> {
        let (account, sum) = (self.order.account, amount::to_text(self.order.sum)?);
        let txn_id = txn_id::of_check(now().0);
        let begun = Instant::now();
        let answer = self.client.check(account, &txn_id, &sum).await;
        let time = self.took(begun);
        match answer? {
            CheckAnswer::Known(account) => Ok(account),
            CheckAnswer::Unknown => bail!("the billing does not know this account (after {time})"),
        }
    }

    /// Pays; the billing's number of the payment. It is an error when the billing does not say that it has the payment.
    async fn pay(&mut self, what: &str, is_repeat: bool) -> anyhow::Result<Option<String>> {
        let order = PayOrder {
            is_repeat,
            ..self.order
        };
        let begun = Instant::now();
        let outcome = self.client.pay(&order).await;
        let time = self.took(begun);
        match outcome {
            Delivery::Delivered { receipt } => {
                println!(
                    "{what} was answered{}, after {time}",
                    number(receipt.as_deref())
                );
                Ok(receipt)
            }
            Delivery::Refused { why } => bail!("{what} was refused: {why} (after {time})"),
            Delivery::Again { why, .. } | Delivery::Gone { why } => bail!(
                "{what} has no clear answer: {why} (after {time}). The billing may have the payment, under txn_id {}",
                order.txn_id
            ),
        }
    }

    /// Notes how long an answer took.
    fn took(&mut self, begun: Instant) -> String {
        let time = begun.elapsed();
        self.longest = self.longest.max(time);
        millis(time)
    }
}

/// The billing's number of a payment, for a sentence.
fn number(receipt: Option<&str>) -> String {
    receipt.map_or(" without a number of its own".to_owned(), |receipt| {
        format!(" with its number {}", visible::line(receipt))
    })
}
