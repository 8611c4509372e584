//! How an amount that a person wrote is read: exactly, or not at all.

use std::str::FromStr;

use super::{Currency, CurrencyError, Money};

/// Why a text is not an amount of money. Each message says what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyTextError {
    /// A comma parts thousands for one reader and the fraction for another.
    #[error(
        "a comma is ambiguous: write `1 000.50 KZT`, spaces between thousands and a point before the fraction"
    )]
    Comma,
    /// There is no space, so no currency after it.
    #[error("write an amount, one space and a currency: `1 000.50 KZT`")]
    NoCurrency,
    /// What follows the last space is no currency.
    #[error(transparent)]
    Currency(#[from] CurrencyError),
    /// The platform lists no such currency, so its fraction is unknown.
    #[error("the platform does not list {0}: write its minor units, `1000 minor {0}`")]
    Unlisted(Currency),
    /// More digits follow the point than the currency has, be they zeros: `1.000 KZT` may mean a thousand.
    #[error("at most {digits} digits may follow the point here, zeros included")]
    FractionOfMinorUnit {
        /// How many digits may follow the point.
        digits: u8,
    },
    /// Spaces stand elsewhere than between thousands.
    #[error("spaces only part the thousands, all of them or none: `1 000 000.50 KZT`")]
    Grouping,
    /// Something else than a number of the one accepted shape.
    #[error(
        "not an amount such as `-1000.50`: digits on both sides of a point, no plus sign, leading zero or exponent"
    )]
    NotANumber,
    /// The amount has no place in an `i64` of minor units.
    #[error("the amount does not fit 64 bits of minor units")]
    Overflow,
}

impl Money {
    /// Reads `1 000.50 KZT`, `1000.5 KZT` or `-5 KZT`: what is printed, with a shorter fraction or without spaces.
    ///
    /// A space may be plain, no-break (U+00A0) or narrow no-break (U+202F). Any currency, listed or not, can be
    /// written in minor units: `100050 minor KZT`. Nothing is trimmed, rounded or guessed.
    ///
    /// # Errors
    ///
    /// [`MoneyTextError`], one variant a reason.
    ///
    /// ```
    /// use jetpay_core::money::{Currency, Money, MoneyTextError};
    ///
    /// assert_eq!(Money::parse("1 000.5 KZT"), Ok(Money::new(100_050, Currency::KZT)));
    /// assert_eq!(Money::parse("1,000.50 KZT"), Err(MoneyTextError::Comma));
    /// assert_eq!(Money::parse("1.000 KZT"), Err(MoneyTextError::FractionOfMinorUnit { digits: 2 }));
    /// ```
    pub fn parse(text: &str) -> Result<Self, MoneyTextError> {
        if text.contains(',') {
            return Err(MoneyTextError::Comma);
        }
        let (amount, code) = text.rsplit_once(SPACES).ok_or(MoneyTextError::NoCurrency)?;
        let currency = Currency::parse(code)?;
        let (number, digits) = match amount.rsplit_once(SPACES) {
            Some((number, "minor")) => (number, 0),
            _ => (
                amount,
                currency
                    .digits()
                    .ok_or(MoneyTextError::Unlisted(currency))?,
            ),
        };
        Ok(Self::new(minor_units(number, digits)?, currency))
    }
}

impl FromStr for Money {
    type Err = MoneyTextError;

    fn from_str(text: &str) -> Result<Self, MoneyTextError> {
        Self::parse(text)
    }
}

/// Plain, no-break and narrow no-break: what keyboards, web pages and spreadsheets put between thousands.
const SPACES: [char; 3] = [' ', '\u{a0}', '\u{202f}'];

fn minor_units(number: &str, digits: u8) -> Result<i64, MoneyTextError> {
    let unsigned = number.strip_prefix('-');
    let negative = unsigned.is_some();
    let unsigned = unsigned.unwrap_or(number);

    let (whole, fraction) = match unsigned.split_once('.') {
        Some((_, "")) => return Err(MoneyTextError::NotANumber),
        Some(parts) => parts,
        None => (unsigned, ""),
    };
    check_whole(whole)?;
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(MoneyTextError::NotANumber);
    }
    let missing = usize::from(digits)
        .checked_sub(fraction.len())
        .ok_or(MoneyTextError::FractionOfMinorUnit { digits })?;

    let written = whole
        .bytes()
        .chain(fraction.bytes())
        .filter(u8::is_ascii_digit);
    written
        .chain(std::iter::repeat_n(b'0', missing))
        .map(|byte| i64::from(byte - b'0'))
        .try_fold(0_i64, |sum, digit| {
            // Downwards for a negative amount: i64::MIN has no positive counterpart to be turned around.
            let tenfold = sum.checked_mul(10)?;
            if negative {
                tenfold.checked_sub(digit)
            } else {
                tenfold.checked_add(digit)
            }
        })
        .ok_or(MoneyTextError::Overflow)
}

/// Digits, without a leading zero, in one group or in groups of three of which only the first may be shorter.
fn check_whole(whole: &str) -> Result<(), MoneyTextError> {
    let is_number = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !whole.split(SPACES).all(is_number) {
        return Err(MoneyTextError::NotANumber);
    }
    if let Some((first, rest)) = whole.split_once(SPACES)
        && (!matches!(first.len(), 1..=3) || rest.split(SPACES).any(|group| group.len() != 3))
    {
        return Err(MoneyTextError::Grouping);
    }
    if whole.starts_with('0') && whole != "0" {
        return Err(MoneyTextError::NotANumber);
    }
    Ok(())
}

#[cfg(test)]
mod tests;
