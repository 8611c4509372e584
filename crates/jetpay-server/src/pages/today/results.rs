//! What callbacks said: declines and why, how long results took, and the last callback of each method.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jetpay_core::operation_code::OperationCode;
use maud::{Markup, html};

use super::super::length::length;
use super::super::list::{Caption, Cell, List};
use super::super::show;
use super::super::visit::Visit;
use super::day::Counted;
use super::told::permille;
use super::{hour_name, share};

/// So many codes are shown.
const CODES: usize = 10;

pub(super) fn section(visit: &Visit, counted: &Counted) -> Markup {
    let words = visit.words;
    let results = &counted.told;
    html! {
        section {
            h2 { (words.get("today-declines")) }
            @if results.ended.is_empty() {
                p { (words.get("today-no-results")) }
            } @else {
                (methods(visit, counted).table(visit, &words.get("today-declines-by-method"), None, None))
                @if !results.codes.is_empty() {
                    (codes(visit, counted).table(visit, &words.get("today-codes"), None, None))
                }
                details {
                    summary { (words.get("today-declines-by-hour")) }
                    (hours(visit, counted).table(visit, Caption::Unseen(&words.get("today-declines-by-hour")), None, None))
                }
                h2 { (words.get("today-lags")) }
                p { (words.get("today-lags-about")) }
                (lags(visit, counted).table(visit, Caption::Unseen(&words.get("today-lags")), None, None))
            }
        }
    }
}

const ENDED: &[&str] = &[
    "today-method",
    "today-ended",
    "today-declined",
    "today-share",
];

fn methods(visit: &Visit, counted: &Counted) -> List {
    let mut methods: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for ((method, _), (succeeded, failed)) in &counted.told.ended {
        let ended = methods.entry(method).or_default();
        ended.0 += succeeded;
        ended.1 += failed;
    }
    let rows = methods.into_iter().map(|(method, ended)| {
        let mut row = vec![Cell::Text(visit.words.word("method", method))];
        row.extend(figures(ended));
        row
    });
    List {
        columns: ENDED,
        rows: rows.collect(),
    }
}

const ENDED_BY_HOUR: &[&str] = &[
    "today-hour",
    "today-method",
    "today-ended",
    "today-declined",
    "today-share",
];

fn hours(visit: &Visit, counted: &Counted) -> List {
    let mut rows: Vec<_> = counted.told.ended.iter().collect();
    rows.sort_by_key(|((method, hour), _)| (*hour, method.clone()));
    let rows = rows.into_iter().map(|((method, hour), ended)| {
        let mut row = vec![
            Cell::Text(hour_name(visit, &counted.span, *hour)),
            Cell::Text(visit.words.word("method", method)),
        ];
        row.extend(figures(*ended));
        row
    });
    List {
        columns: ENDED_BY_HOUR,
        rows: rows.collect(),
    }
}

/// How many ended, how many of them did not succeed, and their share.
fn figures((succeeded, failed): (u64, u64)) -> [Cell; 3] {
    let all = succeeded + failed;
    let numbers = [all.to_string(), failed.to_string(), share(failed, all)];
    numbers.map(Cell::Text)
}

/// The most frequent codes.
fn codes(visit: &Visit, counted: &Counted) -> List {
    let mut codes: Vec<_> = counted.told.codes.iter().collect();
    codes.sort_by_key(|(code, count)| (Reverse(**count), *code));
    let rows = codes.into_iter().take(CODES).map(|(code, count)| {
        vec![
            Cell::Text(show::text(code)),
            meaning(visit, code),
            Cell::Text(count.to_string()),
        ]
    });
    List {
        columns: &["today-code", "today-meaning", "today-count"],
        rows: rows.collect(),
    }
}

/// What a code means, in the person's language where these pages say it, else in English.
fn meaning(visit: &Visit, code: &str) -> Cell {
    if code.is_empty() {
        return Cell::Text(visit.words.get("today-no-code"));
    }
    let code = OperationCode::from(code);
    let (meaning, _) = show::code_meaning(visit.words, &code);
    Cell::Markup(show::code(visit.words, &code), meaning)
}

const LAGS: &[&str] = &[
    "today-method",
    "today-ended",
    "today-median",
    "today-p95",
    "today-longest",
];

fn lags(visit: &Visit, counted: &Counted) -> List {
    let rows = counted.told.lags.iter().map(|(method, lags)| {
        let of = |place| {
            let tenths = permille(lags, place);
            Cell::Text(tenths.map(|tenths| lag(visit, tenths)).unwrap_or_default())
        };
        vec![
            Cell::Text(visit.words.word("method", method)),
            Cell::Text(lags.values().sum::<u64>().to_string()),
            of(500),
            of(950),
            of(1_000),
        ]
    });
    List {
        columns: LAGS,
        rows: rows.collect(),
    }
}

/// A length of time with tenths of a second, if it is short.
fn lag(visit: &Visit, tenths: i64) -> String {
    if tenths >= 1_200 {
        return length(visit.words, tenths.saturating_mul(100));
    }
    let seconds = format!("{}.{}", tenths / 10, tenths % 10);
    visit.words.with("today-lag", [("seconds", seconds.into())])
}
