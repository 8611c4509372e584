//! How values are shown: amounts, times, ids, and texts that other people wrote.

use jetpay_core::Money;
use jetpay_core::operation_code::OperationCode;
use jetpay_ledger::Millis;
use jetpay_platform::visible;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use maud::{Markup, html};

use super::locale::{Lang, Words};
use super::visit::Visit;
use crate::config::Role;

/// The longest text in a cell, in characters.
const LONGEST: usize = 300;

/// The language and the zone in which a person reads.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) words: Words,
    pub(super) zone: &'a TimeZone,
    pub(super) zone_name: &'a str,
}

impl<'a> From<&'a Visit> for Reader<'a> {
    fn from(visit: &'a Visit) -> Self {
        Self {
            words: visit.words,
            zone: &visit.pages.zone,
            zone_name: &visit.pages.zone_name,
        }
    }
}

/// A text that another program or a person wrote: on one line, without what hides or turns text, and not too long.
pub(super) fn text(text: &str) -> String {
    let (mut shown, mut length) = (String::new(), 0);
    for character in text.chars().map(visible::character) {
        length += character.chars().count();
        if length > LONGEST {
            shown.push('…');
            break;
        }
        shown += &character;
    }
    shown
}

/// The same as markup: its direction does not turn what is around it.
pub(super) fn isolated(it: &str) -> Markup {
    apart(&text(it))
}

/// The longest word that a column makes room for, in characters.
const LONGEST_WORD: usize = 24;

/// A text that went through [`text`], as markup. A word that no column has room for may break at any character.
pub(super) fn apart(shown: &str) -> Markup {
    let is_long = shown
        .split_whitespace()
        .any(|word| word.chars().count() > LONGEST_WORD);
    html! { bdi class=[is_long.then_some("long")] { (shown) } }
}

/// A payer's word, such as the customer's id: whole for the roles that decide about payments, else its last four characters.
pub(super) fn payer(visit: &Visit, word: &str) -> String {
    shown_if(visit.viewer.may(Role::Resolve), word)
}

/// A payee's word, such as the wallet: whole for the roles that make payouts.
pub(super) fn payee(visit: &Visit, word: &str) -> String {
    shown_if(visit.viewer.may(Role::Pay), word)
}

fn shown_if(may_see: bool, word: &str) -> String {
    if may_see { text(word) } else { masked(word) }
}

/// The last four characters; none of a word that has no more.
fn masked(word: &str) -> String {
    if word.is_empty() {
        return String::new();
    }
    let count = word.chars().count();
    let shown = if count > 4 { 4 } else { 0 };
    let end: String = word.chars().skip(count - shown).collect();
    format!("••••{}", text(&end))
}

/// An amount that moves, with its sign.
pub(super) fn signed(amount: Money) -> String {
    let sign = if amount.is_positive() { "+" } else { "" };
    format!("{sign}{}", self::amount(amount))
}

/// What a code of the platform means: in the person's language where the texts say it, else in English, and whether it is.
pub(super) fn code_meaning(words: Words, code: &OperationCode) -> (String, bool) {
    let said = words.word("today-code", code.as_str());
    if said == text(code.as_str()) {
        (code.text().to_owned(), words.0 != Lang::English)
    } else {
        (said, false)
    }
}

/// The same as markup.
pub(super) fn code(words: Words, code: &OperationCode) -> Markup {
    match code_meaning(words, code) {
        (meaning, true) => html! { span lang="en" { (meaning) } },
        (meaning, false) => html! { (meaning) },
    }
}

/// An amount, as it is written in all three languages.
pub(super) fn amount(amount: Money) -> String {
    amount.to_string()
}

/// An instant in the zone of the pages, with UTC beside it.
pub(super) fn time(visit: &Visit, time: Millis) -> Markup {
    time_for(visit.into(), time)
}

pub(super) fn time_for(reader: Reader<'_>, time: Millis) -> Markup {
    let Ok(instant) = Timestamp::from_millisecond(time.0) else {
        return html! { "?" };
    };
    let local = instant.to_zoned(reader.zone.clone());
    let utc = instant.to_zoned(TimeZone::UTC);
    // Where the day differs, the time alone would mislead.
    let beside = if utc.date() == local.date() {
        utc.strftime("%H:%M:%S")
    } else {
        utc.strftime("%Y-%m-%d %H:%M:%S")
    };
    let is_utc = *reader.zone == TimeZone::UTC;
    html! {
        time datetime=(time) {
            (local.strftime("%Y-%m-%d %H:%M:%S")) " "
            small {
                (reader.zone_name)
                @if !is_utc { " · " (beside) " UTC" }
            }
        }
    }
}

/// The same as a text, for CSV: RFC 3339 with the offset of the zone.
pub(super) fn time_text(visit: &Visit, time: Millis) -> String {
    time_text_for(visit.into(), time)
}

pub(super) fn time_text_for(reader: Reader<'_>, time: Millis) -> String {
    let Ok(instant) = Timestamp::from_millisecond(time.0) else {
        return String::new();
    };
    let local = instant.to_zoned(reader.zone.clone());
    local.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
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
        return apart(&lines);
    }
    html! {
        (isolated(it))
        details.raw {
            summary { (words.get("whole-text")) }
            pre { (lines) }
        }
    }
}

#[cfg(test)]
mod tests {
    use jetpay_core::Currency;

