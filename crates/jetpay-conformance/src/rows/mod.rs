//! All rows. A folder is a chapter of a report.

pub(super) mod conditions;
mod expectations;
mod idempotence;
mod malleability;
mod time;

use super::row::{Group, Row};

pub(crate) use expectations::{callback_refused, credits, no_credit, sequence};
pub(crate) use money::refund::{Step, steps};

/// The shape of answers: fields, types, and places of texts.
mod shape {
    pub(super) mod refusals;
    pub(super) mod values;
}

/// The exchanges that the documents show.
mod documented {
    pub(super) mod options;
    pub(super) mod requests;
}

/// Who signed a message.
mod signatures {
    pub(super) mod accepted;
    pub(super) mod callbacks;
    pub(super) mod forged;
    pub(super) mod projects;
}

/// Which callbacks move money, and how much.
mod money {
    pub(super) mod credit;
    pub(super) mod odd_refund;
    pub(super) mod refund;
}

/// Callbacks in any order, and with unknown words and fields.
mod order {
    pub(super) mod payments;
    pub(super) mod words;
}

/// Unreadable bodies, and messages with a wrong field.
mod bad_input {
    pub(super) mod callbacks;
    pub(super) mod fields;
    pub(super) mod unreadable;
}

/// Sizes, scripts, connections, and HTTP around the messages.
mod robustness {
    pub(super) mod http;
    pub(super) mod limits;
    pub(super) mod values;
}

/// All rows, file by file, each with its chapter, in the order of a report.
static CHAPTERS: &[(Group, &[Row])] = &[
    (Group::Shape, shape::values::ROWS),
    (Group::Shape, shape::refusals::ROWS),
    (Group::Documented, documented::requests::ROWS),
    (Group::Documented, documented::options::ROWS),
    (Group::Signatures, signatures::accepted::ROWS),
    (Group::Signatures, signatures::callbacks::ROWS),
    (Group::Signatures, signatures::forged::ROWS),
    (Group::Signatures, signatures::projects::ROWS),
    (Group::Malleability, malleability::ROWS),
    (Group::Idempotence, idempotence::ROWS),
    (Group::Money, money::credit::ROWS),
    (Group::Money, money::refund::ROWS),
    (Group::Money, money::odd_refund::ROWS),
    (Group::Order, order::payments::ROWS),
    (Group::Order, order::words::ROWS),
    (Group::BadInput, bad_input::unreadable::ROWS),
    (Group::BadInput, bad_input::fields::ROWS),
    (Group::BadInput, bad_input::callbacks::ROWS),
    (Group::Robustness, robustness::http::ROWS),
    (Group::Robustness, robustness::limits::ROWS),
    (Group::Robustness, robustness::values::ROWS),
    (Group::Time, time::ROWS),
];

/// All rows, each with its chapter.
pub(crate) fn all() -> impl Iterator<Item = (Group, &'static Row)> {
    let files = CHAPTERS.iter();
    files.flat_map(|(group, rows)| rows.iter().map(|row| (*group, row)))
}

/// The texts of rows have the same form everywhere.
#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use jetpay_platform::METHODS;

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
    fn every_row_says_where_its_rule_is_written() {
        let written = |row: &Row| METHODS.iter().all(|it| !row.section.of(it).is_empty());
        assert_eq!(all_but(written), Vec::<&str>::new());
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
}
