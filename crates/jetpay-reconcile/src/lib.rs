//! Compares what a merchant recorded with the platform's own books: a pure function, for anybody's database.
//!
//! The identity of an operation is its project and its id; never its amount and time. There is no tolerance. The same input
//! gives the same [`Report`], byte for byte.

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
pub use recorded::{BookedEntry, BookedKind, Facts, RecordedEvent, RecordedPayment};
pub use report::{Finding, Interval, Kind, Report, Sum};
