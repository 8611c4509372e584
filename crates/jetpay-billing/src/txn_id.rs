//! The numbers that we give to requests: `txn_id`, at most 20 digits.
//!
//! | request | digits | first digit |
//! |---|---|---|
//! | `check` | 18 | 9 |
//! | `pay`, `cancel` | the operation's id | 1 to 9 |
//! | `pay`, `cancel` with a project's prefix | 1 to 4, then the operation's id with 16 | 1 to 8 |
//!
//! Many billings keep the number in 64 bits. A prefix of one or two digits fits them all.

use jetpay_core::id::OperationId;

/// How many digits an operation's id has after a prefix. The width is fixed, so prefix 1 and operation 23 differ from prefix
/// 12 and operation 3.
const WIDTH: usize = 16;
/// Operations' ids without a prefix are below the numbers of checks.
const CHECKS: u64 = 900_000_000_000_000_000;

/// The digits before the operation's id, where several projects share a billing: 1 to 4 digits, the first from 1 to 8.
///
/// Do not change the prefix of a project that has delivered: the billing would book a payment that is sent again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Prefix(String);

/// Why a text is not a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write 1 to 4 digits, the first from 1 to 8")]
pub struct BadPrefix;

/// An operation's id that does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operation's id {0} is too large for a txn_id here: {1}")]
pub struct TooLarge(u64, &'static str);

impl Prefix {
    /// Reads a prefix.
    ///
    /// # Errors
    /// [`BadPrefix`].
    pub fn parse(text: &str) -> Result<Self, BadPrefix> {
        let is_prefix = matches!(text.len(), 1..=4)
            && text.starts_with(|first| ('1'..='8').contains(&first))
            && text.bytes().all(|byte| byte.is_ascii_digit());
        is_prefix.then(|| Self(text.to_owned())).ok_or(BadPrefix)
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The number of a payment, or of taking one back. It is the same for ever, and no two operations have the same, if either
/// every project of the billing has a prefix of its own, or the billing has one project.
///
/// # Errors
/// [`TooLarge`]: with a prefix, an id has at most 16 digits; without, it is below 900,000,000,000,000,000.
pub fn of_operation(prefix: Option<&Prefix>, id: OperationId) -> Result<String, TooLarge> {
    let id = id.number();
    match prefix {
        Some(prefix) if id < 10_u64.pow(16) => Ok(format!("{}{id:0WIDTH$}", prefix.0)),
        Some(_) => Err(TooLarge(id, "after a prefix it has at most 16 digits")),
        None if id < CHECKS => Ok(id.to_string()),
        None => Err(TooLarge(id, "it must be below 900000000000000000")),
    }
}

/// The number of a question, from the time (milliseconds since 1970-01-01 00:00 UTC) and four random digits. No operation
/// has such a number. Nothing depends on two questions having different ones.
#[must_use]
pub fn of_check(now_ms: i64) -> String {
    // Without random bytes, a number repeats if two questions have the same millisecond, which harms nothing.
    let random = getrandom::u32().unwrap_or_default() % 10_000;
    format!("9{:013}{random:04}", now_ms.rem_euclid(10_000_000_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prefix(text: &str) -> Prefix {
        Prefix::parse(text).unwrap()
    }

    fn of(prefix: Option<&Prefix>, id: u64) -> Result<String, TooLarge> {
        of_operation(prefix, OperationId::new(id))
    }

    #[test]
    fn id_without_a_prefix_is_the_number_and_with_one_has_a_fixed_width() {
        assert_eq!(of(None, 36_425_000_001_206).unwrap(), "36425000001206");
        for (digits, id, number) in [
            ("1", 23, "10000000000000023"),
            ("12", 3, "120000000000000003"),
            ("238", 36_425_000_001_206, "2380036425000001206"),
            ("8999", 9_999_999_999_999_999, "89999999999999999999"),
        ] {
            assert_eq!(of(Some(&prefix(digits)), id).unwrap(), number);
        }
    }

    #[test]
    fn id_that_does_not_fit_is_refused() {
        assert!(of(None, CHECKS - 1).is_ok());
        for (prefix, id) in [
            (None, CHECKS),
            (None, u64::MAX),
            (Some(prefix("1")), 10_000_000_000_000_000),
            (Some(prefix("1")), u64::MAX),
        ] {
            let error = of(prefix.as_ref(), id).unwrap_err();
            assert!(error.to_string().contains(&id.to_string()), "{error}");
        }
    }

    #[test]
    fn text_that_is_no_prefix_is_refused() {
        for text in ["", "0", "01", "9", "91", "12345", "1a", "+1", "１"] {
            assert_eq!(Prefix::parse(text), Err(BadPrefix), "{text}");
        }
    }

    #[test]
    fn number_of_a_check_has_18_digits_at_any_time() {
        for now in [0, -1, 1_796_000_000_000, i64::MAX, i64::MIN] {
            let number = of_check(now);
            assert!(number.len() == 18 && number.starts_with('9'), "{number}");
            assert!(number.parse::<i64>().is_ok(), "{number}");
        }
        assert!(of_check(1_796_000_000_123).starts_with("91796000000123"));
    }

    fn any_prefix() -> impl Strategy<Value = Prefix> {
        "[1-8][0-9]{0,3}".prop_map(|text| Prefix::parse(&text).unwrap())
    }

    proptest! {
        #[test]
        fn same_digits_cut_at_another_place_are_another_number(
            digits in "[1-8]{6,16}",
            left in 1..=4_usize,
            right in 1..=4_usize,
        ) {
            let number = |at| {
                let (prefix_digits, id) = digits.split_at(at);
                of(Some(&prefix(prefix_digits)), id.parse().unwrap()).unwrap()
            };
            prop_assert_eq!(left == right, number(left) == number(right));
        }

        #[test]
        fn number_of_an_operation_is_never_that_of_a_check(
            prefix in proptest::option::of(any_prefix()),
            id in any::<u64>(),
            shift in 0..64_u32,
        ) {
            if let Ok(number) = of(prefix.as_ref(), id >> shift) {
                prop_assert!(number.len() <= 20);
                prop_assert!(!(number.len() == 18 && number.starts_with('9')), "{}", number);
            }
        }
    }
}
