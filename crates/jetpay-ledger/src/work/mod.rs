//! What is done to the books, whatever keeps them: each piece of work reads and changes [`Books`] within one transaction.
//!
//! This is where the pure rules of [`crate::state`] meet rows. A store brings rows, transactions and commits, and no rule.

mod alarm;
mod books;
mod callback;
mod customer;
mod failure;
mod job;
mod kept;
mod keys;
mod nothing;
mod payment;
pub(crate) mod payout;
mod settle;

pub use books::{Books, Stored, Subject, Waiting};
pub use failure::Failure;
pub use job::Job;
pub use kept::Kept;
pub use keys::Keys;
pub use payout::PayoutBooks;

pub(crate) use alarm::{DismissUnmatched, KeepUnusable};
pub(crate) use callback::RecordCallback;
pub(crate) use customer::{DeleteCustomer, PutCustomers};
pub(crate) use job::{Task, Work};
pub(crate) use nothing::Nothing;
pub(crate) use payment::{ImportPayments, RecordPayment};
pub(crate) use settle::{CreditUnmatched, SettleAlarm};
