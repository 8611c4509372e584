//! The two listeners of the real binary, over real HTTP: the admin interface, callbacks, and what strangers send.

mod alarms;
mod callback_rows;
mod confirm;
mod customers;
mod debts;
mod inbox;
mod openapi;
mod payments;
mod payouts;
mod refused_payouts;
mod strangers;
#[path = "../support/mod.rs"]
mod support;
mod tokens;
mod unusual_top_ups;
