//! What the platform knows about top-ups: the payments that got an id, and the operation events to deliver for them.

use std::collections::{BTreeSet, HashMap};

use anyhow::Result;
use jetpay_core::{Currency, Money};
use jetpay_platform::messages::{Callback, CheckDeposit, Contract};
use jetpay_platform::{Admin, METHODS, MethodFacts, Platform, next_operation_id};
use serde_json::json;

use super::run::Random;

pub(super) const PROJECT: u64 = 1234;
/// Only a few, so that each customer gets many payments at the same time.
pub(super) const CUSTOMERS: [&str; 5] = [
    "7000000001",
    "7000000002",
    "7000000003",
    "7000000004",
    "7000000005",
];
const CONTRACT: &str = "c1";
const NUMBER: &str = "N-1";

pub(super) async fn put_customers(admin: &Admin) -> Result<()> {
    let customer = json!({"contracts": [{"id": CONTRACT, "number": NUMBER, "payment": 100_000}]});
    for id in CUSTOMERS {
        admin.put_customer(id, &customer).await?;
    }
    Ok(())
}

/// A top-up that a payer begins.
#[derive(Clone, Copy)]
pub(super) struct TopUp {
    pub(super) method: &'static MethodFacts,
    pub(super) customer: &'static str,
    /// In minor units.
    pub(super) amount: i64,
}

impl TopUp {
    pub(super) fn random(random: &mut Random) -> Self {
        Self {
            method: &METHODS[random.below(METHODS.len())],
            customer: CUSTOMERS[random.below(CUSTOMERS.len())],
            // Some methods have limits: from 1.00 to 500 000.00.
            amount: 99 + random.amount(1_000_000),
        }
    }

    pub(super) fn check_deposit(&self, platform: &Platform) -> Vec<u8> {
        let contract = Contract {
            id: CONTRACT.into(),
            number: NUMBER.into(),
        };
        platform.sign(&CheckDeposit::new(
            self.method,
            platform.project_id(),
            self.customer,
            kzt(self.amount),
            Some(&contract),
        ))
    }

    /// A signed callback for the payment. `amount` is the amount of the operation, in minor units.
    pub(super) fn callback(
        &self,
        platform: &Platform,
        payment_id: &str,
        kind: Kind,
        operation: u64,
        amount: i64,
    ) -> Vec<u8> {
        let (method, project, money) = (self.method, platform.project_id(), kzt(amount));
        let callback = match kind {
            Kind::Sale => Callback::success(method, project, payment_id, money),
            Kind::Decline => Callback::decline(method, project, payment_id, money),
            Kind::Processing => Callback::processing(method, project, payment_id, money),
            Kind::Refund => {
                let left = kzt(self.amount - amount);
                Callback::partial_refund(method, project, payment_id, money, left)
            }
        };
        platform.sign(&callback.with_operation_id(operation))
    }
}

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}

/// The kind of an operation event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sale,
    Decline,
    /// An intermediate status of the sale's operation.
    Processing,
    Refund,
}

/// The events of a payment that the platform will report. Most payments succeed; one without events stays pending.
fn random_events(random: &mut Random) -> &'static [Kind] {
    match random.below(100) {
        0..70 => &[Kind::Sale],
        70..85 => &[Kind::Processing, Kind::Sale],
        85..93 => &[Kind::Decline],
        _ => &[],
    }
}

/// A payment: `check_deposit` was answered with the code 0 and this id.
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) top_up: TopUp,
    /// Indices into [`Journal::events`].
    pub(super) events: Vec<usize>,
    /// The sum of all refunds, in minor units.
    pub(super) refunded: i64,
}

/// An operation event that the platform delivers by callback.
pub(super) struct OperationEvent {
    pub(super) payment: usize,
    pub(super) kind: Kind,
    pub(super) operation: u64,
    /// The amount of the operation, in minor units.
    pub(super) amount: i64,
    /// True once a callback was answered with HTTP 200.
    pub(super) acknowledged: bool,
}

#[derive(Default)]
pub(super) struct Journal {
    pub(super) payments: Vec<Payment>,
    pub(super) events: Vec<OperationEvent>,
    by_id: HashMap<String, usize>,
    /// Events that are not acknowledged and that no worker is delivering now.
    open: Vec<usize>,
    acknowledged: Vec<usize>,
    /// Payments with an answer since the last audit.
    touched: BTreeSet<usize>,
}

impl Journal {
    /// Records a payment id that the merchant issued. Returns false if the merchant issued that id before.
    pub(super) fn issued(&mut self, id: &str, top_up: TopUp, random: &mut Random) -> bool {
        let payment = self.payments.len();
        if self.by_id.insert(id.to_owned(), payment).is_some() {
            return false;
        }
        self.payments.push(Payment {
            id: id.to_owned(),
            top_up,
            events: Vec::new(),
            refunded: 0,
        });
        self.touched.insert(payment);
        let operation = next_operation_id();
        for &kind in random_events(random) {
            self.add(payment, kind, operation, top_up.amount);
        }
        true
    }

    /// Refunds a part of a random payment. The refund may be delivered before the sale.
    pub(super) fn refund(&mut self, random: &mut Random) {
        let payment = random.below(self.payments.len());
        let Some(found) = self.payments.get(payment) else {
            return;
        };
        let left = found.top_up.amount - found.refunded;
        if left > 0 && self.has(found, Kind::Sale) {
            let whole = random.percent(30);
            let part = if whole { left } else { random.amount(left) };
            self.payments[payment].refunded += part;
            self.add(payment, Kind::Refund, next_operation_id(), part);
        }
    }

    fn add(&mut self, payment: usize, kind: Kind, operation: u64, amount: i64) {
        let number = self.events.len();
        self.events.push(OperationEvent {
            payment,
            kind,
            operation,
            amount,
            acknowledged: false,
        });
        self.payments[payment].events.push(number);
        self.open.push(number);
    }

    /// Takes an open event for delivery. The worker must call [`delivered`](Self::delivered) afterwards.
    pub(super) fn take_open(&mut self, random: &mut Random) -> Option<usize> {
        let at = random.below(self.open.len());
        (at < self.open.len()).then(|| self.open.swap_remove(at))
    }

    pub(super) fn take_all_open(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.open)
    }

    /// A random acknowledged event.
    pub(super) fn any_acknowledged(&self, random: &mut Random) -> Option<usize> {
        random.pick(&self.acknowledged).copied()
    }

    /// Records the outcome of the delivery of an event that a worker had taken.
    pub(super) fn delivered(&mut self, event: usize, acknowledged: bool) {
        if acknowledged {
            self.events[event].acknowledged = true;
            self.acknowledged.push(event);
            self.touched.insert(self.events[event].payment);
        } else {
            self.open.push(event);
        }
    }

    pub(super) fn take_touched(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.touched).into_iter().collect()
    }

    pub(super) fn payment(&self, id: &str) -> Option<&Payment> {
        self.payments.get(*self.by_id.get(id)?)
    }

    pub(super) fn events_of<'a>(
        &'a self,
        payment: &'a Payment,
    ) -> impl Iterator<Item = &'a OperationEvent> {
        payment.events.iter().map(|&number| &self.events[number])
    }

    /// Whether the payment has an event of this kind, delivered or not.
    pub(super) fn has(&self, payment: &Payment, kind: Kind) -> bool {
        self.events_of(payment).any(|event| event.kind == kind)
    }

    pub(super) fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }
}
