//! What is read, what is refused and why, and that printing and reading are each other's inverse.

use proptest::prelude::*;

use super::super::table::DIGITS;
use super::*;

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
fn spaces_of_three_kinds_part_thousands() {
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
fn comma_is_refused_with_what_to_write() {
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
    refuses(
        "1.005 KZT",
        MoneyTextError::FractionOfMinorUnit { digits: 2 },
    );
    refuses(
        "1.000 KZT",
        MoneyTextError::FractionOfMinorUnit { digits: 2 },
    );
    refuses("1.0 JPY", MoneyTextError::FractionOfMinorUnit { digits: 0 });
    refuses(
        "5.00 CVE",
        MoneyTextError::FractionOfMinorUnit { digits: 0 },
    );
    refuses(
        "1.0 minor KZT",
        MoneyTextError::FractionOfMinorUnit { digits: 0 },
    );
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
    // Listed ones too: what was printed before the table learnt a currency is still read.
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
