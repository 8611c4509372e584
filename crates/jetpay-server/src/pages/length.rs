//! A length of time in words: how old something is, how long it lasted.

use jetpay_ledger::Millis;

use super::locale::Words;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// In milliseconds: a payment without a result for so long is no usual one.
pub(super) const LONG: i64 = 15 * MINUTE;

/// So many milliseconds. It is never nothing: clocks differ, and what has just happened has an age too.
pub(super) fn length(words: Words, milliseconds: i64) -> String {
    let say = |id, unit: i64| words.with(id, [("count", (milliseconds / unit).into())]);
    match milliseconds {
        ..SECOND => length(words, SECOND),
        SECOND..MINUTE => say("length-seconds", SECOND),
        MINUTE..HOUR => say("length-minutes", MINUTE),
        HOUR..DAY if milliseconds % HOUR < MINUTE => say("length-hours", HOUR),
        HOUR..DAY => {
            let minutes = milliseconds % HOUR / MINUTE;
            let values = [
                ("hours", (milliseconds / HOUR).into()),
                ("minutes", minutes.into()),
            ];
            words.with("length-hours-minutes", values)
        }
        DAY.. => say("length-days", DAY),
    }
}

/// How long ago that was.
pub(super) fn age(words: Words, since: Millis, now: Millis) -> String {
    length(words, now.0.saturating_sub(since.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::locale::Lang;

    #[test]
    fn length_is_in_units_that_tell_it_and_is_never_nothing() {
        for (milliseconds, english, russian) in [
            (i64::MIN, "1 s", "1 с"),
            (0, "1 s", "1 с"),
            (MINUTE - 1, "59 s", "59 с"),
            (MINUTE, "1 min", "1 мин"),
            (HOUR - 1, "59 min", "59 мин"),
            (HOUR, "1 h", "1 ч"),
            (HOUR + MINUTE - 1, "1 h", "1 ч"),
            (DAY - 1, "23 h 59 min", "23 ч 59 мин"),
            (DAY, "1 day", "1 день"),
            (3 * DAY - 1, "2 days", "2 дня"),
            (i64::MAX, "106751991167 days", "106751991167 дней"),
        ] {
            let said = |lang| length(Words(lang), milliseconds);
            assert_eq!(said(Lang::English), english);
            assert_eq!(said(Lang::Russian), russian);
        }
        let ago = |since, now| age(Words(Lang::Kazakh), Millis(since), Millis(now));
        assert_eq!(ago(0, HOUR + 2 * MINUTE), "1 сағ 2 мин");
        assert_eq!(ago(i64::MAX, i64::MIN), "1 с");
    }
}
