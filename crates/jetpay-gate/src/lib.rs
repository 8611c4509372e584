//! Payouts through the platform's Gate: sent once, and what became of them.
//!
//! A small async client. It knows no method: a method that can pay out brings its own request
//! ([`Payouts`](jetpay_core::Payouts)), and paying out by one that cannot does not compile.
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
//! // Nobody listens there. The platform's address is not public: it is always configuration.
//! let gate = Gate::new("http://127.0.0.1:9")?;
//! let project = Project::new(35, "secret")?;
//!
//! // First a fresh id. Store it, reserve the money, and only then send.
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
//!     Outcome::Accepted(_) => println!("not paid yet: a callback will tell, or ask for the status"),
//!     Outcome::Rejected(rejected) if rejected.same_id_later => println!("send it again later"),
//!     Outcome::Rejected(rejected) => println!("release the money: {}", rejected.message),
//!     // It may have been accepted all the same. Keep the id and the money, wait 10 s, and ask.
//!     Outcome::Unknown(unknown) => {
//!         assert!(unknown.nothing_was_sent(), "{unknown}");
//!         match gate.status(&project, general.payment_id()).await {
//!             StatusOutcome::Known(status) => println!("it is {}", status.payment_status),
//!             StatusOutcome::NotKnown => println!("now the same payout may be sent again, under the same id"),
//!             StatusOutcome::Unanswered(why) => println!("ask again later: {why}"),
//!         }
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Why does it never try again by itself?
//!
//! Because a payout whose answer was lost may have been accepted. Only the platform knows, and only the caller can
//! wait for what it says, also through a restart. So there are three outcomes, and none of them can be overlooked.
//!
//! # Why is there no proxy from the environment, and no redirect?
//!
//! A request holds the payer's name, e-mail address and account. It goes to the address that was configured and to
//! nobody else. The platform also lists the addresses that may ask it, and a proxy has another one.
//!
//! Source: protocol, section 6; qiwi-kz, "Payout by using Gate".

mod answer;
mod base_url;
mod decide;
mod fields;
mod gate;
mod http;
mod outcome;
mod redact;
mod status;
mod unknown;

pub use base_url::{BadBaseUrl, BaseUrl};
pub use gate::Gate;
pub use outcome::{Accepted, Outcome, Rejected};
pub use status::{Operation, Status, StatusOutcome};
pub use unknown::{Reason, Unknown};
