//! The texts of rows have the same form everywhere.

use std::collections::HashSet;

use super::{Row, all};

/// The maximum length of a reason, in characters: one line of a report.
const WHY: usize = 110;

fn all_but(good: impl Fn(&Row) -> bool) -> Vec<&'static str> {
    all()
        .filter(|(_, row)| !good(row))
        .map(|(_, row)| row.id)
        .collect()
}

#[test]
fn every_row_has_one_short_and_unique_reason() {
    let none = Vec::<&str>::new();
    assert_eq!(all_but(|row| row.why.ends_with('.')), none);
    assert_eq!(all_but(|row| row.why.chars().count() <= WHY), none);
    let mut seen = HashSet::new();
    let repeated: Vec<_> = all().filter(|(_, row)| !seen.insert(row.why)).collect();
    let repeated: Vec<_> = repeated.iter().map(|(_, row)| row.id).collect();
    assert_eq!(repeated, none, "each its own reason");
}

#[test]
fn every_sentence_begins_with_a_small_letter_and_has_no_period() {
    let lower = |row: &Row| row.sentence.starts_with(|it: char| it.is_ascii_lowercase());
    assert_eq!(all_but(lower), Vec::<&str>::new());
    assert_eq!(
        all_but(|row| !row.sentence.ends_with('.')),
        Vec::<&str>::new()
    );
}

#[test]
fn every_sentence_of_a_chapter_is_unique() {
    let mut seen = HashSet::new();
    for (group, row) in all() {
        assert!(seen.insert((group, row.sentence)), "{}", row.id);
    }
}

#[test]
fn every_id_is_unique_and_in_kebab_case() {
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
