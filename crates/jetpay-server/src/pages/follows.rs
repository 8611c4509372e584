//! What follows from a decision, in lines before its button: the money that moves, and the alarms.

use jetpay_core::Money;
use jetpay_ledger::{AlarmKind, CreditPreview, EntryKind};
use maud::{Markup, html};

use super::locale::Words;
use super::{events, show};

/// `customer`: as the viewer may see it.
pub(super) fn lines(
    words: Words,
    customer: &str,
    entries: &[(EntryKind, Money)],
    alarms: &[AlarmKind],
) -> Markup {
    html! {
        ul {
            @for (kind, amount) in entries {
                li {
                    (words.word("entry", kind.as_str())) ": " span.amount { (show::signed(*amount)) } " · "
                    (words.get("payment-to-customer")) " " bdi { (customer) }
                }
            }
            @for kind in alarms {
                li { (words.get("payment-will-alarm")) " " (events::title(words, *kind)) "." }
            }
            @if entries.is_empty() { li { (words.get("payment-no-money")) } }
        }
    }
}

/// The same of a credit, with the words that it is the ledger's forecast.
pub(super) fn of_credit(words: Words, customer: &str, preview: &CreditPreview) -> Markup {
    html! {
        p { (words.get("work-follows")) }
        (lines(words, customer, &preview.entries, &preview.alarms))
    }
}
