//! The hits of a page, and the link to the next one; or why there are none.

use jetpay_ledger::{Error, Millis};
use maud::{Markup, html};

use super::super::show;
use super::filter::Filter;
use super::found::Found;
use super::{List, form, hits};
use crate::search;

pub(super) async fn results(
    list: &List<'_>,
    found: &Found,
    filter: &Filter,
    is_first: bool,
) -> Result<Markup, Error> {
    let next = found.next.as_ref().map(|at| {
        let at = search::place(at);
        list.href(&[("before", &at)])
    });
    if found.hits.is_empty() {
        return Ok(html! {
            @match &next {
                Some(next) => { (further(list, found, next)) },
                None => { (nothing(list, found, filter, is_first)) },
            }
        });
    }
    let csv = list.href(&[("format", "csv")]);
    let (table, caption) = hits::table(list.visit, list.source, &found.hits).await?;
    let (after, back) = if found.gave_up {
        (None, next.as_deref())
    } else {
        (next.as_deref(), None)
    };
    Ok(html! {
        (table.table(list.visit, &caption, after, Some(&csv)))
        @if let Some(back) = back { (further(list, found, back)) }
    })
}

/// How far back the page looked, and the link that looks further.
fn further(list: &List<'_>, found: &Found, next: &str) -> Markup {
    let words = list.visit.words;
    let time = found.next.as_ref().filter(|at| at.time > 0);
    html! {
        p {
            @if found.hits.is_empty() { (words.get("search-nothing-yet")) " " }
            @if let Some(at) = time { (words.get("search-looked-back")) " " (show::time(list.visit, Millis(at.time))) }
        }
        p.more { a rel="next" href=(next) { (words.get("search-further")) } }
    }
}

fn nothing(list: &List<'_>, found: &Found, filter: &Filter, is_first: bool) -> Markup {
    let words = list.visit.words;
    let has_customers = !found.customers.is_empty();
    html! {
        @if !is_first {
            p { (words.get("search-no-more")) }
        } @else if filter.is_any() && !has_customers {
            p { (words.get("search-filtered-out")) }
        } @else if !has_customers {
            (form::nothing(list.visit, list.source))
        }
    }
}
