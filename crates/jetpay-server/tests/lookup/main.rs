//! Look-ups: what `verify` and `check_deposit` answer when the merchant's own system is asked.

mod billing;
mod rules;
mod stand_in;
#[path = "../support/mod.rs"]
mod support;
