//! The checks: of one payment after each step that touched it, of an answer before it leaves, and of everything now and
//! then.

mod answer;
mod everything;

pub(crate) use answer::of_request;

use crate::audit::{Audit, Payment};
use crate::books::{self, PaymentRow};
use crate::broken::{Broken, Invariant};
use crate::fact::{Fact, Saying};
use crate::model::{Expected, expected, rank, states};

impl Audit {
    /// Whether a payment stands as the facts that are stored demand.
    pub(crate) fn payment(&mut self, index: usize, facts: &[Fact]) -> Result<(), Broken> {
        let payment = &self.payments[index];
        let row = self
            .store
            .inspect(|connection| books::payment(connection, &payment.id))?;
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
