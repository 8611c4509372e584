//! What is sent, and to whom it belongs.

use anyhow::Result;
use jetpay_core::{Currency, Money};
use jetpay_platform::messages::{Callback, CheckDeposit, Contract};
use jetpay_platform::{Admin, METHODS, MethodFacts, Platform};
use serde_json::json;

use super::book::Kind;
use super::chance::Chance;

pub(super) const PROJECT: u64 = 1234;
/// Few, so that many payments of one customer meet.
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

/// What a payer wants to pay.
#[derive(Clone, Copy)]
pub(super) struct Wish {
    pub(super) method: &'static MethodFacts,
    pub(super) customer: &'static str,
    pub(super) amount: i64,
}

impl Wish {
    pub(super) fn any(chance: &mut Chance) -> Self {
        Self {
            method: &METHODS[chance.below(METHODS.len())],
            customer: CUSTOMERS[chance.below(CUSTOMERS.len())],
            // Within the limits that some methods name: 1.00 to 500 000.00.
            amount: 99 + chance.amount(1_000_000),
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

    /// A callback of its payment, signed. `amount` is the operation's.
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
