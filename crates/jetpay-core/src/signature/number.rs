//! Numbers that are not integers. They are signed as PHP prints a float.

use std::fmt::Write;

/// PHP's `precision`: the number of significant digits that it prints.
const DIGITS: usize = 14;

/// Appends a number as the platform signs it: with 14 significant digits and without trailing zeros. Numbers from
/// `0.0001` to 14 digits before the point have the plain form, all others the form `1.0E+14`.
///
/// ```
/// use jetpay_core::signature::push_float;
///
/// let mut signed = String::from("rate:");
/// push_float(&mut signed, 10.0);
/// assert_eq!(signed, "rate:10");
/// signed.push_str(";share:");
/// push_float(&mut signed, 0.000_01);
/// assert_eq!(signed, "rate:10;share:1.0E-5");
/// ```
///
/// # Panics
/// Never: a `String` accepts all text.
pub fn push_float(out: &mut String, value: f64) {
    // Such as `-1.2345678901234e-300`. The digits become the end of `out`, without the point.
    let start = out.len();
    write!(out, "{value:.*e}", DIGITS - 1).expect("a `String` accepts all text");
    let printed = &out[start..];
    let negative = printed.starts_with('-');
    let (mantissa, exponent) = printed.split_once('e').expect("`{:e}` prints an exponent");
    let exponent: i32 = exponent.parse().expect("`{:e}` prints a whole exponent");
    let mut digits = [b'0'; DIGITS];
    let bytes = mantissa.bytes().filter(u8::is_ascii_digit);
    digits
        .iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = from);
    let length = digits
        .iter()
        .rposition(|&digit| digit != b'0')
        .map_or(1, |last| last + 1);
    let digits = std::str::from_utf8(&digits[..length]).expect("digits are ASCII");
    out.truncate(start + usize::from(negative));
    match usize::try_from(exponent) {
        Ok(whole) if whole < DIGITS => push_plain(out, digits, whole + 1),
        Err(_) if exponent >= -4 => {
            let zeros = usize::try_from(-exponent - 1).unwrap_or(0);
            write!(out, "0.{:0<zeros$}{digits}", "").expect("a `String` accepts all text");
        }
        _ => {
            let rest = if digits.len() > 1 { &digits[1..] } else { "0" };
            write!(out, "{}.{rest}E{exponent:+}", &digits[..1])
                .expect("a `String` accepts all text");
        }
    }
}

/// Appends digits, of which `whole` are before the point.
fn push_plain(out: &mut String, digits: &str, whole: usize) {
    if digits.len() <= whole {
        write!(out, "{digits:0<whole$}").expect("a `String` accepts all text");
    } else {
        write!(out, "{}.{}", &digits[..whole], &digits[whole..])
            .expect("a `String` accepts all text");
    }
}

#[cfg(test)]
mod tests {
    use super::push_float;

    #[test]
    fn floats_print_as_php_prints_them() {
        let cases = [
            (10.0, "10"),
            (1e3, "1000"),
            (0.0001, "0.0001"),
            (0.000_01, "1.0E-5"),
            (1e13, "10000000000000"),
            (1e14, "1.0E+14"),
            (9_223_372_036_854_775_808.0, "9.2233720368548E+18"),
            (-0.5, "-0.5"),
            (0.0, "0"),
            (123.456, "123.456"),
            (-1.5e-7, "-1.5E-7"),
            (0.1 + 0.2, "0.3"),
            // Of two equally near values, the one with the even digit is taken.
            (4.768_371_582_031_25e-7, "4.7683715820312E-7"),
            (99_999_999_999_999.9, "1.0E+14"),
            (f64::MAX, "1.7976931348623E+308"),
        ];
        for (value, expected) in cases {
            let mut printed = String::new();
            push_float(&mut printed, value);
            assert_eq!(printed, expected);
        }
    }
}
