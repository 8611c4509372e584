//! The pages for the people at the desk, as a browser gets them.

#[path = "../support/mod.rs"]
mod support;

mod alarms;
mod deliveries;
mod desk;
mod door;
mod frame;
mod guard;
mod inbox;
mod log;
mod payment;
mod payouts;
mod reconciliations;
mod roles;
mod search;
mod today;
