//! What the Gate saw, asked for.

use jetpay_core::id::ProjectId;

use super::books::Books;
use super::seen::{Seen, What};

impl Books {
    /// Every request with a good signature that could be read, and every callback that was given out, in order.
    #[must_use]
    pub fn seen(&self) -> &[Seen] {
        &self.seen
    }

    /// The sends of an id that was sent before, without 3061, 3613, `error`, 401, 403 or 429 having been said in
    /// between. A merchant that keeps the rules has none.
    pub fn rash(&self) -> impl Iterator<Item = &Seen> {
        self.seen.iter().filter(|seen| seen.is_rash())
    }

    /// The sends of one payout, in order, with their bodies.
    pub fn sends_of(&self, payment_id: &str) -> impl Iterator<Item = &Seen> {
        let sends = self.seen.iter().filter(|seen| seen.what == What::Send);
        sends.filter(move |seen| seen.payment_id == payment_id)
    }

    /// How often a payout was accepted: more than once after `error` or when it was forgotten.
    #[must_use]
    pub fn accepted(&self, project_id: impl Into<ProjectId>, payment_id: &str) -> usize {
        let project_id = project_id.into();
        let payouts = self.payouts.iter();
        let of_id = payouts.filter(|it| it.order.project_id == project_id);
        of_id
            .filter(|it| it.order.payment_id == payment_id)
            .map(|it| it.tries.len())
            .sum()
    }

    /// All account numbers that payouts were sent to, sorted.
    #[must_use]
    pub fn accounts(&self) -> Vec<&str> {
        let accounts = self.payouts.iter().map(|it| it.order.account.as_str());
        let mut accounts: Vec<&str> = accounts.collect();
        accounts.sort_unstable();
        accounts.dedup();
        accounts
    }

    /// All ids under which a payout to this account was sent, accepted or not, in the order of their first send.
    #[must_use]
    pub fn payment_ids(&self, account: &str) -> Vec<&str> {
        let payouts = self.payouts.iter().filter(|it| it.order.account == account);
        payouts.map(|it| it.order.payment_id.as_str()).collect()
    }

    /// What this account got, less what came back, in minor units, as of the last moment that the books heard of.
    #[must_use]
    pub fn money_out(&self, account: &str) -> i64 {
        let payouts = self.payouts.iter().filter(|it| it.order.account == account);
        payouts.map(|it| it.money_out(self.now)).sum()
    }

    /// The same of one payout.
    #[must_use]
    pub fn money_out_by(&self, project_id: impl Into<ProjectId>, payment_id: &str) -> i64 {
        let project_id = project_id.into();
        let payouts = self.payouts.iter();
        let of_id = payouts.filter(|it| it.order.project_id == project_id);
        of_id
            .filter(|it| it.order.payment_id == payment_id)
            .map(|it| it.money_out(self.now))
            .sum()
    }

    /// The payout's `payment.status`, as of the last moment that the books heard of; none when it is not known.
    #[must_use]
    pub fn status(
        &self,
        project_id: impl Into<ProjectId>,
        payment_id: &str,
    ) -> Option<&'static str> {
        let project_id = project_id.into();
        let mut payouts = self.payouts.iter();
        let payout = payouts
            .find(|it| it.order.project_id == project_id && it.order.payment_id == payment_id)?;
        payout.stands(self.now).map(|fact| fact.word.of_payment())
    }
}
