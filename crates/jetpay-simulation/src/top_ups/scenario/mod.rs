//! What the platform reports about a top-up once it has the payment id.

mod refunds;

use jetpay_core::{Currency, Money};

use crate::deterministic::{DAY, HOUR, MINUTE, Random, SECOND};
use crate::model::Event;
use crate::notification::{Content, Flaw};

/// What happens to a top-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Paid,
    Declined,
    DeclinedThenPaid,
    PaidThenDeclined,
    RefundedInParts,
    Refunded,
    Reversed,
    RefundTakenBack,
    RefundTooLarge,
    ManualChange,
    WrongAmount,
    PaidPartially,
    WrongCurrency,
    WrongProject,
    Payout,
    SecondSale,
    UnknownStatuses,
    SuccessWithoutOperation,
    Contradiction,
    OperationOfAnother,
    Unusable,
    NoCallback,
}

/// The weight of each scenario.
pub(crate) const SCENARIOS: &[(u32, Scenario)] = &[
    (40, Scenario::Paid),
    (10, Scenario::Declined),
    (5, Scenario::DeclinedThenPaid),
    (3, Scenario::PaidThenDeclined),
    (8, Scenario::RefundedInParts),
    (3, Scenario::Refunded),
    (3, Scenario::Reversed),
    (2, Scenario::RefundTakenBack),
    (2, Scenario::RefundTooLarge),
    (2, Scenario::ManualChange),
    (3, Scenario::WrongAmount),
    (3, Scenario::PaidPartially),
    (2, Scenario::WrongCurrency),
    (2, Scenario::WrongProject),
    (1, Scenario::Payout),
    (2, Scenario::SecondSale),
    (3, Scenario::UnknownStatuses),
    (2, Scenario::SuccessWithoutOperation),
    (2, Scenario::Contradiction),
    (2, Scenario::OperationOfAnother),
    (1, Scenario::Unusable),
    (1, Scenario::NoCallback),
];

/// When the notification is first sent, in milliseconds after the payment id was issued; and what it says.
pub(crate) type Scheduled = (i64, Content);

/// Writes the notifications of a scenario.
pub(crate) struct ScenarioWriter<'a> {
    pub(crate) random: &'a mut Random,
    /// The last operation number in use.
    pub(crate) operations: &'a mut u64,
    /// The last sale of the same project.
    pub(crate) another: Option<u64>,
    pub(crate) project: u64,
    pub(crate) other_project: u64,
    pub(crate) amount: i64,
    scheduled: Vec<Scheduled>,
    at: i64,
}

impl<'a> ScenarioWriter<'a> {
    pub(crate) fn new(
        random: &'a mut Random,
        operations: &'a mut u64,
        another: Option<u64>,
        [project, other_project]: [u64; 2],
        amount: i64,
    ) -> Self {
        // Most callbacks begin within two seconds, the latest after 36 days.
        let latest =
            random.choose_weighted(&[(80, 2 * SECOND), (10, HOUR), (6, 2 * DAY), (4, 36 * DAY)]);
        let at = random.between(SECOND..=latest);
        Self {
            random,
            operations,
            another,
            project,
            other_project,
            amount,
            scheduled: Vec::new(),
            at,
        }
    }

    /// The notifications of a scenario, and the number of its sale.
    pub(crate) fn write(mut self, scenario: Scenario) -> (Vec<Scheduled>, u64) {
        let sale = self.next_operation();
        if self.random.happens(300) {
            self.add(sale, ["sale", "processing", "processing"]);
            self.later(10 * MINUTE);
        }
        match scenario {
            Scenario::Paid => self.paid(sale),
            Scenario::Declined => self.declined(sale),
            Scenario::DeclinedThenPaid => {
                self.declined(sale);
                self.later(20 * DAY);
                let again = if self.random.happens(500) {
                    sale
                } else {
                    self.next_operation()
                };
                self.paid(again);
            }
            Scenario::PaidThenDeclined => {
                self.paid(sale);
                self.later(DAY);
                self.declined(sale);
            }
            Scenario::SecondSale => {
                self.paid(sale);
                self.later(HOUR);
                let second = self.next_operation();
                self.paid(second);
            }
            Scenario::Contradiction => self.contradict(sale),
            Scenario::OperationOfAnother => {
                let of_another = self.another.unwrap_or(sale);
                self.paid(of_another);
            }
            Scenario::Unusable => {
                self.paid(sale);
                let flaw = self.random.choose(&[Flaw::BadSignature, Flaw::NoAmount]);
                self.last_content().flaw = flaw;
                self.later(HOUR);
                self.paid(sale);
            }
            Scenario::NoCallback => self.scheduled.clear(),
            Scenario::RefundedInParts
            | Scenario::Refunded
            | Scenario::Reversed
            | Scenario::RefundTakenBack
            | Scenario::RefundTooLarge
            | Scenario::ManualChange => {
                self.paid(sale);
                self.refund_scenario(scenario);
            }
            Scenario::WrongAmount
            | Scenario::PaidPartially
            | Scenario::WrongCurrency
            | Scenario::WrongProject
            | Scenario::Payout
            | Scenario::UnknownStatuses
            | Scenario::SuccessWithoutOperation => {
                self.mismatch_scenario(scenario, sale);
                if self.random.happens(600) {
                    self.later(5 * DAY);
                    let right = self.next_operation();
                    self.paid(right);
                }
            }
        }
        (self.scheduled, sale)
    }

