//! Random traffic of the platform for any length of time: payers who come and go, and faults.
//!
//! A [`Generator`] derives from a seed who pays, how much, by which method, how it ends, and which [`Fault`]s happen.
//! It is pure: the same seed gives the same traffic. A [`Runner`] plays the traffic against an endpoint, compares each
//! answer with the expected one, and counts in a [`Tally`].
//!
//! Success callbacks credit customers, so use traffic only against an endpoint for tests.
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
//! assert_eq!(tally.total().unexpected, 0);
//! # Ok(())
//! # }
//! ```

mod bodies;
mod deliver;
mod expected;
mod faults;
mod generator;
mod plan;
mod play;
mod runner;
mod settings;
mod show;
mod tally;

pub use faults::{Fault, Faults, FaultsError};
pub use generator::Generator;
pub use plan::{Action, Plan, Step};
pub use runner::Runner;
pub use settings::{EmptyTraffic, Rate, RateError, Route, Traffic};
pub use show::Counters;
pub use tally::{MessageKind, Row, Tally, Unexpected};
