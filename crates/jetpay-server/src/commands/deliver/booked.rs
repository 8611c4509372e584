//! Whether the answers to `check` show that a payment is booked once or twice.

use jetpay_billing::amount;
use jetpay_billing::dialect::CheckedAccount;
use jetpay_core::Money;

/// What the fields of `check` show of a payment and its repeat: the name of the field.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Booked {
    Once(String),
    Twice(String),
    Unseen,
}

impl Booked {
    /// From the answers before the payment, after it, and after the repeat.
    pub(super) fn of(answers: [&CheckedAccount; 3], paid: Money) -> Self {
        let mut booked = Self::Unseen;
        let [before, once, twice] = answers.map(|answer| numbers(answer, paid));
        for (name, before) in before {
            let find = |in_answer: &[(String, i64)]| {
                let found = in_answer.iter().find(|(other, _)| *other == name);
                found.map(|(_, minor)| *minor)
            };
            let (Some(once), Some(twice)) = (find(&once), find(&twice)) else {
                continue;
            };
            let moved = |from: i64, to: i64| to.abs_diff(from) == paid.minor().unsigned_abs();
            if !moved(before, once) {
                continue;
            }
            if moved(once, twice) {
                return Self::Twice(name);
            }
            if once == twice {
                booked = Self::Once(name);
            }
        }
        booked
    }
}

/// `sum` and the fields of an answer that are amounts, in minor units.
fn numbers(answer: &CheckedAccount, paid: Money) -> Vec<(String, i64)> {
    let sum = answer.sum.iter().map(|sum| ("sum".to_owned(), sum.clone()));
    let all = sum.chain(answer.fields.iter().cloned());
    all.filter_map(|(name, value)| Some((name, amount::from_text(&value, paid.currency()).ok()?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use jetpay_core::Currency;

    use super::*;

    fn answer(fields: &[(&str, &str)]) -> CheckedAccount {
        let fields = fields.iter();
        CheckedAccount {
            fields: fields
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..CheckedAccount::default()
        }
    }

    #[test]
    fn field_that_moves_by_the_amount_with_the_payment_and_the_repeat_is_booked_twice() {
        let once = || Booked::Once("balance".to_owned());
        let twice = || Booked::Twice("balance".to_owned());
        for (values, expected) in [
            (["10.00", "11.00", "11.00"], once()),
            (["10.00", "11.00", "12.00"], twice()),
            // A debt becomes less, and an overdraft is written with a minus.
            (["10.00", "9.00", "9.00"], once()),
            (["0.50", "-0.50", "-1.50"], twice()),
            (["10", "11", "11"], once()),
            // Another payment came between, or the billing shows no balance.
            (["10.00", "11.00", "17.00"], Booked::Unseen),
            (["10.00", "10.00", "11.00"], Booked::Unseen),
            (["10.00", "10.00", "10.00"], Booked::Unseen),
            (["Aigerim", "Aigerim", "Aigerim"], Booked::Unseen),
        ] {
            let answers = values.map(|value| answer(&[("tariff", "1.00"), ("balance", value)]));
            let [before, once, twice] = &answers;
            let paid = Money::new(100, Currency::KZT);
            let seen = Booked::of([before, once, twice], paid);
            assert_eq!(seen, expected, "{values:?}");
        }
    }

    #[test]
    fn sum_of_the_answer_is_a_field_too() {
        let answers = ["5.00", "4.00", "3.00"].map(|sum| CheckedAccount {
            sum: Some(sum.to_owned()),
            ..CheckedAccount::default()
        });
        let [before, once, twice] = &answers;
        let seen = Booked::of([before, once, twice], Money::new(100, Currency::KZT));
        assert_eq!(seen, Booked::Twice("sum".to_owned()));
    }
}
