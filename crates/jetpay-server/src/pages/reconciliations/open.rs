//! The differences that are open, over all runs: how many of each kind, and those that a person wants to see.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use jetpay_core::{Currency, Money};
use jetpay_ledger::Difference;
use jetpay_reconcile::Kind;
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, href, segment};
use super::super::list::{Caption, Cell, List};
use super::super::show;
use super::super::visit::Visit;
use super::{ROWS, kind, payment, said};
use crate::config::Role;
use crate::reconcile::text;

/// The most open differences that are read and sorted.
const MOST_OPEN: usize = 10_000;

/// The orders of the list. The first is the default.
const ORDERS: [&str; 3] = ["newest", "oldest", "amount"];

const COLUMNS: &[&str] = &[
    "difference-col-id",
    "difference-col-kind",
    "difference-col-time",
    "difference-col-amount",
    "difference-col-payment",
    "difference-col-ours",
    "difference-col-theirs",
    "difference-col-first-run",
];

/// What the query asks for.
#[derive(Clone, Copy, Default)]
pub(super) struct Filter {
    kind: Option<Kind>,
    /// Its place in [`ORDERS`].
    order: usize,
    /// How many are on the pages before.
    from: usize,
}

impl Filter {
    /// Reads the query. The error is the id of the message that says what is wrong.
    pub(super) fn read(fields: &Fields) -> Result<Self, &'static str> {
        let kind = fields.given("kind").map(str::parse::<Kind>).transpose();
        let kind = kind
            .ok()
            .filter(|kind| kind.is_none_or(Kind::is_difference));
        let order = match fields.given("order") {
            None => Some(0),
            Some(word) => ORDERS.iter().position(|known| *known == word),
        };
        let from = match fields.given("from") {
            None => Some(0),
            Some(number) => number.parse().ok(),
        };
        Ok(Self {
            kind: kind.ok_or("difference-wrong-kind")?,
            order: order.ok_or("difference-wrong-order")?,
            from: from.ok_or("difference-wrong-from")?,
        })
    }

    fn link(self, format: &str) -> String {
        let from = self.from.to_string();
        let fields = [
            ("kind", self.kind.map_or("", Kind::as_str)),
            (
                "order",
                if self.order == 0 {
                    ""
                } else {
                    ORDERS[self.order]
                },
            ),
            ("from", if self.from == 0 { "" } else { &from }),
            ("format", format),
        ];
        href("/reconciliations", fields)
    }

    /// Those that it lets through, in its order.
    fn of(self, mut all: Vec<Difference>) -> Vec<Difference> {
        all.retain(|it| self.kind.is_none_or(|kind| it.kind == kind));
        let time = |it: &Difference| it.happened_at.map(|time| time.0);
        match ORDERS[self.order] {
            // One without a time comes last.
            "oldest" => all.sort_by_key(|it| (time(it).unwrap_or(i64::MAX), it.first_run)),
            "amount" => all.sort_by_key(|it| Reverse(it.amount.map(Money::minor))),
            _ => all.sort_by_key(|it| Reverse((time(it), it.first_run))),
        }
        all
    }
}

/// The open differences that the filter lets through, at most so many of them, for a file.
pub(super) async fn file(visit: &Visit, filter: Filter, most: usize) -> Result<List, PageError> {
    let all = visit.ledger().listed_differences(MOST_OPEN).await?;
    let chosen = filter.of(all).into_iter().skip(filter.from).take(most);
    Ok(list(visit, &chosen.collect::<Vec<_>>(), false))
}

