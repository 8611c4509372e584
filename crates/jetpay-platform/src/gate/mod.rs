//! The platform's side of payouts: a Gate that behaves as it is told.
//!
//! [`Books`] are the Gate without a network and without a clock: a request in, what happens on the wire out, and
//! callbacks when they are due. What happens to each payout is a [`Plan`]: set for an account number, chosen by
//! its last two [`digits()`], or by a seed. [`serve`] puts the books behind HTTP and tells the callbacks;
//! [`Serving`] says how.
//!
//! What the Gate saw can be looked at afterwards: [`Books::rash`] are the sends that could have paid twice, and
//! [`Books::money_out`] is what an account got.
//!
//! ```
//! use jetpay_core::{Keyring, Project};
//! use jetpay_core::signature::{Key, sign};
//! use jetpay_platform::gate::{Books, OnSend, Plan, Reply};
//!
//! let mut books = Books::new(Keyring::from(Project::new(35, "secret")?));
//! books.plan("9182221133", Plan::once(OnSend::DropAfter));
//!
//! let request = sign(
//!     br#"{"general": {"project_id": 35, "payment_id": "test_123"}, "account": {"number": "9182221133"},
//!         "customer": {"id": "12345", "ip_address": "198.51.100.47", "first_name": "John", "last_name": "Doe",
//!         "email": "johndoe@example.com"}, "payment": {"amount": 100, "currency": "KZT"}}"#,
//!     &Key::new("secret")?,
//! )?;
//! let now = 1_767_225_600_000; // milliseconds since 1970
//! let reply = books.receive(now, "/v2/payment/wallet/qiwi-kz/payout", &request);
//! assert_eq!(reply, Reply::Dropped { accepted: true });
//!
//! // A second later it is paid, and the merchant is told.
//! assert_eq!(books.next_due(), Some(now + 1_000));
//! assert_eq!(books.due(now + 1_000).len(), 1);
//! assert_eq!(books.money_out("9182221133"), 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod answer;
mod ask;
mod books;
mod chance;
mod checks;
mod connection;
mod courier;
mod digits;
mod event;
mod habits;
mod payout;
mod plan;
mod reply;
mod request;
mod script;
mod seen;
mod send;
mod server;
mod settings;
mod tell;
mod words;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use books::Books;
pub use digits::digits;
pub use event::{Event, Watch};
pub use habits::Habits;
pub use plan::{Ending, OnAsk, OnSend, Plan, Telling};
pub use reply::Reply;
pub use reqwest::Url;
pub use seen::{Leave, Said, Seen, What};
pub use server::{Server, Serving, serve};
pub use settings::Settings;
pub use tell::Told;

/// Milliseconds since 1970.
pub type Millis = i64;

fn later_by(now: Millis, time: Duration) -> Millis {
    now.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}
