//! The payouts that the merchant requests.

use jetpay_core::id::PaymentId;
use jetpay_core::payout::General;
use jetpay_core::{Currency, Method, Money};
use jetpay_ledger::Millis;
use jetpay_ledger::payout::NewPayout;
use jetpay_qiwi_kz::{Customer, Payout, QiwiKz};

use crate::deterministic::Random;
use crate::deterministic::{DAY, START};
use crate::setup::{PROJECTS, customer_id};

/// How many requests begin on a day, on average.
const PER_DAY: usize = 6;
/// How many customers receive payouts. They are few, so that their payouts compete for a balance.
pub(super) const PAYEES: usize = 8;

/// A payout that the merchant requests, and what the simulation knows of it. The amount is in minor units.
pub(super) struct PayoutRequest {
    pub(super) number: usize,
    pub(super) begins_at: i64,
    pub(super) project: usize,
    pub(super) customer: usize,
    pub(super) amount: i64,
    pub(super) from_balance: bool,
    /// How often the merchant's program has sent the request.
    pub(super) attempts: u32,
    pub(super) merchant_view: MerchantView,
    pub(super) platform_plan: PlatformPlan,
    /// Another request of the payout overtook a send on its way.
    pub(super) overtaken: bool,
    /// An operator resolved it.
    pub(super) resolved: bool,
}

/// What the merchant's program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MerchantView {
    Unanswered,
    /// The service accepted the payout.
    Accepted,
    /// The balance was too small, and the program gave up.
    Refused,
}

/// What the platform does with the payout, if it is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PlatformPlan {
    Ordinary,
    /// The platform may pay after it has declined.
    PaysAfterDecline,
    /// The platform takes the payout back.
    Reverses,
}

/// The requests of a run. Some begin at the same moment.
pub(super) fn plan_requests(random: &mut Random, days: u32) -> Vec<PayoutRequest> {
    let count = usize::try_from(days)
        .unwrap_or(usize::MAX)
        .saturating_mul(PER_DAY);
    let last = START + i64::from(days) * DAY;
    let few_amounts = random.happens(300);
    let mut begins_at = START;
    let plan = (0..count).map(|number| {
        if random.happens(700) {
            begins_at = random.between(START..=last);
        }
        PayoutRequest {
            number,
            begins_at,
            project: usize::from(random.happens(200)),
            customer: random.below(PAYEES),
            amount: if few_amounts {
                10_000 * random.between(1..=20)
            } else {
                random.between(2..=500_000)
            },
            from_balance: random.happens(300),
            attempts: 0,
            merchant_view: MerchantView::Unanswered,
            platform_plan: PlatformPlan::Ordinary,
            overtaken: false,
            resolved: false,
        }
    });
    plan.collect()
}

impl PayoutRequest {
    pub(super) fn project_id(&self) -> u64 {
        PROJECTS[self.project]
    }

    /// The idempotency key.
    pub(super) fn key(&self) -> String {
        format!("item-{}", self.number)
    }

    /// The number of the request with this key.
    pub(super) fn number_from_key(key: &str) -> Option<usize> {
        key.strip_prefix("item-")?.parse().ok()
    }

    /// The wallet. Each request has its own, so that the amount it received is known.
    pub(super) fn account(&self) -> String {
        format!("7701{:07}", self.number)
    }

    pub(super) fn fingerprint(&self, conflicting: bool) -> String {
        format!("of {} {conflicting}", self.number)
    }

    /// The payer's personal data, which must not stay in the store: names, e-mail address, IP address.
    pub(super) fn private(&self) -> [String; 4] {
        let number = self.number;
        [
            format!("First{number}x"),
            format!("Last{number}x"),
            format!("payer{number}x@example.com"),
            format!("10.{}.{}.77", number / 250, number % 250),
        ]
    }

    /// What the service records for the request, under a fresh id. `conflicting`: with another amount.
    pub(super) fn payout(&self, id: &PaymentId, now: Millis, conflicting: bool) -> NewPayout {
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
        let amount = Money::new(self.amount + i64::from(conflicting), Currency::KZT);
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
            fingerprint: self.fingerprint(conflicting),
            from_balance: self.from_balance,
            request,
            created_at: now,
            requested_by: None,
        }
    }
}
