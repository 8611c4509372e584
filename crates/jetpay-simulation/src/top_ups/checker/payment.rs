//! Checks one payment against what its stored notifications demand. The expectation is computed with sets and sums;
//! it shares no code with the ledger's rules, which go step by step.

use std::ops::RangeInclusive;

use super::{Checker, Payment};
use crate::database::{self, PaymentRow};
use crate::notification::{Content, Effect, Notification};
use crate::report::{Breach, Invariant};

impl Checker {
    /// Checks a payment against its stored notifications.
    pub(crate) fn check_payment(
        &mut self,
        index: usize,
        notifications: &[Notification],
    ) -> Result<(), Breach> {
        let payment = &self.payments[index];
        let row = self
            .store
            .inspect(|connection| database::payment(connection, &payment.id))?;
        let Some(row) = row else {
            return match (payment.announced, payment.entries.is_empty()) {
                (None, true) => Ok(()),
                (None, false) => Err(Breach::new(
                    Invariant::OnlySignedEvents,
                    index,
                    "it has entries, but was not announced",
                )),
                (Some(_), _) => Err(Breach::new(
                    Invariant::NoStateLost,
                    index,
                    "its row is missing",
                )),
            };
        };
        let expected = self.expected(payment, notifications);
        fits(payment, &row, &expected).map_err(|(invariant, message)| {
            let PaymentRow {
                state, remaining, ..
            } = &row;
            let message = format!("{message}; it is {state}, and {remaining} remain");
            Breach::new(invariant, index, message)
        })?;
        let step = self.step;
        let payment = &mut self.payments[index];
        payment.announced.get_or_insert(step);
        payment.state = row.state;
        Ok(())
    }

    fn expected(&self, payment: &Payment, notifications: &[Notification]) -> Expected {
        let known: Vec<&Content> = payment
            .stored
            .iter()
            .map(|&notification| &notifications[notification].content)
            .collect();
        expected(&known, payment.amount, |content| {
            self.has_credited_another(payment, content)
        })
    }

    /// Whether the operation of a sale has credited another payment.
    fn has_credited_another(&self, payment: &Payment, content: &Content) -> bool {
        let credited = self.credited.get(&(content.project, content.operation));
        credited.is_some_and(|&other| self.payments[other].id != payment.id)
    }
}

fn fits(
    payment: &Payment,
    row: &PaymentRow,
    expected: &Expected,
) -> Result<(), (Invariant, String)> {
    let breach = |invariant, message: String| Err((invariant, message));
    if rank(&row.state) < rank(&payment.state) {
        let message = format!("it was {} before", payment.state);
        return breach(Invariant::NoStateLost, message);
    }
    if (row.remaining, row.credited) != (payment.sum, payment.credits) {
        let message = format!(
            "its entries give {}, of {} credited",
            payment.sum, payment.credits
        );
        return breach(Invariant::BalanceIsEntries, message);
    }
    if (payment.credits > 0) != expected.credited {
        let message = if expected.credited {
            "a success that fits is stored, but not credited"
        } else {
            "it was credited without a success that fits"
        };
        return breach(Invariant::CreditedOnce, message.into());
    }
    if !expected.remaining.contains(&row.remaining) {
        let message = format!("{:?} should remain", expected.remaining);
        return breach(Invariant::TakenBackOnce, message);
    }
    let states = if expected.credited {
        states(row.remaining, row.amount)
    } else {
        &[expected.state]
    };
    if !states.contains(&row.state.as_str()) {
        return breach(
            Invariant::StateFollows,
            format!("it should be one of {states:?}"),
        );
    }
    Ok(())
}

/// What a payment must look like. Amounts are in minor units.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    pub(crate) credited: bool,
    /// The amount that may remain.
    pub(crate) remaining: RangeInclusive<i64>,
    /// The state, if the payment is not credited.
    pub(crate) state: &'static str,
}

/// What must follow for a payment of `amount` from the stored notifications, in any order. `elsewhere`: the operation
/// has credited another payment, so the notification does not fit this one.
pub(crate) fn expected(
    known: &[&Content],
    amount: i64,
    elsewhere: impl Fn(&Content) -> bool,
) -> Expected {
    let is = |effect| move |content: &&&Content| content.effect == effect;
    let pays = |content: &&&Content| is(Effect::Credits)(content) && !elsewhere(content);
    let misfit = known.iter().any(|content| {
        is(Effect::Mismatch)(&content) || is(Effect::Credits)(&content) && elsewhere(content)
    });
    if !known.iter().any(|content| pays(&content)) {
        let state = if misfit {
            "quarantined"
        } else if known.iter().any(|content| is(Effect::Declines)(&content)) {
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
    let takes = sum(known, Effect::TakesBack);
    let returns = sum(known, Effect::RefundReversed);
    let rest = known
        .iter()
        .any(|content| is(Effect::TakesBackRest)(&content));
    let remaining = match (rest, takes <= amount) {
        (true, _) => 0..=0,
        // A reversed refund that arrives before its refund raises an alarm. It does not wait for the refund.
        (false, true) => amount - takes..=amount - takes + returns.min(takes),
        // The refunds exceed the amount. Their order decides which of them fit.
        (false, false) => 0..=amount,
    };
    Expected {
        credited: true,
        remaining,
        state: "",
    }
}

/// The states that fit a credited payment with this remaining amount.
pub(crate) fn states(remaining: i64, amount: i64) -> &'static [&'static str] {
    match remaining {
        0 => &["refunded", "reversed"],
        all if all == amount => &["credited"],
        _ => &["partially_refunded"],
    }
}

/// The rank of a state. It never decreases.
pub(crate) fn rank(state: &str) -> u8 {
    match state {
        "pending" => 0,
        "declined" => 1,
        "quarantined" => 2,
        _ => 3,
    }
}

/// The sum of the operations with this effect. Each operation counts once.
fn sum(known: &[&Content], effect: Effect) -> i64 {
    let mut operations: Vec<(u64, i64)> = known
        .iter()
        .filter(|content| content.effect == effect)
        .map(|content| (content.operation, content.amount))
        .collect();
    operations.sort_unstable();
    operations.dedup_by_key(|(operation, _)| *operation);
    operations.iter().map(|(_, amount)| amount).sum()
}
