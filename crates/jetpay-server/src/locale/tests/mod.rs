//! No text is missing in any language, each says the same with the same values, and a browser gets the language that it wants.

mod glossary;
mod messages;
mod usage;

use super::*;
use messages::{Message, messages};

#[test]
fn all_languages_have_the_same_messages_with_the_same_values() {
    let english = messages(Lang::English);
    for lang in [Lang::Russian, Lang::Kazakh] {
        let translated = messages(lang);
        let ids = |messages: &Messages| messages.keys().cloned().collect::<Vec<_>>();
        assert_eq!(ids(&translated), ids(&english), "locales/{}", lang.tag());
        for (id, message) in &translated {
            let expected = &english[id];
            assert_eq!(message.file, expected.file, "{id} of {}", lang.tag());
            assert_eq!(message.values, expected.values, "{id} of {}", lang.tag());
        }
    }
}

type Messages = std::collections::BTreeMap<String, Message>;

/// The same in every language: names, and what is only values.
fn is_no_language(message: &Message) -> bool {
    const NAMES: [&str; 4] = ["Kaspi", "Kassa24", "QIWI", "JetPay"];
    NAMES.contains(&&*message.text) || !message.text.contains(char::is_alphabetic)
}

#[test]
fn translation_is_in_its_own_letters_and_not_the_english_text() {
    let english = messages(Lang::English);
    for lang in [Lang::Russian, Lang::Kazakh] {
        let translated = messages(lang);
        let own = |message: &Message| {
            message
                .text
                .contains(|it| ('а'..='ӿ').contains(&it) || ('А'..='Я').contains(&it))
        };
        let foreign: Vec<_> = translated
            .iter()
            .filter(|(id, message)| {
                !is_no_language(&english[*id]) && !is_no_language(message) && !own(message)
            })
            .map(|(id, message)| format!("{id} = {}", message.text))
            .collect();
        assert!(foreign.is_empty(), "locales/{}: {foreign:#?}", lang.tag());
    }
    let cyrillic = english
        .iter()
        .find(|(_, message)| message.text.contains(|it| ('а'..='ӿ').contains(&it)));
    assert_eq!(cyrillic.map(|(id, _)| id), None);
}

#[test]
fn message_has_no_markup_and_no_spaces_around_it() {
    for lang in Lang::ALL {
        for (id, message) in messages(lang) {
            assert!(
                !message.text.contains(['<', '>', '&']),
                "{id} of {}",
                lang.tag()
            );
            for part in &message.variants {
                assert_eq!(part.trim(), part, "{id} of {}", lang.tag());
                assert!(
                    !part.is_empty() && !part.contains("  "),
                    "{id} of {}",
                    lang.tag()
                );
            }
        }
    }
}

/// A Russian noun has three forms: after 1, after 2 to 4, after others. In most cases the last two are one.
#[test]
fn counted_nouns_have_forms_of_their_language_alone() {
    for (lang, forms) in [
        (Lang::Russian, &["one", "few", "many", "other"][..]),
        (Lang::Kazakh, &["one", "other"]),
        (Lang::English, &["one", "other"]),
    ] {
        for (id, message) in messages(lang) {
            let plural: Vec<_> = message.plurals.iter().map(String::as_str).collect();
            let place = format!("{id} of {}: {plural:?}", lang.tag());
            assert!(plural.iter().all(|form| forms.contains(form)), "{place}");
            assert!(plural.is_empty() || plural.contains(&"one"), "{place}");
        }
    }
    let open = |lang, count: i64| Words(lang).with("nav-open", [("count", count.into())]);
    for (count, russian) in [
        (1, "1 открытый"),
        (2, "2 открытых"),
        (5, "5 открытых"),
        (21, "21 открытый"),
    ] {
        assert_eq!(open(Lang::Russian, count), russian);
    }
    assert_eq!(open(Lang::Kazakh, 1), "1 ашық");
    assert_eq!(open(Lang::English, 1_000_000), "1000000 open");
}

#[test]
fn browser_gets_the_language_that_it_wants_most_and_russian_if_there_is_none() {
    use Lang::{English, Kazakh, Russian};
    for (wish, expected) in [
        ("kk-KZ", Kazakh),
        ("KK", Kazakh),
        ("ru", Russian),
        ("en-GB,en;q=0.9", English),
        ("kk-KZ,kk;q=0.9,ru;q=0.8,en-US;q=0.7,en;q=0.6", Kazakh),
        ("en;q=0.1, kk;q=0.5", Kazakh),
        ("en ; q=0.5 , kk ; q=0.50", English),
        ("de, fr;q=0.9, en;q=0.1", English),
        ("en;q=0, kk;q=0.001", Kazakh),
        ("en;q=0", Russian),
        ("de", Russian),
        ("*", Russian),
        ("", Russian),
        (",,;;q=,en;q=2,kk;q=-1,kk;q=0.1234,kkk,-", Russian),
        ("en;q=\u{0}, \u{202e}ru", Russian),
        ("ен", Russian),
    ] {
        assert_eq!(Lang::wanted(wish), expected, "{wish:?}");
    }
    let long = "de;q=0.9,".repeat(40 * 1024 / 9);
    assert_eq!(Lang::wanted(&long), Russian);
    assert_eq!(Lang::wanted(&format!("{long}kk")), Kazakh);
}

#[test]
fn word_of_the_platform_without_a_message_is_shown_without_what_hides_in_it() {
    let words = Words(Lang::Russian);
    for (word, shown) in [
        ("a new word", "a new word"),
        ("x\u{202e}<b>\n", r"x\u{202e}<b>\n"),
        ("", ""),
        ("with { $count } and = *", "with { $count } and = *"),
    ] {
        assert_eq!(words.word("alarm-kind", word), shown);
    }
    assert_eq!(
        words.word("status", &"x".repeat(40_000)).len(),
        LONGEST_WORD
    );
    assert_eq!(
        words.word("alarm-kind", "unusable"),
        "Непригодное уведомление"
    );
}
