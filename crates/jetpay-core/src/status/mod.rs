//! The open words of a callback: statuses and types.
//!
//! The platform may send a word tomorrow that nobody lists today. Each set is therefore an enum of the known words
//! plus `Other`, which keeps an unknown one exactly as it came: it is stored and shown, and it is never final.
//!
//! Known words are compared in one spelling: ASCII lower case, `_` as a space, `cancelled` as `canceled`. Space
//! around a word is not trimmed.
//!
//! ```
//! use jetpay_core::status::{PaymentStatus, StatusClass};
//!
//! assert_eq!(PaymentStatus::from("PARTIALLY_PAID"), PaymentStatus::PartiallyPaid);
//!
//! let new = PaymentStatus::from("Awaiting_Moon");
//! assert_eq!(new.as_str(), "Awaiting_Moon");
//! assert_eq!(new.class(), StatusClass::Unknown);
//! assert!(!new.is_final());
//! ```

mod class;
mod open;
mod operation_status;
mod payment_status;
mod types;

pub use self::class::StatusClass;
pub use self::operation_status::OperationStatus;
pub use self::payment_status::PaymentStatus;
pub use self::types::{OperationType, PaymentType};
