//! How values are shown: amounts, times, ids, and texts that other people wrote.

use jetpay_core::Money;
use jetpay_ledger::Millis;
use jetpay_platform::visible;
use jiff::Timestamp;
use maud::{Markup, html};

use super::locale::Words;
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

/// How long ago that was, in the largest unit that fits.
pub(super) fn age(words: Words, since: Millis, now: Millis) -> String {
    let minutes = now.0.saturating_sub(since.0).max(0) / 60_000;
    let (id, count) = match minutes {
        0..60 => ("age-minutes", minutes),
        60..2_880 => ("age-hours", minutes / 60),
        _ => ("age-days", minutes / 1_440),
    };
    words.with(id, [("count", count.into())])
}

/// The most bytes of a message that a page shows.
const MOST_OF_MESSAGE: usize = 64 * 1024;

/// A message as it came, folded. Only the roles that may see payers' data get it.
pub(super) fn message(words: Words, name: &str, body: &[u8]) -> Markup {
    let shown = &body[..body.len().min(MOST_OF_MESSAGE)];
    html! {
        details.raw {
            summary { (name) }
            pre { (visible::lines(&String::from_utf8_lossy(shown))) }
            @if shown.len() < body.len() { p { (words.get("message-cut")) } }
        }
    }
}

/// A long text that a person wrote, with its line breaks; folded if it does not fit a cell.
pub(super) fn long(words: Words, it: &str) -> Markup {
    let lines = visible::lines(it);
    if lines.chars().count() <= LONGEST && !lines.contains('\n') {
        return html! { bdi { (lines) } };
    }
    html! {
        bdi { (text(it)) }
        details.raw {
            summary { (words.get("whole-text")) }
            pre { (lines) }
        }
    }
}
