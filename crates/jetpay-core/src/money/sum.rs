//! Arithmetic with money: checked for overflow, and in one currency only.
//!
//! There is no sum of a list, because the sum of no amounts has no currency: fold from a zero of the currency that you expect.

use super::{Currency, Money};

/// Why an arithmetic operation on money fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// The amounts are in different currencies.
    #[error("{left} and {right} cannot be counted together")]
    CurrencyMismatch {
        /// The currency of the left amount.
        left: Currency,
        /// The currency of the right amount.
        right: Currency,
    },
    /// The result does not fit `i64` minor units.
    #[error("the result does not fit 64 bits of minor units")]
    Overflow,
}

impl Money {
    /// Adds two amounts.
    ///
    /// ```
    /// use jetpay_core::{Currency, Money};
    ///
    /// let entries = [100_000, -30_000].map(|minor| Money::new(minor, Currency::KZT));
    /// let zero = Money::new(0, Currency::KZT);
    /// let balance = entries.into_iter().try_fold(zero, Money::checked_add)?;
    /// assert_eq!(balance.to_string(), "700.00 KZT");
    /// # Ok::<(), jetpay_core::money::MoneyError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] if the currencies differ, [`MoneyError::Overflow`] if the sum does not fit `i64`.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_add)
    }

    /// Subtracts an amount. The result may be negative.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`] if the currencies differ, [`MoneyError::Overflow`] if the difference does not fit
    /// `i64`.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.combined(other, i64::checked_sub)
    }

    /// Changes the sign of the amount, as a compensating entry needs it.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`] for `i64::MIN`, which has no positive counterpart.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    fn combined(self, other: Self, how: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::CurrencyMismatch {
                left: self.currency,
                right: other.currency,
            });
        }
        let minor = how(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kzt(minor: i64) -> Money {
        Money::new(minor, Currency::KZT)
    }

    #[test]
    fn one_currency_adds_and_subtracts() {
        assert_eq!(kzt(100).checked_add(kzt(5)), Ok(kzt(105)));
        assert_eq!(kzt(100).checked_sub(kzt(105)), Ok(kzt(-5)));
        assert_eq!(kzt(5).checked_neg(), Ok(kzt(-5)));
    }

    #[test]
    fn two_currencies_are_refused_before_any_overflow() {
        let dollars = Money::new(i64::MAX, Currency::parse("USD").unwrap());
        let mismatch = MoneyError::CurrencyMismatch {
            left: Currency::KZT,
            right: dollars.currency(),
        };
        assert_eq!(kzt(i64::MAX).checked_add(dollars), Err(mismatch));
        assert_eq!(kzt(i64::MIN).checked_sub(dollars), Err(mismatch));
        assert_eq!(
            mismatch.to_string(),
            "KZT and USD cannot be counted together"
        );
    }

    #[test]
    fn a_result_beyond_64_bits_is_an_overflow() {
        assert_eq!(kzt(i64::MAX).checked_add(kzt(1)), Err(MoneyError::Overflow));
        assert_eq!(kzt(i64::MIN).checked_sub(kzt(1)), Err(MoneyError::Overflow));
        assert_eq!(kzt(i64::MIN).checked_neg(), Err(MoneyError::Overflow));
    }
}
