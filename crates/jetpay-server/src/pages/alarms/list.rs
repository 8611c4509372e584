//! `/alarms`: how many are open of each kind, and the list.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::{Alarm, AlarmCount, AlarmKind, Millis};
use maud::{Markup, html};

use super::filter::{Filter, Order, State};
use super::found::{Found, MOST_BY_AMOUNT, amount};
use crate::config::Role;
use crate::environment::now;
use crate::pages::error::PageError;
use crate::pages::fields::{Fields, href, segment};
use crate::pages::length::age;
use crate::pages::list::{Caption, Cell, List};
use crate::pages::locale::Words;
use crate::pages::visit::Visit;
use crate::pages::{events, layout, show};

/// How many rows a page has, and a CSV file.
const PAGE: usize = 50;
const MOST: usize = 1000;
/// So many alarms of a kind are counted.
const MOST_COUNTED: usize = 10_000;

const COLUMNS: &[&str] = &[
    "alarm-number",
    "alarm-kind",
    "alarm-what",
    "alarm-amount",
    "alarm-age",
    "alarm-payment",
    "alarm-state",
];
const WITH_CHOICE: &[&str] = &[
    "alarm-choose",
    "alarm-number",
    "alarm-kind",
    "alarm-what",
    "alarm-amount",
    "alarm-age",
    "alarm-payment",
    "alarm-state",
];

pub(super) async fn show(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let (fields, words) = (Fields::of_query(&request), visit.words);
    let (filter, problem) = match Filter::read(words, &fields) {
        Ok(filter) => (filter, None),
        Err(problem) => (Filter::default(), Some(problem)),
    };
    if fields.get("format") == "csv" && problem.is_none() {
        let found = Found::read(visit.ledger(), &filter, MOST).await?;
        return Ok(rows(&visit, &found.alarms, false).csv(&visit, "alarms.csv"));
    }
    let counts = visit.ledger().count_open_alarms(MOST_COUNTED + 1).await?;
    let found = Found::read(visit.ledger(), &filter, PAGE).await?;
    let main = html! {
        @if let Some(problem) = &problem { p.problem role="alert" { (problem) } }
        (by_kind(&visit, &counts))
        (filters(&visit, &filter, &counts))
        (list(&visit, &filter, &found))
    };
    let status = match problem {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    Ok(layout::with_status(
        &visit,
        status,
        &words.get("nav-alarms"),
        &main,
    ))
}

/// How many are open of each kind. Each row leads to those alarms, and to a decision about all of them.
fn by_kind(visit: &Visit, counts: &[AlarmCount]) -> Markup {
    let words = visit.words;
    let may = visit.viewer.may(Role::Resolve);
    html! {
        h2 { (words.get("alarm-open-by-kind")) }
        @if counts.is_empty() {
            p { (words.get("alarm-none-open")) }
        } @else {
            table {
                caption { span.unseen { (words.get("alarm-open-by-kind")) } }
                thead { tr {
                    th scope="col" { (words.get("alarm-kind")) }
                    th scope="col" { (words.get("alarm-count")) }
                    th scope="col" { (words.get("alarm-oldest")) }
                    @if may { th scope="col" { (words.get("alarm-all-of-kind")) } }
                } }
                tbody { @for count in counts { (kind_row(visit, count, may)) } }
            }
        }
    }
}

fn kind_row(visit: &Visit, count: &AlarmCount, may: bool) -> Markup {
    let words = visit.words;
    let title = events::title(words, count.kind);
    let of_kind = Filter {
        kinds: vec![count.kind],
        ..Filter::default()
    };
    let last = count.last.to_string();
    let all = [("kind", count.kind.as_str()), ("up_to", last.as_str())];
    html! {
        tr {
            td data-label=(words.get("alarm-kind")) { a href=(of_kind.href()) { (title) } }
            td data-label=(words.get("alarm-count")) { (number(words, count.count)) }
            td data-label=(words.get("alarm-oldest")) { (age(words, count.oldest, now())) }
            @if may {
                td data-label=(words.get("alarm-all-of-kind")) {
                    a href=(href("/alarms/resolve", all)) {
                        (words.with("alarm-decide-all", [("count", number(words, count.count).into()), ("kind", title.into())]))
                    }
                }
            }
        }
    }
}

/// A number of alarms, or that there are more than are counted.
fn number(words: Words, count: i64) -> String {
    if usize::try_from(count).is_ok_and(|count| count <= MOST_COUNTED) {
        count.to_string()
    } else {
        words.with("alarm-more-counted", [("count", MOST_COUNTED.into())])
    }
}

fn filters(visit: &Visit, filter: &Filter, counts: &[AlarmCount]) -> Markup {
    let words = visit.words;
    let is_open = |kind: AlarmKind| counts.iter().any(|count| count.kind == kind);
    let kinds = AlarmKind::ALL.iter().copied();
    let kinds = kinds.filter(|kind| {
        filter.state != State::Open || is_open(*kind) || filter.kinds.contains(kind)
    });
    html! {
        form.filters method="get" action="/alarms" {
            p {
                label for="state" { (words.get("alarm-state")) }
                select #state name="state" {
                    @for state in State::ALL {
                        option value=(state.as_str()) selected[state == filter.state] {
                            (words.word("alarm-filter-state", state.as_str()))
                        }
                    }
                }
            }
            p {
                label for="order" { (words.get("work-order")) }
                select #order name="order" {
                    @for order in Order::ALL {
                        option value=(order.as_str()) selected[order == filter.order] {
                            (words.word("work-order", order.as_str()))
                        }
                    }
                }
            }
            details open[filter.kinds.len() > 1] {
                summary { (words.get("alarm-kinds")) }
                @for kind in kinds {
                    p {
                        input type="checkbox" name="kind" id={ "kind-" (kind.as_str()) } value=(kind.as_str())
                            checked[filter.kinds.contains(&kind)];
                        " " label for={ "kind-" (kind.as_str()) } { (events::title(words, kind)) }
                    }
                }
            }
            p { button { (words.get("work-show")) } }
        }
    }
}

