//! The rules, through the public API alone: one by one, against a second model, and for any sequence of events.

mod alarms;
mod compensations;
mod history;
mod model;
mod properties;
mod replay;
mod sales;
