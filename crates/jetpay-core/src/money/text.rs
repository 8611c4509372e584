//! Reads an amount that a person wrote: exactly, or not at all.

use std::str::FromStr;

use super::{Currency, CurrencyError, Money};

/// Why a text is not an amount of money. The message says what to write instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MoneyTextError {
    /// The text has a comma. Some people write it between thousands, others before the fraction.
    #[error(
        "a comma is ambiguous: write `1 000.50 KZT`, spaces between thousands and a point before the fraction"
    )]
    Comma,
    /// The text has no space, and therefore no currency.
    #[error("write an amount, one space and a currency: `1 000.50 KZT`")]
    NoCurrency,
    /// The text after the last space is not a currency.
    #[error(transparent)]
    Currency(#[from] CurrencyError),
    /// The platform does not list the currency, so its number of digits is unknown.
    #[error("the platform does not list {0}: write its minor units, `1000 minor {0}`")]
    Unlisted(Currency),
    /// More digits follow the point than the currency has. Zeros count: `1.000 KZT` may mean a thousand.
    #[error("at most {digits} digits may follow the point here, zeros included")]
    FractionOfMinorUnit {
        /// The number of digits that may follow the point.
        digits: u8,
    },
    /// A space is somewhere else than between thousands.
    #[error("spaces only part the thousands, all of them or none: `1 000 000.50 KZT`")]
    Grouping,
    /// The text is not a number of the accepted shape.
    #[error(
        "not an amount such as `-1000.50`: digits on both sides of a point, no plus sign, leading zero or exponent"
    )]
    NotANumber,
    /// The amount does not fit `i64` minor units.
    #[error("the amount does not fit 64 bits of minor units")]
    Overflow,
}

impl Money {
    /// Reads `1 000.50 KZT`, `1000.5 KZT` or `-5 KZT`: the printed form, also with a shorter fraction or without spaces.
    ///
    /// A space may be plain, no-break (U+00A0) or narrow no-break (U+202F). Every currency, listed or not, can be
    /// written in minor units: `100050 minor KZT`. The function neither trims nor rounds nor guesses.
    ///
    /// # Errors
    ///
    /// [`MoneyTextError`] names the reason.
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

/// Plain, no-break and narrow no-break: keyboards, web pages and spreadsheets write them between thousands.
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
            // A negative amount is counted downwards, because i64::MIN has no positive counterpart.
            let tenfold = sum.checked_mul(10)?;
            if negative {
                tenfold.checked_sub(digit)
            } else {
                tenfold.checked_add(digit)
            }
        })
        .ok_or(MoneyTextError::Overflow)
}

