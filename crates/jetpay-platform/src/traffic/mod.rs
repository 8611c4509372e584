//! Traffic as the platform sends it, for as long as one likes: payers who come and go, and what goes wrong on the way.
//!
//! A [`Generator`] says from a seed what happens next: who pays, how much, by which method, how it ends, and which
//! [`Fault`]s befall it. It is pure, so the same seed is the same traffic. A [`Runner`] plays it against an endpoint,
//! judges each answer and counts in a [`Tally`].
//!
//! Success callbacks credit customers: traffic is for an endpoint that is there to be tried.
//!
//! ```no_run
//! use jetpay_core::signature::Key;
//! use jetpay_platform::traffic::{Faults, Route, Runner, Traffic};
//! use jetpay_platform::{KASPI, Platform};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let platform = Platform::new("http://127.0.0.1:8080/kaspi", 1234, Key::new("secret")?);
//! let mut traffic = Traffic::new(vec![Route::new(&KASPI, platform)], vec!["7123456789".into()])?;
//! traffic.rate = "30/min".parse()?;
//! traffic.faults = "repeat,at-once=20".parse()?;
//! traffic.count = Some(100);
//!
//! let tally = Runner::new(traffic).run(std::future::pending()).await;
//! println!("{tally}");
//! assert_eq!(tally.unexpected(), 0);
//! # Ok(())
//! # }
//! ```

mod amount;
mod bodies;
mod counters;
mod fault;
mod faults;
mod generator;
mod histogram;
mod judge;
mod kind;
mod plan;
mod rate;
mod raw;
mod runner;
mod settings;
mod show;
mod story;
mod tally;
mod tell;
mod visit;
mod world;

pub use counters::Counters;
pub use fault::Fault;
pub use faults::{Faults, FaultsError};
pub use generator::Generator;
pub use histogram::Histogram;
pub use kind::Kind;
pub use plan::{Act, Plan, Telling};
pub use rate::{Rate, RateError};
pub use runner::Runner;
pub use settings::{Nothing, Route, Traffic};
pub use tally::{Row, Tally, Unexpected};
