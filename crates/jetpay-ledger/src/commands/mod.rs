//! What is done in a transaction, written once for every store.
//!
//! Each command reads and writes a [`LedgerTransaction`](crate::port::LedgerTransaction). Here the pure rules of
//! [`jetpay_rules`] and [`crate::payout`] meet rows.

mod alarm;
mod callback;
mod customer;
mod payment;
mod payouts;
mod resolve;

pub(crate) use alarm::signature;
pub(crate) use callback::{KeepUnusable, RecordCallback};
pub(crate) use customer::{ChangeDebts, DeleteCustomers, PutCustomers};
pub(crate) use payment::{ImportPayments, RecordPayment};
pub(crate) use payouts::{ForgetPayers, LeasePayout, RecordOutcome, RecordPayout, ResolvePayout};
pub(crate) use resolve::{
    CorrectEntry, CreditUnmatched, DismissUnmatched, ResolveAlarm, ResolveAlarms,
};
