//! The billing's own books.

use std::collections::HashMap;

/// A payment in the billing's own books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The id that the service gave it.
    pub txn_id: String,
    /// The account.
    pub account: String,
    /// How much, in minor units with two digits.
    pub minor: i64,
    /// The billing's own number (`prv_txn`).
    pub prv_txn: String,
    /// Whether it was taken back.
    pub cancelled: bool,
}

/// An account. Amounts are in minor units with two digits.
#[derive(Clone, Copy, Default)]
pub(super) struct Account {
    /// What is owed; below zero when more was paid.
    pub(super) owes: i64,
    /// Whether answers say what is owed.
    pub(super) shows_debt: bool,
}

/// Accounts and payments.
#[derive(Clone, Default)]
pub(super) struct Books {
    accounts: HashMap<String, Account>,
    booked: Vec<Booked>,
    /// The first payment with each `txn_id`.
    by_txn: HashMap<String, usize>,
}

/// The first `prv_txn`.
const FIRST: usize = 1_000_001;

impl Books {
    pub(super) fn put(&mut self, id: &str, debt: Option<i64>) {
        let account = self.accounts.entry(id.to_owned()).or_default();
        account.owes = debt.unwrap_or(account.owes);
        account.shows_debt = debt.is_some();
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.accounts.remove(id);
    }

    pub(super) fn account(&self, id: &str) -> Option<Account> {
        self.accounts.get(id).copied()
    }

    pub(super) fn accounts(&self) -> usize {
        self.accounts.len()
    }

    pub(super) fn booked(&self) -> &[Booked] {
        &self.booked
    }

    /// The first payment with this `txn_id`.
    pub(super) fn by_txn(&self, txn_id: &str) -> Option<&Booked> {
        self.by_txn.get(txn_id).map(|&index| &self.booked[index])
    }

    /// The payment with the billing's own number.
    pub(super) fn by_prv_txn(&mut self, prv_txn: &str) -> Option<&mut Booked> {
        let index = prv_txn.parse::<usize>().ok()?.checked_sub(FIRST)?;
        self.booked.get_mut(index)
    }

    /// Books a payment, and returns the billing's own number of it.
    pub(super) fn book(&mut self, txn_id: &str, account: &str, minor: i64) -> String {
        let index = self.booked.len();
        let prv_txn = (FIRST + index).to_string();
        self.by_txn.entry(txn_id.to_owned()).or_insert(index);
        self.booked.push(Booked {
            txn_id: txn_id.to_owned(),
            account: account.to_owned(),
            minor,
            prv_txn: prv_txn.clone(),
            cancelled: false,
        });
        self.change(account, -minor);
        prv_txn
    }

    /// Changes what an account owes, if the account exists.
    pub(super) fn change(&mut self, account: &str, by: i64) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.owes = account.owes.saturating_add(by);
        }
    }
}
