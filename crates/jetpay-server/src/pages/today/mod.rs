//! `/today`: what came in, what was declined, how late callbacks are, and whether all that the service needs is well.

mod board;
mod chart;
mod count;
mod day;
mod health;
mod money;
mod results;
mod span;
mod state;
mod sums;
mod told;

pub(super) use board::Board;

use actix_web::web::{self, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use jetpay_ledger::Millis;
use jiff::Timestamp;
use maud::{Markup, html};

use self::day::Counted;
use self::span::{HOUR, Span};
use super::error::PageError;
use super::fields::Fields;
use super::length::age;
use super::visit::Visit;
use super::{layout, show};
use crate::environment::now;

pub(super) fn endpoints(config: &mut ServiceConfig) {
    config.route("/today", web::get().to(today));
}

async fn today(visit: Visit, request: HttpRequest) -> Result<HttpResponse, PageError> {
    let counted = visit.pages.board.counted(visit.ledger()).await?;
    if Fields::of_query(&request).get("format") == "csv" {
        let name = format!("today-{}.csv", counted.span.date);
        return Ok(money::by_hour(&visit, &counted).csv(&visit, &name));
    }
    let now = now();
    let state = state::State::read(&visit, now).await?;
    let main = html! {
        (caption(&visit, &counted))
        (state.problems(&visit))
        (money::section(&visit, &counted))
        (results::section(&visit, &counted))
        (state.section(&visit, &counted, now))
    };
    Ok(layout::page(&visit, &visit.words.get("nav-today"), &main))
}

/// Which day it is, and whether all of it is counted.
fn caption(visit: &Visit, counted: &Counted) -> Markup {
    let words = visit.words;
    let zone = visit.pages.zone_name.as_str();
    let date = counted.span.date.to_string();
    html! {
        p { (words.with("today-caption", [("date", date.into()), ("zone", zone.into())])) }
        @if let Some(up_to) = counted.up_to {
            p.note role="status" { (words.get("today-behind")) " " (show::time(visit, up_to)) }
        }
    }
}

/// The name of an hour of the day. On a day on which clocks change, it has the distance from UTC.
fn hour_name(visit: &Visit, span: &Span, hour: i64) -> String {
    let at = Timestamp::from_millisecond(span.begins.0 + hour * HOUR);
    let Ok(at) = at.map(|at| at.to_zoned(visit.pages.zone.clone())) else {
        return hour.to_string();
    };
    let is_usual = span.ends.0 - span.begins.0 == 24 * HOUR;
    let format = if is_usual { "%H:%M" } else { "%H:%M %:z" };
    at.strftime(format).to_string()
}

/// How long ago something was.
fn ago(visit: &Visit, time: Millis, now: Millis) -> String {
    let age = age(visit.words, time, now);
    visit.words.with("today-ago", [("length", age.into())])
}

/// So many of so many, in per cent with one digit: 0 of nothing alone, and 100 of all alone.
fn share(part: u64, of: u64) -> String {
    let permille = u128::from(part) * 1_000 / u128::from(of.max(1));
    if part > 0 && permille == 0 {
        return "< 0.1 %".to_owned();
    }
    format!("{}.{} %", permille / 10, permille % 10)
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn share_is_0_of_nothing_alone_and_100_of_all_alone() {
        let shares = [(1, 3), (0, 0), (0, 7), (2, 2), (1, 1_001), (9_999, 10_000)];
        assert_eq!(
            shares.map(|(part, of)| share(part, of)),
            ["33.3 %", "0.0 %", "0.0 %", "100.0 %", "< 0.1 %", "99.9 %"]
        );
    }
}
