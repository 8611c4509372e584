//! A simulated Gate: the platform's side of payouts. It also answers what became of a top-up that it was told of
//! ([`GateState::has_made`]).
//!
//! [`GateState`] is the Gate without a network and a clock. It takes a request and returns what happens on the wire,
//! and it returns callbacks when they are due. A [`Plan`] says what happens to a payout. It is set for an account
//! number, or chosen by the last two [`digits()`] of the account number, or by a seed. [`serve`] puts the state behind
//! HTTP and delivers the callbacks, as [`ServerOptions`] say.
//!
//! Tests can look at the state afterwards: [`GateState::unsafe_resends`] are the sends that could have paid twice, and
//! [`GateState::money_out`] is what an account received.
//!
//! ```
//! use jetpay_core::{Keyring, Project};
//! use jetpay_core::signature::{Key, sign};
//! use jetpay_platform::gate::{GateState, OnSend, Plan, Reply};
//!
//! let mut state = GateState::new(Keyring::from(Project::new(35, "secret")?));
//! state.plan("9182221133", Plan::once(OnSend::DropAfter));
//!
//! let request = sign(
//!     br#"{"general": {"project_id": 35, "payment_id": "test_123"}, "account": {"number": "9182221133"},
//!         "customer": {"id": "12345", "ip_address": "198.51.100.47", "first_name": "John", "last_name": "Doe",
//!         "email": "johndoe@example.com"}, "payment": {"amount": 100, "currency": "KZT"}}"#,
//!     &Key::new("secret")?,
//! )?;
//! let now = 1_767_225_600_000; // milliseconds since 1970
//! let reply = state.receive(now, "/v2/payment/wallet/qiwi-kz/payout", &request);
//! assert_eq!(reply, Reply::Dropped { accepted: true });
//!
//! // A second later it is paid, and the merchant is told.
//! assert_eq!(state.next_due(), Some(now + 1_000));
//! assert_eq!(state.due(now + 1_000).len(), 1);
//! assert_eq!(state.money_out("9182221133"), 100);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod callbacks;
mod deliver;
mod log;
mod payout;
mod plan;
mod reply;
mod reported;
mod request;
mod respond;
mod script;
mod state;
mod top_up;

mod server;

#[cfg(test)]
mod tests;

use std::time::Duration;

pub use callbacks::DueCallback;
pub use log::{Answer, EntryKind, Event, EventHandler, LogEntry, ResendReason};
pub use plan::{CallbackPlan, Ending, OnSend, OnStatus, Plan};
pub use reqwest::Url;
pub use script::digits;
pub use server::{GateOptions, Server, ServerOptions, serve};
pub use state::{Conventions, GateState};

pub use crate::serving::Reply;

/// Milliseconds since 1970.
pub type Millis = i64;

fn later_by(now: Millis, time: Duration) -> Millis {
    now.saturating_add(i64::try_from(time.as_millis()).unwrap_or(i64::MAX))
}
