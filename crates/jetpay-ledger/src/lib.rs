//! The ledger of JetPay top-ups and payouts: it records what happened to the money, in `SQLite` or `PostgreSQL`.
//!
//! Three promises:
//!
//! - **A credit is given once.** Repeats, another order of delivery and other operation ids do not double it. The rules are
//!   in [`jetpay_rules`], and unique keys of the database enforce them a second time.
//! - **What was acknowledged is on the disk.** Every write waits for its `fsync`. Writes that wait at the same time share
//!   one.
//! - **Entries are only ever added.** A customer's balance is their sum.
//!
//! The ledger reads no clock and knows no method. Amounts are `i64` minor units (tiyn for KZT).
//!
//! The floors, from the bottom up; each uses only those below it:
//!
//! | floor | what is there |
//! |---|---|
//! | `model` | plain data: payments, entries, alarms, resolutions, errors |
//! | `payout` | pure rules of a payout (those of a payment are in [`jetpay_rules`]) |
//! | `port` | what an adapter offers: a transaction, queries, a queue of commands; tables and rows, the same in every store |
//! | `commands` | what is done in a transaction, written once |
//! | `adapters` | statements and commits: `sqlite`, `postgres` |
//! | `audit` | whether the ledger agrees with itself and with what was signed |
//! | `ledger` | [`Ledger`], the handle that callers use |
//!
//! Features: `sqlite` (on by default), `postgres`, and `sim` (the `SQLite` store under a fault injector, for simulations).
//!
//! ```
//! use jetpay_core::{Currency, Keyring, Money, Project, signature::{Key, sign}, message::Received};
//! use jetpay_ledger::{Ledger, Millis, NewPayment, CallbackOutcome, PaymentState};
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
//! assert_eq!(ledger.record_callback(callback.clone(), now).await?, CallbackOutcome::Applied);
//! assert_eq!(ledger.record_callback(callback, now).await?, CallbackOutcome::Repeated);
//! assert_eq!(ledger.balance("7123456789").await?, 100_000);
//! let payment = ledger.payment("0193ad5c-0000-7000-8000-000000000000").await?.expect("recorded above");
//! assert_eq!(payment.state, PaymentState::Credited);
//! ledger.close().await;
//! # Ok(())
//! # }
//! ```

#![cfg_attr(
    not(any(feature = "sqlite", feature = "postgres")),
    allow(
        dead_code,
        unused_imports,
        reason = "without an adapter, only a store of your own uses these"
    )
)]

mod adapters {
    //! Adapters: statements and commits. They hold no rule about money.

    #[cfg(feature = "postgres")]
    pub(crate) mod postgres;
    #[cfg(feature = "sqlite")]
    pub(crate) mod sqlite;

    #[cfg(feature = "sim")]
    pub use sqlite::sim;
}
mod audit;
mod commands;
mod ledger;
mod model;
pub mod payout;
pub mod port;

#[cfg(feature = "sim")]
pub use adapters::sim;
pub use audit::{Audit, Finding};
pub use jetpay_rules::{
    CorrectionError, EffectKey, EntryKind, EventStatus, ManualCreditError, OperationEvent,
    PaymentState, UnknownWord,
};
pub use ledger::{
    Arrival, ConfirmPreview, CorrectionPreview, CreditPreview, Hit, HitDetails, HitKind, Ledger,
    MatchedWord, Movement, PaymentCallback, PaymentHistory, RecordedCallback, SearchPosition,
    first_id,
};
#[cfg(feature = "postgres")]
pub use model::CopyError;
pub use model::{
    Alarm, AlarmCause, AlarmCount, AlarmDelivery, AlarmFilter, AlarmKind, AlarmSubject,
    CallbackOutcome, Contract, Counts, Customer, Debt, DebtsOutcome, DeliveryAlarm,
    DeliveryAlarmKind, DeliveryLease, DeliveryProgress, DeliveryReceipt, DeliveryStatus,
    DeliveryStream, Difference, DifferenceState, DifferenceVerdict, Entry, EntryDelivery,
    EntryDeliveryState, Error, Feed, Flag, ImportCount, Imported, InboxFilter, Millis, NewPayment,
    NewReconciliation, NewUnusable, OpenError, Operation, Payment, PaymentFilter, Reason,
    ReconciledFinding, Reconciliation, RecordedRun, Resolution, ResolveError, ResolvedAlarms,
    RunDifferences, SignedMessage, Totals, Unmatched, Verdict, Waiting, WaitingState,
};
pub use payout::{NewPayout, Payout, PayoutFilter, PayoutOrder, PayoutState};
pub use port::Store;
