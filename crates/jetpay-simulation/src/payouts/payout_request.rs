//! What a merchant wants paid out.

use jetpay_core::id::PaymentId;
use jetpay_core::payout::General;
use jetpay_core::{Currency, Method, Money};
use jetpay_ledger::Millis;
use jetpay_ledger::payout::NewPayout;
use jetpay_qiwi_kz::{Customer, Payout, QiwiKz};

use crate::deterministic::Chance;
use crate::deterministic::{DAY, START};
use crate::setup::{PROJECTS, customer_id};

/// How many begin on a day, on average.
const A_DAY: usize = 6;
/// How many customers are paid: few, so that they compete for their balances.
pub(super) const PAYEES: usize = 8;

/// A payout that a merchant wants, and what the world knows of it.
pub(super) struct Wish {
    pub(super) number: usize,
    pub(super) begins: i64,
    pub(super) project: usize,
    pub(super) customer: usize,
    pub(super) amount: i64,
    pub(super) from_balance: bool,
    /// How often the merchant asked.
    pub(super) asked: u32,
    pub(super) heard: Heard,
    pub(super) plot: Plot,
    /// A send of it was overtaken on its way.
    pub(super) overtaken: bool,
    /// A person said how it ended.
    pub(super) settled: bool,
}

/// What the merchant knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Nothing,
    /// It is taken.
    Taken,
    /// The balance does not suffice, and the merchant gave it up.
    Refused,
}

/// What the platform will do with it, as far as it is out of the ordinary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plot {
    Plain,
    /// It may pay after it has declined.
    Revives,
    /// It takes it back.
    ComesBack,
}

/// The wishes of a run, some of them at the same moment as another.
pub(super) fn planned(chance: &mut Chance, days: u32) -> Vec<Wish> {
    let count = usize::try_from(days)
        .unwrap_or(usize::MAX)
        .saturating_mul(A_DAY);
    let last = START + i64::from(days) * DAY;
    let few_amounts = chance.happens(300);
    let mut begins = START;
    let plan = (0..count).map(|number| {
        if chance.happens(700) {
            begins = chance.between(START..=last);
        }
        Wish {
            number,
            begins,
            project: usize::from(chance.happens(200)),
            customer: chance.below(PAYEES),
            amount: if few_amounts {
                10_000 * chance.between(1..=20)
            } else {
                chance.between(2..=500_000)
            },
            from_balance: chance.happens(300),
            asked: 0,
            heard: Heard::Nothing,
            plot: Plot::Plain,
            overtaken: false,
            settled: false,
        }
    });
    plan.collect()
}

impl Wish {
    pub(super) fn project_id(&self) -> u64 {
        PROJECTS[self.project]
    }

    /// The merchant's own id of it.
    pub(super) fn key(&self) -> String {
        format!("wish-{}", self.number)
    }

    /// The number of the wish with this key.
    pub(super) fn of_key(key: &str) -> Option<usize> {
        key.strip_prefix("wish-")?.parse().ok()
    }

    /// A wallet of its own, so that what it got is known.
    pub(super) fn account(&self) -> String {
        format!("7701{:07}", self.number)
    }

    pub(super) fn fingerprint(&self, other: bool) -> String {
        format!("of {} {other}", self.number)
    }

    /// What must not stay in the store: name, address, e-mail.
    pub(super) fn private(&self) -> [String; 4] {
        let number = self.number;
        [
            format!("First{number}x"),
            format!("Last{number}x"),
            format!("payer{number}x@example.com"),
            format!("10.{}.{}.77", number / 250, number % 250),
        ]
    }

    /// What the service makes of the request, under a fresh id. `other`: it is of another amount.
    pub(super) fn payout(&self, id: &PaymentId, now: Millis, other: bool) -> NewPayout {
        let project_id = self.project_id().into();
        let customer_id = customer_id(self.customer);
        let [first_name, last_name, email, ip_address] = self.private();
        let customer = Customer {
            id: customer_id.as_str(),
            ip_address: &ip_address,
            first_name: &first_name,
            last_name: &last_name,
            email: &email,
        };
        let general = General::new(project_id, id.clone()).expect("a plain id");
        let amount = Money::new(self.amount + i64::from(other), Currency::KZT);
        let request = Payout::new(general, &customer, &self.account(), amount);
        let request = request.expect("a good payout").to_json();
        NewPayout {
            id: id.clone(),
            project_id,
            method: QiwiKz::NAME.into(),
            customer_id,
            account_number: self.account(),
            amount,
            idempotency_key: self.key(),
            fingerprint: self.fingerprint(other),
            from_balance: self.from_balance,
            request,
            created_at: now,
        }
    }
}
