//! What is done in a transaction, written once for every store.
//!
//! Each command reads and writes a [`LedgerTransaction`](crate::port::LedgerTransaction). Here the pure rules of
//! [`jetpay_rules`] and [`crate::payout`] meet rows.

mod alarm;
mod callback;
mod confirm;
mod customer;
mod decide_delivery;
mod deliveries;
mod payment;
mod payouts;
mod reconcile;
mod resolve;

pub(crate) use callback::{keep_unusable, record_callback};
pub(crate) use confirm::confirm_payment;
pub(crate) use customer::{
    change_debts, delete_customers, put_customers, see_customer, unsee_customer,
};
pub(crate) use decide_delivery::{reason_about, replay_deliveries, retry_delivery, skip_delivery};
pub(crate) use deliveries::{
    begin_deliveries, end_holds, lease_deliveries, record_deliveries, release_deliveries,
};
pub(crate) use payment::{import_payments, record_payment};
pub(crate) use payouts::{
    forget_payers, lease_payout, record_outcome, record_payout, resolve_payout, send_by_hand,
};
pub(crate) use reconcile::{
    begin_run, close_differences, finish_run, record_findings, resolve_difference,
};
pub(crate) use resolve::{
    correct_entry, credit_dismissed, credit_unmatched, dismiss_unmatched, resolve_alarm,
    resolve_alarms,
};
