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
//!
//! What the billing should be told of, but for which there is no `txn_id`, is refused: it waits for a person, as money of a
//! customer must not be passed over.

use std::time::Duration;

use actix_web::rt::time::timeout;
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

/// How long the store is read before an entry is told. With the exchange it must be less than [`Settings::attempt_limit`], or
/// something is sent when the lease is over.
///
/// [`Settings::attempt_limit`]: super::Settings::attempt_limit
const READS: Duration = Duration::from_secs(4);

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

impl Billing {
    /// The billing's number of an entry, or why there is none: a person must change the configuration.
    fn txn_id(&self, entry: &Entry) -> Result<String, String> {
        let project = entry.project_id;
        let known = self.projects.iter().find(|it| it.0 == project);
        let (_, prefix) =
            known.ok_or_else(|| format!("the configuration has no project {project}"))?;
        txn_id::of_operation(prefix.as_ref(), entry.operation_id).map_err(|error| error.to_string())
    }
}

/// What the store knows of an entry that goes to a billing.
struct Known {
    /// The billing's number of the payment that the entry takes back; `None`: it is a payment.
    payment: Option<String>,
    /// The billing gave the entry a number, so it has it: the entry is delivered once more.
    has_receipt: bool,
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
        let known = match in_time(READS, self.known(billing, entry)).await {
            Ok(Ok(known)) => known,
            Ok(Err(why)) => return Sent::NotDeliverable(why.to_owned()),
            Err(not_sent) => return Sent::Sent(not_sent),
        };
        let txn_id = match billing.txn_id(entry) {
            Ok(txn_id) => txn_id,
            Err(why) => return Sent::Sent(Delivery::Refused { why: why.into() }),
        };
        let minor = entry.amount.minor();
        let sum = match &known.payment {
            Some(_) => minor.saturating_neg(),
            None => minor,
        };
        let order = PayOrder {
            txn_id: &txn_id,
            account: entry.customer_id.as_str(),
            sum: Money::new(sum, entry.amount.currency()),
            time: time_in(&billing.zone, entry.time),
            is_repeat: is_repeat || known.has_receipt,
        };
        Sent::Sent(match &known.payment {
            Some(payment) => billing.client.cancel(&order, payment).await,
            None => billing.client.pay(&order).await,
        })
    }

    /// What the store knows of an entry, or why the billing cannot be told of it.
    async fn known(
        &self,
        billing: &Billing,
        entry: &Entry,
    ) -> Result<Result<Known, &'static str>, Error> {
        let payment = if entry.kind.is_credit() {
            None
        } else {
            match self.payment_to_cancel(billing, entry).await? {
                Ok(payment) => Some(payment),
                Err(why) => return Ok(Err(why)),
            }
        };
        let has_receipt = self.receipt(entry).await?.is_some();
        Ok(Ok(Known {
            payment,
            has_receipt,
        }))
    }

    /// The billing's own number of an entry that was delivered to it.
    async fn receipt(&self, entry: &Entry) -> Result<Option<String>, Error> {
        let (project, operation) = (entry.project_id, entry.operation_id);
        self.ledger
            .delivery_receipt(&self.name, project, operation, entry.kind)
            .await
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
        let receipt = self.receipt(credit).await?;
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

/// What is read, or that nothing can be sent now.
async fn in_time<T>(
    limit: Duration,
    read: impl Future<Output = Result<T, Error>>,
) -> Result<T, Delivery> {
    let why = match timeout(limit, read).await {
        Ok(Ok(read)) => return Ok(read),
        Ok(Err(error)) => error.to_string(),
        Err(_) => "the store does not answer in time".to_owned(),
    };
    Err(Delivery::Again {
        may_have_arrived: false,
        why,
        after: None,
    })
}

/// The time on the clocks of a zone.
fn time_in(zone: &TimeZone, time: Millis) -> DateTime {
    let time = Timestamp::from_millisecond(time.0).unwrap_or_default();
    zone.to_datetime(time)
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;
    use crate::deliver::ATTEMPT;

    #[actix_web::test]
    async fn nothing_is_sent_when_the_store_stalls_and_the_next_attempt_is_no_repeat() {
        let read = pending::<Result<(), Error>>();
        let not_sent = in_time(Duration::from_millis(1), read).await.unwrap_err();
        let Delivery::Again {
            may_have_arrived: false,
            why,
            after: None,
        } = not_sent
        else {
            panic!("{not_sent:?}");
        };
        assert_eq!(why, "the store does not answer in time");
        let reads_and_sends = READS + ATTEMPT;
        assert!(reads_and_sends < crate::deliver::ATTEMPT_LIMIT);
    }
}
