//! How the service speaks to the billing: the requests and the reading of answers are those of `jetpay-billing`.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use jetpay_billing::dialect::{CheckAnswer, Dialect, PayOrder};
use jetpay_billing::txn_id::{self, Prefix};
use jetpay_billing::{Delivery, Failure};
use jetpay_core::id::{OperationId, ProjectId};
use jetpay_ledger::Entry;
use jetpay_rules::EntryKind;
use jetpay_server::deliver::{Item, Receiver, Sent};
use jetpay_server::lookup::source::{Billing, Failed, Found, Question};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use super::traffic::{Learned, Request, Traffic, Wire};
use crate::setup::PROJECTS;

/// What the service speaks to the billing.
const DIALECT: Dialect = Dialect::Osmp;

/// The service's way to ask the billing.
pub(crate) struct Connection(pub(crate) Arc<Traffic>);

impl Billing for Connection {
    fn ask<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Found, Failed>> {
        Box::pin(async move {
            let account = question.customer_id.as_str();
            let txn_id = format!("9{:013}0000", question.asked_at.0);
            let request = Request::Question(account.to_owned());
            let answer = self
                .0
                .depart(request, &Dialect::check(account, &txn_id, "1.00"));
            let wire = answer.await.unwrap_or(Wire::Broken);
            let read = wire
                .body()
                .and_then(|body| DIALECT.read_check(body, &txn_id));
            let learned = match &read {
                Ok(CheckAnswer::Known(_)) => Learned::Exists,
                Ok(CheckAnswer::Unknown) => Learned::Unknown,
                Err(Failure::Said(_)) => Learned::Refuses,
                Err(_) => Learned::Nothing,
            };
            self.0.learn(account, learned);
            Ok(match read? {
                CheckAnswer::Known(_) => {
                    Found::Customer(serde_json::from_value(json!({})).expect("a customer"))
                }
                CheckAnswer::Unknown => Found::Unknown,
            })
        })
    }
}

/// A teller's way to the billing.
pub(crate) struct Endpoint {
    pub(crate) teller: usize,
    pub(crate) traffic: Arc<Traffic>,
}

impl Receiver for Endpoint {
    async fn deliver(&self, item: &Item, is_repeat: bool) -> Sent {
        let Item::Entry(entry) = item else {
            return Sent::NotDeliverable("the billing takes no alarms".into());
        };
        if entry.kind != EntryKind::Credit {
            return Sent::NotDeliverable("the billing takes nothing back".into());
        }
        let txn_id = txn_id(entry.project_id, entry.operation_id);
        let order = PayOrder {
            txn_id: &txn_id,
            account: entry.customer_id.as_str(),
            sum: entry.amount,
            time: time(entry),
            is_repeat,
        };
        let query = Dialect::pay(&order).expect("a credit can be told");
        let request = Request::Pay {
            teller: self.teller,
            seq: entry.seq,
        };
        let answer = self.traffic.depart(request, &query).await;
        let wire = answer.unwrap_or(Wire::Broken);
        let delivery = match wire.body() {
            Ok(body) => DIALECT.read_pay(body, &order),
            Err(failure) => Delivery::again(&failure, None),
        };
        if matches!(delivery, Delivery::Delivered { .. }) {
            self.traffic.deliver(entry.seq);
        }
        Sent::Sent(delivery)
    }
}

/// The number of a project's operation at the billing: both projects tell the same one.
pub(crate) fn txn_id(project: ProjectId, operation: OperationId) -> String {
    let prefix = if project == PROJECTS[0].into() {
        "1"
    } else {
        "2"
    };
    let prefix = Prefix::parse(prefix).expect("a digit");
    txn_id::of_operation(Some(&prefix), operation).expect("a short id")
}

fn time(entry: &Entry) -> jiff::civil::DateTime {
    let moment = Timestamp::from_millisecond(entry.time.0).unwrap_or_default();
    TimeZone::UTC.to_datetime(moment)
}
