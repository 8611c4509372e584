//! The checks of one payment after each step that touched it.

use std::ops::RangeInclusive;

use super::{Audit, Payment};
use crate::database::{self, PaymentRow};
use crate::notification::{Fact, Meaning, Saying};
use crate::report::{Broken, Invariant};

impl Audit {
    /// Whether a payment stands as the facts that are stored demand.
    pub(crate) fn payment(&mut self, index: usize, facts: &[Fact]) -> Result<(), Broken> {
        let payment = &self.payments[index];
        let row = self
            .store
            .inspect(|connection| database::payment(connection, &payment.id))?;
        let Some(row) = row else {
            return match (payment.announced, payment.entries.is_empty()) {
                (None, true) => Ok(()),
                (None, false) => Err(Broken::new(
                    Invariant::NothingElse,
                    index,
                    "it has entries, and nobody announced it",
                )),
                (Some(_), _) => Err(Broken::new(Invariant::NoWayBack, index, "it is gone")),
            };
        };
        let expected = self.expected(payment, facts);
        fits(payment, &row, &expected).map_err(|(invariant, what)| {
            let PaymentRow {
                state, remaining, ..
            } = &row;
            let what = format!("{what}; it is {state}, {remaining} of it remain");
            Broken::new(invariant, index, what)
        })?;
        let step = self.step;
        let payment = &mut self.payments[index];
        payment.announced.get_or_insert(step);
        payment.state = row.state;
        Ok(())
    }

    fn expected(&self, payment: &Payment, facts: &[Fact]) -> Expected {
        let known: Vec<&Saying> = payment
            .known
            .iter()
            .map(|&fact| &facts[fact].saying)
            .collect();
        expected(&known, payment.amount, |saying| {
            self.credited_elsewhere(payment, saying)
        })
    }

    /// Whether a sale's operation has credited another payment.
    fn credited_elsewhere(&self, payment: &Payment, saying: &Saying) -> bool {
        let credited = self.credited.get(&(saying.project, saying.operation));
        credited.is_some_and(|&other| self.payments[other].id != payment.id)
    }
}

fn fits(
    payment: &Payment,
    row: &PaymentRow,
    expected: &Expected,
) -> Result<(), (Invariant, String)> {
    let broken = |invariant, what: String| Err((invariant, what));
    if rank(&row.state) < rank(&payment.state) {
        let what = format!("it was {} before", payment.state);
        return broken(Invariant::NoWayBack, what);
    }
    if (row.remaining, row.credited) != (payment.sum, payment.credits) {
        let what = format!(
            "its entries give {}, of {} credited",
            payment.sum, payment.credits
        );
        return broken(Invariant::BalanceIsEntries, what);
    }
    if (payment.credits > 0) != expected.credited {
        let what = if expected.credited {
            "a success that fits is stored, and was not credited"
        } else {
            "it was credited without a success that fits"
        };
        return broken(Invariant::CreditedOnce, what.into());
    }
    if !expected.remaining.contains(&row.remaining) {
        let what = format!("{:?} should remain", expected.remaining);
        return broken(Invariant::TakenBackOnce, what);
    }
    let states = if expected.credited {
        states(row.remaining, row.amount)
    } else {
        &[expected.state]
    };
    if !states.contains(&row.state.as_str()) {
        return broken(
            Invariant::StateFits,
            format!("it should be one of {states:?}"),
        );
    }
    Ok(())
}

/// How a payment must stand.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) credited: bool,
    /// What may remain of it, in minor units.
    pub(crate) remaining: RangeInclusive<i64>,
    /// Its state, when it is not credited.
    pub(crate) state: &'static str,
}

/// What follows for a payment over `amount` from what is known. `elsewhere` says whether a sale's operation has credited
/// another payment: then it does not fit this one.
pub(crate) fn expected(
    known: &[&Saying],
    amount: i64,
    elsewhere: impl Fn(&Saying) -> bool,
) -> Expected {
    let is = |meaning| move |saying: &&&Saying| saying.meaning == meaning;
    let pays = |saying: &&&Saying| is(Meaning::Pays)(saying) && !elsewhere(saying);
    let misfit = known.iter().any(|saying| {
        is(Meaning::Misfit)(&saying) || is(Meaning::Pays)(&saying) && elsewhere(saying)
    });
    if !known.iter().any(|saying| pays(&saying)) {
        let state = if misfit {
            "quarantined"
        } else if known.iter().any(|saying| is(Meaning::Fails)(&saying)) {
            "declined"
        } else {
            "pending"
        };
        return Expected {
            credited: false,
            remaining: 0..=0,
            state,
        };
    }
    let takes = sum(known, Meaning::Takes);
    let returns = sum(known, Meaning::Returns);
    let rest = known.iter().any(|saying| is(Meaning::TakesRest)(&saying));
    let remaining = match (rest, takes <= amount) {
        (true, _) => 0..=0,
        // A refund taken back that comes before its refund is put before a person, and not kept waiting for it.
        (false, true) => amount - takes..=amount - takes + returns.min(takes),
        // Not all of it fits, and the order says which.
        (false, false) => 0..=amount,
    };
    Expected {
        credited: true,
        remaining,
        state: "",
    }
}

/// The states that fit a credited payment of which so much remains.
pub(crate) fn states(remaining: i64, amount: i64) -> &'static [&'static str] {
    match remaining {
        0 => &["refunded", "reversed"],
        all if all == amount => &["credited"],
        _ => &["partially_refunded"],
    }
}

/// How far on a state is: it never becomes less.
pub(crate) fn rank(state: &str) -> u8 {
    match state {
        "pending" => 0,
        "declined" => 1,
        "quarantined" => 2,
        _ => 3,
    }
}

/// The amounts of the operations with this meaning, each operation once.
fn sum(known: &[&Saying], meaning: Meaning) -> i64 {
    let mut operations: Vec<(u64, i64)> = known
        .iter()
        .filter(|saying| saying.meaning == meaning)
        .map(|saying| (saying.operation, saying.amount))
        .collect();
    operations.sort_unstable();
    operations.dedup_by_key(|(operation, _)| *operation);
    operations.iter().map(|(_, amount)| amount).sum()
}
