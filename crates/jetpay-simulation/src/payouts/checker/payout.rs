//! How a payout stands: its row against its steps, and against the row that was there before.

use super::Audit;
use crate::deterministic::{DAY, MINUTE};
use crate::payouts::payout_request::{Plot, Wish};
use crate::payouts::rows::{self, Row, StepRow};
use crate::report::{Broken, Invariant};
use crate::setup::customer_id;

/// What the steps of a payout say.
#[derive(Default)]
struct Sums {
    reserved: i64,
    paid: i64,
    released: i64,
    reversed: i64,
    sent: i64,
}

impl Audit {
    /// Whether a payout stands as its steps say.
    pub(in crate::payouts) fn payout(&mut self, wish: &Wish) -> Result<(), Broken> {
        let Some(known) = self.known.get(&wish.number) else {
            return Ok(());
        };
        let before = &known.row;
        let row = self
            .store
            .inspect(|connection| rows::payout(connection, &before.id))?;
        let broken = |invariant, what: String| Err(Broken::new(invariant, wish.number, what));
        let Some(row) = row else {
            return broken(Invariant::NoWayBack, "it is gone".into());
        };
        if row.rank() < before.rank() || changed(before, &row) {
            let what = format!(
                "it was {} before, is {}, or was changed",
                before.state, row.state
            );
            return broken(Invariant::NoWayBack, what);
        }
        let sums = self.sums(&known.steps);
        let kept = (
            sums.reserved - sums.paid - sums.released,
            sums.paid - sums.reversed,
        );
        if kept != (row.reserved, row.paid) {
            let what = format!(
                "{} reserved and {} paid, and its steps say {kept:?}",
                row.reserved, row.paid
            );
            return broken(Invariant::AddsUp, what);
        }
        let most = sums.paid <= row.amount
            && sums.released <= row.amount
            && sums.reserved <= 2 * row.amount;
        if !most || !fits(&row) || sums.sent != row.sends {
            let what = format!(
                "{} with {} reserved and {} paid of {}",
                row.state, row.reserved, row.paid, row.amount
            );
            return broken(Invariant::AddsUp, what);
        }
        if row.is_open() && row.next.is_none() {
            let alarm = |connection: &_| rows::alarm(connection, &row.id, None);
            if !self.store.inspect(alarm)? {
                let what = "nothing is to be done, and no alarm tells so";
                return broken(Invariant::NotForgotten, what.into());
            }
        }
        if row.forgotten && row.is_open() {
            return broken(
                Invariant::NotForgotten,
                "its payer is forgotten, and it is open".into(),
            );
        }
        self.known.get_mut(&wish.number).expect("it is there").row = row;
        Ok(())
    }

    fn sums(&self, steps: &[usize]) -> Sums {
        let mut sums = Sums::default();
        for &place in steps {
            let step = &self.steps[place];
            let amount = step.amount.unwrap_or_default();
            match step.what.as_str() {
                "created" | "reserved_again" => sums.reserved += amount,
                "paid" => sums.paid += amount,
                "declined" | "rejected" => sums.released += amount,
                "reversed" => sums.reversed += amount,
                "sent" => sums.sent += 1,
                _ => {}
            }
        }
        sums
    }

    /// Whether the balance sufficed from which a payout was just taken.
    pub(in crate::payouts) fn balance(&mut self, wish: &Wish) -> Result<(), Broken> {
        let customer = customer_id(wish.customer);
        let left = self
            .store
            .inspect(|connection| rows::balance(connection, customer.as_str()))?;
        if left >= 0 || self.strained[wish.customer] {
            return Ok(());
        }
        let what = format!(
            "it was taken from the balance of {}, which is {left} now",
            customer.as_str()
        );
        Err(Broken::new(Invariant::BalanceSuffices, wish.number, what))
    }
}

/// What may not change, and did.
fn changed(before: &Row, now: &Row) -> bool {
    let asked = |row: &Row| (row.project, row.amount, row.from_balance, row.created_at);
    let texts = |row: &Row| [&row.id, &row.customer, &row.key, &row.fingerprint].map(Clone::clone);
    let forgotten = !before.forgotten && now.forgotten;
    let private = (&before.request, &before.account) != (&now.request, &now.account);
    asked(before) != asked(now)
        || texts(before) != texts(now)
        || before.sends > now.sends
        || (before.overdue && !now.overdue)
        || (before.forgotten && !now.forgotten)
        || private != forgotten
}

/// Whether the state says what the money says.
fn fits(row: &Row) -> bool {
    let (all, some) = (row.reserved == row.amount, row.paid > 0);
    match row.state.as_str() {
        "created" | "unknown" | "accepted" => all && !some,
        "paid" => row.reserved == 0 && some && row.next.is_none(),
        "reversed" | "declined" | "rejected" => row.reserved == 0 && !some && row.next.is_none(),
        _ => false,
    }
}

/// What the world knows of a payout at this moment.
pub(in crate::payouts) struct Reasons<'a> {
    /// Its status at the Gate, if that knows it.
    pub(in crate::payouts) status: Option<&'static str>,
    /// How much the platform told that came back by itself, in minor units; by operation.
    pub(in crate::payouts) came_back: Vec<(i64, i64)>,
    /// The service heard that a send of it was rejected.
    pub(in crate::payouts) was_rejected: bool,
    pub(in crate::payouts) wish: &'a Wish,
    /// When it was taken.
    pub(in crate::payouts) created_at: i64,
}

impl Reasons<'_> {
    /// Whether a step may be.
    pub(in crate::payouts) fn allow(&self, step: &StepRow) -> Result<(), Broken> {
        let wish = self.wish;
        let out = matches!(self.status, Some("success" | "reversed"));
        // Nobody can keep money that a request still on its way will take; and a person may be wrong.
        let free = wish.overtaken || wish.settled;
        let old = step.time - self.created_at >= DAY - MINUTE;
        let allowed = match step.what.as_str() {
            "paid" | "reserved_again" => out || wish.settled,
            "declined" => match self.status {
                Some("decline") => true,
                Some("error") => old || free,
                Some("success") => wish.plot == Plot::Revives || free,
                _ => free,
            },
            "rejected" => {
                let gone = matches!(self.status, None | Some("error"));
                self.was_rejected && (gone || free)
            }
            "reversed" => {
                let told = (
                    step.operation.unwrap_or_default(),
                    step.amount.unwrap_or_default(),
                );
                let all = self.status == Some("reversed") && step.amount == Some(wish.amount);
                all || self.came_back.contains(&told)
            }
            _ => true,
        };
        if allowed {
            return Ok(());
        }
        let what = format!(
            "it is {}, and at the Gate it is {:?}",
            step.what, self.status
        );
        Err(Broken::new(Invariant::BooksAgree, wish.number, what))
    }
}
