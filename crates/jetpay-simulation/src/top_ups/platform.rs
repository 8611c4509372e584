//! The platform: what it asks, what it tells, and when it tells it again.

use std::sync::Arc;

use jetpay_core::signature::sign;
use jetpay_core::{Currency, Money};
use jetpay_platform::messages::{CheckDeposit, Contract, Verify};
use jetpay_platform::{METHODS, MethodFacts};

use super::event::Message;
use super::scenario::{PLOTS, Plot, Teller};
use crate::deterministic::{Chance, DAY, MINUTE, START};
use crate::notification::{Fact, Flaw};
use crate::setup::{CONTRACT, CUSTOMERS, PROJECTS, Setting, customer_id};

/// Numbers of operations begin here.
const OPERATIONS: u64 = 2_802_000_000;

pub(crate) struct Platform<'s> {
    setting: &'s Setting,
    pub(crate) top_ups: Vec<TopUp>,
    pub(crate) facts: Vec<Fact>,
    operations: u64,
    /// The last sale of each project.
    sales: [Option<u64>; 2],
    chance: Chance,
}

/// A fact that is to be told, so much later.
pub(crate) type Due = (i64, usize);

impl<'s> Platform<'s> {
    pub(crate) fn new(setting: &'s Setting, chance: &mut Chance, days: u32) -> Self {
        Self {
            setting,
            top_ups: planned(chance, days),
            facts: Vec::new(),
            operations: OPERATIONS,
            sales: [None; 2],
            chance: chance.fork(),
        }
    }

    /// The payment has this id at the merchant: makes up what happens to it.
    pub(crate) fn story(&mut self, top_up: usize, payment: &Arc<str>) -> Vec<Due> {
        let Self {
            top_ups,
            facts,
            operations,
            sales,
            chance,
            ..
        } = self;
        let this = &mut top_ups[top_up];
        this.payment = Some(Arc::clone(payment));
        let another = sales[this.project];
        let teller = Teller::new(chance, operations, another, this.projects(), this.amount);
        let (told, sale) = teller.tell(this.plot);
        sales[this.project] = Some(sale);
        let told = told.into_iter().map(|(after, saying)| {
            facts.push(Fact::new(top_up, payment, saying));
            (after, facts.len() - 1)
        });
        told.collect()
    }

    /// In which of its writings a fact is sent this time.
    pub(crate) fn writing(&mut self) -> usize {
        usize::from(self.chance.happens(300))
    }

    /// The method at whose address a message is for, and its bytes. Nothing for what the merchant's people do.
    pub(crate) fn write(
        &mut self,
        message: Message,
        now: i64,
    ) -> Option<(&'static MethodFacts, Arc<[u8]>)> {
        match message {
            Message::Verify(top_up) => {
                let TopUp {
                    project,
                    method,
                    customer,
                    ..
                } = self.top_ups[top_up];
                let body = Verify::new(PROJECTS[project].into(), customer_id(customer).as_str());
                Some((method, self.signed(project, &serde_json::to_vec(&body))))
            }
            Message::CheckDeposit(top_up) => {
                let TopUp {
                    project,
                    method,
                    customer,
                    amount,
                    ..
                } = self.top_ups[top_up];
                let contract = Contract {
                    id: CONTRACT.into(),
                    number: CONTRACT.into(),
                };
                let body = CheckDeposit::new(
                    method,
                    PROJECTS[project].into(),
                    customer_id(customer).as_str(),
                    Money::new(amount, Currency::KZT),
                    Some(&contract),
                );
                Some((method, self.signed(project, &serde_json::to_vec(&body))))
            }
            Message::Callback { fact, writing } => {
                let fact = &mut self.facts[fact];
                let method = self.top_ups[fact.top_up].method;
                let right = fact.saying.flaw != Flaw::BadSignature;
                let key = self.setting.key(fact.saying.project, right);
                Some((method, Arc::clone(fact.write(writing, method, key, now))))
            }
            Message::Import(_) | Message::Dismiss(_) => None,
        }
    }

    fn signed(&self, project: usize, body: &serde_json::Result<Vec<u8>>) -> Arc<[u8]> {
        let body = body.as_ref().expect("a message can be written");
        let key = self.setting.key(PROJECTS[project], true);
        sign(body, key).expect("a message can be signed").into()
    }
}

/// How many begin on a day, on average.
const A_DAY: usize = 10;

/// A payer, and what becomes of the payment.
pub(crate) struct TopUp {
    pub(crate) begins: i64,
    pub(crate) method: &'static MethodFacts,
    pub(crate) project: usize,
    /// The number of a customer; one too many is nobody's.
    pub(crate) customer: usize,
    pub(crate) amount: i64,
    pub(crate) plot: Plot,
    pub(crate) origin: Origin,
    /// The merchant's id, once the platform has it.
    pub(crate) payment: Option<Arc<str>>,
    /// How often `verify` and `check_deposit` were sent.
    pub(crate) asked: u32,
    pub(crate) verified: bool,
}

/// Where the payment id comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From this merchant's answer to `check_deposit`.
    Ours,
    /// From elsewhere, for ever.
    Foreign,
    /// From an older system, which is taken over so much later.
    Imported(i64),
    /// From elsewhere, which a person says so much later.
    Dismissed(i64),
    /// From an older system, and dismissed by mistake before it is taken over.
    DismissedThenImported(i64),
}

/// The top-ups of a run, some of them at the same moment as another.
pub(crate) fn planned(chance: &mut Chance, days: u32) -> Vec<TopUp> {
    let count = usize::try_from(days)
        .unwrap_or(usize::MAX)
        .saturating_mul(A_DAY);
    let last = START + i64::from(days) * DAY;
    let mut begins = START;
    let plan = (0..count).map(|_| {
        if chance.happens(700) {
            begins = chance.between(START..=last);
        }
        TopUp {
            begins,
            method: chance.among(&METHODS.each_ref()),
            project: usize::from(chance.happens(200)),
            customer: chance.below(CUSTOMERS + 1),
            amount: chance.between(2..=1_000_000),
            plot: chance.weighed(PLOTS),
            origin: origin(chance),
            payment: None,
            asked: 0,
            verified: false,
        }
    });
    plan.collect()
}

fn origin(chance: &mut Chance) -> Origin {
    if !chance.happens(20) {
        return Origin::Ours;
    }
    let after = chance.between(MINUTE..=9 * DAY);
    chance.among(&[
        Origin::Foreign,
        Origin::Imported(after),
        Origin::Imported(after),
        Origin::Dismissed(after),
        Origin::DismissedThenImported(after),
    ])
}

impl TopUp {
    /// The project that asks, and the other one.
    pub(crate) fn projects(&self) -> [u64; 2] {
        [PROJECTS[self.project], PROJECTS[1 - self.project]]
    }
}
