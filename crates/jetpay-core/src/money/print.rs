//! How an amount is printed for people.

use std::fmt::{self, Write as _};

use super::Money;

/// Prints `1 000.00 KZT`: a space between thousands, all digits of the currency, and a minus sign in front.
///
/// If the platform does not list the currency, its number of digits is unknown. The amount is then printed in minor
/// units: `1 000 minor XXX`. The format's width and precision are ignored, because a cut amount is a wrong amount.
///
/// ```
/// use jetpay_core::{Currency, Money};
///
/// assert_eq!(Money::new(-100_000, Currency::KZT).to_string(), "-1 000.00 KZT");
/// assert_eq!(Money::new(1_000, Currency::parse("XXX")?).to_string(), "1 000 minor XXX");
/// # Ok::<(), jetpay_core::money::CurrencyError>(())
/// ```
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let listed = self.currency().digits();
        let digits = usize::from(listed.unwrap_or(0));
        // At least one digit before the point: 5 tiyn are 0.05.
        let plain = format!("{:0>1$}", self.minor().unsigned_abs(), digits + 1);
        let (whole, fraction) = plain.split_at(plain.len() - digits);

        if self.minor() < 0 {
            f.write_char('-')?;
        }
        for (index, digit) in whole.char_indices() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                f.write_char(' ')?;
            }
            f.write_char(digit)?;
        }
        if digits > 0 {
            write!(f, ".{fraction}")?;
        }
        if listed.is_none() {
            f.write_str(" minor")?;
        }
        write!(f, " {}", self.currency())
    }
}

#[cfg(test)]
mod tests {
    use crate::money::{Currency, Money};

    #[track_caller]
    fn check(minor: i64, code: &str, printed: &str) {
        let money = Money::new(minor, Currency::parse(code).unwrap());
        assert_eq!(money.to_string(), printed);
    }

    #[test]
    fn a_space_separates_thousands() {
        check(99_999, "KZT", "999.99 KZT");
        check(100_000, "KZT", "1 000.00 KZT");
        check(1_250_000_000, "KZT", "12 500 000.00 KZT");
    }

    #[test]
    fn all_digits_of_the_currency_are_printed() {
        check(0, "KZT", "0.00 KZT");
        check(5, "KZT", "0.05 KZT");
        check(1000, "JPY", "1 000 JPY");
        check(1000, "KWD", "1.000 KWD");
        check(15, "MGA", "1.5 MGA");
        check(7, "CVE", "7 CVE");
    }

    #[test]
    fn minus_sign_is_in_front() {
        check(-5, "KZT", "-0.05 KZT");
        check(-100_000, "KZT", "-1 000.00 KZT");
        check(i64::MIN, "KZT", "-92 233 720 368 547 758.08 KZT");
    }

    #[test]
    fn unlisted_currency_is_printed_in_minor_units() {
        check(1000, "XXX", "1 000 minor XXX");
        check(-1, "XXX", "-1 minor XXX");
    }

    #[test]
    fn width_and_precision_do_not_change_an_amount() {
        let money = Money::new(100_000, Currency::KZT);
        assert_eq!(format!("{money:.2}"), "1 000.00 KZT");
    }
}
