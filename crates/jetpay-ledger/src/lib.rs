//! What happened to the money of JetPay top-ups: a pure state machine, and the store that keeps it in `SQLite`.
//!
//! Three promises:
//!
//! - **A credit is given once.** Repeats, other orders of delivery and other operation ids do not double it; the rules
//!   are in [`state`], and unique keys of the database hold them a second time.
//! - **What was acknowledged is on the disk.** Every write waits for its `fsync`; writes that wait at the same time
//!   share one.
//! - **Entries are only ever added.** A customer's balance is their sum.
//!
//! The ledger reads no clock and knows no method; amounts are `i64` minor units (tiyn for KZT).
//!
//! ```
//! use jetpay_core::{Currency, Keyring, Money, Project, signature::{Key, sign}, message::Received};
//! use jetpay_ledger::{Ledger, Millis, NewPayment, Recorded, State};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("ledger.db");
//! let ledger = Ledger::open(&path)?;
//!
//! // check_deposit: a pending payment, which credits nothing.
//! let payment = NewPayment {
//!     id: "0193ad5c-0000-7000-8000-000000000000".try_into()?,
//!     project_id: 1234.into(),
//!     method: "kaspi".into(),
//!     customer_id: "7123456789".try_into()?,
//!     contract_id: None,
//!     amount: Money::new(100_000, Currency::KZT), // 1 000.00 KZT
//!     flags: vec![],
//!     created_at: Millis(1_733_000_000_000),
//! };
//! ledger.record_payment(payment).await?;
//! assert_eq!(ledger.balance("7123456789").await?, 0);
//!
//! // The callback, signed by the platform: now there is money.
//! let body = br#"{"project_id": 1234,
//!     "payment": {"id": "0193ad5c-0000-7000-8000-000000000000", "status": "success"},
//!     "operation": {"id": 2802000002, "type": "sale", "status": "success",
//!                   "sum_initial": {"amount": 100000, "currency": "KZT"}}}"#;
//! let body = sign(body, &Key::new("secret")?)?;
//! let keyring = Keyring::from(Project::new(1234, "secret")?);
//! let callback = Received::parse(&body)?.authenticate(&keyring)?.callback()?;
//!
//! let now = Millis(1_733_000_002_000);
//! assert_eq!(ledger.record_callback(callback.clone(), now).await?, Recorded::Applied);
//! assert_eq!(ledger.record_callback(callback, now).await?, Recorded::Repeated);
//! assert_eq!(ledger.balance("7123456789").await?, 100_000);
//! let payment = ledger.payment("0193ad5c-0000-7000-8000-000000000000").await?.expect("recorded above");
//! assert_eq!(payment.state, State::Credited);
//! ledger.close().await;
//! # Ok(())
//! # }
//! ```

mod alarm;
mod audit;
mod customer;
mod entry;
mod error;
mod flag;
mod ledger;
mod millis;
mod payment;
pub mod payout;
mod recorded;
mod settlement;
pub mod state;
pub mod store;
mod words;
pub mod work;

pub use alarm::{Alarm, AlarmFilter, AlarmKind, Cause};
pub use audit::{Audit, Finding, Totals};
pub use customer::{Contract, Customer, ImportCount, Put};
pub use entry::{Entry, EntryKind};
#[cfg(feature = "postgres")]
pub use error::CopyError;
pub use error::{Error, OpenError, UnknownWord};
pub use flag::Flag;
pub use ledger::Ledger;
pub use millis::Millis;
pub use payment::{Imported, NewPayment, Operation, Payment, PaymentFilter};
pub use payout::{NewPayout, Payout, PayoutFilter, PayoutState};
pub use recorded::{Counts, Recorded, Unmatched};
pub use settlement::{NewSettlement, Settlement, Unsettled, Verdict};
pub use state::State;
pub use store::Store;
