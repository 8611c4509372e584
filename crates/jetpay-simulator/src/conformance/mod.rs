//! The checks that an endpoint must pass, in any language.
//!
//! A check is data: a stable id, a sentence, and where that is written. [`checks`] lists those that apply to a
//! [`Target`], [`run`] does one, [`run_all`] does all of them in turn and makes a [`Report`].
//!
//! Checks send real top-ups with real callbacks, so they are for a service that is there to be tried. What became of
//! the money is looked up through the merchant's interface of the service `jetpay`; a target without it is checked
//! by its answers alone, and what cannot be seen is skipped with the reason.
//!
//! What no check can provoke from outside: the answers of a store that is down (HTTP 503).

mod check;
mod customers;
mod edit;
mod expect;
mod observe;
mod outcome;
mod report;
mod rows;
mod scene;
mod target;

pub use check::{Check, checks, run};
pub use customers::Customers;
pub use outcome::Outcome;
pub use report::{Report, run_all};
pub use target::{Kassa24Answers, Project, Target};
