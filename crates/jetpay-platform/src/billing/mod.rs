//! A simulated billing of a merchant: it answers `check`, `pay` and `cancel` as the billing systems of the region do, and keeps
//! books of its own, in memory. Beside it, a receiver of webhooks.
//!
//! [`BillingState`] answers without a network; [`serve`] puts it behind HTTP. [`Quirks`] are what some billings do; a script of
//! [`OnRequest`] makes requests go wrong. It is strict: a request that a real billing could refuse is refused, so that it finds
//! the faults of who asks. It shares no code with `jetpay-billing`, which speaks to it.
//!
//! Sources: public descriptions of the OSMP (QIWI) protocol and of Kaspi's variant of it, and what the tests that `ABillS`
//! ships expect of a billing.
//!
//! ```
//! use jetpay_platform::billing::{BillingState, Dialect};
//!
//! let mut billing = BillingState::new(Dialect::KaspiJson);
//! billing.put_account("7123456789", Some(1_250_00)); // owes 1250.00, in minor units
//! let check = "command=check&txn_id=1&account=7123456789&sum=1.00";
//! assert_eq!(billing.receive(check, None).json().unwrap()["sum"], "1250.00");
//!
//! let pay = "command=pay&txn_id=28&account=7123456789&sum=200.00&txn_date=20240801120000";
//! let answer = billing.receive(pay, None).json().unwrap();
//! assert_eq!(billing.receive(pay, None).json().unwrap(), answer, "a repeat is answered as before");
//! assert_eq!((billing.booked().len(), billing.booked()[0].minor), (1, 200_00));
//! ```

mod answer;
mod books;
pub mod receiver;
mod request;
mod script;
mod server;
mod state;
mod watch;

#[cfg(test)]
mod tests;

pub use books::Booked;
pub use script::{OnRequest, Script, Spoil, UnknownFault};
pub use server::{PATH, Server, serve};
pub use state::BillingState;
pub use watch::Exchange;

pub use crate::serving::Reply;

/// How the billing is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// OSMP (QIWI): XML.
    Osmp,
    /// Kaspi's variant, answers in JSON.
    KaspiJson,
    /// Kaspi's variant, answers in XML.
    KaspiXml,
}

/// What the billing does that not every billing does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a quirk of its own")]
pub struct Quirks {
    /// It books at `check` (`payOnCheck` of `BGBilling`).
    pub pay_on_check: bool,
    /// A repeated `txn_id` is answered "double request" and not as before: OSMP 8, Kaspi 3.
    pub refuses_repeats: bool,
    /// A repeated `txn_id` is booked a second time.
    pub books_repeats: bool,
    /// Answers are in windows-1251 and say so.
    pub windows_1251: bool,
}
