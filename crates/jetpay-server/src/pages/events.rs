//! What an alarm says, in the language of the pages: a title for its kind, what happened, and what to find out.

use jetpay_ledger::{Alarm, AlarmKind};
use maud::{Markup, html};

use super::locale::{Lang, Words};
use super::show;
use crate::alarm_text;

/// A short title for a kind of alarm.
pub(super) fn title(words: Words, kind: AlarmKind) -> String {
    words.word("alarm-kind", kind.as_str())
}

/// What happened, in one sentence with the amounts, and the reason, for lists. A page of its own has [`happened`] and [`detail`].
pub(super) fn summary(words: Words, alarm: &Alarm) -> String {
    let sentence = sentence(words, alarm);
    match alarm_text::reason(alarm) {
        Some(reason) => format!("{sentence}: {}", show::text(reason)),
        None => sentence,
    }
}

/// What happened, in one sentence with the amounts. The reason is in English in every language: only there does it end the
/// sentence. Elsewhere it is [`detail`].
pub(super) fn happened(words: Words, alarm: &Alarm) -> String {
    match words.0 {
        Lang::English => summary(words, alarm),
        _ => sentence(words, alarm),
    }
}

/// The reason in English, under a name in the language of the page.
pub(super) fn detail(words: Words, alarm: &Alarm) -> Markup {
    let reason = alarm_text::reason(alarm).filter(|_| words.0 != Lang::English);
    html! {
        @if let Some(reason) = reason {
            p { (words.get("event-detail")) " " span lang="en" { (show::isolated(reason)) } }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alarm_text::tests::sample;

    /// An alarm of each kind, whole, and with each part absent.
    fn alarms() -> impl Iterator<Item = Alarm> {
        AlarmKind::ALL.iter().flat_map(|kind| {
            let whole = sample(*kind);
            let mut bare = [const { None }; 6].map(|_: Option<()>| whole.clone());
            bare[0].subject = None;
            bare[1].event = None;
            bare[2].operation_id = None;
            bare[3].reason = None;
            bare[4].other_payment = None;
            if let Some(subject) = &mut bare[5].subject {
                subject.payout_state = Some("accepted".to_owned());
            }
            let bare = bare.into_iter().flat_map(|one| {
                let nothing = Alarm {
                    subject: None,
                    event: None,
                    delivery: None,
                    amount: None,
                    ..one.clone()
                };
                [one, nothing]
            });
            bare.chain([whole])
        })
    }

    fn amounts(text: &str) -> Vec<&str> {
        let mut amounts: Vec<_> = text
            .split(|it: char| !it.is_ascii_digit() && it != '.')
            .filter(|it| it.contains('.') && it.len() > 3)
            .collect();
        amounts.sort_unstable();
        amounts.dedup();
        amounts
    }

    #[test]
    fn every_alarm_says_in_each_language_the_same_amounts_and_what_to_find_out() {
        for alarm in alarms() {
            let english = summary(Words(Lang::English), &alarm);
            for words in Lang::ALL.map(Words) {
                let said = summary(words, &alarm);
                let place = format!("{} in {}: {said}", alarm.kind, words.0.tag());
                assert!(!said.contains(['{', '}', '$']), "{place}");
                assert!(said.chars().count() < 300, "{place}");
                assert_eq!(amounts(&said), amounts(&english), "{place}");
                let first = said.chars().next().unwrap();
                assert!(alarm.delivery.is_some() || !first.is_lowercase(), "{place}");
                assert!(
                    !title(words, alarm.kind).contains(alarm.kind.as_str())
                        || words.0 == Lang::English
                );
                assert!(advice(words, &alarm).ends_with('.'), "{place}");
            }
        }
    }

    #[test]
    fn alarm_is_a_plain_sentence_and_words_of_the_platform_are_translated() {
        let in_all = |kind| Lang::ALL.map(|lang| summary(Words(lang), &sample(kind)));
        assert_eq!(
            in_all(AlarmKind::PartiallyPaid),
            [
                "Заявлено 100.00 KZT, по уведомлению JetPay — 90.00 KZT: оплачена только часть",
                "Мәлімделген сома 100.00 KZT, JetPay хабарламасы бойынша — 90.00 KZT: тек бір бөлігі төленген",
                "Announced 100.00 KZT, the callback says 90.00 KZT: only a part is paid",
            ]
        );
        let [russian, _, english] = in_all(AlarmKind::NotThere);
        let reason = "100.00 KZT is recorded, and the platform does not list the operation";
        assert_eq!(english, format!("Operation 2: {reason}"));
        assert_eq!(
            russian,
            format!("Операция 2 записана у нас, но JetPay её не показывает: {reason}")
        );
    }

    #[test]
    fn reason_is_marked_as_english_and_hostile_texts_are_harmless() {
        let mut alarm = sample(AlarmKind::Unusable);
        alarm.reason = Some(format!("<b>\u{202e}{}", "x".repeat(40_000)));
        for words in [Lang::Russian, Lang::Kazakh].map(Words) {
            let html = detail(words, &alarm).into_string();
            assert!(
                html.contains(": <span lang=\"en\"><bdi class=\"long\">&lt;b&gt;\\u{202e}xxx"),
                "{html}"
            );
            assert!(html.len() < 1000, "{html}");
            assert!(!happened(words, &alarm).contains("xxx"));
        }
        assert!(happened(Words(Lang::English), &alarm).contains("xxx"));
        assert_eq!(detail(Words(Lang::English), &alarm).into_string(), "");
        let mut alarm = sample(AlarmKind::UnexpectedOperation);
        let event = alarm.event.as_mut().unwrap();
        event.operation_type = Some(format!("<i>\n{}", "y".repeat(40_000)).as_str().into());
        for words in Lang::ALL.map(Words) {
            let said = happened(words, &alarm);
            assert!(said.contains("(<i>\\nyyy") && said.len() < 1000, "{said}");
        }
        let mut parked = sample(AlarmKind::DeliveryParked);
        parked.reason = Some("договор Ивана закрыт".to_owned());
        assert!(!summary(Words(Lang::Russian), &parked).contains("Ивана"));
    }
}