fn list(visit: &Visit, filter: &Filter, found: &Found) -> Markup {
    let words = visit.words;
    let chooses = visit.viewer.may(Role::Resolve)
        && found.alarms.iter().any(|alarm| alarm.resolution.is_none());
    let next = found.next.as_ref().map(Filter::href);
    let rows = rows(visit, &found.alarms, chooses);
    let caption = words.word("alarm-list", filter.state.as_str());
    let table = rows.table(
        visit,
        Caption::Unseen(&caption),
        next.as_deref(),
        Some(&filter.csv()),
    );
    html! {
        h2 { (caption) }
        @if !filter.kinds.is_empty() {
            p {
                @for kind in &filter.kinds { span.state { (events::title(words, *kind)) } " " }
                a href="/alarms" { (words.get("alarm-all-kinds")) }
            }
        }
        @if found.is_part {
            p.note { (words.with("alarm-amount-part", [("count", MOST_BY_AMOUNT.into())])) }
        }
        @if found.alarms.is_empty() {
            p { (words.get("work-nothing")) }
        } @else if chooses {
            form method="get" action="/alarms/resolve" {
                (table)
                p { button { (words.get("alarm-decide-chosen")) } }
            }
        } @else {
            (table)
        }
    }
}

/// The rows of alarms, with or without a box to choose each.
pub(super) fn rows(visit: &Visit, alarms: &[Alarm], chooses: bool) -> List {
    let now = now();
    List {
        columns: if chooses { WITH_CHOICE } else { COLUMNS },
        rows: alarms
            .iter()
            .map(|alarm| row(visit, alarm, chooses, now))
            .collect(),
    }
}

fn row(visit: &Visit, alarm: &Alarm, chooses: bool, now: Millis) -> Vec<Cell> {
    let words = visit.words;
    let mut cells = Vec::new();
    if chooses {
        let values = [
            ("number", alarm.seq.into()),
            ("about", about(words, alarm).into()),
        ];
        let name = words.with("alarm-choose-one", values);
        let choice = html! {
            @if alarm.resolution.is_none() {
                input type="checkbox" name="seq" value=(alarm.seq) aria-label=(name);
            }
        };
        cells.push(Cell::Markup(choice, String::new()));
    }
    let age = html! {
        time datetime=(alarm.time) { (age(words, alarm.time, now)) }
    };
    cells.extend([
        Cell::Link {
            to: format!("/alarms/{}", alarm.seq),
            text: alarm.seq.to_string(),
        },
        events::title(words, alarm.kind).into(),
        show::text(&events::summary(words, alarm)).into(),
        Cell::Amount(amount(alarm)),
        Cell::Markup(age, show::time_text(visit, alarm.time)),
        payment(alarm),
        state(visit, alarm).into(),
    ]);
    cells
}

/// What an alarm is about, for those who hear a box and not its row: the kind, the amount and the payment.
fn about(words: Words, alarm: &Alarm) -> String {
    let amount = amount(alarm).map(show::amount);
    let payment = alarm.payment_id.as_ref().map(|id| show::text(id.as_str()));
    let kind = events::title(words, alarm.kind);
    let parts = [Some(kind), amount, payment].into_iter().flatten();
    parts.collect::<Vec<_>>().join(", ")
}

fn payment(alarm: &Alarm) -> Cell {
    match (&alarm.payment_id, subject_href(alarm)) {
        (Some(id), Some(to)) => Cell::Link {
            to,
            text: show::text(id.as_str()),
        },
        (Some(id), None) => show::text(id.as_str()).into(),
        (None, _) => String::new().into(),
    }
}

/// The page of the payment or payout that an alarm names, or of the callbacks that wait for it.
pub(super) fn subject_href(alarm: &Alarm) -> Option<String> {
    let id = segment(alarm.payment_id.as_ref()?.as_str());
    Some(match &alarm.subject {
        Some(subject) if subject.payout_state.is_some() => format!("/payouts/{id}"),
        Some(_) => format!("/payments/{id}"),
        None => format!("/inbox/{id}"),
    })
}

fn state(visit: &Visit, alarm: &Alarm) -> String {
    let words = visit.words;
    match &alarm.resolution {
        None => words.get("alarm-is-open"),
        Some(resolution) => words.word("verdict", resolution.verdict.as_str()),
    }
}
