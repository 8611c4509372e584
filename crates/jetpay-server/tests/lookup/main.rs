//! Look-ups: what `verify` and `check_deposit` answer when the merchant's own system is asked.

mod answers;
mod debts;
mod histories;
mod in_flight;
mod over_http;
mod probe;
mod stand_in;
#[path = "../support/mod.rs"]
mod support;
mod systems;
