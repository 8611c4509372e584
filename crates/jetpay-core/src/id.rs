//! Ids of projects, customers, contracts, payments and operations.
//!
//! A text is an id only if it is not empty and has neither `;` nor a control character. The signature does not escape
//! `;`, so an id with one could have been cut out of another message (see [`signature`](crate::signature)).
//!
//! Every id converts to its text with `Display` and from it with `FromStr`, for databases and URLs. `Debug` hides the ids
//! that are payers' data. Log with `Debug`, never with `Display`.
//!
//! ```
//! use jetpay_core::{CustomerId, OperationId, PaymentId};
//!
//! let payment = PaymentId::new("payment_47")?;
//! assert_eq!(payment.to_string().parse(), Ok(payment)); // to a column of a database and back
//!
//! let customer: CustomerId = "7123456789".parse()?;
//! assert_eq!(customer.as_str(), "7123456789");
//! assert_eq!(format!("{customer:?}"), "CustomerId(hidden)");
//!
//! assert!(PaymentId::new("a;b").is_err());
//! assert_eq!("2802000002".parse(), Ok(OperationId::new(2_802_000_002)));
//! # Ok::<(), jetpay_core::id::InvalidId>(())
//! ```
//!
//! | id | who makes it | shape |
//! |---|---|---|
//! | [`ProjectId`], [`OperationId`] | the platform | a number |
//! | [`PaymentId`] | the merchant | a text of 1 to 255 bytes |
//! | [`CustomerId`] | the merchant; the payer types it | a text of 1 to 255 bytes |
//! | [`ContractId`] | the merchant | a text of 1 to 255 bytes |

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;
use thiserror::Error;

/// The text cannot be an id: it is empty, longer than 255 bytes, or has `;` or a control character. The error does not show
/// the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an id is not empty, has at most 255 bytes, and neither `;` nor a control character")]
#[non_exhaustive]
pub struct InvalidId;

/// The text cannot be the number of a project or an operation: it has a character that is no digit, or the number does not
/// fit 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the id of a project or an operation is a number of decimal digits that fits 64 bits")]
#[non_exhaustive]
pub struct InvalidNumber;

/// The maximum length of an id, in bytes.
const LONGEST: usize = 255;

fn valid(text: &str) -> bool {
    let fits = (1..=LONGEST).contains(&text.len());
    fits && !text
        .chars()
        .any(|character| character == ';' || character.is_control())
}

/// The number that the platform assigns to a merchant's project. It serializes as a number.
///
/// Source: every document, `project_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ProjectId(u64);

/// The number that the platform assigns to an operation. It has up to 16 digits, and serializes as a number. Together with the
/// project it makes an entry unique; operations of two projects may have one number.
///
/// Source: every document, callback, `operation.id`. The platform writes it as a number or as a text of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct OperationId(u64);

macro_rules! number_id {
    ($name:ident) => {
        impl $name {
            /// Makes an id from its number. Any number is one.
            #[must_use]
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            /// The number, as the platform writes it.
            #[must_use]
            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl FromStr for $name {
            type Err = InvalidNumber;

            /// Reads decimal digits, without a sign or white space.
            ///
            /// # Errors
            /// [`InvalidNumber`].
            fn from_str(text: &str) -> Result<Self, InvalidNumber> {
                let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
                let number = text.parse().ok().filter(|_| is_plain);
                number.map(Self).ok_or(InvalidNumber)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

number_id!(ProjectId);
number_id!(OperationId);

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks a text and makes an id from it.
            ///
            /// # Errors
            /// [`InvalidId`] for an empty text, a text of more than 255 bytes, or one with `;` or a control character.
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, InvalidId> {
                let text = text.into();
                if valid(&text) { Ok(Self(text)) } else { Err(InvalidId) }
            }

            /// The text, exactly as it was given: neither trimmed nor changed in case.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'_, str>::deserialize(deserializer)?;
                Self::new(text.into_owned()).map_err(D::Error::custom)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidId;

            fn try_from(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Self::new(text)
            }
        }

        impl fmt::Display for $name {
            /// Writes the text itself, for storage and answers.
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_id! {
    /// A customer's account in the merchant's system, such as a phone number or a login. `Debug` hides it, because it is
    /// the payer's data; `Display` writes it.
    ///
    /// It is what the payer typed, so compare it as it is, or normalise it in your own code: `+7 712 345 67 89` and
    /// `7123456789` are two ids.
    ///
    /// Source: every document, requests, `customer_id`. The `customer.id` of a callback is another id.
    CustomerId
}
text_id! {
    /// A customer's contract; the documents call it an *entity*. `Debug` hides it, because it is the payer's data;
    /// `Display` writes it.
    ///
    /// Source: kaspi and kassa24 (option 2), `entities.id` of the response to `verify`, `entity_id` of `check_deposit`.
    ContractId
}
text_id! {
    /// A payment. The merchant makes the id. It must be unique for ever among all top-ups and payouts. It is the only key by
    /// which a callback finds its payment.
    ///
    /// The number of a row, a UUID or any other text will do. A payout's id has fewer characters to choose from:
    /// [`General::new`](crate::payout::General::new).
    ///
    /// Source: every document, `payment_id` of the response to `check_deposit`, `payment.id` of a callback.
    PaymentId
}

impl fmt::Debug for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomerId(hidden)")
    }
}

impl fmt::Debug for ContractId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContractId(hidden)")
    }
}

impl fmt::Debug for PaymentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PaymentId").field(&self.0).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::{ContractId, CustomerId, OperationId, PaymentId, ProjectId};

    #[test]
    fn text_that_could_be_cut_out_of_a_message_is_no_id() {
        for text in [
            "",
            "a;b",
            "a\nb",
            "a\0",
            "\u{7f}",
            "\u{85}",
            &"x".repeat(256),
        ] {
            assert!(PaymentId::new(text).is_err(), "{text:?}");
        }
        assert!(PaymentId::new("payment_47").is_ok());
    }

    #[test]
    fn debug_of_a_customer_id_hides_it() {
        let id = CustomerId::new("7123456789").unwrap();
        assert!(!format!("{id:?}").contains("7123456789"));
    }

    #[test]
    fn id_is_read_back_from_its_text_and_its_json() {
        macro_rules! read_back {
            ($($id:ident $text:literal $json:literal,)+) => {$(
                let id: $id = $text.parse().unwrap();
                assert_eq!(id.to_string(), $text);
                assert_eq!(serde_json::to_string(&id).unwrap(), $json);
                assert_eq!(serde_json::from_str::<$id>($json).unwrap(), id);
            )+};
        }
        read_back! {
            ProjectId "1234" "1234",
            OperationId "1234567890123456" "1234567890123456",
            CustomerId "7123456789" "\"7123456789\"",
            ContractId "12345" "\"12345\"",
            PaymentId "payment_47" "\"payment_47\"",
        }
    }

    #[test]
    fn wrong_text_or_json_is_no_id() {
        for text in ["", "+1", "-1", " 1", "1.0", "18446744073709551616", "١"] {
            assert!(text.parse::<OperationId>().is_err(), "{text:?}");
        }
        assert!("a;b".parse::<ContractId>().is_err());
        for json in ["\"\"", "\"a;b\"", "1", "null"] {
            assert!(serde_json::from_str::<PaymentId>(json).is_err(), "{json}");
        }
        for json in ["-1", "1.0", "\"1\""] {
            assert!(serde_json::from_str::<ProjectId>(json).is_err(), "{json}");
        }
    }
}
