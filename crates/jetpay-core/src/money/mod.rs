//! Money: whole minor units and their currency, never a float.
//!
//! The wire carries amounts as JSON integers of minor units (tiyn for KZT), and so does [`Money`].
//! Its text form, [`Display`](std::fmt::Display) and [`FromStr`](std::str::FromStr), is for people: what one
//! prints the other reads back exactly.
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
mod table;
mod text;

use serde::{Deserialize, Serialize};

pub use self::currency::{Currency, CurrencyError};
pub use self::sum::MoneyError;
pub use self::text::MoneyTextError;

/// An amount in minor units of one currency. Serializes as `{"amount": 100050, "currency": "KZT"}`.
///
/// There are no operators and no order: two currencies neither add nor compare, and a sum that does not fit
/// must be seen by whoever asked for it.
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
    /// An amount of `minor` units: `Money::new(100_050, Currency::KZT)` is 1 000.50 KZT.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// The amount in minor units. How many make a whole one, [`Currency::digits`] tells.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether the amount is more than nothing.
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
    fn only_more_than_nothing_is_positive() {
        assert!(kzt(1).is_positive());
        assert!(!kzt(0).is_positive());
        assert!(!kzt(-1).is_positive());
    }

    #[test]
    fn json_names_the_minor_units_amount() {
        let json = serde_json::to_string(&kzt(-100_050)).unwrap();
        assert_eq!(json, r#"{"amount":-100050,"currency":"KZT"}"#);
    }
}
