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
use super::test::{Message, UNPROVEN, another_secret, wrongly_signed};
use super::{endpoint, millis};
use crate::commands::advice::{self, Asked};
use crate::commands::lookup::differences::Differences;
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
                let unsigned = WebhookClient::new(url.clone(), another_secret()?, ATTEMPT)?;
                let client = WebhookClient::new(url, secrets, ATTEMPT)?;
                return System::new().block_on(webhook(&client, &unsigned));
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
            bookings: Vec::new(),
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

async fn webhook(client: &WebhookClient, unsigned: &WebhookClient) -> anyhow::Result<()> {
    let message = Message::new();
    message.send(client).await?;
    let context =
        "the receiver refused the repeat: it must answer a `webhook-id` that it has with 2xx";
    message.send(client).await.context(context)?;
    wrongly_signed(unsigned).await?;
    println!("{UNPROVEN}");
    println!("ready");
    Ok(())
}

/// Requests to a billing.
struct Dialogue<'a> {
    client: DialectClient,
    /// The longest time of an answer.
    longest: Duration,
    /// What a person must take back in the billing.
    bookings: Vec<String>,
    order: PayOrder<'a>,
}

impl Dialogue<'_> {
    async fn run(mut self) -> anyhow::Result<()> {
        let judged = self.judge().await;
        if !self.bookings.is_empty() {
            println!(
                "Take back in the billing what this command paid: {}.",
                self.bookings.join("; ")
            );
        }
        judged?;
        println!("ready");
        Ok(())
    }

    async fn judge(&mut self) -> anyhow::Result<()> {
        let before = self.unchanged().await?;
        let first = self.pay("`pay`", false).await?;
        self.booked(first.as_deref());
        self.repeat(&before, first.as_deref()).await
    }

    /// What `check` shows before the payment. It is an error when a `check` changes it: then nothing is paid.
    async fn unchanged(&mut self) -> anyhow::Result<CheckedAccount> {
        let context = "`check` before the payment";
        let (first_id, first) = self.check().await.context(context)?;
        let (second_id, second) = self.check().await.context(context)?;
        let answers = [first, second];
        let moved = Differences::between(&answers, self.order.sum.currency()).amounts;
        if !moved.is_empty() {
            for id in [first_id, second_id] {
                let sum = self.order.sum;
                self.bookings.push(format!(
                    "txn_id {id} of a `check` for {sum}, if it is there"
                ));
            }
            bail!(
                "nothing is paid: from one `check` to the next, this amount changed: {}. Unless a payment came meanwhile, the \
                 billing books money at each `check`; BGBilling does so with payOnCheck, which must be off",
                visible::line(&moved.join(", "))
            );
        }
        let [_, second] = answers;
        Ok(second)
    }

    /// Remembers a booking with the billing's number of it, once.
    fn booked(&mut self, receipt: Option<&str>) {
        let booking = format!("txn_id {}{}", self.order.txn_id, number(receipt));
        if !self.bookings.contains(&booking) {
            self.bookings.push(booking);
        }
    }

    /// Pays again with the same `txn_id`, and looks whether that is booked.
    async fn repeat(&mut self, before: &CheckedAccount, first: Option<&str>) -> anyhow::Result<()> {
        let (_, once) = self.check().await.context("`check` after the payment")?;
        let order = &self.order;
        let (begun, outcome) = (Instant::now(), self.client.pay(order).await);
        let time = self.took(begun);
        let is_same = match outcome {
            Delivery::Delivered { receipt } => {
                let is_same = receipt.as_deref() == first;
                self.booked(receipt.as_deref());
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
                let again = self.pay("the repeat as the service sends it", true).await;
                let again = again.with_context(|| format!("the repeat was refused: {why}"))?;
                if again.is_some() {
                    self.booked(again.as_deref());
                }
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
        let (_, twice) = self.check().await.context("`check` after the repeat")?;
        match Booked::of([before, &once, &twice], self.order.sum) {
            Booked::Once(field) => println!(
                "the field `{}` moved by {} with the payment, and not with the repeat",
                visible::line(&field),
                self.order.sum
            ),
            Booked::Twice(field) => {
                if is_same {
                    self.bookings
                        .push("the repeat under the same numbers".to_owned());
                }
                bail!(
                    "the field `{}` moved by {} with the payment and with the repeat: the billing books a repeated payment twice",
                    visible::line(&field),
                    self.order.sum
                )
            }
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

    /// Asks about the account: the number of the question, and the answer.
    async fn check(&mut self) -> anyhow::Result<(String, CheckedAccount)> {
        let (account, sum) = (self.order.account, amount::to_text(self.order.sum)?);
        let txn_id = txn_id::of_check(now().0);
        let begun = Instant::now();
        let answer = self.client.check(account, &txn_id, &sum).await;
        let time = self.took(begun);
        match answer {
            Ok(CheckAnswer::Known(account)) => Ok((txn_id, account)),
            Ok(CheckAnswer::Unknown) => {
                bail!("the billing does not know this account (after {time})")
            }
            Err(failure) => {
                let advice = advice::of_failure(&failure, Asked::Deliver);
                bail!("{failure} (after {time}); {advice}")
            }
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
            Delivery::Again { why, .. } | Delivery::Gone { why } => {
                self.bookings
                    .push(format!("txn_id {}, if it is there", self.order.txn_id));
                bail!(
                    "{what} has no clear answer: {why} (after {time}). The billing may have the payment, under txn_id {}",
                    self.order.txn_id
                )
            }
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