/// Accepts digits without a leading zero, in one group or in groups of three. Only the first group may be shorter.
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
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::money::currency::DIGITS;

    #[track_caller]
    fn reads(text: &str, minor: i64) {
        let money = Money::parse(text).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert_eq!(money.minor(), minor, "{text:?}");
    }

    #[track_caller]
    fn refuses(text: &str, error: MoneyTextError) {
        assert_eq!(Money::parse(text), Err(error), "{text:?}");
    }

    #[test]
    fn fraction_may_be_short_or_absent() {
        reads("1 000.00 KZT", 100_000);
        reads("1000 KZT", 100_000);
        reads("1000.5 KZT", 100_050);
        reads("-5.00 KZT", -500);
        reads("0 KZT", 0);
        reads("-0.01 KZT", -1);
        reads("7 JPY", 7);
        reads("1.5 MGA", 15);
    }

    #[test]
    fn spaces_of_three_kinds_separate_thousands() {
        reads("1\u{a0}000\u{a0}000.5\u{a0}KZT", 100_000_050);
        reads("12\u{202f}500\u{202f}000 KZT", 1_250_000_000);
    }

    #[test]
    fn spaces_elsewhere_are_refused() {
        for text in [
            "1 00 KZT",
            "1000 000 KZT",
            "1 000 00 KZT",
            "1  000 KZT",
            " 1 KZT",
            "1  KZT",
        ] {
            refuses(text, MoneyTextError::Grouping);
        }
        for text in [
            "1 000. 5 KZT",
            "1 000.5 0 KZT",
            "- 5 KZT",
            " -5 KZT",
            "1 .5 KZT x",
        ] {
            assert!(Money::parse(text).is_err(), "{text:?}");
        }
        refuses("1 KZT ", MoneyTextError::Currency(CurrencyError));
    }

    #[test]
    fn comma_is_refused_and_the_message_says_what_to_write() {
        for text in ["1,000.00 KZT", "1000,50 KZT", "10 000,00"] {
            refuses(text, MoneyTextError::Comma);
        }
        assert!(
            MoneyTextError::Comma
                .to_string()
                .contains("write `1 000.50 KZT`")
        );
    }

    #[test]
    fn fraction_of_a_minor_unit_is_refused() {
        for (text, digits) in [
            ("1.005 KZT", 2),
            ("1.000 KZT", 2),
            ("1.0 JPY", 0),
            ("5.00 CVE", 0),
            ("1.0 minor KZT", 0),
        ] {
            refuses(text, MoneyTextError::FractionOfMinorUnit { digits });
        }
    }

    #[test]
    fn other_ways_to_write_a_number_are_refused() {
        for text in [
            "", "-", "--1", "+1", "1e3", "1E3", ".5", "5.", ".", "1.2.3", "1.-5", "0x10", "1_000",
            "1'000", "−5", "٣", "NaN", "01", "00", "007.00", "0 001", "minor",
        ] {
            refuses(&format!("{text} KZT"), MoneyTextError::NotANumber);
        }
    }

    #[test]
    fn missing_or_broken_currency_is_refused() {
        refuses("", MoneyTextError::NoCurrency);
        refuses("1000", MoneyTextError::NoCurrency);
        refuses("1000KZT", MoneyTextError::NoCurrency);
        refuses("1 000", MoneyTextError::Currency(CurrencyError));
        refuses("1000 kzt", MoneyTextError::Currency(CurrencyError));
    }

    #[test]
    fn unlisted_currency_is_read_in_minor_units_only() {
        let unlisted = Currency::parse("XXX").unwrap();
        refuses("1000 XXX", MoneyTextError::Unlisted(unlisted));
        reads("1000 minor XXX", 1000);
        // Listed ones, too: an amount that was printed before the table had its currency can still be read.
        reads("1 000 minor KZT", 1000);
    }

    #[test]
    fn more_than_64_bits_is_an_overflow() {
        reads("92233720368547758.07 KZT", i64::MAX);
        reads("-92233720368547758.08 KZT", i64::MIN);
        refuses("92233720368547758.08 KZT", MoneyTextError::Overflow);
        refuses("-92233720368547758.09 KZT", MoneyTextError::Overflow);
        refuses("92233720368547759 KZT", MoneyTextError::Overflow);
    }

    #[test]
    fn extremes_of_every_currency_survive_the_round_trip() {
        for (code, _) in DIGITS {
            let currency = Currency::parse(std::str::from_utf8(code).unwrap()).unwrap();
            for minor in [i64::MIN, i64::MIN + 1, -1, 0, 1, i64::MAX] {
                let money = Money::new(minor, currency);
                assert_eq!(money.to_string().parse(), Ok(money));
            }
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(minor: i64, small in -1_000_000..1_000_000_i64, index in 0..DIGITS.len()) {
            let listed = Currency::parse(std::str::from_utf8(DIGITS[index].0).unwrap()).unwrap();
            let unlisted = Currency::parse("XXX").unwrap();
            for money in [minor, small].into_iter().flat_map(|n| [Money::new(n, listed), Money::new(n, unlisted)]) {
                prop_assert_eq!(money.to_string().parse(), Ok(money));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[-+0-9.,  \u{a0}eE]{0,24}( minor)?( KZT| JPY| XXX)?") {
            let _ = Money::parse(&text);
        }
    }
}
