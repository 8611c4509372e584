//! What an alarm says, in the language of the pages: a title for its kind, what happened, and what to find out.

use jetpay_ledger::{Alarm, AlarmKind};
use maud::{Markup, html};

use super::locale::Words;
use super::show;
use crate::alarm_text;

/// A short title for a kind of alarm.
pub(super) fn title(words: Words, kind: AlarmKind) -> String {
    words.word("alarm-kind", kind.as_str())
}

/// What happened, in one sentence with the amounts, and the reason, for CSV. On a page, [`happened`] marks the language of both.
pub(super) fn summary(words: Words, alarm: &Alarm) -> String {
    let sentence = sentence(words, alarm);
    match alarm_text::reason(alarm) {
        Some(reason) => format!("{sentence}: {}", show::text(reason)),
        None => sentence,
    }
}

/// What happened, in one sentence with the amounts, and the reason, which is in English in every language.
pub(super) fn happened(words: Words, alarm: &Alarm) -> Markup {
    html! {
        (show::isolated(&sentence(words, alarm)))
        @if let Some(reason) = alarm_text::reason(alarm) {
            ": " span lang="en" { (show::isolated(reason)) }
        }
    }
}

/// What to find out, and what then to decide.
pub(super) fn advice(words: Words, alarm: &Alarm) -> String {
    alarm_text::what_to_do(words, alarm)
}

/// The sentence, which begins with a large letter unless that is one of a name.
fn sentence(words: Words, alarm: &Alarm) -> String {
    let sentence = show::text(&alarm_text::sentence(words, alarm));
    let mut letters = sentence.chars();
    match letters.next() {
        Some(first) if alarm.delivery.is_none() => first.to_uppercase().chain(letters).collect(),
        _ => sentence,
    }
}
