//! The Russian and Kazakh texts have one word for one thing: the table in `CONTRIBUTING.md` says which.

use std::path::PathBuf;

use super::*;

/// A row of the table: for what the words are, and which words are wrong.
struct Row {
    /// The English words.
    english: Vec<Phrase>,
    /// Wrong where the English text has one of those words.
    for_it: Vec<Phrase>,
    /// Wrong everywhere.
    everywhere: Vec<Phrase>,
}

/// Words that stand one after the other. One that ends in `…` is the beginning of a word.
type Phrase = Vec<String>;

/// The rows below the heading. A row has the English words, the Russian and the Kazakh one, and both kinds of wrong words.
fn rows() -> Vec<Row> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../CONTRIBUTING.md");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, table) = text.split_once("\n### Russian and Kazakh\n").unwrap();
    let table = table.split("\n#").next().unwrap();
    let lines = table.lines().filter(|line| line.starts_with('|')).skip(2);
    let row = |line: &str| {
        let cells: Vec<_> = line.trim_matches('|').split('|').collect();
        let [english, _, _, for_it, everywhere] = cells[..] else {
            panic!("a row has five cells: {line}");
        };
        let phrases = |cell: &str| {
            let phrases = cell.split(',').map(words);
            phrases.filter(|it| !it.is_empty()).collect::<Vec<_>>()
        };
        Row {
            english: phrases(english),
            for_it: phrases(for_it),
            everywhere: phrases(everywhere),
        }
    };
    lines.map(row).collect()
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|it: char| !it.is_alphanumeric() && it != '…');
    let words = words.filter(|it| !it.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether a text has a phrase.
fn has(text: &[String], phrase: &[String]) -> bool {
    let is = |(word, wanted): (&String, &String)| match wanted.strip_suffix('…') {
        Some(start) => word.starts_with(start),
        None => word == wanted,
    };
    let mut places = text.windows(phrase.len());
    places.any(|place| place.iter().zip(phrase).all(is))
}

#[test]
fn one_word_stands_for_one_thing_in_russian_and_in_kazakh() {
    let rows = rows();
    assert!(rows.len() > 8, "{}", rows.len());
    let texts = |message: &Message| words(&message.variants.join(" | "));
    let english = messages(Lang::English);
    let mut wrong = Vec::new();
    for lang in [Lang::Russian, Lang::Kazakh] {
        for (id, message) in messages(lang) {
            let (original, text) = (texts(&english[&id]), texts(&message));
            for row in &rows {
                let is_for_it = row.english.iter().any(|it| has(&original, it));
                let for_it = row.for_it.iter().filter(|_| is_for_it);
                let found = for_it.chain(&row.everywhere).filter(|it| has(&text, it));
                let place = format!("{}/{}: {id}", lang.tag(), message.file);
                wrong.extend(found.map(|it| format!("{place}: “{}”", it.join(" "))));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn wrong_word_is_found_in_its_forms_and_not_within_another_word() {
    for (text, phrase, is_there) in [
        ("Нерешённые сигналы: $count", "нерешённ…", true),
        (
            "Не наши: решить $count сигнал",
            "решить count сигнал…",
            true,
        ),
        ("Решить по сигналу 5", "решить сигнал…", false),
        ("JetPay хабарлайды", "хабар", false),
        ("Бұл хабар", "хабар", true),
        ("қызметкер", "қызмет", false),
        ("", "хабар", false),
    ] {
        let found = has(&words(text), &words(phrase));
        assert_eq!(found, is_there, "{text}: {phrase}");
    }
}
