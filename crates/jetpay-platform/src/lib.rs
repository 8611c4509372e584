//! Plays the platform JetPay against a merchant's endpoint, whatever language the endpoint is written in.
//!
//! - [`Platform`] signs messages and sends them.
//! - [`messages`] holds the messages: `verify`, `check_deposit` and every kind of callback.
//! - [`top_up`] runs a whole top-up, step by step.
//! - [`schedule`] says when the platform repeats a callback.
//! - [`METHODS`] describes the payment methods as data: what differs between their documents.
//! - [`traffic`] runs many random top-ups, with faults, for any length of time.
//! - [`load`] sends prepared requests as fast as a server answers them, and counts how long the answers take.
//! - [`visible`] makes texts and URLs safe to show.
//! - [`gate`] simulates the Gate, to which a merchant sends payouts. A script, a seed or the account number decides how
//!   each payout ends.
//! - [`data_api`] simulates the Data API: the platform's own books, with which a merchant reconciles.
//! - [`billing`] simulates a merchant's billing, which the service asks and tells.
//! - [`raw`] is HTTP/1.1 without an HTTP client, for requests that no client sends.
//!
//! ```no_run
//! use jetpay_core::signature::Key;
//! use jetpay_core::{Currency, Money};
//! use jetpay_platform::{CallbackKind, KASPI, Platform, TopUp, top_up};
//!
//! # async fn run() -> Result<(), Box<dyn std::error::Error>> {
//! let platform = Platform::new("http://127.0.0.1:8080", 1234, Key::new("secret")?);
//! let thousand = Money::new(100_000, Currency::KZT); // minor units
//! let paid = TopUp::new(&KASPI, "7123456789", thousand).then(CallbackKind::Success);
//! top_up(&platform, &paid, |step| println!("{} -> {}", step.kind, step.exchange.status)).await?;
//! # Ok(())
//! # }
//! ```

mod admin;
pub mod billing;
mod client;
pub mod data_api;
pub mod gate;
pub mod load;
pub mod messages;
mod methods;
mod platform;
pub mod raw;
pub mod schedule;
mod serving;
mod top_up;
pub mod traffic;
pub mod visible;

pub use admin::{Admin, AdminError, Entry, path_segment};
pub use client::{Client, Exchange, NoAnswer};
pub use messages::next_operation_id;
pub use methods::{
    CASHIN_KZ, ContractFields, KASPI, KASSA24, KASSA24_BVU, METHOD_PLACEHOLDER, METHODS,
    MethodFacts, QIWI_KZ, Sections, UnknownMethod,
};
pub use platform::{Platform, Recorder};
pub use schedule::{any_acknowledged, is_acknowledged};
pub use top_up::{CallbackKind, Step, StepKind, TopUp, payable_contract, top_up};
