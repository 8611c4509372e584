//! What the platform reports about a top-up once it has the payment id.

use jetpay_core::{Currency, Money};

use crate::deterministic::{DAY, HOUR, MINUTE, Random, SECOND};
use crate::model::Event;
use crate::notification::{Content, Flaw};

/// What the platform reports about a top-up whose sale has this operation.
pub(crate) type Scenario = fn(&mut ScenarioWriter<'_>, u64);

/// Each scenario with its weight.
pub(crate) const SCENARIOS: [(u32, Scenario); 23] = [
    (40, |it, sale| it.paid(sale)),
    (10, |it, sale| it.declined(sale)),
    // Declined, then paid.
    (5, |it, sale| {
        it.declined(sale);
        it.later(20 * DAY);
        let again = if it.random.happens(500) {
            sale
        } else {
            it.next_operation()
        };
        it.paid(again);
    }),
    // Paid, then declined.
    (3, |it, sale| {
        it.paid(sale);
        it.later(DAY);
        it.declined(sale);
    }),
    (8, |it, sale| it.refund_in_parts(sale)),
    (3, |it, sale| {
        it.paid_before(sale);
        it.take_back("refund", "refunded", it.amount);
    }),
    (3, |it, sale| {
        it.paid_before(sale);
        it.take_back("reversal", "reversed", it.amount);
    }),
    // The refund of a part is reversed.
    (2, |it, sale| {
        it.paid_before(sale);
        let part = it.refund_a_part();
        it.take_back("refund reverse", "success", part);
    }),
    // Two refunds of which only one fits, or one that is too large by itself.
    (2, |it, sale| {
        it.paid_before(sale);
        if it.random.happens(500) {
            it.take_back("refund", "partially refunded", it.amount);
            it.later(DAY);
            let more = it.part(it.amount);
            it.take_back("refund", "partially refunded", more);
        } else {
            it.take_back("refund", "refunded", it.amount + 1);
        }
    }),
    (2, |it, sale| {
        it.paid_before(sale);
        if it.random.happens(400) {
            it.refund_a_part();
        }
        it.take_back("manual change", "decline", it.amount);
    }),
    (3, |it, sale| {
        let wrong = Some(kzt(it.amount + 1));
        it.mismatch(sale, |told, _| told.event.amount = wrong);
    }),
    (3, |it, sale| {
        let half = Some(kzt(it.amount / 2));
        it.mismatch(sale, |told, _| {
            told.event.words[2] = "partially paid";
            told.event.amount = half;
        });
    }),
    (2, |it, sale| {
        let usd = Currency::parse("USD").expect("a currency");
        let wrong = Some(Money::new(it.amount, usd));
        it.mismatch(sale, |told, _| told.event.amount = wrong);
    }),
    (2, |it, sale| {
        let other = it.other_project;
        it.mismatch(sale, |told, _| told.event.project = other);
    }),
    (1, |it, sale| {
        it.mismatch(sale, |told, _| told.event.payment_type = "payout");
    }),
    // A second sale of one payment.
    (2, |it, sale| {
        it.paid(sale);
        it.later(HOUR);
        let second = it.next_operation();
        it.paid(second);
    }),
    (3, |it, sale| {
        it.mismatch(sale, |told, odd| told.event.words = odd);
    }),
    (2, |it, sale| {
        it.mismatch(sale, |told, _| {
            told.without_operation(["", "", "success"]);
            told.flaw = Flaw::None;
        });
    }),
    (2, |it, sale| it.contradict(sale)),
    // The operation of another payment.
    (2, |it, sale| it.paid(it.another.unwrap_or(sale))),
    // A message that is not usable, then a good one.
    (1, |it, sale| {
        it.paid(sale);
        it.last().flaw = it.random.choose(&[Flaw::BadSignature, Flaw::NoAmount]);
        it.later(HOUR);
        it.paid(sale);
    }),
    // The platform loses the callback of a sale.
    (1, |it, sale| {
        it.paid(sale);
        it.last().flaw = Flaw::NeverSent;
    }),
    // No callback at all.
    (1, |it, _| it.scheduled.clear()),
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
        scenario(&mut self, sale);
        (self.scheduled, sale)
    }

    fn paid(&mut self, operation: u64) {
        self.add(operation, ["sale", "success", "success"]);
        if self.random.happens(100) {
            self.last().flaw = Flaw::HarmlessFields;
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
            self.last().without_operation(words);
        }
    }

    /// The sale, and a wait: money is taken back an hour or some days after it, and sometimes at once.
    fn paid_before(&mut self, sale: u64) {
        self.paid(sale);
        let longest = self.random.choose(&[SECOND, HOUR, 9 * DAY]);
        self.later(longest);
    }

    /// Refunds a part, and waits.
    fn refund_a_part(&mut self) -> i64 {
        let part = self.part(self.amount);
        self.take_back("refund", "partially refunded", part);
        self.later(DAY);
        part
    }

    fn take_back(&mut self, kind: &'static str, status: &'static str, amount: i64) {
        let operation = self.next_operation();
        self.add(operation, [kind, "success", status]);
        self.last().event.amount = Some(kzt(amount));
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

    fn last(&mut self) -> &mut Content {
        let (_, content) = self.scheduled.last_mut().expect("a notification was added");
        content
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

    /// A sale whose notification is changed, so that it does not fit; often a good one follows. The change is given words
    /// that credit nothing.
    fn mismatch(&mut self, sale: u64, change: impl FnOnce(&mut Content, [&'static str; 3])) {
        self.paid(sale);
        let odd = self.random.choose(&[
            ["capture", "success", "success"],
            ["moonlight", "success", "success"],
            ["sale", "success", "processing"],
            ["sale", "success", "moonlight"],
            ["sale", "moonlight", "success"],
            ["auth", "success", "awaiting capture"],
        ]);
        change(self.last(), odd);
        if self.random.happens(600) {
            self.later(5 * DAY);
            let right = self.next_operation();
            self.paid(right);
        }
    }

    /// One notification with two amounts. The first to arrive counts.
    fn contradict(&mut self, sale: u64) {
        let wrong_first = self.random.happens(500);
        self.paid(sale);
        self.paid(sale);
        let wrong = self.scheduled.len() - 1 - usize::from(wrong_first);
        let (_, wrong) = &mut self.scheduled[wrong];
        wrong.event.amount = Some(kzt(self.amount + 100));
    }

    fn refund_in_parts(&mut self, sale: u64) {
        self.paid_before(sale);
        let mut left = self.amount;
        for _ in 0..self.random.between(1..=3) {
            let part = self.part(left);
            left -= part;
            if self.random.happens(200) {
                let failed = self.next_operation();
                self.add(failed, ["refund", "decline", "success"]);
                self.last().event.amount = Some(kzt(part));
            }
            self.take_back("refund", "partially refunded", part);
            if self.random.happens(200) {
                // The same refund again, with another status of the payment.
                let mut again = self.last().clone();
                again.event.words[2] = "refunded";
                self.later(HOUR);
                self.scheduled.push((self.at, again));
            }
            self.later(2 * DAY);
            if left < 2 {
                break;
            }
        }
    }
}

impl Content {
    /// It says this without the operation's id and amount.
    fn without_operation(&mut self, words: [&'static str; 3]) {
        let event = &mut self.event;
        (event.words, event.operation, event.amount) = (words, None, None);
    }
}

fn kzt(minor: i64) -> Money {
    Money::new(minor, Currency::KZT)
}
