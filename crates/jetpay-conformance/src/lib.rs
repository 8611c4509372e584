//! Checks that an endpoint must pass, in any language.
//!
//! A check is data: a stable id, a sentence, where the rule is written, why it matters, and whether it must or should
//! hold. [`checks`] lists the checks of a [`Target`], and [`run_all`] runs all of them and makes a [`Report`].
//!
//! Checks send real requests. Every `check_deposit` creates a pending payment at the endpoint. A success credits a
//! customer there, so checks with a success run only when [`Target::credits`] permits it. An [`Observer`] shows what
//! happened to the money. Without one, a check whose effect cannot be seen ends as *not observed*, and never as passed.
//!
//! No check can cause HTTP 503, the answer of a merchant whose store is down.

mod catalogue;
mod check;
mod check_context;
mod expect;
mod leaks;
mod observe;
mod prepare;
mod report;
mod row;
mod rows;
mod target;
mod transcript;
mod wire;

pub use catalogue::{Entry, Need, catalogue};
pub use check::{Check, Finding, Outcome, checks};
pub use observe::{ALARM_KINDS, Observation, Observer, PAYMENT_ID, resolve_alarms};
pub use prepare::{PrepareError, prepare};
pub use report::{
    Format, Report, Subject, Summary, Terminal, UnknownFormat, Verdict, WriteError, run_all,
    run_checks, run_until,
};
pub use row::{Group, Level, Source};
pub use target::{Customers, Kassa24Answers, Project, ShortSecret, Target};
pub use transcript::{RecordedExchange, Role};
