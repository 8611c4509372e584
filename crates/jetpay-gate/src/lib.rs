//! Payouts through the platform's Gate, and their status; and the platform's own books through its Data API.
//!
//! # Which crates do I need?
//!
//! This one, and `jetpay-qiwi-kz`, which has the request of the only method that pays out. The protocol is re-exported as
//! [`core`]. The result of a payout comes as a callback: take it with `jetpay-actix`, or ask for the status.
//!
//! # A program
//!
//! The client sends each payout once. It knows no method: a method that can pay out has its own type for the request
//! ([`Payouts`](jetpay_core::Payouts)). A program that tries to pay out with another method does not compile.
//!
//! ```
//! use jetpay_core::id::{PaymentId, ProjectId};
//! use jetpay_core::payout::General;
//! use jetpay_core::{Currency, Money, Project};
//! use jetpay_gate::{StatusOutcome, Gate, Outcome};
//! use jetpay_qiwi_kz::{Customer, Payout, QiwiKz};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // No program listens at this address. The platform's address is not public, so it is always configured.
//! let gate = Gate::new("http://127.0.0.1:9")?;
//! let project = Project::new(35, "secret")?;
//!
//! // Make a new id, store it and reserve the money. Only then send the payout.
//! let general = General::new(project.id(), PaymentId::new("payout_1")?)?;
//! let customer = Customer {
//!     id: "12345",
//!     ip_address: "198.51.100.47",
//!     first_name: "John",
//!     last_name: "Doe",
//!     email: "johndoe@example.com",
//! };
//! let payout = Payout::new(general.clone(), &customer, "9182221133", Money::new(100, Currency::KZT))?;
//!
//! match gate.payout::<QiwiKz>(&project, &payout).await {
//!     Outcome::Accepted(_) => println!("not paid yet: wait for a callback, or ask for the status"),
//!     Outcome::Rejected(rejected) if rejected.same_id_later => println!("send it again later"),
//!     Outcome::Rejected(rejected) => println!("release the money: {}", rejected.message),
//!     Outcome::OtherPayout(other) => println!("one id for two payouts: {other}"),
//!     // The platform may have accepted it. Keep the id and the money reserved, wait 10 seconds, and ask.
//!     Outcome::Unknown(unknown) => {
//!         assert!(unknown.nothing_was_sent(), "{unknown}");
//!         match gate.status(&project, general.payment_id()).await {
//!             StatusOutcome::Known(status) => println!("it is {}", status.payment_status),
//!             StatusOutcome::NotKnown => println!("send the same payout again, under the same id"),
//!             StatusOutcome::Unanswered(why) => println!("ask again later: {why}"),
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Testing
//!
//! The base URL is configuration, so a test gives the client the address of its own server. The command
//! `jetpay simulate gate` is a Gate to try against, and behaves badly if you want it to.
//!
//! # Errors
//!
//! | outcome of [`Gate::payout`] | what it means | what to do |
//! |---|---|---|
//! | [`Outcome::Accepted`] | the platform has the payout; it is not paid yet | wait for the callback, or ask |
//! | [`Outcome::Rejected`] | the platform does not have it | release the money, or send it again if `same_id_later` |
//! | [`Outcome::OtherPayout`] | one id was used for two payouts | look at both; a new id |
//! | [`Outcome::Unknown`] | only the platform knows | keep the money reserved, wait 10 seconds, ask |
//!
//! [`GateError`] is about making the client: a bad URL, or certificates that cannot be loaded.
//!
//! # Refunds
//!
//! A payout that succeeded can still be reversed. The reversal comes as a callback with the operation type `reversal` or
//! `payout reversal`.
//!
//! # Reconciliation
//!
//! [`DataApi`] lists the operations of the platform's own books, for comparing them with yours:
//!
//! ```no_run
//! use jetpay_core::signature::Key;
//! use jetpay_gate::{BaseUrl, DataApi};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let base_url = BaseUrl::parse("https://data.example.com")?;
//! let token = std::env::var("JETPAY_DATA_API_TOKEN")?;
//! let key = Key::new(&std::env::var("JETPAY_DATA_API_KEY")?)?;
//! let data_api = DataApi::new(base_url, &token, key)?;
//!
//! // 2024-08-01, UTC, of all projects that the token may see.
//! let fetched = data_api
//!     .operations(1_722_470_400, 1_722_556_800, &[], &mut |row| match row {
//!         Ok(operation) => println!("{}: {}", operation.operation_id, operation.amount),
//!         Err(unreadable) => println!("{}: {}", unreadable.field, unreadable.why),
//!     })
//!     .await?;
//! println!("{} operations", fetched.rows);
//! # Ok(())
//! # }
//! ```
//!
//! # Lost callbacks
//!
//! [`Gate::status`] also answers about top-ups. A callback can be lost for ever: another system acknowledged it, or the
//! platform gave up. If the answer is signed with the project's secret, [`SignedAnswer::callbacks`] gives the callbacks that it
//! stands for. An answer without a signature proves nothing.
//!
//! # Where may `async` code block?
//!
//! The functions of [`Gate`] need a runtime of tokio. Each ends within the time limit of the client, 30 seconds by default.
//! If the future is dropped, the outcome is unknown: ask for the status. A question to the Data API may take minutes, and is
//! asked again; dropping its future does no harm.
//!
//! # Why does the client never send a payout again?
//!
//! If the response to a payout is lost, the platform may have accepted the payout. Only the platform knows, and only the
//! caller can wait and ask, even after a restart. Therefore "unknown" is an outcome and not an error, and the compiler warns if a
//! program ignores it.
//!
//! # Why does it use no proxy from the environment and follow no redirect?
//!
//! A request has the payer's name, e-mail address and account. It must go only to the configured address. The platform
//! also has a list of the addresses that may send requests, and a proxy has another address. [`GateBuilder::with_proxy`] names one.
//!
//! Source: protocol, section 6; qiwi-kz, "Payout by using Gate".

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod base_url;
mod builder;
mod data_api;
mod decide;
mod gate;
mod http;
mod outcome;
mod redact;
mod response;

/// The protocol: projects, ids, money and statuses. The type of a payout is in the crate of its method.
pub use jetpay_core as core;

pub use base_url::{BadBaseUrl, BaseUrl};
pub use builder::{GateBuilder, GateError};
pub use data_api::{DataApi, DataApiBuilder, DataApiError, Fetched, UnreadableOperation};
pub use gate::Gate;
pub use outcome::{
    Accepted, Operation, OtherPayout, Outcome, Reason, Rejected, SignedAnswer, Status,
    StatusOutcome, Unknown,
};
