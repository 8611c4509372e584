//! Payouts: added, changed, read.

use std::sync::LazyLock;

use jetpay_core::id::{CustomerId, PaymentId, ProjectId};

use super::rows::{insert, update};
use super::transaction::Transaction;
use crate::payout::PayoutStep;
use crate::port::payouts::sql::Balance;
use crate::port::payouts::{sql, step};
use crate::port::tables::{KEPT_OF_PAYOUT, PAYOUTS, STEPS};
use crate::port::{PayoutRow, PayoutTransaction, TransactionError, rows};

static ADD: LazyLock<String> = LazyLock::new(|| insert(&PAYOUTS));
static ADD_STEP: LazyLock<String> = LazyLock::new(|| insert(&STEPS));
static CHANGE: LazyLock<String> = LazyLock::new(|| update(&PAYOUTS, KEPT_OF_PAYOUT));
static BY_ID: LazyLock<String> = LazyLock::new(sql::by_id);

impl PayoutTransaction for Transaction<'_> {
    fn payout(&mut self, id: &PaymentId) -> Result<Option<PayoutRow>, TransactionError> {
        self.row(&BY_ID, &[id.into()], PayoutRow::read)
    }

    fn payout_with_key(
        &mut self,
        project_id: ProjectId,
        key: &str,
    ) -> Result<Option<(PaymentId, String)>, TransactionError> {
        self.row(
            sql::WITH_KEY,
            &[project_id.into(), key.into()],
            sql::with_key,
        )
    }

    fn available(&mut self, customer_id: &CustomerId) -> Result<i128, TransactionError> {
        Ok(balance(self, customer_id.as_str())?.available)
    }

    fn topped_up_to_customer_of(&mut self, id: &PaymentId) -> Result<i128, TransactionError> {
        let sql = "SELECT customer_id FROM payments WHERE id = ?1";
        let customer_id: Option<CustomerId> = self.row(sql, &[id.into()], rows::id)?;
        let balance = customer_id.map(|customer_id| balance(self, customer_id.as_str()));
        Ok(balance.transpose()?.unwrap_or_default().topped_up)
    }

    fn add_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        self.execute(&ADD, &row.values()).map(drop)
    }

    fn change_payout(&mut self, row: &PayoutRow) -> Result<(), TransactionError> {
        self.forgot |= row.payout.request.is_empty();
        self.execute(&CHANGE, &row.values()).map(drop)
    }

    fn add_step(&mut self, step: &PayoutStep) -> Result<(), TransactionError> {
        self.execute(&ADD_STEP, &step::values(step)).map(drop)
    }
}

pub(super) fn balance(
    transaction: &Transaction<'_>,
    customer_id: &str,
) -> Result<Balance, TransactionError> {
    let balance = transaction.row(sql::BALANCE, &[customer_id.into()], sql::balance)?;
    Ok(balance.unwrap_or_default())
}
