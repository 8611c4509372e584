//! The platform: the top-ups, the messages it signs, and the notifications that follow.

use std::sync::Arc;

use jetpay_core::signature::sign;
use jetpay_core::{Currency, Money};
use jetpay_platform::messages::{CheckDeposit, Contract, Verify};
use jetpay_platform::{METHODS, MethodFacts};

use super::event::Message;
use super::scenario::{SCENARIOS, Scenario, ScenarioWriter};
use crate::deterministic::{DAY, MINUTE, Random, START};
use crate::notification::{Flaw, Notification};
use crate::setup::{CONTRACT, CUSTOMERS, PROJECTS, Setup, customer_id};

/// Numbers of operations begin here.
const OPERATIONS: u64 = 2_802_000_000;

pub(crate) struct Platform<'s> {
    setup: &'s Setup,
    pub(crate) top_ups: Vec<TopUp>,
    pub(crate) notifications: Vec<Notification>,
    operations: u64,
    /// The last sale of each project.
    sales: [Option<u64>; 2],
    random: Random,
}

/// A delay in milliseconds, and the notification to send then.
pub(crate) type Due = (i64, usize);

impl<'s> Platform<'s> {
    pub(crate) fn new(setup: &'s Setup, random: &mut Random, days: u32) -> Self {
        Self {
            setup,
            top_ups: plan_top_ups(random, days),
            notifications: Vec::new(),
            operations: OPERATIONS,
            sales: [None; 2],
            random: random.fork(),
        }
    }

    /// The platform has the payment id of a top-up. Writes the notifications of its scenario.
    pub(crate) fn schedule_notifications(
        &mut self,
        top_up: usize,
        payment: &Arc<str>,
        now: i64,
    ) -> Vec<Due> {
        let Self {
            top_ups,
            notifications,
            operations,
            sales,
            random,
            ..
        } = self;
        let this = &mut top_ups[top_up];
        this.payment = Some(Arc::clone(payment));
        let another = sales[this.project];
        let writer = ScenarioWriter::new(random, operations, another, this.projects(), this.amount);
        let (scheduled, sale) = writer.write(this.scenario);
        sales[this.project] = Some(sale);
        let scheduled = scheduled.into_iter().filter_map(|(after, content)| {
            let sent = content.flaw != Flaw::NeverSent;
            notifications.push(Notification::new(top_up, payment, content, now + after));
            sent.then(|| (after, notifications.len() - 1))
        });
        scheduled.collect()
    }

    /// The variant in which a notification is sent this time.
    pub(crate) fn variant(&mut self) -> usize {
        usize::from(self.random.happens(300))
    }

    /// The method to whose address a message goes, and its bytes. None for what an operator does.
    pub(crate) fn write(
        &mut self,
        message: Message,
        now: i64,
    ) -> Option<(&'static MethodFacts, Arc<[u8]>)> {
        match message {
            Message::Verify(top_up) => {
                let it = &self.top_ups[top_up];
                let customer = customer_id(it.customer);
                let body = Verify::new(PROJECTS[it.project].into(), customer.as_str());
                Some((
                    it.method,
                    self.signed(it.project, &serde_json::to_vec(&body)),
                ))
            }
            Message::CheckDeposit(top_up) => {
                let it = &self.top_ups[top_up];
                let contract = Contract {
                    id: CONTRACT.into(),
                    number: CONTRACT.into(),
                };
                let body = CheckDeposit::new(
                    it.method,
                    PROJECTS[it.project].into(),
                    customer_id(it.customer).as_str(),
                    Money::new(it.amount, Currency::KZT),
                    Some(&contract),
                );
                Some((
                    it.method,
                    self.signed(it.project, &serde_json::to_vec(&body)),
                ))
            }
            Message::Callback {
                notification,
                variant,
            } => {
                let notification = &mut self.notifications[notification];
                let method = self.top_ups[notification.top_up].method;
                let right = notification.content.flaw != Flaw::BadSignature;
                let key = self.setup.key(notification.content.event.project, right);
                Some((
                    method,
                    Arc::clone(notification.write(variant, method, key, now)),
                ))
            }
            Message::Import(_) | Message::Dismiss(_) | Message::Retry(_) => None,
        }
    }

    fn signed(&self, project: usize, body: &serde_json::Result<Vec<u8>>) -> Arc<[u8]> {
        let body = body.as_ref().expect("a message can be written");
        let key = self.setup.key(PROJECTS[project], true);
        sign(body, key).expect("a message can be signed").into()
    }
}

/// How many top-ups begin on a day, on average.
const PER_DAY: usize = 10;

/// A top-up, and what becomes of it. The amount is in minor units.
pub(crate) struct TopUp {
    pub(crate) begins_at: i64,
    pub(crate) method: &'static MethodFacts,
    pub(crate) project: usize,
    /// The number of the customer. [`CUSTOMERS`] is a customer that the service does not know.
    pub(crate) customer: usize,
    pub(crate) amount: i64,
    pub(crate) scenario: Scenario,
    pub(crate) origin: Origin,
    /// The payment id, once the platform has it.
    pub(crate) payment: Option<Arc<str>>,
    /// How often the platform has sent the current request.
    pub(crate) attempts: u32,
    pub(crate) verified: bool,
}

/// Where the payment id comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// From this service's answer to `check_deposit`.
    Service,
    /// From another system. The service never learns about it.
    Elsewhere,
    /// From an older system. An operator imports the payment after this time.
    Imported(i64),
    /// From another system. An operator dismisses its callbacks after this time.
    Dismissed(i64),
    /// From an older system. An operator dismisses its callbacks by mistake, and imports the payment later.
    DismissedThenImported(i64),
}

/// The top-ups of a run. Some begin at the same moment.
pub(crate) fn plan_top_ups(random: &mut Random, days: u32) -> Vec<TopUp> {
    let count = usize::try_from(days)
        .unwrap_or(usize::MAX)
        .saturating_mul(PER_DAY);
    let last = START + i64::from(days) * DAY;
    let mut begins_at = START;
    let plan = (0..count).map(|_| {
        if random.happens(700) {
            begins_at = random.between(START..=last);
        }
        TopUp {
            begins_at,
            method: random.choose(&METHODS.each_ref()),
            project: usize::from(random.happens(200)),
            customer: random.below(CUSTOMERS + 1),
            amount: random.between(2..=1_000_000),
            scenario: random.choose_weighted(&SCENARIOS),
            origin: origin(random),
            payment: None,
            attempts: 0,
            verified: false,
        }
    });
    plan.collect()
}

fn origin(random: &mut Random) -> Origin {
    if !random.happens(20) {
        return Origin::Service;
    }
    let after = random.between(MINUTE..=9 * DAY);
    random.choose(&[
        Origin::Elsewhere,
        Origin::Imported(after),
        Origin::Imported(after),
        Origin::Dismissed(after),
        Origin::DismissedThenImported(after),
    ])
}

impl TopUp {
    /// The project of the top-up, and the other one.
    pub(crate) fn projects(&self) -> [u64; 2] {
        [PROJECTS[self.project], PROJECTS[1 - self.project]]
    }
}
