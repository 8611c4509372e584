//! Plays the platform against a merchant's endpoint, in any language.
//!
//! - [`Platform`] signs messages and sends them.
//! - [`messages`] are what it sends: `verify`, `check_deposit`, and callbacks of every kind.
//! - [`top_up`] is a whole top-up, step by step.
//! - [`schedule`] says when a callback comes again, and [`deliver`] repeats it so.
//! - [`METHODS`] are the payment methods as data: what differs between their documents.
//! - [`traffic`] is many top-ups by chance, with faults, as long as one likes.
//! - [`visible`] and [`shown_url`] are texts and URLs as people may be shown them.
//! - [`gate`] is the platform's side of payouts, which a merchant sends to: scripted, by seed, or by hand.
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

mod acknowledgement;
mod address;
mod admin;
mod client;
mod deliver;
mod exchange;
mod feed;
pub mod gate;
pub mod messages;
mod methods;
mod operation_ids;
mod platform;
pub mod raw;
pub mod schedule;
mod top_up;
pub mod traffic;
pub mod visible;

pub use acknowledgement::{is_acknowledged, is_one_acknowledged};
pub use address::shown_url;
pub use admin::{Admin, AdminError, path_segment};
pub use client::Client;
pub use deliver::{Delivered, deliver};
pub use exchange::{Exchange, NoAnswer};
pub use feed::Entry;
pub use methods::{
    CASHIN_KZ, ContractFields, KASPI, KASSA24, KASSA24_BVU, METHOD, METHODS, MethodFacts, QIWI_KZ,
    Sections, UnknownMethod,
};
pub use operation_ids::next_operation_id;
pub use platform::{Platform, Recorder};
pub use top_up::{CallbackKind, Step, StepKind, TopUp, payable_contract, top_up};
