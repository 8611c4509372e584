//! Checks one payment against what the model says of its stored notifications.

use jetpay_core::{Currency, Money};
use jetpay_rules::EntryKind;

use super::{Checker, Payment};
use crate::database::{self, PaymentRow};
use crate::model::{self, Alarm, Outcome};
use crate::notification::Notification;
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
                (None, false) => Invariant::OnlySignedEvents
                    .broken(index, "it has entries, but was not announced"),
                (Some(_), _) => Invariant::NoStateLost.broken(index, "its row is missing"),
            };
        };
        let expected = self.expected(index, notifications);
        if let Err((invariant, message)) = self.fits(payment, &row, &expected) {
            let PaymentRow {
                state, remaining, ..
            } = &row;
            let message = format!("{message}; it is {state}, and {remaining} remain");
            return invariant.broken(index, message);
        }
        let step = self.step;
        let payment = &mut self.payments[index];
        payment.announced.get_or_insert(step);
        payment.state = row.state;
        Ok(())
    }

    /// What the model says of a payment, after the notifications that are stored, in their order.
    pub(super) fn expected(&self, index: usize, notifications: &[Notification]) -> Expected {
        let payment = &self.payments[index];
        let amount = Money::new(payment.amount, Currency::KZT);
        let mut of_model = model::Payment::announced(payment.project, amount);
        let elsewhere = |operation, kind| {
            let credited = self.credited.get(&(payment.project, operation));
            kind == EntryKind::Credit && credited.is_some_and(|other| *other != index)
        };
        let (mut entries, mut alarms) = (Vec::new(), Vec::new());
        for &stored in &payment.stored {
            let event = &notifications[stored].content.event;
            if let Some(verdict) = of_model.callback(event, elsewhere) {
                entries.extend(verdict.entries);
                alarms.extend(verdict.alarms);
            }
        }
        Expected {
            outcome: of_model.outcome(),
            entries,
            alarms,
        }
    }

    fn fits(
        &self,
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
        let entries = payment.entries.iter().map(|&place| &self.entries[place]);
        let entries: Vec<_> = entries
            .map(|it| (it.operation.cast_unsigned(), it.kind.as_str(), it.amount))
            .collect();
        let of_model = expected.entries.iter();
        let of_model: Vec<_> = of_model
            .map(|(operation, kind, amount)| (*operation, kind.as_str(), *amount))
            .collect();
        if entries != of_model {
            let invariant = if payment.credits == expected.outcome.credited {
                Invariant::TakenBackOnce
            } else {
                Invariant::CreditedOnce
            };
            let message = format!(
                "its entries are {entries:?}, and its stored notifications demand {of_model:?}"
            );
            return breach(invariant, message);
        }
        let state = expected.outcome.state.as_str();
        if row.state != state {
            return breach(Invariant::StateFollows, format!("it should be {state}"));
        }
        Ok(())
    }
}

/// What a payment must look like.
pub(super) struct Expected {
    outcome: Outcome,
    entries: Vec<model::Entry>,
    pub(super) alarms: Vec<Alarm>,
}

/// The rank of a state. It never decreases.
fn rank(state: &str) -> u8 {
    match state {
        "pending" => 0,
        "declined" => 1,
        "quarantined" => 2,
        _ => 3,
    }
}
