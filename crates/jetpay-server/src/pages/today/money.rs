//! The money of the day: sums by method, a chart, and the same by hour.

use std::collections::{BTreeMap, BTreeSet};

use jetpay_core::{Currency, Money};
use maud::{Markup, html};

use super::super::list::{Caption, Cell, List};
use super::super::show;
use super::super::visit::Visit;
use super::chart::{Bars, Said, chart};
use super::day::Counted;
use super::hour_name;
use super::sums::{Flow, Sum};

pub(super) fn section(visit: &Visit, counted: &Counted) -> Markup {
    let words = visit.words;
    let currencies: BTreeSet<_> = counted
        .sums
        .money
        .keys()
        .map(|(currency, ..)| *currency)
        .collect();
    html! {
        section {
            h2 { (words.get("today-money")) }
            @if currencies.is_empty() { p { (words.get("today-no-money")) } }
            @for currency in currencies {
                (by_method(visit, counted, currency).table(visit, &caption(visit, currency), None, None))
                (drawn(visit, counted, currency))
            }
            @if !counted.sums.money.is_empty() {
                details {
                    summary { (words.get("today-by-hour")) }
                    (by_hour(visit, counted).table(visit, Caption::Unseen(&words.get("today-by-hour")), None, Some("/today?format=csv")))
                }
            }
        }
    }
}

fn caption(visit: &Visit, currency: Currency) -> String {
    let currency = currency.code().to_owned();
    let values = [("currency", currency.into())];
    visit.words.with("today-by-method", values)
}

/// The sums of a currency that `key` puts together.
fn sums<K: Ord>(
    counted: &Counted,
    currency: Currency,
    key: impl Fn(&str, i64) -> K,
) -> BTreeMap<(K, Flow), Sum> {
    let mut sums = BTreeMap::new();
    for ((of, flow, method, hour), sum) in &counted.sums.money {
        if *of == currency {
            *sums.entry((key(method, *hour), *flow)).or_default() += *sum;
        }
    }
    sums
}

const BY_METHOD: &[&str] = &[
    "today-method",
    "today-in-count",
    "today-in",
    "today-back-count",
    "today-back",
    "today-corrected",
    "today-left",
];

/// A row for each method, and one for all.
fn by_method(visit: &Visit, counted: &Counted, currency: Currency) -> List {
    let words = visit.words;
    let of_methods = sums(counted, currency, |method, _| method.to_owned());
    let methods: BTreeSet<_> = of_methods.keys().map(|(method, _)| method).collect();
    let row = |name: String, of: &dyn Fn(Flow) -> Sum| {
        let [came, back, corrected] = [Flow::In, Flow::Back, Flow::Corrected].map(of);
        let mut left = came;
        left += back;
        left += corrected;
        vec![
            Cell::Text(name),
            Cell::Text(came.count.to_string()),
            amount(currency, came.minor),
            Cell::Text(back.count.to_string()),
            amount(currency, back.minor),
            amount(currency, corrected.minor),
            amount(currency, left.minor),
        ]
    };
    let mut rows: Vec<_> = methods
        .iter()
        .map(|method| {
            let of = |flow| {
                of_methods
                    .get(&((*method).clone(), flow))
                    .copied()
                    .unwrap_or_default()
            };
            row(words.word("method", method), &of)
        })
        .collect();
    let all = sums(counted, currency, |_, _| ());
    let of_all = |flow| all.get(&((), flow)).copied().unwrap_or_default();
    rows.push(row(words.get("today-all"), &of_all));
    List {
        columns: BY_METHOD,
        rows,
    }
}

/// What came in, as bars.
fn drawn(visit: &Visit, counted: &Counted, currency: Currency) -> Markup {
    let words = visit.words;
    let of_hours = sums(counted, currency, |method, hour| (method.to_owned(), hour));
    let of_hours: BTreeMap<_, _> = of_hours
        .into_iter()
        .filter_map(|((key, flow), sum)| (flow == Flow::In).then_some((key, sum.minor)))
        .collect();
    let methods: BTreeSet<_> = of_hours.keys().map(|(method, _)| method.clone()).collect();
    let hours = 0..counted.span.hours();
    let rows: Vec<_> = methods
        .into_iter()
        .map(|method| Bars {
            values: hours
                .clone()
                .map(|hour| {
                    of_hours
                        .get(&(method.clone(), hour))
                        .copied()
                        .unwrap_or_default()
                })
                .collect(),
            name: words.word("method", &method),
        })
        .collect();
    let names: Vec<_> = hours
        .map(|hour| hour_name(visit, &counted.span, hour))
        .collect();
    let name = currency.code().to_owned();
    let name = words.with("today-chart", [("currency", name.into())]);
    let said = Said {
        scale: |minor| scale(currency, minor),
        sum: |minor| sum_text(currency, minor),
    };
    html! { @if !rows.is_empty() { (chart(&name, &names, &rows, &said)) } }
}

const BY_HOUR: &[&str] = &[
    "today-hour",
    "today-method",
    "today-in-count",
    "today-in",
    "today-back-count",
    "today-back",
    "today-corrected",
];

/// A row for each hour and method in which money moved.
pub(super) fn by_hour(visit: &Visit, counted: &Counted) -> List {
    let mut groups: BTreeMap<_, BTreeMap<Flow, Sum>> = BTreeMap::new();
    for ((currency, flow, method, hour), sum) in &counted.sums.money {
        let group = groups.entry((*hour, method, *currency)).or_default();
        group.insert(*flow, *sum);
    }
    let rows = groups.into_iter().map(|((hour, method, currency), flows)| {
        let of = |flow| flows.get(&flow).copied().unwrap_or_default();
        let (came, back) = (of(Flow::In), of(Flow::Back));
        vec![
            Cell::Text(hour_name(visit, &counted.span, hour)),
            Cell::Text(visit.words.word("method", method)),
            Cell::Text(came.count.to_string()),
            amount(currency, came.minor),
            Cell::Text(back.count.to_string()),
            amount(currency, back.minor),
            amount(currency, of(Flow::Corrected).minor),
        ]
    });
    List {
        columns: BY_HOUR,
        rows: rows.collect(),
    }
}

/// A sum. One that is more than an amount can be is shown in minor units.
fn amount(currency: Currency, minor: i128) -> Cell {
    match i64::try_from(minor) {
        Ok(minor) => Cell::Amount(Some(Money::new(minor, currency))),
        Err(_) => Cell::Text(sum_text(currency, minor)),
    }
}

/// The same as a text.
fn sum_text(currency: Currency, minor: i128) -> String {
    match i64::try_from(minor) {
        Ok(minor) => show::amount(Money::new(minor, currency)),
        Err(_) => show::text(&format!("{minor} minor {}", currency.code())),
    }
}

/// A value of the scale: without the currency, which the caption has, and without a fraction of noughts.
fn scale(currency: Currency, minor: i128) -> String {
    let text = sum_text(currency, minor);
    let number = text.trim_end_matches(currency.code()).trim_end();
    match number.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole.to_owned(),
        _ => number.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn value_of_the_scale_has_a_fraction_only_if_it_needs_one() {
        let of = [0, 5, 100, 2_000_000, i128::MAX].map(|minor| scale(Currency::KZT, minor));
        let most = format!("{} minor", i128::MAX);
        assert_eq!(of, ["0", "0.05", "1", "20 000", &most]);
    }
}