/// The work list.
pub(super) async fn show(visit: &Visit, filter: Filter) -> Result<Markup, PageError> {
    let words = visit.words;
    let all = visit.ledger().listed_differences(MOST_OPEN + 1).await?;
    let is_cut = all.len() > MOST_OPEN;
    if all.is_empty() {
        return Ok(html! { p { (words.get("difference-none-open")) } });
    }
    let mut counts: BTreeMap<&str, (Kind, usize)> = BTreeMap::new();
    for it in &all {
        counts.entry(it.kind.as_str()).or_insert((it.kind, 0)).1 += 1;
    }
    let links = html! {
        ul {
            @for (of_kind, count) in counts.into_values() {
                @let only = Filter { kind: Some(of_kind), ..Filter::default() };
                li { a href=(only.link("")) { (kind(visit, of_kind)) " " span.count { (count) } } }
            }
        }
    };
    let chosen = filter.of(all);
    let rest = chosen.len().saturating_sub(filter.from);
    let page: Vec<_> = chosen.into_iter().skip(filter.from).take(ROWS).collect();
    let next = Filter {
        from: filter.from + ROWS,
        ..filter
    };
    let next = (rest > ROWS).then(|| next.link(""));
    let may = visit.viewer.may(Role::Resolve);
    let table = list(visit, &page, may).table(
        visit,
        Caption::Unseen(&words.get("difference-open")),
        next.as_deref(),
        Some(&filter.link("csv")),
    );
    Ok(html! {
        (links)
        @if is_cut { p { (words.with("difference-cut", [("count", MOST_OPEN.into())])) } }
        (form(visit, filter))
        @if page.is_empty() {
            p { (words.get("difference-none-found")) }
        } @else if may {
            form method="get" action="/differences/resolve" {
                (table)
                p { button { (words.get("difference-choose")) } }
            }
        } @else {
            (table)
        }
    })
}

fn form(visit: &Visit, filter: Filter) -> Markup {
    let words = visit.words;
    html! {
        form.filters method="get" action="/reconciliations" {
            p {
                label for="kind" { (words.get("difference-col-kind")) } " "
                select #kind name="kind" {
                    option value="" { (words.get("difference-all-kinds")) }
                    @for it in Kind::ALL.iter().filter(|kind| kind.is_difference()) {
                        option value=(it) selected[filter.kind == Some(*it)] { (kind(visit, *it)) }
                    }
                }
            }
            p {
                label for="order" { (words.get("difference-order")) } " "
                select #order name="order" {
                    @for (place, word) in ORDERS.iter().enumerate() {
                        option value=(word) selected[place == filter.order] { (words.word("difference-order", word)) }
                    }
                }
            }
            p { button { (words.get("difference-show")) } }
        }
    }
}

/// The differences as rows, with a box to choose each for a decision.
pub(super) fn list(visit: &Visit, differences: &[Difference], choose: bool) -> List {
    let row = |it: &Difference| {
        let id = show::text(&it.id);
        let link = html! { a href=(address(&it.id)) { (show::apart(&id)) } };
        let about = [Some(kind(visit, it.kind)), it.amount.map(show::amount)];
        let about = about.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let values = [("id", id.as_str().into()), ("about", about.into())];
        let first = html! {
            @if choose {
                input type="checkbox" name="id" value=(it.id)
                    aria-label=(visit.words.with("difference-choose-one", values));
                " "
            }
            (link)
        };
        vec![
            Cell::Markup(first, id.clone()),
            kind(visit, it.kind).into(),
            Cell::Time(it.happened_at),
            Cell::Amount(it.amount),
            payment(it.payment_id.as_deref()),
            said(it.field.as_deref(), it.ours.as_deref()),
            said(it.field.as_deref(), it.theirs.as_deref()),
            Cell::Link {
                to: format!("/reconciliations/{}", it.first_run),
                text: it.first_run.to_string(),
            },
        ]
    };
    List {
        columns: COLUMNS,
        rows: differences.iter().map(row).collect(),
    }
}

/// The page of a difference.
pub(super) fn address(id: &str) -> String {
    format!("/differences/{}", segment(id))
}

/// The money of differences, by currency.
pub(super) fn total<'d>(
    visit: &Visit,
    differences: impl IntoIterator<Item = &'d Difference>,
) -> String {
    let mut sums: Vec<(Currency, i128)> = Vec::new();
    for amount in differences.into_iter().filter_map(|it| it.amount) {
        let minor = i128::from(amount.minor());
        match sums
            .iter_mut()
            .find(|(currency, _)| *currency == amount.currency())
        {
            // A page has few of them: the sum of so many 64-bit numbers fits.
            Some((_, sum)) => *sum = sum.saturating_add(minor),
            None => sums.push((amount.currency(), minor)),
        }
    }
    if sums.is_empty() {
        return "—".to_owned();
    }
    let sums = sums
        .into_iter()
        .map(|(currency, sum)| text::sum(visit.words, sum, currency));
    sums.collect::<Vec<_>>().join(" + ")
}
