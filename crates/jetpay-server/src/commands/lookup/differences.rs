//! Whether a question changes something: what differs between the answers to the same question.

use jetpay_billing::amount;
use jetpay_billing::dialect::CheckedAccount;
use jetpay_core::Currency;

/// What differs between answers of a billing about one account.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::commands) struct Differences {
    /// Fields with amounts: money moved.
    pub(in crate::commands) amounts: Vec<String>,
    /// Other fields: a time, say.
    pub(in crate::commands) texts: Vec<String>,
    /// Whether an answer has an amount, so that a change would be seen.
    pub(in crate::commands) has_amounts: bool,
}

impl Differences {
    /// Compares the answers, in their order.
    pub(in crate::commands) fn between(answers: &[CheckedAccount], currency: Currency) -> Self {
        let mut differences = Self::default();
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in answers.iter().flat_map(fields) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let values: Vec<_> = answers.iter().map(|answer| value(answer, name)).collect();
            let amounts = values.iter().flatten();
            let amounts: Vec<_> = amounts
                .filter_map(|text| amount_in(text, currency))
                .collect();
            let is_amount = amounts.len() == values.len();
            differences.has_amounts |= is_amount;
            if values.iter().all(|value| *value == values[0]) {
                continue;
            }
            if is_amount && amounts.iter().any(|amount| *amount != amounts[0]) {
                differences.amounts.push(name.to_owned());
            } else {
                differences.texts.push(name.to_owned());
            }
        }
        differences
    }
}

/// The named values of an answer; the `sum` and the comment are among them.
fn fields(answer: &CheckedAccount) -> impl Iterator<Item = (&str, &str)> {
    let sum = answer.sum.as_deref().map(|text| ("sum", text));
    let comment = answer.comment.as_deref().map(|text| ("comment", text));
    let named = answer.fields.iter();
    let named = named.map(|(name, text)| (name.as_str(), text.as_str()));
    sum.into_iter().chain(comment).chain(named)
}

fn value<'a>(answer: &'a CheckedAccount, name: &str) -> Option<&'a str> {
    fields(answer)
        .find(|(known, _)| *known == name)
        .map(|(_, text)| text)
}

/// The amount in a text such as `200.00` or `Balance: 200.00`: its last part that has digits, if it has a fraction or is alone.
fn amount_in(text: &str, currency: Currency) -> Option<i64> {
    if let Ok(minor) = amount::from_text(text, currency) {
        return Some(minor);
    }
    let mut parts = text.split_whitespace().rev();
    let part = parts.find(|part| part.contains(|it: char| it.is_ascii_digit()))?;
    let is_amount = part.contains(['.', ',']);
    amount::from_text(part, currency).ok().filter(|_| is_amount)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(sum: &str, fields: &[(&str, &str)]) -> CheckedAccount {
        let fields = fields.iter();
        CheckedAccount {
            sum: Some(sum.to_owned()).filter(|it| !it.is_empty()),
            fields: fields
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
            comment: Some("ok".to_owned()),
        }
    }

    #[test]
    fn amount_that_changes_is_told_from_a_text_that_changes_and_from_no_amount_at_all() {
        let between = |answers: &[CheckedAccount]| Differences::between(answers, Currency::KZT);
        let of = |amounts: &[&str], texts: &[&str], has_amounts| Differences {
            amounts: amounts.iter().map(ToString::to_string).collect(),
            texts: texts.iter().map(ToString::to_string).collect(),
            has_amounts,
        };
        let plain = answer("200.00", &[("fio", "A"), ("balance", "-5,00")]);
        assert_eq!(between(&[plain.clone(), plain.clone()]), of(&[], &[], true));
        for (first, second, expected) in [
            (
                answer("2.00", &[]),
                answer("1.00", &[]),
                of(&["sum"], &[], true),
            ),
            (
                answer("", &[("balance", "2")]),
                answer("", &[("balance", "3")]),
                of(&["balance"], &[], true),
            ),
            (
                answer("", &[("disp", "Balance: 2.00 KZT")]),
                answer("", &[("disp", "Balance: 3.00 KZT")]),
                of(&["disp"], &[], true),
            ),
            // The same amount in another form.
            (
                answer("2.00", &[]),
                answer("2", &[]),
                of(&[], &["sum"], true),
            ),
            (
                answer("", &[("time", "10:01")]),
                answer("", &[("time", "10:02")]),
                of(&[], &["time"], false),
            ),
            (
                answer("", &[("fio", "A")]),
                answer("", &[]),
                of(&[], &["fio"], false),
            ),
            (answer("", &[]), answer("", &[]), of(&[], &[], false)),
        ] {
            assert_eq!(between(&[first, second]), expected);
        }
        // A change that comes later is seen too.
        let third = answer("201.00", &[("fio", "A"), ("balance", "-5,00")]);
        assert_eq!(between(&[plain.clone(), plain, third]).amounts, ["sum"]);
    }
}
