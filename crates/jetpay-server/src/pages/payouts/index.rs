//! The list: first what has no outcome yet, then the newest.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Payout, PayoutState};
use maud::{Markup, html};

use super::super::error::PageError;
use super::super::fields::{Fields, segment};
use super::super::list::{Cell, List};
use super::super::visit::Visit;
use super::super::{layout, show};
use super::filter::{Filter, ORDERS, open_states};

/// The rows of a page, and the most of a file.
const ROWS: usize = 50;
const MOST: usize = 1000;

const COLUMNS: &[&str] = &[
    "payout-col-time",
    "payout-col-id",
    "payout-col-state",
    "payout-col-amount",
    "payout-col-method",
    "payout-col-wallet",
    "payout-col-customer",
    "payout-col-mark",
];

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let (words, ledger) = (visit.words, visit.ledger());
    let title = words.get("nav-payouts");
    let fields = Fields::of_query(&request);
    let counts = counts(&visit, ledger.open_payouts().await?);
    let filter = match Filter::read(&fields) {
        Ok(filter) => filter,
        Err(problem) => {
            let main = html! {
                p.problem role="alert" { (words.get(problem)) }
                (counts)
                (form(&visit, &Filter::default()))
            };
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(layout::with_status(&visit, status, &title, &main));
        }
    };
    if fields.get("format") == "csv" {
        let payouts = filter.read_from(ledger, MOST).await?;
        return Ok(list(&visit, &payouts).csv(&visit, "payouts.csv"));
    }
    let mut open = html! {};
    if filter.is_default() && filter.after.is_none() {
        let work = Filter {
            states: open_states().collect(),
            order: 1,
            ..Filter::default()
        };
        if !work.read_from(ledger, 1).await?.is_empty() {
            open = table(&visit, &work, &words.get("payout-open")).await?;
        }
    }
    let caption = if filter.is_default() {
        "payout-newest"
    } else {
        "payout-found"
    };
    let main = html! {
        (counts)
        (open)
        (form(&visit, &filter))
        (table(&visit, &filter, &words.get(caption)).await?)
    };
    Ok(layout::page(&visit, &title, &main))
}

/// How many have no outcome, by state; each count leads to them.
fn counts(visit: &Visit, (open, overdue): (HashMap<PayoutState, i64>, i64)) -> Markup {
    let words = visit.words;
    let link = |states: Vec<PayoutState>, overdue| {
        let filter = Filter {
            states,
            overdue,
            order: 1,
            after: None,
        };
        filter.link("", "")
    };
    let counted = open_states().filter_map(|state| Some((state, *open.get(&state)?)));
    let counted: Vec<_> = counted.filter(|(_, count)| *count > 0).collect();
    html! {
        @if counted.is_empty() {
            p { (words.get("payout-none-open")) }
        } @else {
            p { (words.get("payout-open-counts")) }
            ul {
                @for (state, count) in counted {
                    li {
                        a href=(link(vec![state], false)) {
                            (words.word("payout-state", state.as_str())) " " span.count { (count) }
                        }
                    }
                }
                @if overdue > 0 {
                    li.todo {
                        a href=(link(Vec::new(), true)) { (words.get("payout-overdue")) " " span.count { (overdue) } }
                    }
                }
            }
        }
    }
}

fn form(visit: &Visit, filter: &Filter) -> Markup {
    let words = visit.words;
    html! {
        form.filters method="get" action="/payouts" {
            fieldset {
                legend { (words.get("payout-filter-states")) }
                @for state in PayoutState::ALL {
                    label {
                        input type="checkbox" name="state" value=(state) checked[filter.states.contains(state)];
                        " " (words.word("payout-state", state.as_str()))
                    }
                    " "
                }
            }
            p {
                label {
                    input type="checkbox" name="overdue" value="yes" checked[filter.overdue];
                    " " (words.get("payout-filter-overdue"))
                }
            }
            p {
                label for="order" { (words.get("payout-filter-order")) } " "
                select #order name="order" {
                    @for (place, (_, word)) in ORDERS.iter().enumerate() {
                        option value=(word) selected[place == filter.order] { (words.word("payout-order", word)) }
                    }
                }
            }
            p { button { (words.get("payout-filter-show")) } " " a href="/payouts" { (words.get("payout-filter-none")) } }
        }
    }
}

/// A page of the payouts that the filter lets through.
async fn table(visit: &Visit, filter: &Filter, caption: &str) -> Result<Markup, PageError> {
    let mut payouts = filter.read_from(visit.ledger(), ROWS + 1).await?;
    if payouts.is_empty() {
        return Ok(html! { p { (visit.words.get("payout-none")) } });
    }
    let more = payouts.len() > ROWS;
    payouts.truncate(ROWS);
    let last = payouts.last().filter(|_| more);
    let next = last.map(|last| filter.link(last.payment_id.as_str(), ""));
    let after = filter.after.as_deref().unwrap_or_default();
    let csv = filter.link(after, "csv");
    Ok(list(visit, &payouts).table(visit, caption, next.as_deref(), Some(&csv)))
}

fn list(visit: &Visit, payouts: &[Payout]) -> List {
    let words = visit.words;
    let row = |payout: &Payout| {
        let id = payout.payment_id.as_str();
        let mark = if payout.overdue && payout.state.is_open() {
            words.get("payout-overdue")
        } else {
            String::new()
        };
        vec![
            Cell::Time(Some(payout.created_at)),
            Cell::Link {
                to: format!("/payouts/{}", segment(id)),
                text: show::text(id),
            },
            words.word("payout-state", payout.state.as_str()).into(),
            Cell::Amount(Some(payout.amount)),
            words.word("method", &payout.method).into(),
            show::payee(visit, &payout.account_number).into(),
            show::payee(visit, payout.customer_id.as_str()).into(),
            Cell::Markup(
                html! { @if !mark.is_empty() { strong.todo { (mark) } } },
                mark.clone(),
            ),
        ]
    };
    List {
        columns: COLUMNS,
        rows: payouts.iter().map(row).collect(),
    }
}
