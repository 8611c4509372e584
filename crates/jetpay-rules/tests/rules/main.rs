//! The rules, through the public API alone: one by one, against a second model, and for any sequence of events.

mod compensations;
mod exhaustive;
mod history;
mod model;
mod never_silent;
mod properties;
mod quarantine;
mod replay;
mod sales;
mod without_operation;
