//! What a reconciliation says, in a language of the pages. Commands take the English one.

use std::collections::BTreeMap;

use jetpay_core::{Currency, Money};
use jetpay_reconcile::{Kind, Sum};

use super::view::differences;
use crate::locale::{Lang, Words};

/// What commands and their reports say.
pub(crate) const ENGLISH: Words = Words(Lang::English);

/// What a kind of result means.
pub(crate) fn meaning(words: Words, kind: Kind) -> String {
    words.get(&format!("difference-meaning-{kind}"))
}

/// What to do about results of a kind, if there is anything to do.
pub(crate) fn advice(words: Words, kind: Kind) -> Option<String> {
    let has_advice = kind.is_difference() || kind == Kind::TooFresh;
    has_advice.then(|| words.get(&format!("difference-advice-{kind}")))
}

/// What the reader can rely on: whether anything is to be done, and whether all of it adds up. `to_do` differences are to be
/// looked at.
pub(crate) fn verdict(
    words: Words,
    sums: &[Sum],
    counts: &BTreeMap<String, u64>,
    to_do: u64,
) -> String {
    let adds_up = |sum: &Sum| sum.theirs.checked_sub(sum.ours) == Some(sum.explained);
    let is_outside = |(kind, count): (&String, &u64)| *count == 0 || kind == Kind::Outside.as_str();
    let id = match to_do {
        _ if !sums.iter().all(adds_up) => "reconciliation-does-not-add-up",
        0 if counts.iter().all(is_outside) => "reconciliation-nothing-compared",
        0 if differences(counts) == 0 => "reconciliation-agrees",
        0 => "reconciliation-all-decided",
        count => return words.with("reconciliation-to-do", [("count", count.into())]),
    };
    words.get(id)
}

/// An amount as results have it: minor units and the currency.
fn money(text: &str) -> Option<Money> {
    let (minor, currency) = text.split_once(' ')?;
    Some(Money::new(
        minor.parse().ok()?,
        Currency::parse(currency).ok()?,
    ))
}

/// What a side says of a field, for people: amounts are not in minor units.
pub(crate) fn said(field: Option<&str>, said: Option<&str>) -> String {
    let is_amount = field.is_none_or(|field| field == "amount");
    let amount = said.filter(|_| is_amount).and_then(money);
    amount.map_or_else(
        || said.unwrap_or_default().to_owned(),
        |amount| amount.to_string(),
    )
}

/// A sum of amounts, which can be larger than an amount.
pub(crate) fn sum(words: Words, minor: i128, currency: Currency) -> String {
    i64::try_from(minor).map_or_else(
        |_| {
            let values = [
                ("minor", minor.to_string().into()),
                ("currency", currency.code().into()),
            ];
            words.with("reconciliation-large-sum", values)
        },
        |minor| Money::new(minor, currency).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_difference_says_in_all_languages_what_it_means_and_what_to_do() {
        for words in Lang::ALL.map(Words) {
            for kind in Kind::ALL {
                assert!(!meaning(words, *kind).is_empty());
                assert!(!words.get(&format!("difference-kind-{kind}")).is_empty());
                let is_advised = advice(words, *kind).is_some();
                assert!(is_advised || !kind.is_difference(), "{kind}");
                assert!(!is_advised || !kind.is_only_counted(), "{kind}");
            }
        }
    }
}
