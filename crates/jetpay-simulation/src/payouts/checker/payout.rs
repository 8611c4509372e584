//! Checks of one payout: its row against its steps, against the row before, and against what happened at the Gate.

use super::Checker;
use crate::deterministic::{DAY, MINUTE};
use crate::payouts::payout_request::{PayoutRequest, PlatformPlan};
use crate::payouts::rows::{self, Row, StepRow};
use crate::report::{Breach, Invariant};
use crate::setup::customer_id;

/// The sums of a payout's steps, in minor units, and the number of its sends.
#[derive(Default)]
struct Sums {
    reserved: i64,
    paid: i64,
    released: i64,
    reversed: i64,
    sent: i64,
}

impl Checker {
    /// Checks that the row of a payout agrees with its steps and with the row before.
    pub(in crate::payouts) fn check_payout(
        &mut self,
        request: &PayoutRequest,
    ) -> Result<(), Breach> {
        let Some(known) = self.known.get(&request.number) else {
            return Ok(());
        };
        let before = &known.row;
        let row = self
            .store
            .inspect(|connection| rows::payout(connection, &before.id))?;
        let breach =
            |invariant: Invariant, message: String| invariant.broken(request.number, message);
        let Some(row) = row else {
            return breach(Invariant::NoStateLost, "its row is missing".into());
        };
        if row.rank() < before.rank() || changed(before, &row) {
            let message = format!(
                "it was {} before and is {}, or a fixed column changed",
                before.state, row.state
            );
            return breach(Invariant::NoStateLost, message);
        }
        let sums = self.sums(&known.steps);
        let kept = (
            sums.reserved - sums.paid - sums.released,
            sums.paid - sums.reversed,
        );
        if kept != (row.reserved, row.paid) {
            let message = format!(
                "{} reserved and {} paid, but its steps say {kept:?}",
                row.reserved, row.paid
            );
            return breach(Invariant::AmountsAddUp, message);
        }
        let most = sums.paid <= row.amount
            && sums.released <= row.amount
            && sums.reserved <= 2 * row.amount;
        if !most || !fits(&row) || sums.sent != row.sends {
            let message = format!(
                "{} with {} reserved and {} paid of {}",
                row.state, row.reserved, row.paid, row.amount
            );
            return breach(Invariant::AmountsAddUp, message);
        }
        if row.is_open() && row.next.is_none() {
            let alarm = |connection: &_| rows::alarm(connection, &row.id, None);
            if !self.store.inspect(alarm)? {
                let message = "it is open without a next action, and has no alarm";
                return breach(Invariant::PayoutFollowedUp, message.into());
            }
        }
        if row.overdue {
            let alarm = |connection: &_| rows::overdue_alarm(connection, &row.id);
            if !self.store.inspect(alarm)? {
                let message = "it takes too long, and no alarm says so";
                return breach(Invariant::MismatchAlarmed, message.into());
            }
        }
        if row.forgotten && row.is_open() {
            return breach(
                Invariant::PayoutFollowedUp,
                "its personal data is erased, and it is open".into(),
            );
        }
        self.known
            .get_mut(&request.number)
            .expect("it was found above")
            .row = row;
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

    /// Checks that the customer's balance was sufficient for a payout that was just taken from it.
    pub(in crate::payouts) fn check_balance(
        &mut self,
        request: &PayoutRequest,
    ) -> Result<(), Breach> {
        let customer = customer_id(request.customer);
        let left = self
            .store
            .inspect(|connection| rows::balance(connection, customer.as_str()))?;
        if left >= 0 || self.may_be_negative[request.customer] {
            return Ok(());
        }
        let message = format!(
            "it was taken from the balance of {}, which is now {left}",
            customer.as_str()
        );
        Invariant::BalanceSuffices.broken(request.number, message)
    }
}

/// Whether something changed that must not change.
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

/// Whether the state agrees with the amounts.
fn fits(row: &Row) -> bool {
    let (all, some) = (row.reserved == row.amount, row.paid > 0);
    match row.state.as_str() {
        "created" | "unknown" | "sent_by_hand" | "accepted" => all && !some,
        "paid" => row.reserved == 0 && some && row.next.is_none(),
        "reversed" | "declined" | "rejected" => row.reserved == 0 && !some && row.next.is_none(),
        _ => false,
    }
}

/// What the simulation knows about a payout when money moves.
pub(in crate::payouts) struct MoneyEvidence<'a> {
    /// The payout's status at the Gate, if the Gate knows the payout.
    pub(in crate::payouts) status: Option<&'static str>,
    /// What the platform said has come back: operation and amount in minor units.
    pub(in crate::payouts) returned: Vec<(i64, i64)>,
    /// A server received a rejection of one of its sends.
    pub(in crate::payouts) was_rejected: bool,
    pub(in crate::payouts) request: &'a PayoutRequest,
    /// When the ledger accepted it, in milliseconds since 1970.
    pub(in crate::payouts) created_at: i64,
}

impl MoneyEvidence<'_> {
    /// Checks that a step has a reason at the Gate.
    pub(in crate::payouts) fn check(&self, step: &StepRow) -> Result<(), Breach> {
        let request = self.request;
        let out = matches!(self.status, Some("success" | "reversed"));
        // A send that another one overtook may still take money, and an operator may be wrong.
        let free = request.overtaken || request.resolved;
        let old = step.time - self.created_at >= DAY - MINUTE;
        let allowed = match step.what.as_str() {
            "paid" | "reserved_again" => out || request.resolved,
            "declined" => match self.status {
                Some("decline") => true,
                Some("error") => old || free,
                Some("success") => request.platform_plan == PlatformPlan::PaysAfterDecline || free,
                _ => free,
            },
            "rejected" => {
                let gone = matches!(self.status, None | Some("error"));
                self.was_rejected && (gone || free)
            }
            "reversed" => {
                let notification = (
                    step.operation.unwrap_or_default(),
                    step.amount.unwrap_or_default(),
                );
                let all = self.status == Some("reversed") && step.amount == Some(request.amount);
                all || self.returned.contains(&notification)
            }
            _ => true,
        };
        if allowed {
            return Ok(());
        }
        let message = format!(
            "its step is {}, but at the Gate it is {:?}",
            step.what, self.status
        );
        Invariant::LedgerMatchesGate.broken(request.number, message)
    }
}
