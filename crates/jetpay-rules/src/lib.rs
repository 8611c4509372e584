//! What a callback does to a payment: pure rules, for anybody's database.
//!
//! This crate reads no clock, does no I/O and keeps nothing. You keep the tables; the rules say what to write into them. [`decide`] takes a [`PaymentSnapshot`] and an [`OperationEvent`], and gives a [`Decision`]:
//! the new snapshot, the entries, the alarms, and the status of the event. The rules hold in any order of events and for
//! any number of repeats:
//!
//! - A payment has at most one credit by a callback, and the sum of its entries is between 0 and what was credited.
//! - A payment that was credited never becomes pending, declined or quarantined again.
//! - A refund that comes before its credit waits, and is applied together with it.
//! - A success that leaves the payment without a credit, and an operation that is unknown here and succeeded, raise an
//!   alarm: the callback will not come again.
//!
//! # With your own database, step by step
//!
//! The example `examples/shop-sqlite` in the repository is a whole merchant that does this, with its tables and statements.
//!
//! **Four tables.** Keep the keys for ever: a callback can come weeks later.
//!
//! | table | unique key | what else |
//! |---|---|---|
//! | payments | the payment's id | the [`PaymentSnapshot`], as JSON or in columns; the customer |
//! | events | the five columns of [`EventKey`] | the [`OperationEvent`], its [`EventStatus`], the callback's bytes |
//! | entries | the three columns of [`EffectKey`] | the payment, the amount in minor units, signed; only ever added |
//! | alarms | none | an [`AlarmKind`] and its cause, for a person |
//!
//! In a unique key, most databases treat every `NULL` as different. Store an absent operation id or status as a value that no
//! callback has, such as -1 and an empty text. The sum of a customer's entries is the balance.
//!
//! **`check_deposit`.** Make a fresh id, insert the payment with [`PaymentSnapshot::announced`], commit, answer. A repeat cannot
//! be told from a second equal top-up: every request gets a payment of its own.
//!
//! **A callback.** Do all of it in one transaction:
//!
//! 1. Lock the payment's row and read its snapshot. If no payment has this id, return `CallbackError::UnknownPayment`: the
//!    platform repeats the callback.
//! 2. Make the event with `OperationEvent::from(&callback)`, and insert it under its [`key`](OperationEvent::key). If the key
//!    exists, it is a repeat: if it [`contradicts`](OperationEvent::contradicts) the stored event, raise
//!    [`AlarmKind::ContradictoryRepeat`]; change nothing else, commit, and answer 200.
//! 3. Look up with [`Effects::look_up`] which operations have made their entry already, and [`decide`].
//! 4. Write the [`Decision`]: the snapshot; the entries under their [`EffectKey`]; the alarms; the status of the event; and, of
//!    the early compensations that are [`released`](Decision::released), the new statuses of their events.
//! 5. Commit. Only then return `Acknowledged`, which makes HTTP 200. If a statement or the commit fails, return `Unavailable`:
//!    HTTP 503, and the platform repeats the callback.
//!
//! **A person.** The alarms need one: the platform does not repeat what was answered with 200. [`credit_manually`] says what
//! a person's credit does, and [`correct`] what the correction of an entry does. [`PaymentSnapshot::replay`] makes a snapshot from the stored events, to check the table of payments.
//!
//! **Prove it.** `jetpay-conformance --allow-credits --observe URL` plays repeats, refunds and reversals in any order, and
//! looks at the money after each.
//!
//! # The rules at work
//!
//! ```
//! use jetpay_core::{Currency, Money};
//! use jetpay_rules::{Effects, EntryKind, EventStatus, OperationEvent, PaymentSnapshot, PaymentState, decide};
//!
//! // check_deposit announced 1 000.00 KZT.
//! let amount = Money::new(100_000, Currency::KZT);
//! let pending = PaymentSnapshot::announced(1234.into(), amount);
//!
//! // The callback: `OperationEvent::from(&callback)`, or built from columns.
//! let sale = OperationEvent {
//!     project_id: 1234.into(),
//!     payment_id: "payment_47".try_into()?,
//!     payment_type: None,
//!     payment_status: jetpay_core::status::PaymentStatus::Success,
//!     operation_id: Some(2802000002.into()),
//!     operation_type: Some(jetpay_core::status::OperationType::Sale),
//!     operation_status: Some(jetpay_core::status::OperationStatus::Success),
//!     amount: Some(amount),
//! };
//! let decision = decide(&pending, &sale, &Effects::default());
//! assert_eq!(decision.outcome, EventStatus::Applied);
//! assert_eq!(decision.snapshot.state, PaymentState::Credited);
//! assert_eq!((decision.entries[0].kind, decision.entries[0].amount), (EntryKind::Credit, 100_000));
//!
//! // The same again moves no money.
//! let again = decide(&decision.snapshot, &sale, &Effects::default());
//! assert!(again.entries.is_empty());
//!
//! // The history gives the same payment.
//! assert_eq!(pending.replay([&sale, &sale]), Ok(decision.snapshot));
//! # Ok::<(), jetpay_core::id::InvalidId>(())
//! ```

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod compensate;
mod decide;
mod decision;
mod effects;
mod event;
mod manual_credit;
mod replay;
mod snapshot;
mod words;

pub use decide::decide;
pub use decision::{Decision, NewAlarm, NewEntry, ReleasedCompensation};
pub use effects::{Effect, Effects};
pub use event::{EffectKey, EventKey, OperationEvent};
pub use manual_credit::{CorrectionError, ManualCreditError, correct, credit_manually};
pub use replay::{Record, ReplayError};
pub use snapshot::{EarlyCompensation, PaymentSnapshot};
pub use words::{AlarmKind, EntryKind, EventStatus, PaymentState, UnknownWord};
