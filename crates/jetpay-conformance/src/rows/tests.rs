//! What a report shows of a row reads alike everywhere.

use std::collections::HashSet;

use super::{Row, all};

/// The longest reason, in characters: one line of a report.
const WHY: usize = 110;

fn all_but(good: impl Fn(&Row) -> bool) -> Vec<&'static str> {
    all()
        .filter(|(_, row)| !good(row))
        .map(|(_, row)| row.id)
        .collect()
}

#[test]
fn every_row_says_in_one_short_sentence_why_it_matters() {
    let none = Vec::<&str>::new();
    assert_eq!(all_but(|row| row.why.ends_with('.')), none);
    assert_eq!(all_but(|row| row.why.chars().count() <= WHY), none);
    let mut seen = HashSet::new();
    let repeated: Vec<_> = all().filter(|(_, row)| !seen.insert(row.why)).collect();
    let repeated: Vec<_> = repeated.iter().map(|(_, row)| row.id).collect();
    assert_eq!(repeated, none, "each its own reason");
}

#[test]
fn every_sentence_goes_on_from_a_heading_and_has_no_period() {
    let lower = |row: &Row| row.sentence.starts_with(|it: char| it.is_ascii_lowercase());
    assert_eq!(all_but(lower), Vec::<&str>::new());
    assert_eq!(
        all_but(|row| !row.sentence.ends_with('.')),
        Vec::<&str>::new()
    );
}

#[test]
fn no_two_sentences_of_a_chapter_are_the_same() {
    let mut seen = HashSet::new();
    for (group, row) in all() {
        assert!(seen.insert((group, row.sentence)), "{}", row.id);
    }
}

#[test]
fn every_id_is_in_kebab_case_and_there_once() {
    let kebab = |row: &Row| {
        row.id.split('-').all(|word| {
            let letters = |it: u8| it.is_ascii_lowercase() || it.is_ascii_digit();
            !word.is_empty() && word.bytes().all(letters)
        })
    };
    assert_eq!(all_but(kebab), Vec::<&str>::new());
    let mut seen = HashSet::new();
    for (_, row) in all() {
        assert!(seen.insert(row.id), "{} is there twice", row.id);
    }
}
