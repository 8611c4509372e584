//! What the platform tells of a top-up, once the merchant has given its payment id.

mod refunds;

use jetpay_core::Currency;

use crate::deterministic::{Chance, DAY, HOUR, MINUTE, SECOND};
use crate::notification::{Flaw, Meaning, Saying};

/// What happens to a top-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plot {
    Paid,
    Declined,
    DeclinedThenPaid,
    PaidThenDeclined,
    RefundedInParts,
    Refunded,
    Reversed,
    RefundTakenBack,
    RefundTooLarge,
    TakenBackByHand,
    WrongAmount,
    PaidPartially,
    WrongCurrency,
    WrongProject,
    Payout,
    SecondSale,
    OddWords,
    Contradiction,
    OperationOfAnother,
    Unusable,
    Silence,
}

/// How often each happens.
pub(crate) const PLOTS: &[(u32, Plot)] = &[
    (40, Plot::Paid),
    (10, Plot::Declined),
    (5, Plot::DeclinedThenPaid),
    (3, Plot::PaidThenDeclined),
    (8, Plot::RefundedInParts),
    (3, Plot::Refunded),
    (3, Plot::Reversed),
    (2, Plot::RefundTakenBack),
    (2, Plot::RefundTooLarge),
    (2, Plot::TakenBackByHand),
    (3, Plot::WrongAmount),
    (3, Plot::PaidPartially),
    (2, Plot::WrongCurrency),
    (2, Plot::WrongProject),
    (1, Plot::Payout),
    (2, Plot::SecondSale),
    (3, Plot::OddWords),
    (2, Plot::Contradiction),
    (2, Plot::OperationOfAnother),
    (1, Plot::Unusable),
    (1, Plot::Silence),
];

/// A saying, and when it is first told, counted from the payment's beginning.
pub(crate) type Told = (i64, Saying);

/// Makes a story up.
pub(crate) struct Teller<'a> {
    pub(crate) chance: &'a mut Chance,
    /// The last number of an operation that was given out.
    pub(crate) operations: &'a mut u64,
    /// The sale of some payment before, of the same project.
    pub(crate) another: Option<u64>,
    pub(crate) project: u64,
    pub(crate) other_project: u64,
    pub(crate) amount: i64,
    told: Vec<Told>,
    at: i64,
}

impl<'a> Teller<'a> {
    pub(crate) fn new(
        chance: &'a mut Chance,
        operations: &'a mut u64,
        another: Option<u64>,
        [project, other_project]: [u64; 2],
        amount: i64,
    ) -> Self {
        // Mostly within two seconds, at the latest after 36 days.
        let latest = chance.weighed(&[(80, 2 * SECOND), (10, HOUR), (6, 2 * DAY), (4, 36 * DAY)]);
        let at = chance.between(SECOND..=latest);
        Self {
            chance,
            operations,
            another,
            project,
            other_project,
            amount,
            told: Vec::new(),
            at,
        }
    }

