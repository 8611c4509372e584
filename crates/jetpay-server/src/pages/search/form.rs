//! The box for a word, the filters, what waits, and what to try when nothing was found.

use jetpay_ledger::{HitKind, PaymentState};
use maud::{Markup, html};

use super::super::fields::{Fields, href};
use super::super::show;
use super::super::visit::Visit;
use super::filter::{State, state_text};
use super::found::Source;
use crate::search;

/// The form that asks for this page again.
pub(super) fn form(visit: &Visit, path: &str, fields: &Fields, source: Source<'_>) -> Markup {
    let words = visit.words;
    let is_filtered = ["kind", "state", "from", "to"]
        .into_iter()
        .any(|name| fields.given(name).is_some());
    let focused = source == Source::Newest && !is_filtered;
    let has_box = !matches!(source, Source::Customer(_));
    html! {
        @if has_box { p #q-hint { (words.get("search-hint")) } }
        form.filters method="get" action=(path) role="search" {
            @if has_box {
                p {
                    label for="q" { (words.get("search-label")) }
                    input #q type="search" name="q" value=(fields.get("q")) autocomplete="off" autocapitalize="off"
                        spellcheck="false" aria-describedby="q-hint" autofocus[focused];
                    " " button { (words.get("search-button")) }
                }
            }
            details open[is_filtered] {
                summary { (words.get("search-filters")) }
                (selects(visit, fields, source))
                p {
                    label for="from" { (words.get("search-from")) }
                    input #from type="date" name="from" value=(fields.get("from"));
                    " " label for="to" { (words.get("search-to")) }
                    input #to type="date" name="to" value=(fields.get("to"));
                    " " small { (words.with("search-zone", [("zone", visit.pages.zone_name.as_str().into())])) }
                }
                p { button { (words.get("search-filter")) } }
            }
        }
    }
}

fn selects(visit: &Visit, fields: &Fields, source: Source<'_>) -> Markup {
    let words = visit.words;
    let is_newest = source == Source::Newest;
    let (kind, chosen) = (fields.get("kind"), fields.get("state"));
    let is_listed = |kind: HitKind| match source {
        Source::Newest => kind == HitKind::Payment,
        Source::Word(_) => true,
        Source::Customer(_) => kind == HitKind::Payment || kind == HitKind::Payout,
    };
    let kinds = || HitKind::ALL.iter().rev().filter(|kind| is_listed(**kind));
    let states = |kind| State::all().filter(move |state| state.kind == kind);
    html! {
        @if !is_newest {
            p {
                label for="kind" { (words.get("search-what")) }
                select #kind name="kind" {
                    option value="" { (words.get("search-any")) }
                    @for it in kinds() {
                        option value=(it) selected[it.as_str() == kind] { (words.word("hit", it.as_str())) }
                    }
                }
            }
        }
        p {
            label for="state" { (words.get("search-state")) }
            select #state name="state" {
                option value="" { (words.get("search-any")) }
                @for it in kinds().filter(|kind| **kind != HitKind::Customer) {
                    optgroup label=(words.word("hit", it.as_str())) {
                        @for state in states(*it) {
                            option value=(state.value()) selected[state.value() == chosen] {
                                (state_text(words, *it, state.word))
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What waits for a decision or a result.
pub(super) fn waits(visit: &Visit) -> Markup {
    let words = visit.words;
    let counts = visit.counts.unwrap_or_default();
    let count = |id, count: i64| words.with(id, [("count", count.into())]);
    let payments = |state| {
        let state = State {
            kind: HitKind::Payment,
            word: PaymentState::as_str(state),
        };
        href("/", [("state", state.value().as_str())])
    };
    let links = [
        (
            "/alarms".to_owned(),
            count("search-waits-alarms", counts.open_alarms),
        ),
        (
            "/inbox".to_owned(),
            count("search-waits-inbox", counts.unmatched),
        ),
        (
            payments(PaymentState::Quarantined),
            words.get("search-waits-quarantined"),
        ),
        (
            payments(PaymentState::Pending),
            count("search-waits-pending", counts.pending),
        ),
    ];
    html! {
        h2 { (words.get("search-waits")) }
        ul.todo { @for (to, text) in &links { li { a href=(to) { (text) } } } }
    }
}

/// That nothing has the word, and what to try.
pub(super) fn nothing(visit: &Visit, source: Source<'_>) -> Markup {
    let words = visit.words;
    let Source::Word(word) = source else {
        return html! { p { (words.get("search-no-payments")) } };
    };
    let others = search::others(word);
    let others = others.iter().map(|other| show::text(other));
    let others = others.collect::<Vec<_>>().join(" · ");
    html! {
        p { strong { (words.get("search-nothing")) } }
        @if !others.is_empty() { p { (words.with("search-tried", [("words", others.into())])) } }
        p { (words.get("search-exact")) }
        p { (words.get("search-other-words")) }
    }
}

/// That nothing has the typed word, and what the page shows in its place.
pub(super) fn instead(visit: &Visit, typed: Source<'_>, other: &str) -> Markup {
    let Source::Word(typed) = typed else {
        return html! {};
    };
    let values = [
        ("typed", show::text(typed).into()),
        ("word", show::text(other).into()),
    ];
    html! { p.note role="status" { (visit.words.with("search-instead", values)) } }
}

/// Buttons that search for what the person may mean instead.
pub(super) fn tries(visit: &Visit, text: &str) -> Option<Markup> {
    let others = search::others(text);
    let words = visit.words;
    let name = |other: &str| words.with("search-try", [("word", show::text(other).into())]);
    let tries = html! {
        @for other in &others {
            form.actions method="get" action="/" {
                input type="hidden" name="q" value=(other);
                button { (name(other)) }
            }
        }
    };
    Some(tries).filter(|_| !others.is_empty())
}
