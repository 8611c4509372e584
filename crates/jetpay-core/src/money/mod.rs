//! Money: whole minor units and their currency, never a float.
//!
//! The platform's JSON has amounts as integers of minor units (tiyn for KZT), and so has [`Money`]. The text form is
//! for people: [`Display`](std::fmt::Display) prints it, and [`FromStr`](std::str::FromStr) reads it back exactly.
//!
//! In a database, store the minor units as a 64-bit integer and the currency as three letters. A float
//! cannot hold every amount.
//!
//! ```
//! use jetpay_core::money::{Currency, Money};
//!
//! let paid = Money::new(100_050, Currency::KZT);
//! assert_eq!(paid.to_string(), "1 000.50 KZT");
//! assert_eq!("1 000.50 KZT".parse(), Ok(paid));
//! ```

mod currency;
mod print;
mod sum;
mod text;

use serde::{Deserialize, Serialize};

pub use self::currency::{Currency, CurrencyError};
pub use self::sum::MoneyError;
pub use self::text::MoneyTextError;

/// An amount in minor units of one currency. Serializes as `{"amount": 100050, "currency": "KZT"}`.
///
/// It has no operators and no order. Amounts in two currencies can neither be added nor compared, and the caller must
/// see a sum that overflows.
///
/// ```
/// use jetpay_core::money::{Currency, Money, MoneyError};
///
/// let balance = Money::new(100_000, Currency::KZT); // 1 000.00 KZT
/// assert_eq!(balance.checked_add(Money::new(50, Currency::KZT)), Ok(Money::new(100_050, Currency::KZT)));
///
/// let dollars = Money::new(50, Currency::parse("USD")?);
/// assert!(matches!(balance.checked_add(dollars), Err(MoneyError::CurrencyMismatch { .. })));
/// # Ok::<(), jetpay_core::money::CurrencyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    #[serde(rename = "amount")]
    minor: i64,
    currency: Currency,
}

impl Money {
    /// An amount in minor units: `Money::new(100_050, Currency::KZT)` is 1 000.50 KZT.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount in minor units. [`Currency::digits`] says how many digits follow the point.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is greater than zero. The amount of a top-up always is; an entry that takes money back is negative.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kzt(minor: i64) -> Money {
        Money::new(minor, Currency::KZT)
    }

    #[test]
    fn only_an_amount_above_zero_is_positive() {
        assert!(kzt(1).is_positive());
        assert!(!kzt(0).is_positive());
        assert!(!kzt(-1).is_positive());
    }

    #[test]
    fn json_names_the_minor_units_amount() {
        let json = serde_json::to_string(&kzt(-100_050)).unwrap();
        assert_eq!(json, r#"{"amount":-100050,"currency":"KZT"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), kzt(-100_050));
    }

    #[test]
    fn amount_that_is_no_integer_or_has_no_currency_is_refused() {
        for json in [
            r#"{"amount":1.0,"currency":"KZT"}"#,
            r#"{"amount":"1","currency":"KZT"}"#,
            r#"{"amount":9223372036854775808,"currency":"KZT"}"#,
            r#"{"amount":1,"currency":"kzt"}"#,
            r#"{"amount":1}"#,
        ] {
            assert!(serde_json::from_str::<Money>(json).is_err(), "{json}");
        }
    }
}