    /// What is told, and the number of the sale.
    pub(crate) fn tell(mut self, plot: Plot) -> (Vec<Told>, u64) {
        let sale = self.fresh();
        if self.chance.happens(300) {
            self.say(sale, ["sale", "processing", "processing"], Meaning::Nothing);
            self.later(10 * MINUTE);
        }
        match plot {
            Plot::Paid => self.paid(sale),
            Plot::Declined => self.declined(sale),
            Plot::DeclinedThenPaid => {
                self.declined(sale);
                self.later(20 * DAY);
                let again = if self.chance.happens(500) {
                    sale
                } else {
                    self.fresh()
                };
                self.paid(again);
            }
            Plot::PaidThenDeclined => {
                self.paid(sale);
                self.later(DAY);
                self.declined(sale);
            }
            Plot::SecondSale => {
                self.paid(sale);
                self.later(HOUR);
                let second = self.fresh();
                self.paid(second);
            }
            Plot::Contradiction => self.contradict(sale),
            Plot::OperationOfAnother => {
                let of_another = self.another.unwrap_or(sale);
                self.paid(of_another);
            }
            Plot::Unusable => {
                self.paid(sale);
                let flaw = self.chance.among(&[Flaw::BadSignature, Flaw::NoAmount]);
                self.last().flaw = flaw;
                self.later(HOUR);
                self.paid(sale);
            }
            Plot::Silence => self.told.clear(),
            Plot::RefundedInParts
            | Plot::Refunded
            | Plot::Reversed
            | Plot::RefundTakenBack
            | Plot::RefundTooLarge
            | Plot::TakenBackByHand => {
                self.paid(sale);
                self.taken_back(plot);
            }
            Plot::WrongAmount
            | Plot::PaidPartially
            | Plot::WrongCurrency
            | Plot::WrongProject
            | Plot::Payout
            | Plot::OddWords => {
                self.misfit(plot, sale);
                if self.chance.happens(600) {
                    self.later(5 * DAY);
                    let right = self.fresh();
                    self.paid(right);
                }
            }
        }
        (self.told, sale)
    }

    fn paid(&mut self, operation: u64) {
        self.say(operation, ["sale", "success", "success"], Meaning::Pays);
    }

    fn declined(&mut self, operation: u64) {
        self.say(operation, ["sale", "decline", "decline"], Meaning::Fails);
    }

    fn take(&mut self, kind: &'static str, status: &'static str, amount: i64) {
        let operation = self.fresh();
        self.say(operation, [kind, "success", status], Meaning::Takes);
        self.last().amount = amount;
    }

    fn say(&mut self, operation: u64, words: [&'static str; 3], meaning: Meaning) {
        let saying = Saying {
            project: self.project,
            payment_type: "purchase",
            words,
            operation,
            amount: self.amount,
            currency: Currency::KZT,
            meaning,
            flaw: Flaw::None,
        };
        self.told.push((self.at, saying));
    }

    fn last(&mut self) -> &mut Saying {
        let (_, saying) = self.told.last_mut().expect("something was said");
        saying
    }

    fn later(&mut self, longest: i64) {
        self.at += self.chance.between(0..=longest);
    }

    fn part(&mut self, whole: i64) -> i64 {
        self.chance.between(1..=whole - 1)
    }

    fn fresh(&mut self) -> u64 {
        *self.operations += 1;
        *self.operations
    }
}

impl Teller<'_> {
    pub(super) fn misfit(&mut self, plot: Plot, sale: u64) {
        let (half, other) = (self.amount / 2, self.other_project);
        self.paid(sale);
        let odd = self.chance.among(&[
            ["capture", "success", "success"],
            ["moonlight", "success", "success"],
            ["sale", "success", "processing"],
            ["sale", "success", "moonlight"],
            ["sale", "moonlight", "success"],
            ["auth", "success", "awaiting capture"],
        ]);
        let last = self.last();
        last.meaning = Meaning::Misfit;
        match plot {
            Plot::WrongAmount => last.amount += 1,
            Plot::WrongCurrency => last.currency = Currency::parse("USD").expect("a currency"),
            Plot::WrongProject => last.project = other,
            Plot::Payout => last.payment_type = "payout",
            Plot::PaidPartially => {
                last.words[2] = "partially paid";
                last.amount = half;
            }
            _ => {
                last.words = odd;
                last.meaning = Meaning::Nothing;
            }
        }
    }

    /// One fact with two amounts: what comes first counts.
    pub(super) fn contradict(&mut self, sale: u64) {
        let wrong_first = self.chance.happens(500);
        self.paid(sale);
        self.paid(sale);
        let wrong = self.told.len() - 1 - usize::from(wrong_first);
        let (_, wrong) = &mut self.told[wrong];
        wrong.amount += 100;
        wrong.meaning = Meaning::Misfit;
    }
}
