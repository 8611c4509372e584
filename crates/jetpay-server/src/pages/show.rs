//! How values are shown: amounts, times, ids, and texts that other people wrote.

use jetpay_core::Money;
use jetpay_ledger::Millis;
use jetpay_platform::visible;
use jiff::Timestamp;
use maud::{Markup, html};

use super::visit::Visit;
use crate::config::Role;

/// The longest text in a cell, in characters.
const LONGEST: usize = 300;

/// A text that another program or a person wrote: on one line, without what hides or turns text, and not too long.
pub(super) fn text(text: &str) -> String {
    let shown = visible::line(text);
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &shown[..end]),
        None => shown,
    }
}

/// The same as markup: its direction does not turn what is around it.
pub(super) fn isolated(it: &str) -> Markup {
    html! { bdi { (text(it)) } }
}

/// A payer's word, such as the customer's id: whole for the roles that decide about payments, else its last four characters.
pub(super) fn payer(visit: &Visit, word: &str) -> String {
    if visit.viewer.may(Role::Resolve) {
        text(word)
    } else {
        masked(word)
    }
}

/// A payee's word, such as the wallet: whole for the roles that make payouts.
pub(super) fn payee(visit: &Visit, word: &str) -> String {
    if visit.viewer.may(Role::Pay) {
        text(word)
    } else {
        masked(word)
    }
}

fn masked(word: &str) -> String {
    let count = word.chars().count();
    let shown = if count > 4 { 4 } else { 0 };
    let end: String = word.chars().skip(count - shown).collect();
    format!("••••{}", text(&end))
}

/// An amount, as it is written in all three languages.
pub(super) fn amount(amount: Money) -> String {
    amount.to_string()
}

/// An instant in the zone of the pages, with UTC beside it.
pub(super) fn time(visit: &Visit, time: Millis) -> Markup {
    let Ok(instant) = Timestamp::from_millisecond(time.0) else {
        return html! { "?" };
    };
    let local = instant.to_zoned(visit.pages.zone.clone());
    html! {
        time datetime=(time) {
            (local.strftime("%Y-%m-%d %H:%M:%S")) " "
            small { (visit.pages.zone_name) " · " (instant.strftime("%H:%M:%S")) " UTC" }
        }
    }
}

/// The same as a text, for CSV: RFC 3339 with the offset of the zone.
pub(super) fn time_text(visit: &Visit, time: Millis) -> String {
    let Ok(instant) = Timestamp::from_millisecond(time.0) else {
        return String::new();
    };
    let local = instant.to_zoned(visit.pages.zone.clone());
    local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
}