    use super::*;
    use crate::pages::locale::Lang;
    use crate::zone;

    #[test]
    fn hostile_text_is_one_short_line_without_what_hides_or_turns() {
        for (hostile, shown) in [
            ("<script>alert(1)</script>", "<script>alert(1)</script>"),
            ("a\0b\r\n\tc", r"a\u{0}b\r\n\tc"),
            ("\u{202e}evil\u{2066}", r"\u{202e}evil\u{2066}"),
            ("z\u{301}\u{20d0}\u{1ab0}", r"z\u{301}\u{20d0}\u{1ab0}"),
            ("Әлия 👍 مرحبا", "Әлия 👍 مرحبا"),
        ] {
            assert_eq!(text(hostile), shown);
        }
        assert_eq!(
            isolated("<b>&\"").into_string(),
            "<bdi>&lt;b&gt;&amp;&quot;</bdi>"
        );
    }

    #[test]
    fn word_that_no_column_has_room_for_may_break_and_no_other() {
        let word = "a".repeat(LONGEST_WORD);
        for (shown, class) in [
            (word.clone(), ""),
            (format!("{word} {word}"), ""),
            (format!("b {word}a"), " class=\"long\""),
            ("ж".repeat(LONGEST_WORD), ""),
        ] {
            let html = format!("<bdi{class}>{shown}</bdi>");
            assert_eq!(apart(&shown).into_string(), html);
        }
    }

    #[test]
    fn long_text_is_cut_and_never_within_an_escape() {
        let cut = text(&"ж".repeat(40_000));
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with("ж…"), "{cut}");
        assert_eq!(text(&"ж".repeat(LONGEST)), "ж".repeat(LONGEST));
        let escapes = text(&"\u{202e}".repeat(40_000));
        assert!(escapes.ends_with("\\u{202e}…"), "{escapes}");
        assert!(escapes.len() <= LONGEST + '…'.len_utf8(), "{escapes}");
    }

    #[test]
    fn word_of_a_person_shows_its_last_four_characters_and_a_short_one_nothing() {
        for (word, shown) in [
            ("7123456789", "••••6789"),
            ("12345", "••••2345"),
            ("1234", "••••"),
            ("a", "••••"),
            ("", ""),
            ("дербес шот", "•••• шот"),
            ("12345\u{202e}9", "••••45\\u{202e}9"),
        ] {
            assert_eq!(shown_if(false, word), shown, "{word}");
            assert_eq!(shown_if(true, word), text(word));
        }
        assert!(masked(&"9".repeat(40_000)).len() < 20);
    }

    fn shown_in(zone_name: &str, time: i64) -> (String, String) {
        let zone = zone::named(zone_name).unwrap();
        let reader = Reader {
            words: Words(Lang::Kazakh),
            zone: &zone,
            zone_name,
        };
        let time = Millis(time);
        let html = time_for(reader, time).into_string();
        let (_, html) = html.split_once('>').unwrap_or(("", &html));
        let html = html.replace("<small>", "").replace("</small></time>", "");
        (html, time_text_for(reader, time))
    }

    #[test]
    fn time_is_in_the_zone_with_utc_beside_it_and_its_day_where_that_differs() {
        // 2026-12-01 11:05:09.123 UTC.
        const NOON: i64 = 1_796_123_109_123;
        for (zone, time, html, csv) in [
            (
                "Asia/Almaty",
                NOON,
                "2026-12-01 16:05:09 Asia/Almaty · 11:05:09 UTC",
                "2026-12-01T16:05:09+05:00",
            ),
            (
                "Asia/Kathmandu",
                NOON,
                "2026-12-01 16:50:09 Asia/Kathmandu · 11:05:09 UTC",
                "2026-12-01T16:50:09+05:45",
            ),
            (
                "Asia/Almaty",
                NOON + 10 * 3_600_000,
                "2026-12-02 02:05:09 Asia/Almaty · 2026-12-01 21:05:09 UTC",
                "2026-12-02T02:05:09+05:00",
            ),
            (
                "UTC",
                NOON,
                "2026-12-01 11:05:09 UTC",
                "2026-12-01T11:05:09+00:00",
            ),
            ("UTC", i64::MAX, "?", ""),
            ("Asia/Almaty", i64::MIN, "?", ""),
        ] {
            assert_eq!(
                shown_in(zone, time),
                (html.to_owned(), csv.to_owned()),
                "{zone} {time}"
            );
        }
        // Before the zone had whole minutes, and the ends of what a time can be.
        for time in [
            -5_000_000_000_000,
            -377_705_023_200_000,
            253_402_207_199_999,
        ] {
            for zone in ["Asia/Almaty", "Pacific/Kiritimati", "America/Adak"] {
                let (html, csv) = shown_in(zone, time);
                assert!(html.contains(zone) && html.ends_with(" UTC"), "{html}");
                assert!(csv.contains('T'), "{csv}");
            }
        }
    }

    #[test]
    fn amount_of_an_unlisted_currency_says_that_it_is_in_minor_units() {
        let money = |minor, code| Money::new(minor, Currency::parse(code).unwrap());
        assert_eq!(amount(money(123_456_789, "KZT")), "1 234 567.89 KZT");
        assert_eq!(amount(money(-5, "KZT")), "-0.05 KZT");
        assert_eq!(
            amount(money(i64::MIN, "XXX")),
            "-9 223 372 036 854 775 808 minor XXX"
        );
    }
}