    fn paid(&mut self, operation: u64) {
        self.add(operation, ["sale", "success", "success"]);
        if self.random.happens(100) {
            self.last_content().flaw = Flaw::HarmlessFields;
        }
    }

    /// It needs neither the operation's id nor its operation.
    fn declined(&mut self, operation: u64) {
        let words = ["sale", "decline", "decline"];
        self.add(operation, words);
        let words = self.random.choose_weighted(&[
            (80, None),
            (10, Some(words)),
            (10, Some(["", "", "decline"])),
        ]);
        if let Some(words) = words {
            let event = self.last();
            (event.words, event.operation, event.amount) = (words, None, None);
        }
    }

    fn take_back(&mut self, kind: &'static str, status: &'static str, amount: i64) {
        let operation = self.next_operation();
        self.add(operation, [kind, "success", status]);
        self.last().amount = Some(kzt(amount));
    }

    fn add(&mut self, operation: u64, words: [&'static str; 3]) {
        let event = Event {
            project: self.project,
            payment_type: "purchase",
            words,
            operation: Some(operation),
            amount: Some(kzt(self.amount)),
        };
        let flaw = Flaw::None;
        self.scheduled.push((self.at, Content { event, flaw }));
    }

    fn last_content(&mut self) -> &mut Content {
        let (_, content) = self.scheduled.last_mut().expect("a notification was added");
        content
    }

    fn last(&mut self) -> &mut Event {
        &mut self.last_content().event
    }

    fn later(&mut self, longest: i64) {
        self.at += self.random.between(0..=longest);
    }

    fn part(&mut self, whole: i64) -> i64 {
        self.random.between(1..=whole - 1)
    }

    fn next_operation(&mut self) -> u64 {
        *self.operations += 1;
        *self.operations
    }

    pub(super) fn mismatch_scenario(&mut self, scenario: Scenario, sale: u64) {
        let (amount, other) = (self.amount, self.other_project);
        self.paid(sale);
        let odd = self.random.choose(&[
            ["capture", "success", "success"],
            ["moonlight", "success", "success"],
            ["sale", "success", "processing"],
            ["sale", "success", "moonlight"],
            ["sale", "moonlight", "success"],
            ["auth", "success", "awaiting capture"],
        ]);
        let event = self.last();
        match scenario {
            Scenario::WrongAmount => event.amount = Some(kzt(amount + 1)),
            Scenario::WrongCurrency => {
                let usd = Currency::parse("USD").expect("a currency");
                event.amount = Some(Money::new(amount, usd));
            }
            Scenario::WrongProject => event.project = other,
            Scenario::Payout => event.payment_type = "payout",
            Scenario::PaidPartially => {
                event.words[2] = "partially paid";
                event.amount = Some(kzt(amount / 2));
            }
            Scenario::SuccessWithoutOperation => {
                let words = ["", "", "success"];
                (event.words, event.operation, event.amount) = (words, None, None);
                self.last_content().flaw = Flaw::None;
            }
            _ => event.words = odd,
        }
    }

    /// One notification with two amounts. The first to arrive counts.
    pub(super) fn contradict(&mut self, sale: u64) {
        let wrong_first = self.random.happens(500);
        self.paid(sale);
        self.paid(sale);
        let wrong = self.scheduled.len() - 1 - usize::from(wrong_first);
        let (_, wrong) = &mut self.scheduled[wrong];
        wrong.event.amount = Some(kzt(self.amount + 100));
    }
}

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}
