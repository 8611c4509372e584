//! What the platform knows: the payments that it was given an id for, and the facts that it tells of them.

use std::collections::{BTreeSet, HashMap};

use jetpay_platform::next_operation_id;

use super::chance::Chance;
use super::messages::Wish;

/// What a callback tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sale,
    Decline,
    /// Under way: of the same operation as the sale.
    Processing,
    Refund,
}

/// A payment whose id was answered with the code 0.
pub(super) struct Payment {
    pub(super) id: String,
    pub(super) wish: Wish,
    /// Its facts, by their numbers.
    pub(super) facts: Vec<usize>,
    /// How much the facts take back.
    pub(super) refunded: i64,
}

pub(super) struct Fact {
    pub(super) payment: usize,
    pub(super) kind: Kind,
    pub(super) operation: u64,
    /// The operation's amount, in minor units.
    pub(super) amount: i64,
    /// Whether HTTP 200 was ever received for it.
    pub(super) acknowledged: bool,
}

/// Facts of a payment, to be told.
struct Plan(&'static [Kind]);

impl Plan {
    /// Most payments succeed. One without a callback stays pending.
    fn any(chance: &mut Chance) -> Self {
        Self(match chance.below(100) {
            0..70 => &[Kind::Sale],
            70..85 => &[Kind::Processing, Kind::Sale],
            85..93 => &[Kind::Decline],
            _ => &[],
        })
    }
}

#[derive(Default)]
pub(super) struct Book {
    pub(super) payments: Vec<Payment>,
    pub(super) facts: Vec<Fact>,
    numbers: HashMap<String, usize>,
    /// Facts that are not acknowledged, and that nobody is delivering now.
    open: Vec<usize>,
    acknowledged: Vec<usize>,
    /// Payments that something was answered about since the last audit.
    touched: BTreeSet<usize>,
}

impl Book {
    /// The merchant has given an id. False if that id was given before.
    pub(super) fn issued(&mut self, id: &str, wish: Wish, chance: &mut Chance) -> bool {
        let payment = self.payments.len();
        if self.numbers.insert(id.to_owned(), payment).is_some() {
            return false;
        }
        self.payments.push(Payment {
            id: id.to_owned(),
            wish,
            facts: Vec::new(),
            refunded: 0,
        });
        self.touched.insert(payment);
        let operation = next_operation_id();
        for &kind in Plan::any(chance).0 {
            self.add(payment, kind, operation, wish.amount);
        }
        true
    }

    /// A part of a random payment goes back; perhaps before its sale was told.
    pub(super) fn refund(&mut self, chance: &mut Chance) {
        let payment = chance.below(self.payments.len());
        let Some(found) = self.payments.get(payment) else {
            return;
        };
        let left = found.wish.amount - found.refunded;
        if left > 0 && self.has(found, Kind::Sale) {
            let whole = chance.of(30);
            let part = if whole { left } else { chance.amount(left) };
            self.payments[payment].refunded += part;
            self.add(payment, Kind::Refund, next_operation_id(), part);
        }
    }

    fn add(&mut self, payment: usize, kind: Kind, operation: u64, amount: i64) {
        let number = self.facts.len();
        self.facts.push(Fact {
            payment,
            kind,
            operation,
            amount,
            acknowledged: false,
        });
        self.payments[payment].facts.push(number);
        self.open.push(number);
    }

    /// Takes a fact to be delivered; it is [given back](Self::delivered) after that.
    pub(super) fn take_open(&mut self, chance: &mut Chance) -> Option<usize> {
        let at = chance.below(self.open.len());
        (at < self.open.len()).then(|| self.open.swap_remove(at))
    }

    /// All of them at once.
    pub(super) fn take_all_open(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.open)
    }

    /// One that need not be told again.
    pub(super) fn any_acknowledged(&self, chance: &mut Chance) -> Option<usize> {
        chance.pick(&self.acknowledged).copied()
    }

    /// What came of the delivery of a fact that had been taken.
    pub(super) fn delivered(&mut self, fact: usize, acknowledged: bool) {
        if acknowledged {
            self.facts[fact].acknowledged = true;
            self.acknowledged.push(fact);
            self.touched.insert(self.facts[fact].payment);
        } else {
            self.open.push(fact);
        }
    }

    pub(super) fn take_touched(&mut self) -> Vec<usize> {
        std::mem::take(&mut self.touched).into_iter().collect()
    }

    pub(super) fn payment(&self, id: &str) -> Option<&Payment> {
        self.payments.get(*self.numbers.get(id)?)
    }

    pub(super) fn facts_of<'a>(&'a self, payment: &'a Payment) -> impl Iterator<Item = &'a Fact> {
        payment.facts.iter().map(|&number| &self.facts[number])
    }

    /// Whether a fact of this kind is or will be told of the payment.
    pub(super) fn has(&self, payment: &Payment, kind: Kind) -> bool {
        self.facts_of(payment).any(|fact| fact.kind == kind)
    }

    pub(super) fn acknowledged(&self) -> usize {
        self.acknowledged.len()
    }
}
