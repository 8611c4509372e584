//! What an alarm says, in the language of the pages: a title for its kind, what happened, and what to find out.

use jetpay_ledger::{Alarm, AlarmKind};

use super::locale::Words;
use crate::alarm_text;

/// A short title for a kind of alarm.
pub(super) fn title(words: Words, kind: AlarmKind) -> String {
    words.word("alarm-kind", kind.as_str())
}

/// What happened, in one sentence with the amounts.
pub(super) fn summary(_words: Words, alarm: &Alarm) -> String {
    alarm_text::summary(alarm)
}

/// What to find out, and what then to decide.
pub(super) fn advice(_words: Words, alarm: &Alarm) -> String {
    alarm_text::advice(alarm).text.to_owned()
}
