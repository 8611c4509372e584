//! Compares what a merchant recorded with the platform's own books: a pure function, for anybody's database.
//!
//! The identity of an operation is its project and its id; never its amount and time. There is no tolerance. The same input
//! gives the same [`Report`], byte for byte. This crate does no I/O, reads no clock and moves no money: neither a Dashboard
//! report nor an answer of the Data API is signed with a project's secret, so neither may credit anything.
//!
//! # With your own database, step by step
//!
//! 1. Read the platform's operations into [`PlatformBooks`]: each file, or the answers of the Data API, is a source of its own.
//!    A row that cannot be read is a result, too: [`PlatformBooks::add_unreadable`].
//! 2. Choose an [`Interval`] that ended at least an hour ago. Read the platform's operations of a day more at each end. A
//!    callback can come 11 days after its operation: choose from when on an operation is too fresh to be a difference.
//! 3. Give a [`Matcher`] what you recorded: each callback with its operation as a [`RecordedEvent`], each movement of money as a
//!    [`BookedEntry`]. Read the events from a day before the interval until two weeks after it, and the entries from a day before
//!    the interval until now. Use a snapshot of the database, so that both are of one moment.
//! 4. For each [`doubtful`](Matcher::doubtful) operation, look up all that is recorded of it, whenever that was, and
//!    [`judge`](Matcher::judge) it.
//! 5. Make the [`Report`]. If it does not [add up](Report::adds_up), trust nothing in it: the comparison itself is wrong.
//!
//! # What is compared
//!
//! What an operation did to the money. The platform's success of a sale, a reversed refund or a payout brings its amount; that of
//! a refund, a reversal, a manual change or a reversed payout takes it back; all other statuses do nothing. Recorded is the sum of
//! the operation's entries, without those that an operator corrected. A successful operation of any other type is a
//! difference, unless an operator credited it. [`Kind`] has all results.
//!
//! An operation belongs to the interval by the platform's time. If the platform does not list it or has no time for it, the time
//! of the callback counts, else that of the entry.
//!
//! # Example
//!
//! ```
//! use jetpay_core::report::ReportedOperation;
//! use jetpay_core::{Currency, Money};
//! use jetpay_reconcile::{BookedEntry, BookedKind, Facts, Interval, Kind, Matcher, PlatformBooks, RecordedPayment};
//! use jetpay_rules::{EntryKind, PaymentState};
//!
//! let (project, amount) = (1234.into(), Money::new(100_000, Currency::KZT)); // 1 000.00 KZT
//!
//! // The platform lists two sales.
//! let mut books = PlatformBooks::new();
//! let source = books.begin_source("november.csv");
//! for (line, (operation, payment)) in (2..).zip([(2802000001, "payment_46"), (2802000002, "payment_47")]) {
//!     let (sale, success) = ("sale".into(), "success".into());
//!     let row = ReportedOperation::new(project, operation.into(), payment, sale, success, amount);
//!     books.add(source, Some(line), &row.at(Some(1_764_000_000)));
//! }
//! books.end_source(source, "the SHA-256 of the file".to_owned(), 2);
//!
//! // The merchant credited one of them.
//! let interval = Interval { from: 1_763_942_400, to: 1_764_028_800 };
//! let mut matcher = Matcher::new(&books, interval, interval.to, &[project]);
//! matcher.entry(&BookedEntry {
//!     project_id: project,
//!     operation_id: 2802000001.into(),
//!     payment_id: "payment_46".parse()?,
//!     kind: BookedKind::Entry(EntryKind::Credit),
//!     amount,
//!     time: 1_764_000_003,
//! });
//! for key in matcher.doubtful() {
//!     // Look up the operation, and the payment that the platform names: it is pending.
//!     let state = Some(PaymentState::Pending);
//!     let payment = RecordedPayment { project_id: project, state, currency: Currency::KZT };
//!     matcher.judge(&key, &Facts { payment: Some(payment), ..Facts::default() });
//! }
//!
//! let report = matcher.report(1);
//! assert!(report.adds_up());
//! assert_eq!(report.counts["matched"], 1);
//! let lost = &report.results[0];
//! assert_eq!((lost.kind, lost.id.as_str()), (Kind::NotCredited, "1234-2802000002-not_credited"));
//! assert_eq!(lost.why.as_deref(), Some("the payment is pending: the callback was lost"));
//!
//! let sum = &report.sums[0]; // 1 000.00 KZT of sales are not recorded.
//! assert_eq!((sum.theirs, sum.ours, sum.explained), (200_000, 100_000, 100_000));
//! # Ok::<(), jetpay_core::id::InvalidId>(())
//! ```

#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]

mod books;
mod compare;
mod effect;
mod matcher;
mod ours;
mod recorded;
mod report;
mod results;
mod unreadable;
mod versions;
mod why;

pub use books::{PlatformBooks, Source, SourceId};
pub use matcher::{Key, Matcher};
pub use recorded::{
    BookedEntry, BookedKind, Facts, OpenDifference, RecordedEvent, RecordedPayment,
};
pub use report::{Finding, Interval, Kind, Report, Sum};
