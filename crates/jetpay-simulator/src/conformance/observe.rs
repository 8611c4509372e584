//! What became of the money, as the merchant's interface shows it.

use serde_json::Value;

use super::expect;
use super::outcome::{Checked, Stop};
use super::scene::Scene;
use crate::admin::Admin;
use crate::feed::Entry;

impl Scene<'_> {
    pub(crate) fn admin(&self) -> Checked<&Admin> {
        let missing = Stop::Skipped {
            why: "the answers were right; without the merchant's interface the money is not seen",
        };
        self.target.admin.as_ref().ok_or(missing)
    }

    pub(crate) async fn payment(&self, payment_id: &str) -> Checked<Value> {
        Ok(self.admin()?.payment(payment_id).await?)
    }

    /// The payment is in this state, and its entries have these amounts, in minor units and in this order.
    pub(crate) async fn expect_money(
        &self,
        payment_id: &str,
        state: &str,
        amounts: &[i64],
    ) -> Checked {
        let payment = self.payment(payment_id).await?;
        expect::equal(
            "the payment's state",
            &Some(state),
            &payment.get("state").and_then(Value::as_str),
        )?;
        self.expect_entries(payment_id, amounts).await
    }

    /// The entries of the payment have these amounts, in minor units and in this order.
    pub(crate) async fn expect_entries(&self, payment_id: &str, amounts: &[i64]) -> Checked {
        let entries = self.admin()?.entries_of(payment_id).await?;
        let got: Vec<i64> = entries.iter().map(|entry| entry.amount).collect();
        expect::equal("entries of", &amounts.to_vec(), &got)?;
        entries
            .iter()
            .try_for_each(|entry| self.expect_entry(entry))
    }

    /// An entry says whose and which it is.
    fn expect_entry(&self, entry: &Entry) -> Checked {
        expect::equal(
            "an entry's method",
            &self.method.name,
            &entry.method.as_str(),
        )?;
        expect::equal(
            "an entry's customer",
            &self.target.customers.payer,
            &entry.customer_id,
        )?;
        expect::equal(
            "an entry's project",
            &self.project.id.number(),
            &entry.project_id,
        )?;
        expect::equal(
            "an entry's currency",
            &self.target.currency.code(),
            &entry.currency.as_str(),
        )?;
        let utc = entry.time.ends_with('Z') || entry.time.ends_with("+00:00");
        expect::equal("an entry's time is UTC", &true, &utc)
    }

    /// The payment carries a flag that tells a person to look.
    pub(crate) async fn expect_flagged(&self, payment_id: &str) -> Checked {
        let payment = self.payment(payment_id).await?;
        let flagged = payment
            .get("flags")
            .and_then(Value::as_array)
            .is_some_and(|flags| !flags.is_empty());
        expect::equal("the payment is flagged", &true, &flagged)
    }
}
