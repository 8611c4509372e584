//! What a callback does to a payment: pure rules, for anybody's database.
//!
//! This crate reads no clock, does no I/O and keeps nothing. You keep three tables (payments, events, entries); the rules
//! say what to write into them. [`decide`] takes a [`PaymentSnapshot`] and an [`OperationEvent`], and gives a [`Decision`]:
//! the new snapshot, the entries, the alarms, and the status of the event. The rules hold in any order of events and for
//! any number of repeats:
//!
//! - A payment has at most one credit by a callback, and the sum of its entries is between 0 and what was credited.
//! - A payment that was credited never becomes pending, declined or quarantined again.
//! - A refund that comes before its credit waits, and is applied together with it.
//! - A success that leaves the payment without a credit, and an operation that is unknown here and succeeded, raise an
//!   alarm: the callback will not come again.
//!
//! # One callback, one transaction
//!
//! 1. Lock the payment's row and read its snapshot.
//! 2. Insert the event under its [`key`](OperationEvent::key). If the key exists, it is a repeat: compare the two with
//!    [`contradicts`](OperationEvent::contradicts), change nothing, and answer 200.
//! 3. Look up the effects ([`Effects::look_up`]), and [`decide`].
//! 4. Write the decision: snapshot, entries (unique under [`EffectKey`]), alarms, statuses. Commit. Then answer 200.
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
pub use manual_credit::{ManualCreditError, credit_manually};
pub use replay::Record;
pub use snapshot::{EarlyCompensation, PaymentSnapshot};
pub use words::{AlarmKind, EntryKind, EventStatus, PaymentState, UnknownWord};
