//! Amounts on the wire of a dialect: texts such as `200.00`, which stand for whole minor units. Never a float.

use jetpay_core::Money;
use jetpay_core::money::{Currency, MoneyTextError};

/// An amount whose currency the platform does not list, so the number of its digits is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount in {0} cannot be told to a billing: the platform does not list the currency")]
pub struct Unlisted(pub Currency);

/// The text of an amount, with all digits of its currency: `200.00` for 20000 minor units of KZT, `200` for 200 of JPY.
///
/// # Errors
/// [`Unlisted`].
pub fn to_text(money: Money) -> Result<String, Unlisted> {
    let currency = money.currency();
    let digits = usize::from(currency.digits().ok_or(Unlisted(currency))?);
    let sign = if money.minor() < 0 { "-" } else { "" };
    let plain = format!("{:0>1$}", money.minor().unsigned_abs(), digits + 1);
    let (whole, fraction) = plain.split_at(plain.len() - digits);
    let point = if digits > 0 { "." } else { "" };
    Ok(format!("{sign}{whole}{point}{fraction}"))
}

/// Reads the text of an amount into minor units: exactly, or not at all. Spaces around it and between thousands are read. A
/// comma before the fraction is a point. Zeros beyond the currency's digits are read from the fourth digit on: `200.0000`
/// is 200, but `1.000` may mean a thousand, so it is refused.
///
/// # Errors
/// [`MoneyTextError`]. It does not show the text.
pub fn from_text(text: &str, currency: Currency) -> Result<i64, MoneyTextError> {
    let text = text.trim();
    // `Money` also reads a unit, which a billing does not write.
    if text.contains(char::is_alphabetic) {
        return Err(MoneyTextError::NotANumber);
    }
    let commas = text.matches(',').count();
    if commas > 1 || commas == 1 && text.contains('.') {
        return Err(MoneyTextError::Comma);
    }
    let text = text.replace(',', ".");
    let shortened = currency.digits().and_then(|it| without_zeros(&text, it));
    let text = shortened.unwrap_or(text);
    Money::parse(&format!("{text} {currency}")).map(Money::minor)
}

/// The text without zeros beyond these digits, if four digits or more follow the point.
fn without_zeros(text: &str, digits: u8) -> Option<String> {
    let (whole, fraction) = text.split_once('.').filter(|(_, it)| it.len() > 3)?;
    let (kept, zeros) = fraction.split_at_checked(digits.into())?;
    let point = if digits > 0 { "." } else { "" };
    zeros
        .bytes()
        .all(|byte| byte == b'0')
        .then(|| format!("{whole}{point}{kept}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    #[test]
    fn text_has_all_digits_of_the_currency_and_nothing_else() {
        for (minor, code, text) in [
            (20_000, "KZT", "200.00"),
            (5, "KZT", "0.05"),
            (0, "KZT", "0.00"),
            (123_456_789, "KZT", "1234567.89"),
            (-150, "KZT", "-1.50"),
            (i64::MIN, "KZT", "-92233720368547758.08"),
            (200, "JPY", "200"),
            (1_000, "KWD", "1.000"),
        ] {
            let money = Money::new(minor, currency(code));
            assert_eq!(to_text(money).unwrap(), text);
        }
        let unlisted = currency("XXX");
        assert_eq!(to_text(Money::new(1, unlisted)), Err(Unlisted(unlisted)));
    }

    #[test]
    fn text_of_a_billing_is_read_exactly() {
        for (text, code, minor) in [
            ("200.00", "KZT", 20_000),
            ("200", "KZT", 20_000),
            ("200,5", "KZT", 20_050),
            (" 1 200.00 ", "KZT", 120_000),
            ("\u{a0}1\u{a0}200,00\n", "KZT", 120_000),
            ("-0.05", "KZT", -5),
            ("0", "KZT", 0),
            ("200.0000", "KZT", 20_000),
            ("-12.340000", "KZT", -1_234),
            ("200.0000", "JPY", 200),
            ("1.000", "KWD", 1_000),
            ("1.0000", "UYW", 10_000),
            ("92233720368547758.07", "KZT", i64::MAX),
        ] {
            assert_eq!(from_text(text, currency(code)), Ok(minor), "{text} {code}");
        }
    }

    #[test]
    fn text_that_is_not_exactly_an_amount_is_refused() {
        for text in [
            "",
            " ",
            "200.",
            ".5",
            "200.005",
            "200.0001",
            "1.000",
            "1,000",
            "1,000.50",
            "1.000,50",
            "1,2,3",
            "+5",
            "1e3",
            "12 34",
            "200 KZT",
            "0x10",
            "NaN",
            "200.00.00",
            "0007",
            "92233720368547758.08",
            "5 minor",
            "2OO",
        ] {
            assert!(from_text(text, Currency::KZT).is_err(), "{text}");
        }
        assert!(from_text("1", currency("XXX")).is_err());
    }

    proptest! {
        #[test]
        fn amount_is_read_back_as_written(minor in any::<i64>(), code in "(KZT|JPY|KWD|MGA|UYW)") {
            let money = Money::new(minor, currency(&code));
            prop_assert_eq!(from_text(&to_text(money).unwrap(), money.currency()), Ok(minor));
        }

        #[test]
        fn any_text_is_read_or_refused(text in any::<String>(), odd in "[-0-9., minor]{0,12}") {
            let _ = from_text(&text, Currency::KZT);
            let _ = from_text(&odd, Currency::KZT);
        }
    }
}
