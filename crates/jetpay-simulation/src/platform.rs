//! The platform: what it asks, what it tells, and when it tells it again.

use std::sync::Arc;

use jetpay_core::signature::sign;
use jetpay_core::{Currency, Money};
use jetpay_platform::MethodFacts;
use jetpay_platform::messages::{CheckDeposit, Contract, Verify};

use crate::chance::Chance;
use crate::fact::{Fact, Flaw};
use crate::network::Message;
use crate::setting::{CONTRACT, PROJECTS, Setting, customer_id};
use crate::story::Teller;
use crate::top_up::{TopUp, planned};

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
