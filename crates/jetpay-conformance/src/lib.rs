//! The checks that an endpoint must pass, in any language.
//!
//! A check is data: a stable id, a sentence, where that is written, why it matters, and how much it binds. [`checks`]
//! lists those that apply to a [`Target`], [`run`] does one, [`run_all`] does all of them in turn and makes a [`Report`].
//!
//! Checks send real requests: every `check_deposit` makes a pending payment at the endpoint. A success credits a customer
//! there, so those checks are run only where [`Target::credits`] says so. What became of the money is looked up through
//! an [`Observer`]; without one, what cannot be seen from outside is *not observed*, and never passed.
//!
//! What no check can provoke from outside: the answers of a store that is down (HTTP 503).

mod aftermath;
mod catalogue;
mod check;
mod check_context;
mod customers;
mod edit;
mod expect;
mod group;
mod leaks;
mod observe;
mod outcome;
mod prepare;
mod project;
mod refusal;
mod report;
mod row;
mod rows;
mod secrets;
mod target;
mod transcript;
mod wire;

pub use catalogue::{Entry, Need, Source, catalogue};
pub use check::{Check, Finding, checks, run};
pub use customers::Customers;
pub use group::Group;
pub use observe::{Observation, Observer, PAYMENT_ID};
pub use outcome::Outcome;
pub use prepare::{Unprepared, prepare};
pub use project::{Kassa24Answers, Project};
pub use report::{
    Format, Report, Subject, Summary, Terminal, UnknownFormat, Verdict, WriteError, run_all,
    run_these, run_until,
};
pub use row::Level;
pub use target::Target;

pub use crate::transcript::Recorded;
