//! The receivers over HTTP: a webhook, or a billing in a dialect.
//!
//! A webhook gets every entry. A billing in a dialect knows payments, and perhaps their cancellation:
//!
//! | entry | what the billing is told |
//! |---|---|
//! | `credit`, `manual_credit` | `pay` |
//! | `refund`, `reversal`, `manual_change` of the whole payment, with `cancel = true` | `cancel` with the billing's own number of the payment |
//! | of a part, or without that number, or when money of the payment was moved in another way | nothing: an alarm |
//! | `refund_reverse`, `correction` | nothing: an alarm |
//!
//! The `txn_id` of a `pay` is the operation's id. An operation is credited once, by a callback or by an operator, so a
//! `credit` and a `manual_credit` never share one. A reversed refund is not told as another `pay`: nothing proves that the
//! billing took the refund back, and a billing that knew the number from before would answer as before and book nothing. A
//! correction has the operation of the entry that it undoes, so its number is taken already.

use std::time::Duration;

use jetpay_billing::Delivery;
use jetpay_billing::client::{DialectClient, NoClient, WebhookClient};
use jetpay_billing::dialect::PayOrder;
use jetpay_billing::txn_id::{self, Prefix};
use jetpay_core::Money;
use jetpay_core::id::ProjectId;
use jetpay_ledger::{Entry, EntryKind, Error, Ledger, Millis};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{Item, Message, Receiver, Sent};
use crate::config::{DeliverConfig, DeliverKind};
use crate::environment::now;

/// An endpoint of the configuration.
pub(crate) struct HttpReceiver {
    name: String,
    ledger: Ledger,
    kind: Kind,
}

enum Kind {
    Webhook(WebhookClient),
    Dialect(Box<Billing>),
}

/// A billing in a dialect.
struct Billing {
    client: DialectClient,
    cancels: bool,
    zone: TimeZone,
    projects: Vec<(ProjectId, Option<Prefix>)>,
}

impl HttpReceiver {
    /// The receiver of an endpoint. `timeout` is for a whole exchange.
    ///
    /// # Errors
    /// [`NoClient`].
    pub(crate) fn new(
        endpoint: &DeliverConfig,
        ledger: &Ledger,
        timeout: Duration,
    ) -> Result<Self, NoClient> {
        let url = endpoint.url.clone();
        let kind = match &endpoint.kind {
            DeliverKind::Webhook(secrets) => {
                Kind::Webhook(WebhookClient::new(url, secrets.clone(), timeout)?)
            }
            DeliverKind::Dialect {
                dialect,
                login,
                cancel,
                zone,
                prefixes,
            } => Kind::Dialect(Box::new(Billing {
                client: DialectClient::new(*dialect, url, login.clone(), timeout)?,
                cancels: *cancel,
                zone: zone.clone(),
                projects: prefixes.clone(),
            })),
        };
        Ok(Self {
            name: endpoint.name.clone(),
            ledger: ledger.clone(),
            kind,
        })
    }

    async fn tell(&self, billing: &Billing, entry: &Entry, is_repeat: bool) -> Sent {
        let known = billing.projects.iter().find(|it| it.0 == entry.project_id);
        let Some((_, prefix)) = known else {
            let project = entry.project_id;
            return Sent::NotDeliverable(format!("the configuration has no project {project}"));
        };
        let txn_id = match txn_id::of_operation(prefix.as_ref(), entry.operation_id) {
            Ok(txn_id) => txn_id,
            Err(error) => return Sent::NotDeliverable(error.to_string()),
        };
        let order = |minor| PayOrder {
            txn_id: &txn_id,
            account: entry.customer_id.as_str(),
            sum: Money::new(minor, entry.amount.currency()),
            time: time_in(&billing.zone, entry.time),
            is_repeat,
        };
        let minor = entry.amount.minor();
        if entry.kind.is_credit() {
            return Sent::Sent(billing.client.pay(&order(minor)).await);
        }
        match self.payment_to_cancel(billing, entry).await {
            Ok(Ok(receipt)) => {
                let order = order(minor.saturating_neg());
                Sent::Sent(billing.client.cancel(&order, &receipt).await)
            }
            Ok(Err(why)) => Sent::NotDeliverable(why.to_owned()),
            Err(error) => Sent::Sent(Delivery::Again {
                why: error.to_string(),
                after: None,
            }),
        }
    }

    /// The billing's number of the payment that an entry takes back as a whole, or why the billing cannot be told of it.
    async fn payment_to_cancel(
        &self,
        billing: &Billing,
        entry: &Entry,
    ) -> Result<Result<String, &'static str>, Error> {
        match entry.kind {
            EntryKind::Refund | EntryKind::Reversal | EntryKind::ManualChange => {}
            EntryKind::RefundReverse => {
                return Ok(Err("a reversed refund is no payment of its own"));
            }
            EntryKind::Correction => return Ok(Err("a correction is no payment of its own")),
            EntryKind::Credit | EntryKind::ManualCredit => return Ok(Err("it is a payment")),
        }
        if !billing.cancels {
            return Ok(Err(
                "the billing is told of payments alone, because `cancel` is not set",
            ));
        }
        let history = self.ledger.payment_history(&entry.payment_id).await?;
        let mut before = history.entries.iter().filter(|it| it.seq < entry.seq);
        let (Some(credit), None) = (before.next(), before.next()) else {
            return Ok(Err("money of the payment was moved in another way before"));
        };
        if !credit.kind.is_credit()
            || credit.amount.minor().checked_neg() != Some(entry.amount.minor())
        {
            return Ok(Err("it takes back a part of the payment"));
        }
        if credit.operation_id == entry.operation_id {
            return Ok(Err("it has the operation of the payment itself"));
        }
        let receipt = self
            .ledger
            .delivery_receipt(
                &self.name,
                credit.project_id,
                credit.operation_id,
                credit.kind,
            )
            .await?;
        Ok(receipt.ok_or("the billing's own number of the payment is not known"))
    }
}

impl Receiver for HttpReceiver {
    async fn deliver(&self, item: &Item, is_repeat: bool) -> Sent {
        match (&self.kind, item) {
            (Kind::Webhook(client), _) => {
                let message = Message::of(item);
                let now = now().0.div_euclid(1000);
                Sent::Sent(
                    client
                        .deliver(&message.id, message.body.as_bytes(), now)
                        .await,
                )
            }
            (Kind::Dialect(billing), Item::Entry(entry)) => {
                self.tell(billing, entry, is_repeat).await
            }
            (Kind::Dialect(_), Item::Alarm(_)) => {
                Sent::NotDeliverable("a billing is not told of alarms".to_owned())
            }
        }
    }
}

/// The time on the clocks of a zone.
fn time_in(zone: &TimeZone, time: Millis) -> DateTime {
    let time = Timestamp::from_millisecond(time.0).unwrap_or_default();
    zone.to_datetime(time)
}
